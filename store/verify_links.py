"""What the database itself should hold together: its pages, and that every row named by another is there."""

from collections.abc import Iterator

import sqlalchemy as sa

from store.store import Store
from store.tables import metadata
from store.verify_finding import Finding

_SHOWN = 20


def check_files(store: Store) -> Iterator[Finding]:
    """SQLite's own look at its pages; PostgreSQL checks its pages when it reads them."""
    for name, database in (("ledger.db", store.ledger_database), ("cases.db", store.cases)):
        if not database.is_sqlite:
            return
        with database.read() as connection:
            for says in connection.execute(sa.text("PRAGMA quick_check")).scalars():
                if says != "ok":
                    yield Finding(table=name, row="", says=says, mend="restore the last good backup")


def check_links(store: Store) -> Iterator[Finding]:
    """A key that leads nowhere: somebody has switched the database's own check off."""
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            (column,), (element,) = key.columns, key.elements
            yield from _lost(store, table, column, element.column)


def _lost(store: Store, table: sa.Table, column: sa.Column[int], target: sa.Column[int]) -> Iterator[Finding]:
    other = target.table.alias()
    there = sa.exists().where(other.c[target.name] == column)
    lost = sa.select(table).where(column.is_not(None), ~there).limit(_SHOWN)
    with store.cases.read() as connection:
        rows = connection.execute(lost).all()
    for row in rows:
        which = ", ".join(f"{one.name} {row._mapping[one.name]}" for one in table.primary_key.columns)
        says = f"{column.name} names {target.table.name} {row._mapping[column.name]}, which is not there"
        yield Finding(table=table.name, row=which, says=says)
