"""What the configuration says of queues and staff becomes rows when it is new; rows that are there hold.

Reminders are the exception: they follow the configuration at each start, those of a queue and those of all others.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.model import Queue, Reminders
from store.errors import QueueTaken
from store.events import add_event
from store.people import add_user, find_queue, find_user, forget_people, load_queues, queue_by_name, read_queue
from store.people_tables import queues, user_addresses

_log = logging.getLogger(__name__)

_COMPARED = ("address", "language", "country", "timezone", "hours", "closing_days", "topics", "lead")


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueSeed:
    """A queue as the configuration names it; `agents` and its lead become users of that role when they are new."""

    queue: Queue
    agents: tuple[str, ...]
    reminders: Reminders = Reminders()  # noqa: RUF009  a frozen value


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """A value of a queue that differs: `kept` in the database, which holds, `wanted` by the configuration."""

    queue: str
    key: str
    kept: object
    wanted: object


def is_seeded(connection: Connection, seeds: Sequence[QueueSeed], reminders: Reminders) -> bool:
    """Whether every queue of the configuration has its row, every lead is a person, and all reminders are these.

    Where a row and the configuration differ otherwise, the log says so: the row holds.
    """
    rows = {row.name: row for row in connection.execute(sa.select(queues))}
    for drift in find_drift(connection, seeds):
        _log.warning(
            "queue %s: the database says %s = %r and holds; the configuration says %r",
            drift.queue,
            drift.key,
            drift.kept,
            drift.wanted,
        )
    wanted = {one.queue.name: _reminder_values(one.reminders) for one in seeds}
    others = _reminder_values(reminders)
    return (
        all(one.queue.name in rows for one in seeds)
        and all(row.reminders == wanted.get(name, others) for name, row in rows.items())
        and not list(_find_unknown_leads(rows.values(), connection))
    )


def find_drift(connection: Connection, seeds: Sequence[QueueSeed]) -> Iterator[Drift]:
    """Where rows of queues differ from the configuration."""
    known = {queue.name: queue for queue in load_queues(connection)}
    for one in seeds:
        kept = known.get(one.queue.name)
        for key in _COMPARED if kept is not None else ():
            if getattr(one.queue, key) != getattr(kept, key):
                yield Drift(queue=one.queue.name, key=key, kept=getattr(kept, key), wanted=getattr(one.queue, key))


def seed(connection: Connection, seeds: Sequence[QueueSeed], *, now: datetime) -> None:
    """Add queues, agents and leads that are not there yet; what is there stays what command and console made of it."""
    for one in seeds:
        if connection.execute(sa.select(queues.c.id).where(queues.c.name == one.queue.name)).first() is None:
            _add_queue(connection, one, now=now)
    # Nodes that start at once do this one after the other: who came second finds the leads that the first has made.
    rows = connection.execute(sa.select(queues).order_by(queues.c.id).with_for_update(key_share=True)).all()
    for address in _find_unknown_leads(rows, connection):
        add_user(connection, address, role="agent", queue_ids=[], now=now)


def adopt(connection: Connection, one: QueueSeed, *, actor: str, now: datetime) -> list[Drift]:
    """Make the row of a queue say what the configuration says; what was different. QueueTaken: another has the address.

    A lead who is nobody yet becomes a person. NotFound: there is no such queue yet.
    """
    kept = queue_by_name(connection, one.queue.name)
    taken = find_queue(load_queues(connection), one.queue.address)
    if taken is not None and taken.id != kept.id:
        raise QueueTaken(f"queue {kept.name!r} cannot have {one.queue.address}: queue {taken.name!r} has it")
    drifts = list(find_drift(connection, [one]))
    connection.execute(sa.update(queues).where(queues.c.id == kept.id).values(_queue_values(one)))
    forget_people(connection)
    for drift in drifts:
        what = f"queue {drift.queue}: {drift.key} {drift.kept!r} -> {drift.wanted!r}"
        add_event(connection, case_id=None, at=now, actor=actor, what=what)
    seed(connection, [one], now=now)
    return drifts


def store_reminders(connection: Connection, reminders: Reminders, seeds: Sequence[QueueSeed] = ()) -> None:
    """Set the reminders of the queues of the configuration to their own, and of all others to `reminders`."""
    connection.execute(sa.update(queues).values(reminders=_reminder_values(reminders)))
    for one in seeds:
        its_own = sa.update(queues).where(queues.c.name == one.queue.name)
        connection.execute(its_own.values(reminders=_reminder_values(one.reminders)))
    forget_people(connection)


def _add_queue(connection: Connection, one: QueueSeed, *, now: datetime) -> None:
    taken = find_queue(load_queues(connection), one.queue.address)
    if taken is not None:
        raise QueueTaken(f"queue {one.queue.name!r} cannot have {one.queue.address}: queue {taken.name!r} has it")
    values = _queue_values(one)
    queue_id = connection.execute(sa.insert(queues).values(values).returning(queues.c.id)).scalar_one()
    forget_people(connection)
    for address in one.agents:
        known = find_user(connection, address)  # an admin who also looks after this queue stays one
        role = known.role if known is not None else "agent"
        add_user(connection, address, role=role, queue_ids=[queue_id], now=now)


def _find_unknown_leads(rows: Iterable[Row[Any]], connection: Connection) -> Iterator[str]:
    """Addresses of leads that nobody has; whoever was on the staff and left is not called back."""
    for lead in dict.fromkeys(read_queue(row).lead for row in rows if row.removed_at is None):
        known = sa.select(user_addresses.c.id).where(user_addresses.c.address_key == fold_address(lead))
        if lead and connection.execute(known).first() is None:
            yield lead


def _reminder_values(reminders: Reminders) -> dict[str, str]:
    return {name: getattr(reminders, name) for name in Reminders.__slots__}


def _queue_values(one: QueueSeed) -> dict[str, Any]:
    kept = {name: getattr(one.queue, name) for name in ("name", *_COMPARED)}
    lists = {name: list(kept[name]) for name in ("closing_days", "topics")}
    return {**kept, **lists, "reminders": _reminder_values(one.reminders)}
