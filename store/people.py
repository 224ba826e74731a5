"""Queues and staff: rows that command and console change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from cases.address import fold_address, strip_tag
from cases.model import Queue, Reminders
from store.errors import NotFound
from store.people_tables import marks, queues, user_addresses, user_queues, users

STAFF_ROLES = ("viewer", "agent", "admin")

_MARK = sa.select(marks.c.mark).where(marks.c.name == "people")


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A member of staff: the first address is the one written to, a shared mailbox is one person with aliases.

    `away_until`: until then their mail goes to the `delegate` (the id of a user), if they named one.
    """

    id: int
    name: str
    role: str
    addresses: tuple[str, ...]
    queue_ids: tuple[int, ...]
    delegate: int | None = None
    away_until: datetime | None = None

    @property
    def address(self) -> str:
        """Where mail to this person goes."""
        return self.addresses[0]

    def is_away(self, now: datetime) -> bool:
        """Whether somebody else gets their mail at `now`."""
        return self.away_until is not None and now < self.away_until


@dataclass(frozen=True, kw_only=True, slots=True)
class _People:
    """Queues and staff as they are while `marks` has this mark; `queues` also has those no longer in use."""

    mark: int
    queues: Mapping[int, Queue]
    in_use: tuple[Queue, ...]
    reminders: Mapping[int, Reminders]
    users: tuple[User, ...]


# Every mail asks for them some twenty times, and they change once a week.
_held: WeakKeyDictionary[Engine, _People] = WeakKeyDictionary()
_SEEN = "casepost_people"  # in the memory of a connection: its transaction, and the people it has seen


def _people(connection: Connection) -> _People:
    """As the transaction sees them; kept for the next one, unless the mark is lost."""
    transaction = connection.get_transaction()
    begun, people = connection.info.get(_SEEN, (None, None))
    if people is None or begun is not transaction:
        people = _find_people(connection)
        connection.info[_SEEN] = (transaction, people)
    return cast("_People", people)


def forget_people(connection: Connection) -> None:
    """The transaction has changed queues or staff: it looks anew. To be called by whoever changes them."""
    connection.info.pop(_SEEN, None)


def _find_people(connection: Connection) -> _People:
    mark = connection.execute(_MARK).scalar()
    if mark is None:
        return _load_people(connection, 0)
    held = _held.get(connection.engine)
    if held is None or held.mark != mark:
        held = _held[connection.engine] = _load_people(connection, mark)
    return held


def _load_people(connection: Connection, mark: int) -> _People:
    rows = connection.execute(sa.select(queues).order_by(queues.c.id)).all()
    known = {row.id: read_queue(row) for row in rows}
    return _People(
        mark=mark,
        queues=known,
        in_use=tuple(known[row.id] for row in rows if row.removed_at is None),
        reminders={row.id: Reminders(**row.reminders) for row in rows},
        users=_load_users(connection),
    )


def load_queues(connection: Connection) -> tuple[Queue, ...]:
    """All queues in use, in the order they were made."""
    return _people(connection).in_use


def load_queue(connection: Connection, queue_id: int) -> Queue:
    """One queue, also one that is no longer in use."""
    return _people(connection).queues[queue_id]


def find_queue(known: Iterable[Queue], address: str) -> Queue | None:
    """The queue that takes mail to `address`: its own, or any +tag of it."""
    plain = strip_tag(address)
    return next((queue for queue in known if fold_address(queue.address) == plain), None)


def add_user(connection: Connection, address: str, *, role: str, queue_ids: Sequence[int], now: datetime) -> int:
    """Make `address` a member of staff with `role` for these queues, or widen the one who has the address."""
    key = fold_address(address)
    user_id = connection.execute(
        sa.select(user_addresses.c.user_id).where(user_addresses.c.address_key == key)
    ).scalar()
    if user_id is None:
        user_id = connection.execute(
            sa.insert(users).values(name=address.partition("@")[0], role=role, created_at=now).returning(users.c.id)
        ).scalar_one()
        connection.execute(sa.insert(user_addresses).values(user_id=user_id, address=address, address_key=key))
    else:
        connection.execute(sa.update(users).where(users.c.id == user_id).values(role=role, removed_at=None))
    had = set(connection.execute(sa.select(user_queues.c.queue_id).where(user_queues.c.user_id == user_id)).scalars())
    for queue_id in set(queue_ids) - had:
        connection.execute(sa.insert(user_queues).values(user_id=user_id, queue_id=queue_id))
    forget_people(connection)
    return int(user_id)


def load_users(connection: Connection, *, ids: Sequence[int] | None = None) -> tuple[User, ...]:
    """Staff that is not removed, all or those with the given ids."""
    everybody = _people(connection).users
    return everybody if ids is None else tuple(user for user in everybody if user.id in ids)


def _load_users(connection: Connection) -> tuple[User, ...]:
    rows = connection.execute(sa.select(users).where(users.c.removed_at.is_(None)).order_by(users.c.id))
    addresses = connection.execute(
        sa.select(user_addresses.c.user_id, user_addresses.c.address).order_by(user_addresses.c.id)
    )
    in_queues = connection.execute(sa.select(user_queues))
    addresses_of: dict[int, list[str]] = defaultdict(list)
    for one in addresses:
        addresses_of[one.user_id].append(one.address)
    queues_of: dict[int, list[int]] = defaultdict(list)
    for one in in_queues:
        queues_of[one.user_id].append(one.queue_id)
    return tuple(
        User(
            id=row.id,
            name=row.name,
            role=row.role,
            addresses=tuple(addresses_of[row.id]),
            queue_ids=tuple(sorted(queues_of[row.id])),
            delegate=row.delegate_id,
            away_until=row.away_until,
        )
        for row in rows
    )


def find_user(connection: Connection, address: str) -> User | None:
    """The member of staff who has this address."""
    key = fold_address(address)
    found = connection.execute(sa.select(user_addresses.c.user_id).where(user_addresses.c.address_key == key)).scalar()
    return next(iter(load_users(connection, ids=[found])), None) if found is not None else None


def record_passed(connection: Connection, address: str, *, at: datetime) -> None:
    """Remember that the domain of a member of staff has stood for a mail: from now on it has to."""
    connection.execute(
        sa.update(user_addresses)
        .where(user_addresses.c.address_key == fold_address(address), user_addresses.c.passed_at.is_(None))
        .values(passed_at=at)
    )


def queue_by_name(connection: Connection, name: str) -> Queue:
    """The queue called `name`; NotFound names those there are."""
    known = load_queues(connection)
    for queue in known:
        if queue.name == name:
            return queue
    raise NotFound(f"there is no queue {name!r}; there are: {', '.join(queue.name for queue in known)}")


def agents_of(connection: Connection, queue_id: int) -> tuple[User, ...]:
    """Those who are written to about a queue's cases: agents and admins of it."""
    return tuple(user for user in load_users(connection) if queue_id in user.queue_ids and user.role != "viewer")


def on_duty(users: Sequence[User], all_users: Sequence[User], now: datetime) -> tuple[User, ...]:
    """Who gets the mail of `users` at `now`: a delegate, or a delegate's, in place of those who are away; each once.

    Who is away without anybody there gets nothing as long as others do; when nobody is left, they get it after all.
    """
    by_id = {user.id: user for user in all_users}
    there = (_find_present(user, by_id, now) for user in users)
    return tuple(dict.fromkeys(user for user in there if user is not None)) or tuple(users)


def _find_present(user: User, by_id: Mapping[int, User], now: datetime) -> User | None:
    """The user, or the first at hand of those who stand in, one for the other; None when nobody does."""
    seen: set[int] = set()
    standing_in: User | None = user
    while standing_in is not None and standing_in.is_away(now):
        if standing_in.id in seen:
            return None
        seen.add(standing_in.id)
        standing_in = by_id.get(standing_in.delegate) if standing_in.delegate is not None else None
    return standing_in if standing_in is not None and standing_in.role != "viewer" else None


def staff_of_case(connection: Connection, *, queue_id: int, assignee_id: int | None, now: datetime) -> tuple[User, ...]:
    """Who is written to about a case: the one who has it, else the agents of its queue, less those who are away."""
    everybody = load_users(connection)
    assignee = [user for user in everybody if user.id == assignee_id]
    chosen = on_duty(assignee, everybody, now)
    if any(not user.is_away(now) for user in chosen):
        return chosen
    return on_duty(agents_of(connection, queue_id), everybody, now) or chosen


def find_lead(connection: Connection, queue_id: int, *, now: datetime) -> tuple[User, ...]:
    """Who is told that nobody answers: the queue's lead, or who stands in.

    Where nobody of these is at hand and may answer, all agents of the queue: an escalation is never told to nobody.
    """
    everybody = load_users(connection)
    address = load_queue(connection, queue_id).lead
    lead = find_user(connection, address) if address else None
    chosen = on_duty([lead], everybody, now) if lead is not None and lead.role != "viewer" else ()
    if any(not user.is_away(now) for user in chosen):
        return chosen
    return on_duty(agents_of(connection, queue_id), everybody, now) or chosen


def load_reminders(connection: Connection, queue_id: int) -> Reminders:
    """The reminders of a queue."""
    return _people(connection).reminders[queue_id]


def read_queue(row: Row[Any]) -> Queue:
    """The queue of a row."""
    return Queue(
        id=row.id,
        name=row.name,
        address=row.address,
        language=row.language,
        country=row.country,
        timezone=row.timezone,
        hours=row.hours,
        closing_days=tuple(row.closing_days),
        topics=tuple(row.topics),
        lead=row.lead,
    )
