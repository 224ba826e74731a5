"""Stores to test on: SQLite files and, where its package is there, a PostgreSQL server of our own.

Both are migrated once a session; a test gets a copy of the files, or the emptied database. One server a worker process.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cases.model import Reminders
from store import ledger_tables, tables
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from tests.casework import AGENT, NOW, RETURNS, SUPPORT

SEEDS = (QueueSeed(queue=SUPPORT, agents=(AGENT,)), QueueSeed(queue=RETURNS, agents=("rita@office.example",)))


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
    names = {*tables.metadata.tables, *ledger_tables.metadata.tables} - {"marks"}  # whose row comes with the migration
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign keys, so in any order
        connection.execute("; ".join(f'DELETE FROM "{name}"' for name in names).encode())
        connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
