"""Threat 36, two nodes: due work is rows that are claimed, and who is halted past its lease writes nothing late.

The ticker only wakes. Thousands of due replies under three processes that are killed and halted are
`python -m tests.due_rows`, and in short tests/faults/test_due_rows.py.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa
from apscheduler.jobstores.memory import MemoryJobStore

from casepost.ticker import start_ticker
from cases.arrival import Arrival, Channel
from cases.mail import Mail
from cases.model import Reminders
from ingest.read.reader import read
from responder.delivery import Delivery
from responder.outcome import BeforeData, NotSent, Outcome, OutgoingMail, Sent
from store.looks import free_lapsed_looks
from store.outbox import claim_outgoing, free_lapsed_outgoing
from store.planned import claim_due, free_lapsed_due
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from store.tables import attempts, cases, dispositions, outbox, planned_replies
from tests.casework import AGENT, NOW, SUPPORT
from tests.office import Office
from tests.service import mail, wait_until

_HALTED, _OTHER = "halted:serve:1", "other:serve:1"


@pytest.fixture
def url(new_postgresql: Callable[[], str], tmp_path: Path) -> str:
    """A database with one queue and its agent."""
    made = new_postgresql()
    store = open_store(tmp_path / "seed", made, clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    store.close()
    return made


def _halt() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


class _HaltedReader:
    """Halts the process while it reads."""

    def read(self, raw: bytes) -> Mail:
        _halt()
        return read(raw)


class _HaltedWay:
    """Halts the process when the connection is there and DATA has not begun."""

    outcome: Outcome | None = None

    async def send(self, mail: OutgoingMail, *, before_data: BeforeData) -> Outcome:
        _halt()
        self.outcome = Sent(response="250 OK") if await before_data() else NotSent()
        return self.outcome

    async def close(self) -> None:
        pass


def _take_in(office: Office) -> None:
    shell = replace(office.take_in(), holder=_HALTED, reader=_HaltedReader())
    assert shell.take_in_some(clock=lambda: NOW, limit=1) == 1


def _write(office: Office) -> None:
    def sign(content: bytes) -> bytes:
        _halt()
        return content

    assert replace(office.due(), holder=_HALTED, sign=sign).write_due(now=NOW, limit=1) == 1


def _deliver(office: Office) -> None:
    way = _HaltedWay()
    store = office.store
    shell = Delivery(cases=store.cases, blobs=store.blobs, transport=way, holder=_HALTED, way="smtp://relay.example")
    assert asyncio.run(shell.deliver_due(now=NOW, limit=1)) == 1
    assert isinstance(way.outcome, NotSent), "it was handed over by a node that had lost it"


def _be_halted(work: Callable[[Office], None], folder: Path, url: str) -> None:
    """A node of its own: it claims, is halted in the middle of the work, and goes on when it is let."""
    store = open_store(folder, url, clock=lambda: NOW)
    work(Office(store))
    store.close()


@pytest.fixture
def halted(url: str, tmp_path: Path) -> Iterator[list[BaseProcess]]:
    """Three nodes that have each claimed something and are halted: one reads, one writes, one delivers."""
    store = open_store(tmp_path / "before", url, clock=lambda: NOW)
    office = Office(store)
    works: list[BaseProcess] = []

    def begin(work: Callable[[Office], None]) -> None:
        node = multiprocessing.get_context("fork").Process(
            target=_be_halted, args=(work, tmp_path / work.__name__, url)
        )
        node.start()
        works.append(node)
        assert node.pid is not None
        assert os.WIFSTOPPED(os.waitpid(node.pid, os.WUNTRACED)[1])

    try:
        office.receive(mail("Delivered", "Order 302-1234567-7654321", sender="a@x.example"), sender="a@x.example")
        office.write()
        begin(_deliver)
        office.receive(mail("Written", "Order 302-1234567-7654322", sender="b@x.example"), sender="b@x.example")
        begin(_write)
        raw = mail("Read", "Order 302-1234567-7654323", sender="c@x.example").as_bytes()
        recipients = (SUPPORT.address,)
        store.ledger.add(
            [Arrival(raw=raw, channel=Channel.SMTP, sender="c@x.example", recipients=recipients, received_at=NOW)]
        )
        begin(_take_in)
        yield works
    finally:
        store.close()
        for node in works:
            node.kill()
            node.join()


def test_the_late_write_of_a_node_that_was_halted_past_its_lease_changes_nothing(
    url: str, tmp_path: Path, halted: list[BaseProcess]
) -> None:
    began = time.monotonic()
    store = open_store(tmp_path / "after", url, clock=lambda: NOW)
    office = Office(store)
    freed = [0]

    def all_freed() -> bool:
        freed[0] += store.ledger.free_lapsed() + free_lapsed_due(store.cases)
        freed[0] += free_lapsed_outgoing(store.cases, now=NOW)
        return freed[0] == 3

    wait_until(all_freed, 30)
    assert time.monotonic() - began > 5  # by the lease, and not because somebody took it for a node of its own
    assert free_lapsed_looks(store.cases) == 0
    # Another node has it all in hand when the first ones come back: one mail decided, one reply and one mail claimed.
    assert office.take_in().take_in_some(clock=lambda: NOW, limit=5) == 1
    assert len(claim_due(store.cases, holder=_OTHER, now=NOW, limit=10)) == 4
    assert len(claim_outgoing(store.cases, holder=_OTHER, now=NOW, limit=10)) == 2
    before = _everything(store)
    planned = len(before["planned_replies"])
    for node in halted:
        assert node.pid is not None
        os.kill(node.pid, signal.SIGCONT)
    for node in halted:
        node.join(30)
    assert [node.exitcode for node in halted] == [0, 0, 0]
    assert _everything(store) == before

    free_lapsed_due(store.cases, node=_OTHER)
    free_lapsed_outgoing(store.cases, now=NOW, node=_OTHER)
    office.write()
    while office.deliver():
        pass
    after = _everything(store)
    assert {name: len(rows) for name, rows in after.items()} == {
        "cases": 3,
        "dispositions": 3,
        "planned_replies": planned,
        "outbox": 6,
        "attempts": 6,
    }
    assert {row.state for row in office.outbox()} == {"sent"}
    assert len({mail.id for mail in office.way.tried}) == len(office.way.tried) == 6
    store.close()


def _everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row that due work changes, as it is."""
    tables = (cases, dispositions, planned_replies, outbox, attempts)
    office = Office(store)
    return {table.name: sorted(tuple(map(str, row)) for row in office.rows(sa.select(table))) for table in tables}


def test_the_ticker_keeps_nothing_that_two_nodes_could_share() -> None:
    scheduler = start_ticker({lambda: None: 60.0})
    try:
        stores = scheduler._jobstores.values()
        assert [type(one) for one in stores] == [MemoryJobStore]
    finally:
        scheduler.shutdown()
