"""After a restore: what may have left since the backup was taken does not leave again by itself.

Nobody knows what the lost hours sent. Mail that waited then is held; reminders of a later time go on.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.plan import AT_ONCE
from store.events import add_event
from store.ledger_tables import mails
from store.store import Store
from store.tables import looks, outbox, planned_replies

_FREE = {"lease_holder": None, "lease_until": None}


def settle(store: Store, *, taken_at: datetime, now: datetime) -> int:
    """Hold the mail that waited to leave when the backup was taken, and free what was in work; how many are held.

    Replies that were to be written at once are made due now, so that `hold_written` finds them written.
    """
    with store.ledger_database.write() as connection:
        connection.execute(sa.update(mails).where(mails.c.state == "working").values(state="new", **_FREE))
        connection.execute(sa.update(mails).where(mails.c.state == "new").values(next_try_at=now))
    with store.cases.write() as connection:
        for table in (planned_replies, looks):
            connection.execute(sa.update(table).where(table.c.state == "working").values(state="waiting", **_FREE))
        at_once = sa.and_(planned_replies.c.state == "waiting", planned_replies.c.kind.in_(list(AT_ONCE)))
        connection.execute(sa.update(planned_replies).where(at_once, planned_replies.c.due_at > now).values(due_at=now))
        waits = sa.or_(
            outbox.c.state.in_(("queued", "sending")), sa.and_(outbox.c.state == "uncertain", outbox.c.automatic)
        )
        return _hold(connection, waits, taken_at=taken_at, now=now)


def find_backlog(store: Store) -> list[int]:
    """The mails that were taken in and not worked on when the backup was taken."""
    with store.ledger_database.read() as connection:
        return list(
            connection.execute(sa.select(mails.c.id).where(mails.c.state == "new").order_by(mails.c.id)).scalars()
        )


def last_outgoing(store: Store) -> int:
    """The id of the newest mail in the outbox, 0 when there is none."""
    with store.cases.read() as connection:
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0))).scalar_one())


def hold_written(store: Store, *, after: int, taken_at: datetime, now: datetime) -> int:
    """Say of the mails that were written into the outbox behind `after` why they are held; how many."""
    with store.cases.write() as connection:
        new = sa.and_(outbox.c.id > after, outbox.c.state.in_(("held", "queued")))
        return _hold(connection, new, taken_at=taken_at, now=now)


def _hold(connection: Connection, which: sa.ColumnElement[bool], *, taken_at: datetime, now: datetime) -> int:
    reason = f"restored from a backup of {taken_at:%Y-%m-%d %H:%M} UTC: it may have left since"
    values: dict[str, Any] = {"state": "held", "hold_reason": reason, "last_error": "", "in_data": False, **_FREE}
    held = connection.execute(
        sa.update(outbox).where(which).values(values).returning(outbox.c.case_id, outbox.c.envelope_to)
    ).all()
    for row in held:
        what = f"mail to {row.envelope_to}: held, {reason}"
        add_event(connection, case_id=row.case_id, at=now, actor="casepost", what=what)
    return len(held)
