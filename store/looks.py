"""Files that can only be looked at, pictures and scanned documents: rows that wait until somebody has.

States: waiting -> working (claimed) -> done, or failed after two tries. A claim that lapses makes it waiting again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cases.mail import Identifier, Source
from store.claims import claim, free_lapsed, is_ours, renew
from store.database import Database
from store.failpoints import Step, reach
from store.tables import identifiers, looks, messages

TRIES = 2
_BACK_OFF = timedelta(seconds=30)
_WAITING_OF_CASE = (
    sa.select(looks.c.id)
    .join(messages, messages.c.id == looks.c.message_id)
    .where(messages.c.case_id == sa.bindparam("case_id"), looks.c.state.in_(("waiting", "working")))
    .limit(1)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LookDue:
    """A file to look at: in which raw mail, at which path, and what its case knows already."""

    id: int
    case_id: int
    message_id: int
    ledger_id: int
    path: str
    language: str | None
    known: tuple[Identifier, ...]
    reader_version: int
    tries: int


def claim_looks(database: Database, *, holder: str, now: datetime, limit: int) -> list[LookDue]:
    """Claim up to `limit` files that wait to be looked at, oldest first."""
    with database.write() as connection:
        rows = claim(
            database,
            connection,
            looks,
            holder=holder,
            ready=sa.and_(looks.c.state == "waiting", looks.c.due_at <= now),
            order_by=(looks.c.tries, looks.c.due_at, looks.c.id),
            working="working",
            limit=limit,
        )
    if rows:
        reach(Step.PICTURE_CLAIMED)
    return [due for row in rows if (due := _find_due(database, row.id)) is not None]


def renew_looks(database: Database, *, holder: str, ids: Sequence[int]) -> None:
    """Ten more seconds for files that are being looked at."""
    with database.write() as connection:
        renew(database, connection, looks, holder=holder, ids=ids)


def free_lapsed_looks(database: Database, *, node: str = "") -> int:
    """Make files waiting again whose lease is over or was held by an earlier life of `node`; how many."""
    return free_lapsed(database, looks, ready="waiting", node=node)


def end_look(connection: sa.Connection, look_id: int, *, holder: str) -> bool:
    """Note that a file was looked at; False when it is no longer ours to end."""
    return _end(connection, look_id, holder=holder, state="done", error="")


def record_look_failure(
    database: Database, due: LookDue, *, holder: str, error: str, counts: int, now: datetime
) -> bool:
    """Give a file back that could not be looked at; True when that was its last try. `counts`: as how many tries."""
    tries = due.tries + counts
    with database.write() as connection:
        if tries >= TRIES:
            return _end(connection, due.id, holder=holder, state="failed", error=error)
        connection.execute(
            sa.update(looks)
            .where(is_ours(looks, due.id, holder))
            .values(
                state="waiting",
                tries=tries,
                last_error=error,
                due_at=now + _BACK_OFF,
                lease_holder=None,
                lease_until=None,
            )
        )
    return False


def next_look_at(database: Database) -> datetime | None:
    """When the next file is to be looked at."""
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.min(looks.c.due_at)).where(looks.c.state == "waiting")).scalar()


def is_looked_at(connection: sa.Connection, case_id: int) -> bool:
    """Whether a file of the case waits to be looked at, or is being."""
    return connection.execute(_WAITING_OF_CASE, {"case_id": case_id}).first() is not None


def count_waiting_looks(database: Database) -> int:
    """How many files nobody has looked at yet."""
    with database.read() as connection:
        waiting = sa.select(sa.func.count()).select_from(looks).where(looks.c.state == "waiting")
        return int(connection.execute(waiting).scalar_one())


def _end(connection: sa.Connection, look_id: int, *, holder: str, state: str, error: str) -> bool:
    ended = connection.execute(
        sa.update(looks)
        .where(is_ours(looks, look_id, holder), looks.c.state == "working")
        .values(state=state, last_error=error, lease_holder=None, lease_until=None)
    )
    return ended.rowcount == 1


def _find_due(database: Database, look_id: int) -> LookDue | None:
    """What is to be looked at; None when the mail was read again meanwhile and has no such file any more."""
    with database.read() as connection:
        row = connection.execute(
            sa.select(looks, messages.c.case_id, messages.c.ledger_id, messages.c.language, messages.c.reader_version)
            .join(messages, messages.c.id == looks.c.message_id)
            .where(looks.c.id == look_id)
        ).first()
        if row is None:
            return None
        found = connection.execute(
            sa.select(identifiers.c.kind, identifiers.c.value, identifiers.c.source)
            .where(identifiers.c.case_id == row.case_id, identifiers.c.source != Source.IMAGE)
            .distinct()
        ).all()
    return LookDue(
        id=row.id,
        case_id=row.case_id,
        message_id=row.message_id,
        ledger_id=row.ledger_id,
        path=row.path,
        language=row.language,
        known=tuple(Identifier(kind=one.kind, value=one.value, source=Source(one.source)) for one in found),
        reader_version=row.reader_version or 0,
        tries=row.tries,
    )
