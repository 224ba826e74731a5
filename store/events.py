"""Events: what happened to a case, by whom, when; chained by hashes behind the commit.

An event is written unchained in the transaction it tells of. The sealer, one at a time over all nodes, chains
committed events in batches. What is chained is a salted commitment: the words and the salt can be erased, and
the chain still proves that nothing else was altered, left out or put in order anew.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from store.claims import take_lease
from store.database import Database
from store.failpoints import Step, reach
from store.tables import events, seals

_BATCH = 1000

_ADD = sa.insert(events)


def add_event(
    connection: Connection, *, case_id: int | None, at: datetime, actor: str, what: str, message_id: int | None = None
) -> None:
    """Put on record that `actor` did `what`."""
    row = {"case_id": case_id, "message_id": message_id, "at": at, "actor": actor, "what": what}
    connection.execute(_ADD, row | {"salt": secrets.token_bytes(16), "sealed": False})


def seal_events(database: Database, *, holder: str) -> int:
    """Chain the events that are committed and not chained yet; how many. 0 also when another node is at it."""
    with database.read() as connection:
        if connection.execute(_unsealed(1)).first() is None:
            return 0
    with database.write() as connection:
        if not take_lease(database, connection, "sealer", holder=holder):
            return 0
        rows = connection.execute(_unsealed(_BATCH)).all()
        last = connection.execute(sa.select(seals).order_by(seals.c.position.desc()).limit(1)).first()
        sealed, previous = (last.position, last.hash) if last is not None else (0, b"")
        links = []
        for position, row in enumerate(rows, start=sealed + 1):
            commitment = commit_to(row)
            previous = chain(previous, commitment)
            links.append({"position": position, "event_id": row.id, "commitment": commitment, "hash": previous})
        connection.execute(sa.insert(seals), links)
        connection.execute(sa.update(events).where(events.c.id.in_([row.id for row in rows])).values(sealed=True))
        reach(Step.EVENTS_SEALED)
        return len(rows)


def commit_to(row: Row[Any]) -> bytes:
    """SHA-256 over the event's salt and its content in one fixed form."""
    content = [row.id, row.case_id, row.message_id, row.at.astimezone(UTC).isoformat(), row.actor, row.what]
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return hashlib.sha256(bytes(row.salt) + canonical).digest()


def chain(previous: bytes, commitment: bytes) -> bytes:
    """The hash of a link: SHA-256 over the hash before it and its commitment."""
    return hashlib.sha256(previous + commitment).digest()


def find_first_break(connection: Connection, advance: Callable[[], None] = lambda: None) -> int | None:
    """The position of the first link that does not hold, None when all do; `advance` is called for each.

    An erased event counts as whole; one behind the last link that says it was chained is a chain cut short.
    """
    chained = (
        sa.select(seals.c.position, seals.c.commitment, seals.c.hash, events)
        .join(events, events.c.id == seals.c.event_id, isouter=True)
        .order_by(seals.c.position)
        .execution_options(yield_per=_BATCH)
    )
    previous, length = b"", 0
    with connection.execute(chained) as links:
        for length, row in enumerate(links, start=1):
            if not _holds(row, length, previous):
                return length
            previous = row.hash
            advance()
    said = sa.select(sa.func.count()).select_from(events).where(events.c.sealed)
    return length + 1 if connection.execute(said).scalar_one() > length else None


def _holds(link: Row[Any], position: int, previous: bytes) -> bool:
    """Whether a link, with its event beside it, is what was chained at this position."""
    if link.id is None or link.position != position or not link.sealed:
        return False
    # A tombstone holds no words: a salt that is gone does not excuse words that were changed.
    is_erased = not (link.salt or link.what or link.actor)
    return bool((is_erased or commit_to(link) == link.commitment) and chain(previous, link.commitment) == link.hash)


def _unsealed(limit: int) -> sa.Select[Any]:
    # By a mark on the row, not by the last id: on PostgreSQL a lower id may be committed after a higher one.
    return sa.select(events).where(events.c.sealed.is_(False)).order_by(events.c.id).limit(limit)
