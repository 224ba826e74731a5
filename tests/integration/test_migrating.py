"""Migrating while others run: killed half-way, beside a writer of the version before, older programs told or let on."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from alembic.config import Config  # isort: skip

from cases.arrival import Arrival, Channel
from store import schema
from store.clock import real_clock
from store.database import Database, open_postgresql, open_sqlite
from store.raw import IN_ROW_OCTETS
from store.schema import HEADS, SIDE_BY_SIDE, SchemaTooNew, Tree, load_standing, migrate, migrations_folder
from store.store import Store, open_store
from tests.casework import NOW

BEFORE: dict[Tree, str] = {"ledger": "ledger_0001", "cases": "cases_0006"}
# The oldest revision whose programs may work beside ours.
OLDEST: dict[Tree, str] = {"ledger": "ledger_0002", "cases": "cases_0007"}
TREES: list[Tree] = ["ledger", "cases"]
LARGE = b"x" * (IN_ROW_OCTETS + 1)
_ADD = (
    "INSERT INTO mails (received_at, channel, peer, helo, trusted, recipients, raw_sha256, raw_size, state,"
    " next_try_at, tries, last_error, reason) VALUES ('2026-11-23 08:00:00', 'smtp', '', '', {false}, '[]', 'x', 1,"
    " 'new', '2026-11-23 08:00:00', 0, '', '')"
)


@contextmanager
def opened(folder: Path, url: str, tree: Tree) -> Iterator[Database]:
    """One tree's database without any migration."""
    database = open_postgresql(url) if url else open_sqlite(folder / f"{tree}.db")
    try:
        yield database
    finally:
        database.close()


def make_before(folder: Path, url: str) -> None:
    """Both trees as the version before left them."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for tree in TREES:
        script = ScriptDirectory(str(migrations_folder(tree)))
        with opened(folder, url, tree) as database, database.write() as connection:

            def steps(revision: object, _context: object, script: ScriptDirectory = script, to: str = BEFORE[tree]):  # type: ignore[no-untyped-def]
                return script._upgrade_revs(to, revision)  # type: ignore[arg-type]

            with EnvironmentContext(Config(), script, fn=steps, destination_rev=BEFORE[tree]) as environment:
                environment.configure(connection=connection, version_table=f"{tree}_schema", transactional_ddl=False)
                environment.run_migrations()


def add_as_before(database: Database) -> None:
    """Take a mail in as the version before did."""
    false = "0" if database.is_sqlite else "false"
    with database.write() as connection:
        connection.execute(sa.text(_ADD.format(false=false)))


def test_the_version_before_goes_on_writing_while_the_tables_are_migrated(empty_url: str, tmp_path: Path) -> None:
    make_before(tmp_path, empty_url)
    written, over = [0], threading.Event()
    with opened(tmp_path, empty_url, "ledger") as before:

        def write() -> None:
            while not over.is_set():
                add_as_before(before)
                written[0] += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while written[0] < 5:
                assert writer.is_alive()
                time.sleep(0.005)
            store = open_store(tmp_path, empty_url, clock=lambda: NOW)
            at_the_end = written[0]
            while written[0] < at_the_end + 5:
                assert writer.is_alive()
                time.sleep(0.005)
        finally:
            over.set()
            writer.join()
        with store.ledger_database.read() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM mails")).scalar() == written[0]
            assert connection.execute(sa.text("SELECT version_num FROM ledger_schema")).scalar() == HEADS["ledger"]
        assert len(store.ledger.claim(holder="new", now=NOW, limit=3)) == 3
        store.close()


def _migrate_and_die(folder: Path, url: str, tree: Tree, statements: int) -> None:
    """Migrate in a process that is killed in front of its `statements`th statement."""
    with opened(folder, url, tree) as database:
        seen = [0]

        def count(*_: object) -> None:
            seen[0] += 1
            if seen[0] > statements:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(database.engine, "before_cursor_execute", count)
        migrate(database, tree)


@pytest.mark.parametrize("tree", TREES)
def test_whoever_is_killed_while_migrating_leaves_tables_that_the_next_start_brings_on(
    empty_url: str, tmp_path: Path, tree: Tree
) -> None:
    make_before(tmp_path, empty_url)
    killed = 0
    for statements in range(2, 60, 5):
        child = multiprocessing.get_context("fork").Process(
            target=_migrate_and_die, args=(tmp_path, empty_url, tree, statements)
        )
        child.start()
        child.join(20)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        killed += 1
        with opened(tmp_path, empty_url, tree) as database:
            standing = load_standing(database, tree)
        assert standing is not None
        assert (standing.revision, standing.oldest) in ((BEFORE[tree], None), (HEADS[tree], OLDEST[tree]))
        if standing.revision == HEADS[tree]:
            break
    assert killed >= 2
    store = open_store(tmp_path, empty_url, clock=lambda: NOW)
    (ledger_id,) = store.ledger.add([_arrival()])
    assert store.ledger.load(ledger_id) == LARGE
    store.close()


def test_several_nodes_may_start_at_once_on_old_tables(empty_url: str, tmp_path: Path) -> None:
    make_before(tmp_path, empty_url)
    stores: list[Store] = []
    starting = [
        threading.Thread(target=lambda: stores.append(open_store(tmp_path, empty_url, clock=lambda: NOW)))
        for _ in range(4)
    ]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join(60)
    assert len(stores) == 4
    for store in stores:
        store.close()


def _set_standing(store: Store, tree: Tree, *, revision: str, oldest: str) -> None:
    database = store.ledger_database if tree == "ledger" else store.cases
    with database.write() as connection:
        connection.execute(
            sa.text(f"UPDATE {tree}_schema SET version_num = :revision, oldest = :oldest"),
            {"revision": revision, "oldest": oldest},
        )


@pytest.mark.parametrize("tree", TREES)
def test_an_older_program_works_on_tables_that_were_only_added_to(empty_url: str, tmp_path: Path, tree: Tree) -> None:
    newer = open_store(tmp_path, empty_url, clock=lambda: NOW)
    _set_standing(newer, tree, revision=f"{tree}_9999", oldest=HEADS[tree])
    older = open_store(tmp_path, empty_url, clock=lambda: NOW)
    (ledger_id,) = older.ledger.add([_arrival()])
    assert newer.ledger.load(ledger_id) == LARGE
    assert older.keyring.sign("x", b"y") == newer.keyring.sign("x", b"y")
    newer.close()
    older.close()
    with opened(tmp_path, empty_url, tree) as database:
        standing = load_standing(database, tree)
    assert standing is not None
    assert standing.revision == f"{tree}_9999"  # the older one has not turned it back


@pytest.mark.parametrize("tree", TREES)
def test_an_older_program_is_refused_where_something_it_needs_was_taken_away(
    empty_url: str, tmp_path: Path, tree: Tree
) -> None:
    newer = open_store(tmp_path, empty_url, clock=lambda: NOW)
    _set_standing(newer, tree, revision=f"{tree}_9999", oldest=f"{tree}_9998")
    newer.close()
    with pytest.raises(SchemaTooNew, match=f"{tree}_9999, which needs a version that knows {tree}_9998"):
        open_store(tmp_path, empty_url, clock=lambda: NOW)


def test_rows_that_the_version_before_cannot_read_are_written_from_a_day_after_it_was_migrated(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    url = new_postgresql()
    make_before(tmp_path, url)
    now = [real_clock()]
    store = open_store(tmp_path, url, clock=lambda: now[0])
    first = store.blobs.keep(LARGE)
    assert (first.content, first.location) == (LARGE, None)
    now[0] += SIDE_BY_SIDE + timedelta(minutes=1)
    second = store.blobs.keep(LARGE)
    assert second.content is None
    assert store.blobs.load(first) == store.blobs.load(second) == LARGE
    store.close()


def test_what_a_revision_says_about_older_programs_holds_until_a_later_one_says_more() -> None:
    for tree in TREES:
        script = ScriptDirectory(str(migrations_folder(tree)))
        assert schema._oldest(script) == OLDEST[tree]


def test_readers_see_one_state_however_many_statements_they_are(store: Store) -> None:
    with store.ledger_database.read() as connection:
        count = sa.text("SELECT count(*) FROM mails")
        assert connection.execute(count).scalar() == 0
        store.ledger.add([_arrival()])
        assert connection.execute(count).scalar() == 0
    with store.ledger_database.read() as connection:
        assert connection.execute(count).scalar() == 1


def test_a_clock_that_is_not_the_database_servers_is_told(
    new_postgresql: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_postgresql(new_postgresql())
    assert abs(database.find_clock_difference()) < timedelta(seconds=2)
    monkeypatch.setattr(database, "_clock", lambda: real_clock() - timedelta(seconds=30))
    assert abs(database.find_clock_difference() + timedelta(seconds=30)) < timedelta(seconds=2)
    database.close()


def _arrival() -> Arrival:
    return Arrival(raw=LARGE, channel=Channel.SMTP, sender=None, recipients=(), received_at=NOW)
