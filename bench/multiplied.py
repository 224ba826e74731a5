"""A store made large: cases that the product has written itself, again and again, each with names of its own.

All rows of the first cases are copied, with their ids moved on, by the database itself. The words of a copy are cut
short, since no index has them: a million cases would else be 50 GB.
"""

from typing import Any

import sqlalchemy as sa

from store.database import Database
from store.ledger_tables import mails, raws
from store.store import Store
from store.tables import (
    attempts,
    cases,
    dispositions,
    events,
    identifiers,
    known_ids,
    mail_keys,
    messages,
    outbox,
    participants,
    parts,
    planned_replies,
    referred_ids,
    waits,
)

SHARED_BY = 1000
"""So many cases name one order; all others are named by one case, or by two."""
_CASES_OF_A_SELLER = 3
_OF_LEDGER = (mails, raws)
# Parents first. Not the limits' memory of two days: what was sent before is not in it.
_OF_CASES = (
    cases,
    participants,
    messages,
    dispositions,
    identifiers,
    known_ids,
    referred_ids,
    mail_keys,
    parts,
    planned_replies,
    outbox,
    attempts,
    events,
    waits,
)
_IDS = {
    "ledger_id": mails,
    "case_id": cases,
    "origin_case_id": cases,
    "participant_id": participants,
    "message_id": messages,
    "cause_message_id": messages,
    "planned_id": planned_replies,
    "outbox_id": outbox,
}
_ONE_EACH = ("rfc_message_id", "key", "once_key")
_PERSONS = ("requester_key", "requester_address", "address", "address_key", "reply_address", "envelope_to")
_WORDS = ("text", "reply_text", "html", "content")
_SHORT = 200


def multiply(store: Store, times: int) -> None:
    """Make of all cases there are `times` as many. Nothing may use the store meanwhile."""
    moves = {table.name: _largest(store, table) for table in (mails, *_OF_CASES) if "id" in table.c}
    for database, tables in ((store.ledger_database, _OF_LEDGER), (store.cases, _OF_CASES)):
        engine = sa.create_engine(database.engine.url)  # without the product's checks of each row
        with engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(sa.text("SET session_replication_role = replica"))
            for table in tables:
                connection.execute(_copy(table, moves, times))
                _go_on_behind(connection, database, table)
        if not database.is_sqlite:  # as the server does by itself after a while
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
        engine.dispose()


def _largest(store: Store, table: sa.Table) -> int:
    database = store.ledger_database if table in _OF_LEDGER else store.cases
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0)


def _copy(table: sa.Table, moves: dict[str, int], times: int) -> sa.Insert:
    numbers = sa.select(sa.literal(1).label("number")).cte("copies", recursive=True)
    following = sa.select(numbers.c.number + 1).where(numbers.c.number < times - 1)
    numbers = numbers.union_all(following)
    values = [_value(table, column, numbers.c.number, moves).label(column.name) for column in table.c]
    return sa.insert(table).from_select(
        [column.name for column in table.c], sa.select(*values).join_from(numbers, table, sa.true())
    )


def _value(
    table: sa.Table, column: sa.Column[Any], number: sa.ColumnElement[int], moves: dict[str, int]
) -> sa.ColumnElement[Any]:
    """What the copy of that number has in this column; as it is where nothing tells copies apart."""
    of_table = table if column.name == "id" else _IDS.get(column.name)
    if of_table is not None:
        return column + number * moves[of_table.name]
    if column is cases.c.number:
        return sa.literal("0") + sa.cast(100_000_000 + cases.c.id + number * moves["cases"], sa.String)
    if column is identifiers.c.value:
        is_shared = sa.and_(identifiers.c.id == 1, number < SHARED_BY)
        return sa.case((is_shared, column), else_=column + "." + sa.cast(number // 2, sa.String))
    return _text(column, number)


def _text(column: sa.Column[Any], number: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    if column.name in _ONE_EACH:
        told_apart = sa.cast(number, sa.String) + "." + column
        length = getattr(column.type, "length", None)
        return told_apart if length is None else sa.func.substr(told_apart, 1, length)
    if column.name in _PERSONS:
        return sa.cast(number // _CASES_OF_A_SELLER, sa.String) + "." + column
    if column.name in _WORDS:
        return sa.func.substr(column, 1, _SHORT)
    return column


def _go_on_behind(connection: sa.Connection, database: Database, table: sa.Table) -> None:
    """PostgreSQL's counters know nothing of ids that were given."""
    if not database.is_sqlite and "id" in table.c:
        counter = sa.func.pg_get_serial_sequence(table.name, "id")
        connection.execute(sa.select(sa.func.setval(counter, sa.select(sa.func.max(table.c.id)).scalar_subquery())))
