"""One mail that came in two copies is one message of its case: that of the copy by the stronger address."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Applied, Change
from store.derived import update_missing
from store.events import add_event
from store.tables import (
    dispositions,
    identifiers,
    known_ids,
    looks,
    mail_keys,
    messages,
    outbox,
    parts,
    planned_replies,
    redactions,
    referred_ids,
)

_NOT_LEFT = ("queued", "held", "superseded")
_READ_OUT_OF_IT = (parts, identifiers, looks, known_ids, referred_ids)
_POINTS_AT_IT = ((dispositions, "message_id"), (mail_keys, "message_id"), (planned_replies, "cause_message_id"),
                 (outbox, "message_id"), (redactions, "message_id"))  # fmt: skip


def is_said_twice(connection: Connection, earlier: Applied, applied: Applied) -> bool:
    """Whether both copies are messages of one case now; not when the weaker one's words have left already.

    Those stay on record: somebody outside has them.
    """
    if earlier.message_id is None or applied.message_id is None:
        return False
    case_id = connection.execute(sa.select(messages.c.case_id).where(messages.c.id == earlier.message_id)).scalar()
    left = sa.select(outbox.c.id).where(outbox.c.message_id == earlier.message_id, outbox.c.state.not_in(_NOT_LEFT))
    return case_id == applied.case_id and connection.execute(left.limit(1)).first() is None


def keep_stronger(connection: Connection, earlier: Applied, applied: Applied, change: Change) -> None:
    """Take the weaker copy's message out of the case; what belonged to it belongs to the stronger one's."""
    old, new = earlier.message_id, applied.message_id
    assert applied.case_id is not None
    _cancel_what_was_sent(connection, old, new)
    origin = sa.select(messages.c.origin_case_id).where(messages.c.id == old).scalar_subquery()
    connection.execute(sa.update(messages).where(messages.c.id == new).values(origin_case_id=origin))
    for table in _READ_OUT_OF_IT:
        connection.execute(sa.delete(table).where(table.c.message_id == old))
    for table, column in _POINTS_AT_IT:
        connection.execute(sa.update(table).where(table.c[column] == old).values({column: new}))
    connection.execute(sa.delete(messages).where(messages.c.id == old))
    update_missing(connection, applied.case_id)
    what = "the same mail came by a stronger address: it is one message"
    add_event(connection, case_id=applied.case_id, at=change.at, actor=change.actor, what=what, message_id=new)


def _cancel_what_was_sent(connection: Connection, old: int | None, new: int | None) -> None:
    """Who has been written to about the weaker copy is not written to once more in the same way."""
    written = sa.exists().where(outbox.c.planned_id == planned_replies.c.id, outbox.c.state != "superseded")
    had = connection.execute(
        sa.select(planned_replies.c.kind, planned_replies.c.user_id, planned_replies.c.participant_id).where(
            planned_replies.c.cause_message_id == old, written
        )
    ).all()
    for row in had:
        connection.execute(
            sa.update(planned_replies)
            .where(
                planned_replies.c.cause_message_id == new,
                planned_replies.c.state.in_(("waiting", "working")),
                planned_replies.c.kind == row.kind,
                planned_replies.c.user_id.is_not_distinct_from(row.user_id),
                planned_replies.c.participant_id.is_not_distinct_from(row.participant_id),
            )
            .values(state="cancelled", lease_holder=None)
        )
