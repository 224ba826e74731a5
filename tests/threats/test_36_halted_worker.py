"""A worker that is halted for longer than its lease, as a machine is that swaps or a guest that is moved: no double.

The take-in is halted at the point where it waits longest, between reading and deciding; the delivery by SIGSTOP between
the last dot and the answer.
"""

import os
import signal
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.identity import UNKNOWN, Identity
from cases.mail import Mail
from cases.model import Outcome
from store.ledger import Entry
from store.ledger_tables import mails
from store.tables import cases, dispositions, messages, outbox, planned_replies
from tests.casework import NOW, SELLER, SUPPORT
from tests.office import Office
from tests.service import Service, mail, sent_to, wait_until
from tests.sink import Sink

LEASE_AND_MORE = 11.0


def _holder(service: Service) -> int:
    """The process that has a mail in DATA; 0 while there is none."""
    sending = sa.select(outbox.c.lease_holder).where(outbox.c.in_data, outbox.c.state == "sending")
    with service.app.store.cases.read() as connection:
        holder = connection.execute(sending).scalar()
    return int(holder.rpartition(":")[2]) if holder else 0


def _states(service: Service) -> set[str]:
    return {one["state"] for one in service.deliveries()}


def _halt(service: Service) -> int:
    """The process that has a mail in DATA, halted; 0 while there is none, or one that keeps the store just then."""
    holder = _holder(service)
    if holder:
        os.kill(holder, signal.SIGSTOP)
        if _is_locked(service.folder / "var" / "cases.db") or _is_locked(service.folder / "var" / "ledger.db"):
            os.kill(holder, signal.SIGCONT)
            return 0
    return holder


def _is_locked(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
    return False


def test_a_worker_halted_between_the_last_dot_and_the_answer_sends_nothing_twice(tmp_path: Path, sink: Sink) -> None:
    sink.delay = 4.0
    with Service(tmp_path, sink) as service:
        service.send(mail("Where is my money?", "It has not come."))
        halted = wait_until(lambda: _halt(service), 60)
        try:
            time.sleep(LEASE_AND_MORE)  # by the clock of the machine: that is what the lease is about
            assert service.run("run-due").returncode == 0
            assert "uncertain" in _states(service)
            assert "sending" not in _states(service)
        finally:
            os.kill(halted, signal.SIGCONT)
        wait_until(lambda: _states(service) == {"sent"}, 60)
        assert service.run("run-due").returncode == 0
        sent_to(sink, SELLER)
        to_seller = [one for one in sink.mails if one.envelope_to == (SELLER,)]
        assert len(to_seller) == 1
        assert len(sink.mails) == len(service.deliveries())


@pytest.fixture
def ledger_id(office: Office) -> int:
    """A mail that waits to be worked on."""
    raw = mail("Where is my money?", "For order 302-1234567-7654321.").as_bytes()
    arrival = Arrival(raw=raw, channel=Channel.SMTP, sender=SELLER, recipients=(SUPPORT.address,), received_at=NOW)
    return office.store.ledger.add([arrival])[0]


def test_a_worker_halted_within_a_mail_is_fenced_when_another_one_has_done_it(office: Office, ledger_id: int) -> None:
    meanwhile: list[Applied | None] = []

    def halt(_raw: bytes, _mail: Mail, _entry: Entry) -> Identity:
        """The lease lapses, the mail is free again, and another worker does all of it."""
        if not meanwhile:
            meanwhile.append(None)
            with office.store.ledger_database.write() as connection:
                connection.execute(sa.update(mails).values(lease_until=NOW - timedelta(days=365)))
            assert office.store.ledger.free_lapsed() == 1
            meanwhile[0] = office.work_on(ledger_id)
        return UNKNOWN

    office.check_identity = halt
    entry = office.store.ledger.claim_one(ledger_id, holder="halted:serve:1")
    assert entry is not None
    late = office.take_in().take_in(entry, now=NOW)
    (first,) = meanwhile
    assert first is not None
    assert late is not None
    assert (first.outcome, late.outcome, late.number) == (Outcome.CREATED, Outcome.CREATED, first.number)
    for table in (cases, dispositions, messages):
        assert office.rows(sa.select(sa.func.count()).select_from(table))[0][0] == 1
    kinds = [row.kind for row in office.rows(sa.select(planned_replies.c.kind))]
    assert sorted(set(kinds)) == sorted(kinds)


def test_a_halted_worker_that_fails_late_gives_nobody_elses_mail_back(office: Office, ledger_id: int) -> None:
    entry = office.store.ledger.claim_one(ledger_id, holder="halted:serve:1")
    assert entry is not None
    with office.store.ledger_database.write() as connection:
        connection.execute(sa.update(mails).values(lease_until=NOW - timedelta(days=365)))
    office.store.ledger.free_lapsed()
    assert office.store.ledger.claim_one(ledger_id, holder="another:serve:2") is not None
    office.store.ledger.record_failure(entry, holder="halted:serve:1", error="late", counts=True, now=NOW)
    office.store.ledger.let_go([ledger_id], holder="halted:serve:1")
    office.store.ledger.renew(holder="halted:serve:1", ids=[ledger_id])
    with office.store.ledger_database.read() as connection:
        row = connection.execute(sa.select(mails)).one()
    assert (row.state, row.lease_holder, row.tries) == ("working", "another:serve:2", 0)
