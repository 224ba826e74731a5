"""Migrations: brings a database to the schema this version knows, or refuses a newer one.

Two trees of Alembic revisions, one for the ledger and one for the cases, so that on SQLite each file has its own.
"""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from cases.errors import PermanentError
from store.database import Database

Tree = Literal["ledger", "cases"]

# The newest revision of each tree, so that a start need not load Alembic only to learn that all is well.
HEADS: dict[Tree, str] = {"ledger": "ledger_0001", "cases": "cases_0006"}


class SchemaTooNew(PermanentError):
    """The database was made by a newer version of casepost."""


def migrate(database: Database, tree: Tree) -> None:
    """Bring the tables of `tree` to the newest revision; nothing is done when they are there already."""
    if _revision(database, tree) != HEADS[tree]:
        _upgrade(database, tree)


def migrations_folder(tree: Tree) -> Path:
    """The folder with the Alembic revisions of `tree`."""
    return Path(__file__).parent / "migrations" / tree


def _revision(database: Database, tree: Tree) -> str | None:
    table = f"{tree}_schema"
    with database.read() as connection:
        if not sa.inspect(connection).has_table(table):
            return None
        return connection.execute(sa.text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608  a fixed name


def _upgrade(database: Database, tree: Tree) -> None:
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    from alembic.config import Config  # isort: skip

    script = ScriptDirectory(str(migrations_folder(tree)))

    def steps(revision: object, _context: MigrationContext) -> list[StampStep | RevisionStep]:
        try:
            return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type]  # None: nothing is there yet
        except CommandError as error:
            raise SchemaTooNew(
                f"the {tree} tables are at revision {revision}, which this version does not know; "
                "install the version of casepost that made them, or a newer one"
            ) from error

    with database.write() as connection:
        if not database.is_sqlite:
            # Two nodes may start at once; the second one waits and finds the work done.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('casepost schema'))"))
        with EnvironmentContext(Config(), script, fn=steps, destination_rev="head") as environment:
            environment.configure(connection=connection, version_table=f"{tree}_schema", transactional_ddl=False)
            environment.run_migrations()
