"""Threat 28, a fault of ours is a 451 without its text: the sender keeps the mail, and its retry is in."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from casepost.edge import Directory
from cases.arrival import Arrival
from store.group_commit import LedgerWriter
from store.ledger_tables import mails
from store.store import Store, open_store
from tests.casework import NOW
from tests.edge import MAIL, NOON, OURS, Edge, Raw, open_files
from tests.loop_thread import LoopThread
from tests.office import Office
from tests.service import wait_until

PUT_OFF = "451 4.3.0 Local error, try again later"
SECRET = "order 302-1234567-7654321 of jan@petersen.example"
LARGE = MAIL + (b"y" * 78 + b"\r\n") * 6000


class Desk:
    """A listener that writes to a real ledger, as `casepost/edge.py` has it."""

    def __init__(self, thread: LoopThread, store: Store, **options: Any) -> None:
        self.store = store
        self.writer = LedgerWriter(store.ledger, committed=lambda: None)
        options = {"take_timeout": 20, "directory": Directory(store.cases), **options}
        self.edge = Edge(thread, take=self._take, **options)

    async def _take(self, arrival: Arrival) -> int:
        return await asyncio.wrap_future(self.writer.add(arrival))

    def send(self, raw: bytes = MAIL) -> list[str]:
        """All replies to one mail, each as a whole."""
        with self.edge.raw() as peer:
            return send_by(peer, raw)

    def count(self) -> int:
        with self.store.ledger_database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(mails)).scalar_one())


def send_by(peer: Raw, raw: bytes = MAIL) -> list[str]:
    said = [peer.ask(b"EHLO x\r\n").splitlines()[-1]]
    for command in (b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@casepost.example>", b"DATA", raw + b"."):
        if said[-1][0] in "23":
            said.append(peer.ask(command + b"\r\n"))
    return said


@pytest.fixture
def desks(thread: LoopThread) -> Iterator[Any]:
    made: list[Desk] = []

    def make(store: Store, **options: Any) -> Desk:
        made.append(Desk(thread, store, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.edge.drain()
        desk.writer.close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def without_table(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("ALTER TABLE mails RENAME TO gone")
        yield
        connection.execute("ALTER TABLE gone RENAME TO mails")


@contextmanager
def damaged(folder: Path) -> Iterator[None]:
    """The file is no database any more."""
    kept = folder.parent / "kept.db"
    with (folder / "ledger.db").open("r+b") as file:
        kept.write_bytes(file.read(100))
        file.seek(0)
        file.write(b"this is no database" + b"\0" * 81)
    yield
    with (folder / "ledger.db").open("r+b") as file:
        file.write(kept.read_bytes())


@contextmanager
def without_blobs(folder: Path) -> Iterator[None]:
    """The folder of large mails is not one: what no rights do for others, this does for root, too."""
    blobs = folder / "blobs"
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.write_bytes(b"")
    yield
    blobs.unlink()


@pytest.mark.parametrize("fault", [locked, without_table, damaged], ids=lambda fault: fault.__name__)
def test_28_a_store_that_fails_puts_mail_off_and_the_retry_is_one_case(
    desks: Any, office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Any
) -> None:
    desk: Desk = desks(office.store, take_timeout=0.5)
    office.store.ledger_database.close()  # no connection has the old file in its cache
    with fault(tmp_path / "var"):
        for _ in range(2):
            assert desk.send()[-1] == PUT_OFF
    assert [one for one in caplog.records if one.levelno >= logging.ERROR]
    wait_until(lambda: desk.send()[-1].startswith("250 2.0.0 Ok: queued as "))
    desk.writer.close()
    cases = {applied.number for number in range(desk.count()) if (applied := office.work_on(number + 1))}
    assert len(cases) == 1


def test_28_a_spool_without_rights_puts_large_mail_off_and_only_that(
    desks: Any, office: Office, tmp_path: Path
) -> None:
    desk: Desk = desks(office.store)
    with without_blobs(tmp_path / "var"):
        assert desk.send(LARGE)[-1] == PUT_OFF
        assert desk.send(MAIL)[-1].startswith("250")
    assert desk.send(LARGE)[-1].startswith("250")
    assert office.store.ledger.load(2) == LARGE


def test_28_a_folder_for_mails_under_way_that_is_gone_puts_large_mail_off_and_only_that(
    desks: Any, office: Office, tmp_path: Path
) -> None:
    desk: Desk = desks(office.store, spool_dir=tmp_path / "spool")
    assert desk.send(LARGE)[-1] == PUT_OFF
    assert desk.send(MAIL)[-1].startswith("250")
    (tmp_path / "spool").mkdir()
    assert desk.send(LARGE)[-1].startswith("250")
    assert list((tmp_path / "spool").iterdir()) == []


def test_28_a_postgresql_that_is_gone_puts_mail_off_and_the_retry_is_in(
    desks: Any, new_postgresql: Any, postgresql: Any, tmp_path: Path
) -> None:
    store = open_store(tmp_path / "var", new_postgresql(), clock=lambda: NOW)
    name = store.cases.engine.url.database
    desk: Desk = desks(store, directory=None)
    assert desk.send()[-1].startswith("250")
    with closing(store), psycopg.connect(postgresql("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert desk.send(LARGE)[-1] == PUT_OFF
        assert desk.send(MAIL)[-1] == PUT_OFF
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
        assert desk.send(MAIL)[-1].startswith("250")
        assert desk.count() == 2
        desk.writer.close()


class Faulty:
    """Raises what it is told to, wherever a session asks somebody else."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error

    def fail(self, answer: Any) -> Any:
        if self.error is not None:
            raise self.error
        return answer

    async def take(self, _arrival: Arrival) -> int:
        return int(self.fail(1))

    def is_ours(self, address: str) -> bool:
        return bool(self.fail(address == OURS))

    def fits(self, _octets: int) -> bool:
        return bool(self.fail(True))

    def clock(self) -> Any:
        return self.fail(NOON)


HOOKS = ("take", "directory", "disk", "clock")


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        ValueError(SECRET),
        KeyError(SECRET),
        OSError(5, SECRET),
        MemoryError(),
        AssertionError(SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
def test_28_whatever_is_raised_in_whichever_hook_is_451_and_the_retry_is_in(
    edges: Any, caplog: pytest.LogCaptureFixture, hook: str, error: Exception
) -> None:
    faulty = Faulty(error)
    options = {"take": faulty.take, "directory": faulty, "disk": faulty, "clock": faulty.clock}
    edge: Edge = edges(**{hook: options[hook]})
    with edge.raw() as peer:
        assert send_by(peer)[-1] == PUT_OFF
        assert peer.ask(b"NOOP\r\n").startswith("250")
        faulty.error = None
        assert send_by(peer)[-1].startswith("250 2.0.0")
    assert SECRET not in caplog.text
    assert not [one for one in caplog.records if SECRET in str(vars(one)) or one.exc_info]


def test_28_a_fault_in_the_session_itself_is_451_without_its_text(
    edge: Edge, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    with edge.raw() as peer:
        for name in ("parse_path", "parse_sender", "parse_recipient", "Arrival"):
            with monkeypatch.context() as patch:
                patch.setattr(f"ingest.smtp_session.{name}", fail)
                assert send_by(peer)[-1] == PUT_OFF
        assert send_by(peer)[-1].startswith("250 2.0.0")
    assert SECRET not in caplog.text


def test_28_a_fault_after_the_dot_is_said_once_for_each_recipient_of_lmtp_and_leaves_no_file(
    edges: Any, tmp_path: Path
) -> None:
    faulty = Faulty(RuntimeError(SECRET))
    edge: Edge = edges(lmtp=True, clock=faulty.clock, spool_dir=tmp_path)
    with edge.raw() as peer:
        peer.ask(b"LHLO x\r\n")
        peer.send(b"MAIL FROM:<>\r\n" + b"RCPT TO:<support@casepost.example>\r\n" * 3 + b"DATA\r\n")
        assert [peer.reply()[:3] for _ in range(5)] == ["250"] * 4 + ["354"]
        peer.send(LARGE + b".\r\nNOOP\r\n")
        assert [peer.line() for _ in range(4)] == [PUT_OFF] * 3 + ["250 2.0.0 Ok"]
        assert not [one for one in open_files() if one.startswith(f"{tmp_path}/")]
