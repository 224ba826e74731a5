"""Migrations: brings a database to the schema this version knows, or works on with a newer one if it may.

Two trees of Alembic revisions, one for the ledger and one for the cases, so that on SQLite each file has its own.

Nodes of two versions run side by side while an installation is upgraded: a revision first only adds (expand), and
what nobody uses any more is taken away by a later one (contract). Each revision file says in `oldest` which revision
a program must know at least to work with these tables; without it that is the same as for the one before. The newest
word stands in the database beside the revision, so that an older program can ask before it works on tables that it
does not know. What an older program could not even read is written from a day after the migration on (`is_settled`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.errors import PermanentError
from store.columns import Instant
from store.database import Database

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

Tree = Literal["ledger", "cases"]

# The newest revision of each tree, so that a start need not load Alembic only to learn that all is well.
HEADS: dict[Tree, str] = {"ledger": "ledger_0002", "cases": "cases_0009"}
SIDE_BY_SIDE = timedelta(days=1)  # so long nodes of two versions may run on one database


class SchemaTooNew(PermanentError):
    """The database was made by a newer version of casepost, and this one must not work on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a database is. `oldest`: the oldest revision whose program may work with it, None in old databases.

    `since`: when tables were migrated that may have been in use; None when these were made as they are.
    """

    revision: str
    oldest: str | None = None
    since: datetime | None = None


def migrate(database: Database, tree: Tree) -> Standing:
    """Bring the tables of `tree` to the newest revision if they are not there already, or further; where they are then.

    Raises SchemaTooNew (permanent), StoreUnavailable (temporary).
    """
    standing = load_standing(database, tree)
    if standing is None or standing.revision != HEADS[tree]:
        _upgrade(database, tree)
        standing = load_standing(database, tree)
    assert standing is not None
    return standing


def load_standing(database: Database, tree: Tree) -> Standing | None:
    """Where the tables of `tree` are; None when there are none."""
    with database.read() as connection:
        return _find_standing(connection, tree)


def is_settled(standing: Standing, *, now: datetime) -> bool:
    """Whether no node of an older version may run beside this one any more."""
    return standing.since is None or now >= standing.since + SIDE_BY_SIDE


def migrations_folder(tree: Tree) -> Path:
    """The folder with the Alembic revisions of `tree`."""
    return Path(__file__).parent / "migrations" / tree


def _find_standing(connection: Connection, tree: Tree) -> Standing | None:
    table = _version_table(tree)
    inspector = sa.inspect(connection)
    if not inspector.has_table(table.name):
        return None
    there = {column["name"] for column in inspector.get_columns(table.name)}
    row = connection.execute(sa.select(*(column for column in table.c if column.name in there))).first()
    if row is None:
        return None
    return Standing(revision=row.version_num, oldest=getattr(row, "oldest", None), since=getattr(row, "since", None))


def _version_table(tree: Tree) -> sa.TableClause:
    return sa.table(
        f"{tree}_schema",
        sa.column("version_num", sa.String),
        sa.column("oldest", sa.String),
        sa.column("since", Instant),
    )


def _upgrade(database: Database, tree: Tree) -> None:
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
    from alembic.script import ScriptDirectory

    from alembic.config import Config  # isort: skip

    script = ScriptDirectory(str(migrations_folder(tree)))

    def steps(revision: object, _context: MigrationContext) -> list[StampStep | RevisionStep]:
        return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type]  # None: nothing is there yet

    with database.write() as connection:
        if not database.is_sqlite:
            # Two nodes may start at once; the second one waits and finds the work done.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('casepost schema'))"))
        standing = _find_standing(connection, tree)
        if standing is not None and (standing.revision == HEADS[tree] or _is_newer(script, standing, tree)):
            return
        with EnvironmentContext(Config(), script, fn=steps, destination_rev="head") as environment:
            environment.configure(connection=connection, version_table=f"{tree}_schema", transactional_ddl=False)
            environment.run_migrations()
        since = None if standing is None else database.now()
        connection.execute(sa.update(_version_table(tree)).values(oldest=_oldest(script), since=since))


def _is_newer(script: "ScriptDirectory", standing: Standing, tree: Tree) -> bool:
    """Whether a newer version has migrated the tables, and this one may work with them all the same.

    Raises SchemaTooNew when it must not.
    """
    known = {revision.revision for revision in script.walk_revisions()}
    if standing.revision in known:
        return False
    if standing.oldest not in known:
        needed = f", which needs a version that knows {standing.oldest}" if standing.oldest else ""
        raise SchemaTooNew(
            f"the {tree} tables are at revision {standing.revision}{needed}; this version knows none after "
            f"{HEADS[tree]}: install the version of casepost that made them, or a newer one"
        )
    return True


def _oldest(script: "ScriptDirectory") -> str:
    """What the newest revision says about it that says anything; the first one if none does."""
    for revision in script.walk_revisions():
        oldest: str | None = getattr(revision.module, "oldest", None)
        if oldest is not None:
            return oldest
    return str(script.get_base())
