"""The rows of mails that are promised together: a few statements for all of them, whatever their number.

A statement for each mail costs more than the row itself: the driver prepares once what it is given at once.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from cases.arrival import Arrival
from store.database import Database
from store.ledger_tables import mails, raws
from store.raw import Kept

Given = tuple[Arrival, Kept]

_BY_ORDER = sa.insert(mails).returning(mails.c.id, sort_by_parameter_order=True)


def insert_mails(database: Database, connection: Connection, given: Sequence[Given]) -> list[int]:
    """Insert them and their raws: their ids, in order. A `source_key` that is there already keeps the id it has."""
    plain = [one for one in given if one[0].source_key is None]
    known: dict[str, int] = {}
    numbers = iter(_insert(database, connection, plain))
    if len(plain) < len(given):
        known = _insert_once(database, connection, [one for one in given if one[0].source_key is not None])
    return [next(numbers) if key is None else known[key] for key in (arrival.source_key for arrival, _ in given)]


def _insert(database: Database, connection: Connection, given: Sequence[Given]) -> list[int]:
    if not given:
        return []
    rows = [_mail_values(arrival, kept) for arrival, kept in given]
    if database.is_sqlite:
        # Nobody else writes, and SQLite itself gives the next number after the largest (sqlite.org/autoinc.html): so
        # they are known before, and the driver gets all rows with one call.
        first = (connection.execute(_LARGEST).scalar() or 0) + 1
        ids = list(range(first, first + len(rows)))
        connection.execute(_WITH_ID, [row | {"id": number} for row, number in zip(rows, ids, strict=True)])
    else:
        ids = list(connection.execute(_BY_ORDER, rows).scalars())
    _insert_raws(connection, ids, [kept for _, kept in given])
    return ids


_LARGEST = sa.select(sa.func.max(mails.c.id))
_WITH_ID = sa.insert(mails)


def _insert_once(database: Database, connection: Connection, given: Sequence[Given]) -> dict[str, int]:
    """By their keys the ids of those that are new and of those that were there."""
    first: dict[str, Given] = {}
    for arrival, kept in given:
        first.setdefault(arrival.source_key or "", (arrival, kept))
    rows = [_mail_values(arrival, kept) for arrival, kept in first.values()]
    insert = sqlite.insert(mails) if database.is_sqlite else postgresql.insert(mails)
    once = insert.on_conflict_do_nothing().returning(mails.c.id, mails.c.source_key)
    new = {row.source_key: row.id for row in connection.execute(once, rows)}
    _insert_raws(connection, list(new.values()), [first[key][1] for key in new])
    if len(new) == len(first):
        return new
    there = sa.select(mails.c.source_key, mails.c.id).where(mails.c.source_key.in_(first.keys() - new.keys()))
    return new | {row.source_key: row.id for row in connection.execute(there)}


def _insert_raws(connection: Connection, ids: Sequence[int], kept: Sequence[Kept]) -> None:
    if ids:
        connection.execute(
            sa.insert(raws),
            [
                {"ledger_id": number, "content": one.content, "location": one.location}
                for number, one in zip(ids, kept, strict=True)
            ],
        )


def _mail_values(arrival: Arrival, kept: Kept) -> dict[str, Any]:
    return {
        "received_at": arrival.received_at,
        "channel": arrival.channel.value,
        "peer": arrival.peer,
        "helo": arrival.helo,
        "trusted": arrival.trusted,
        "sender": arrival.sender,
        "recipients": list(arrival.recipients),
        "source_key": arrival.source_key,
        "raw_sha256": kept.sha256,
        "raw_size": kept.size,
        "state": "new",
        "next_try_at": arrival.received_at,
        "tries": 0,
        "last_error": "",
        "reason": "",
    }
