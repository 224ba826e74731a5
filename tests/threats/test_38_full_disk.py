"""Threat 38: a disk that is full, out of inodes or read-only: 452 or 451, nothing broken, and it mends itself.

With `min_free_bytes = 0` the service runs into the wall itself: the disk is full within a commit or a checkpoint.
"""

import smtplib
import sqlite3
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.database import open_sqlite
from store.errors import StoreUnavailable
from store.ledger_tables import mails
from tests.outages.senders import Senders, assert_all_there
from tests.outages.small_disk import small_disk
from tests.service import QUEUE, SELLER, Service, mail, sent_to, wait_until
from tests.sink import Sink

INTO_THE_WALL = {"CASEPOST_SMTP__MIN_FREE_BYTES": "0"}
BACK_WITHIN = 30.0


def _is_whole(service: Service) -> bool:
    store = service.app.store
    said = []
    for database in (store.ledger_database, store.cases):
        with database.read() as connection:
            said.append(connection.execute(sa.text("PRAGMA integrity_check")).scalar())
    return said == ["ok", "ok"]


def test_38_a_disk_that_fills_up_under_load_breaks_nothing_and_all_goes_on_when_space_is_back(
    tmp_path: Path, sink: Sink
) -> None:
    with (
        small_disk(tmp_path / "var", "size=12m") as disk,
        Service(tmp_path, sink, environ=INTO_THE_WALL) as service,
        Senders(service, clients=4, padding=120_000) as senders,
    ):
        senders.wait_for(lambda books: bool(books.codes() - {250}))
        before = len(senders.books.promised)
        assert service.run("case", "list", "--json").returncode == 0
        disk.remount("size=200m")
        began = time.monotonic()
        senders.wait_for(lambda books: len(books.promised) > before)
        assert time.monotonic() - began < BACK_WITHIN
        senders.stop()
        assert senders.books.codes() <= {250, 451, 452}
        assert not [said for said in senders.books.texts if "var" in said or "sqlite" in said.lower()]
        assert_all_there(service, senders.books)
        assert _is_whole(service)


def test_38_a_disk_that_is_full_within_data_gets_the_mail_put_off_and_reading_and_sending_go_on(
    tmp_path: Path, sink: Sink
) -> None:
    raw = mail("Where is my money?", "x" * 70 + "\r\n" + ("y" * 70 + "\n") * 3000).as_bytes()
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    with small_disk(tmp_path / "var") as disk, Service(tmp_path, sink, environ=INTO_THE_WALL) as service:
        service.send(mail("First", "It is here."))
        wait_until(service.cases)
        sent_to(sink, SELLER)
        with smtplib.SMTP("127.0.0.1", service.port, timeout=90) as client:
            client.ehlo()
            client.mail(SELLER)
            client.rcpt(QUEUE)
            assert client.docmd("DATA")[0] == 354
            client.send(raw[: len(raw) // 2])
            disk.fill()
            client.send(raw[len(raw) // 2 :] + b"\r\n.\r\n")
            assert client.getreply()[0] in (451, 452)
            assert client.noop()[0] == 250
        assert service.run("case", "list", "--json").returncode == 0
        assert service.case(service.cases()[0]["number"])["subject"] == "First"
        disk.clear()
        service.send(raw)
        wait_until(lambda: len(service.cases()) == 2, BACK_WITHIN)
        assert _is_whole(service)


def test_38_little_space_is_told_before_the_mail_is_sent(tmp_path: Path, sink: Sink) -> None:
    few = {"CASEPOST_SMTP__MIN_FREE_BYTES": str(4 * 2**20)}
    with small_disk(tmp_path / "var", "size=40m") as disk, Service(tmp_path, sink, environ=few) as service:
        service.send(mail("First", "It is here."))
        disk.fill()
        with smtplib.SMTP("127.0.0.1", service.port, timeout=90) as client:
            client.ehlo()
            client.mail(SELLER)
            client.rcpt(QUEUE)
            code, said = client.docmd("DATA")
        assert (code, said[:5]) == (452, b"4.3.1")
        disk.clear()
        service.send(mail("Second", "It is here, too."))
        wait_until(lambda: len(service.cases()) == 2, BACK_WITHIN)


def test_38_no_more_inodes(tmp_path: Path, sink: Sink) -> None:
    large = mail("Large", ("z" * 70 + "\n") * 6000)  # kept as a file of its own
    with (
        small_disk(tmp_path / "var", "size=60m,nr_inodes=2000") as disk,
        Service(tmp_path, sink, environ=INTO_THE_WALL) as service,
    ):
        service.send(mail("First", "It is here."))
        wait_until(service.cases)
        disk.use_up_names()
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            service.send(large)
        assert refused.value.smtp_code in (451, 452)
        disk.clear()
        service.send(large)
        wait_until(lambda: len(service.cases()) == 2, BACK_WITHIN)
        assert _is_whole(service)


def test_38_a_database_that_was_read_only_for_a_while_is_written_again_without_a_restart(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        database = open_sqlite(disk.folder / "a.db")
        mails.metadata.create_all(database.engine)
        database.close()
        disk.remount("ro")  # the next connection is made while nothing can be written
        with pytest.raises(StoreUnavailable), database.write() as connection:
            connection.execute(sa.delete(mails))
        disk.remount("rw")
        with database.write() as connection:
            connection.execute(sa.delete(mails))
        database.close()


def test_38_a_connection_that_was_made_while_the_disk_was_read_only_is_not_kept(tmp_path: Path) -> None:
    """SQLite opens a file for reading alone where it cannot be written, and never tries again."""
    path = tmp_path / "a.db"
    database = open_sqlite(path)
    mails.metadata.create_all(database.engine)
    broken = True

    def connect(*_: object) -> sqlite3.Connection | None:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False) if broken else None

    sa.event.listen(database.engine, "do_connect", connect)
    database.close()  # all connections; the next one is a new one
    with pytest.raises(StoreUnavailable, match="readonly"), database.write() as connection:
        connection.execute(sa.delete(mails))
    broken = False
    with database.write() as connection:
        connection.execute(sa.delete(mails))
    database.close()
