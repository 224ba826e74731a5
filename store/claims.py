"""Work is claimed by a lease: a conditional update that one worker wins.

A lease ends after ten seconds unless it is renewed; a restarted node frees its own at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from store.database import Database
from store.tables import leases


class _HasId(Protocol):
    @property
    def id(self) -> int:
        """The row's id."""


_Claimed = TypeVar("_Claimed", bound=_HasId)


def claim(
    database: Database,
    connection: Connection,
    table: sa.Table,
    *,
    holder: str,
    ready: sa.ColumnElement[bool],
    order_by: Sequence[sa.Column[Any]],
    working: str,
    limit: int,
) -> Sequence[Row[Any]]:
    """Take up to `limit` rows that are `ready` and set them to the state `working`; returns the rows, in order."""
    wanted = sa.select(table.c.id).where(ready).order_by(*order_by).limit(limit)
    if not database.is_sqlite:
        wanted = wanted.with_for_update(skip_locked=True)
    # Named, so that PostgreSQL runs it once: a planner that ran it again for each row would take more than `limit`.
    once = wanted.cte("wanted")
    taken = (
        sa.update(table)
        .where(table.c.id.in_(sa.select(once.c.id)))
        .values(state=working, lease_holder=holder, lease_until=database.lease_until())
        .returning(*table.c)
    )
    rows = connection.execute(taken).all()
    return sorted(rows, key=lambda row: tuple(getattr(row, column.name) for column in order_by))


def renew(database: Database, connection: Connection, table: sa.Table, *, holder: str, ids: Sequence[int]) -> None:
    """Ten more seconds for the rows that are still ours."""
    connection.execute(
        sa.update(table)
        .where(table.c.id.in_(ids), table.c.lease_holder == holder)
        .values(lease_until=database.lease_until())
    )


def is_ours(table: sa.Table, row_id: int, holder: str) -> sa.ColumnElement[bool]:
    """The condition that a row is still claimed by `holder`: a late writer changes nothing."""
    return sa.and_(table.c.id == row_id, table.c.lease_holder == holder)


def lapsed(database: Database, table: sa.Table, *, working: str, node: str) -> sa.ColumnElement[bool]:
    """Rows in work whose lease is over, or was held by an earlier life of this node (`node` is a holder's prefix)."""
    return sa.and_(
        table.c.state == working,
        sa.or_(
            database.lease_is_over(table.c.lease_until),
            table.c.lease_holder.startswith(node, autoescape=True) if node else sa.false(),
        ),
    )


def lapsed_and_free(database: Database, table: sa.Table, *, working: str, node: str) -> sa.ColumnElement[bool]:
    """Rows that are `lapsed` and that nobody writes just now.

    Whoever was halted within a transaction has its row locked: to wait for that would keep all others waiting too.
    """
    found = sa.select(table.c.id).where(lapsed(database, table, working=working, node=node))
    return table.c.id.in_(found.with_for_update(skip_locked=True))


def free_lapsed(database: Database, table: sa.Table, *, ready: str, node: str) -> int:
    """Make rows `ready` again that are in work by nobody who lives, see `lapsed`; how many."""
    with database.write() as connection:
        freed = connection.execute(
            sa.update(table)
            .where(lapsed_and_free(database, table, working="working", node=node))
            .values(state=ready, lease_holder=None, lease_until=None)
        )
        return freed.rowcount


@contextmanager
def in_work(active: set[int], claimed: Sequence[_Claimed]) -> Iterator[Iterator[_Claimed]]:
    """The claimed rows one by one, with their ids in `active` for as long as somebody works on them.

    What a store that went away left undone is not in it afterwards: it must lapse, not be renewed.
    """
    ids = {one.id for one in claimed}
    active.update(ids)
    try:
        yield _one_by_one(active, claimed)
    finally:
        active.difference_update(ids)


def _one_by_one(active: set[int], claimed: Sequence[_Claimed]) -> Iterator[_Claimed]:
    for one in claimed:
        yield one
        active.discard(one.id)


def take_lease(database: Database, connection: Connection, name: str, *, holder: str) -> bool:
    """Whether `holder` has the lease `name` for the next ten seconds; a conditional update decides."""
    insert_once(connection, leases, {"name": name, "holder": holder, "until": database.lease_until()})
    renewed = connection.execute(
        sa.update(leases)
        .where(leases.c.name == name, sa.or_(leases.c.holder == holder, database.lease_is_over(leases.c.until)))
        .values(holder=holder, until=database.lease_until())
    )
    return renewed.rowcount == 1


def free_leases(database: Database, *, node: str) -> None:
    """Give up the named leases of an earlier life of this node (`node` is a holder's prefix)."""
    with database.write() as connection:
        connection.execute(sa.delete(leases).where(leases.c.holder.startswith(node, autoescape=True)))


def insert_once(connection: Connection, table: sa.Table, values: dict[str, Any]) -> Row[Any] | None:
    """Insert a row and return it, None when a unique index says that it is there already."""
    insert = _insert_once(table, is_sqlite=connection.dialect.name == "sqlite")
    # The server's own clock is an expression, and is no parameter.
    expressions = {name: value for name, value in values.items() if isinstance(value, sa.ClauseElement)}
    plain = {name: value for name, value in values.items() if name not in expressions}
    return connection.execute(insert.values(expressions) if expressions else insert, plain).first()


@cache
def _insert_once(table: sa.Table, *, is_sqlite: bool) -> Any:
    insert = sqlite.insert if is_sqlite else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*table.c)
