"""Every covered row against its last voucher: altered, taken away or put in by another way than the program's."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from store.store import Store
from store.tables import vouchers, withdrawn
from store.verify_finding import Advance, Finding, believed
from store.vouched import Covered
from store.vouchers import GONE, Record, commit_to, load_records

_PAGE = 200


def check_records(store: Store, covered: Covered, advance: Advance) -> Iterator[Finding]:
    """The rows of one table, in the order of their key."""
    after: int | None = 0
    while after is not None:
        begin, end = after, _end_of_page(store, covered, after)
        yield from believed(partial(_check_page, store, covered, begin, end, advance))
        after = end


def _end_of_page(store: Store, covered: Covered, after: int) -> int | None:
    """The key of the last row of a page; None: the last page, without an end."""
    page = sa.select(covered.key).where(covered.key > after).order_by(covered.key).offset(_PAGE - 1).limit(1)
    with store.cases.read() as connection:
        return connection.execute(page).scalar()


def _check_page(store: Store, covered: Covered, after: int, end: int | None, advance: Advance) -> list[Finding]:
    def within(column: Any) -> sa.ColumnElement[bool]:
        return sa.and_(column > after, column <= end if end is not None else sa.true())

    with store.cases.read() as connection:
        records = list(load_records(connection, store.ledger_database, covered, within(covered.key), limit=None))
        last = _last_vouchers(connection, covered, within(vouchers.c.row_id))
        going = sa.select(withdrawn.c.row_id).where(withdrawn.c.kind == covered.kind.value, within(withdrawn.c.row_id))
        pending = set(connection.execute(going).scalars())
    found = []
    for record, vouched in records:
        advance()
        row = last.pop(record.row_id, None)
        if vouched and (says := _differs(record, row)):
            found.append(_finding(covered, record.row_id, says))
    gone = [row_id for row_id, row in last.items() if row.digest != GONE and row_id not in pending]
    return found + [_finding(covered, one, "the row is gone, and the program did not take it away") for one in gone]


def _last_vouchers(connection: Connection, covered: Covered, which: sa.ColumnElement[bool]) -> dict[int, Row[Any]]:
    mine = sa.and_(vouchers.c.kind == covered.kind.value, which)
    newest = sa.select(sa.func.max(vouchers.c.position)).where(mine).group_by(vouchers.c.row_id)
    rows: Sequence[Row[Any]] = connection.execute(sa.select(vouchers).where(vouchers.c.position.in_(newest))).all()
    return {row.row_id: row for row in rows}


def _differs(record: Record, row: Row[Any] | None) -> str:
    assert record.form is not None
    if row is None:
        return "nobody has vouched for this row: it was put in, or its vouchers were taken out"
    if row.digest == GONE:
        return "the program has taken this row away, and it is there"
    if commit_to(row.salt, record.form) != row.digest:
        return f"the row, or one that belongs to it, is not what was vouched for (link {row.position} of the vouchers)"
    return ""


def _finding(covered: Covered, row_id: int, says: str) -> Finding:
    return Finding(table=covered.table.name, row=f"{covered.key.name} {row_id}", says=says)
