"""The one final word for each mail, and the keys that tell same mails apart from others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.change import Applied, Change, Disposition
from cases.model import MessageKind, Outcome, Status
from cases.plan import AT_ONCE, ReplyKind
from store.case_rows import lock_case
from store.claims import insert_once
from store.copies import is_said_twice, keep_stronger
from store.events import add_event
from store.outbox import supersede_unsent
from store.people_tables import queues
from store.planned import cancel_planned
from store.tables import cases, dispositions, events, mail_keys, messages
from store.waits import end_wait

_FIND = (
    sa.select(dispositions, cases.c.number)
    .join(cases, cases.c.id == dispositions.c.case_id, isouter=True)
    .where(dispositions.c.ledger_id.in_(sa.bindparam("ledger_ids", expanding=True)))
)
_ADD = sa.insert(dispositions)
_SET_KEY = sa.update(mail_keys).where(mail_keys.c.key == sa.bindparam("of_key"))


def find_disposition(connection: Connection, ledger_id: int) -> Applied | None:
    """What became of this mail, None while it has no final word."""
    return find_dispositions(connection, [ledger_id]).get(ledger_id)


def find_dispositions(connection: Connection, ledger_ids: Sequence[int]) -> dict[int, Applied]:
    """What became of those of these mails that have a final word."""
    return {
        row.ledger_id: Applied(
            outcome=Outcome(row.outcome),
            reason=row.reason,
            case_id=row.case_id,
            number=row.number,
            message_id=row.message_id,
        )
        for row in connection.execute(_FIND, {"ledger_ids": ledger_ids})
    }


def record_disposition(connection: Connection, disposition: Disposition, applied: Applied, *, at: datetime) -> None:
    """Write the final word, and to which case and message the mail's key leads."""
    led_to = {"case_id": applied.case_id, "message_id": applied.message_id}
    word = {"ledger_id": disposition.ledger_id, "outcome": applied.outcome, "reason": applied.reason, "at": at}
    connection.execute(_ADD, word | led_to)
    if applied.outcome is not Outcome.DUPLICATE:
        connection.execute(_SET_KEY, led_to | {"of_key": disposition.key})


def claim_key(connection: Connection, disposition: Disposition) -> Row[Any] | None:
    """None when this is the first mail with its key, else the row of the mail that came before."""
    values = {"key": disposition.key, "ledger_id": disposition.ledger_id, "strength": disposition.strength}
    if insert_once(connection, mail_keys, values) is not None:
        return None
    same = sa.select(mail_keys).where(mail_keys.c.key == disposition.key).with_for_update()
    return connection.execute(same).one()


def forget_weaker(connection: Connection, before: Row[Any], change: Change, applied: Applied) -> None:
    """A stronger copy of a mail came later and was `applied`: what the weaker one did is taken back.

    What the weaker copy planned or wrote and nobody has got yet does not leave, and a case that it opened, and that
    nobody has worked on, is merged into the right one. In the same case the mail is one message: the stronger's.
    """
    assert change.disposition is not None
    connection.execute(
        sa.update(mail_keys)
        .where(mail_keys.c.key == change.disposition.key)
        .values(ledger_id=change.disposition.ledger_id, strength=change.disposition.strength)
    )
    earlier = find_disposition(connection, before.ledger_id)
    if earlier is None or earlier.case_id is None or earlier.message_id is None:
        return  # commands, which left no message, are done and stay so
    because = f"a copy of its mail came by a stronger address, to case {applied.number}"
    opened = lock_case(connection, earlier.case_id)
    fold = earlier.outcome is Outcome.CREATED and opened.id != applied.case_id and _is_untouched(connection, earlier)
    kinds, cause = (frozenset(ReplyKind), None) if fold else (AT_ONCE, earlier.message_id)
    cancel_planned(connection, opened.id, kinds, cause=cause, at=change.at, because=because)
    supersede_unsent(connection, opened.id, cause=cause, because=because)
    if is_said_twice(connection, earlier, applied):
        keep_stronger(connection, earlier, applied, change)
        return
    if fold:
        connection.execute(
            sa.update(cases)
            .where(cases.c.id == opened.id)
            .values(
                status=Status.CLOSED,
                waiting_since=None,
                closed_at=change.at,
                updated_at=change.at,
                merged_into_id=applied.case_id,
                version=opened.version + 1,
            )
        )
        end_wait(connection, opened.id, change)
    what = f"closed: {because}" if fold else f"superseded: {because}"
    add_event(connection, case_id=opened.id, at=change.at, actor=change.actor, what=what, message_id=earlier.message_id)


def note_queues(connection: Connection, case_id: int, disposition: Disposition, change: Change) -> None:
    """A later copy of a mail may come by another queue than the case's: that is said once."""
    own = sa.select(queues.c.name).join(cases, cases.c.queue_id == queues.c.id).where(cases.c.id == case_id)
    others = set(disposition.queues) - set(connection.execute(own).scalars())
    wanted = {f"also sent to the queue {name}" for name in others}
    said = sa.select(events.c.what).where(events.c.case_id == case_id, events.c.what.in_(wanted))
    for what in sorted(wanted - set(connection.execute(said).scalars())):
        add_event(connection, case_id=case_id, at=change.at, actor=change.actor, what=what)


def _is_untouched(connection: Connection, earlier: Applied) -> bool:
    """Whether nobody has done anything with a case but the mail that opened it and our automatic replies."""
    others = sa.exists().where(
        messages.c.case_id == cases.c.id,
        messages.c.id != earlier.message_id,
        messages.c.kind.in_((MessageKind.SELLER, MessageKind.AGENT, MessageKind.NOTE)),
    )
    untouched = sa.select(cases.c.id).where(
        cases.c.id == earlier.case_id, cases.c.status == Status.OPEN, cases.c.assignee_id.is_(None), ~others
    )
    return connection.execute(untouched).first() is not None
