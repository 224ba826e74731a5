"""The one final word for each mail, and the keys that tell same mails apart from others."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.change import Applied, Change, Disposition
from cases.model import Outcome, Status
from cases.plan import ReplyKind
from store.case_rows import load_state
from store.claims import insert_once
from store.database import Database
from store.events import add_event
from store.planned import cancel_planned
from store.tables import cases, dispositions, mail_keys


def find_disposition(connection: Connection, ledger_id: int) -> Applied | None:
    """What became of this mail, None while it has no final word."""
    row = connection.execute(
        sa.select(dispositions, cases.c.number)
        .join(cases, cases.c.id == dispositions.c.case_id, isouter=True)
        .where(dispositions.c.ledger_id == ledger_id)
    ).first()
    if row is None:
        return None
    return Applied(
        outcome=Outcome(row.outcome),
        reason=row.reason,
        case_id=row.case_id,
        number=row.number,
        message_id=row.message_id,
    )


def record_disposition(connection: Connection, disposition: Disposition, applied: Applied, *, at: datetime) -> None:
    """Write the final word, and to which case and message the mail's key leads."""
    connection.execute(
        sa.insert(dispositions).values(
            ledger_id=disposition.ledger_id,
            outcome=applied.outcome,
            case_id=applied.case_id,
            message_id=applied.message_id,
            reason=applied.reason,
            at=at,
        )
    )
    if applied.outcome is not Outcome.DUPLICATE:
        connection.execute(
            sa.update(mail_keys)
            .where(mail_keys.c.key == disposition.key)
            .values(case_id=applied.case_id, message_id=applied.message_id)
        )


def claim_key(database: Database, connection: Connection, disposition: Disposition) -> Row[Any] | None:
    """None when this is the first mail with its key, else the row of the mail that came before."""
    values = {"key": disposition.key, "ledger_id": disposition.ledger_id, "strength": disposition.strength}
    if insert_once(database, connection, mail_keys, values) is not None:
        return None
    same = sa.select(mail_keys).where(mail_keys.c.key == disposition.key).with_for_update()
    return connection.execute(same).one()


def forget_weaker(connection: Connection, before: Row[Any], change: Change) -> None:
    """A stronger copy of a mail came later: it holds, and what the weaker one opened is closed without a word.

    The mail's words stay on record where they were; only the case the weaker copy opened is folded away.
    """
    assert change.disposition is not None
    connection.execute(
        sa.update(mail_keys)
        .where(mail_keys.c.key == change.disposition.key)
        .values(ledger_id=change.disposition.ledger_id, strength=change.disposition.strength)
    )
    earlier = find_disposition(connection, before.ledger_id)
    if earlier is None or earlier.outcome is not Outcome.CREATED or earlier.case_id in (None, change.case_id):
        return
    assert earlier.case_id is not None
    opened = load_state(connection, earlier.case_id)
    if opened.version > 1:  # others have worked on it since: it is a case of its own now
        return
    because = "a copy of its mail came by a stronger address"
    cancel_planned(connection, opened.id, frozenset(ReplyKind), at=change.at, because=because)
    connection.execute(
        sa.update(cases)
        .where(cases.c.id == opened.id)
        .values(
            status=Status.CLOSED,
            closed_at=change.at,
            updated_at=change.at,
            merged_into_id=change.case_id,
            version=opened.version + 1,
        )
    )
    add_event(connection, case_id=opened.id, at=change.at, actor=change.actor, what=f"closed: {because}")
