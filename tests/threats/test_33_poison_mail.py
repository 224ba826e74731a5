"""Threat 33: one bad mail must not stop the others, nor be lost. Zammad#795, #6141, GLPI#8107, osTicket#6710.

A reader that kills itself or hangs on a word in the mail stands for what nobody has thought of yet.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.mail import Mail
from cases.model import Outcome
from ingest.child_pool import ReaderFailed, ReaderUnavailable
from ingest.in_hand import in_hand
from ingest.read.pool import ReaderPool
from ingest.read.reader import read
from ingest.read.version import READER_VERSION
from ingest.read_again import ReadAgain
from store import quarantine
from store.errors import NotFound
from store.ledger import TRIES, Entry
from store.tables import cases, dispositions
from tests.casework import NOW, SUPPORT
from tests.office import HOLDER, Office
from tests.service import mail, wait_until

GOOD = 100
BAD = ("hang", "die")


def misbehave(raw: bytes, *, open_files: bool) -> Mail:
    """A reader for tests: the mail says what it does to its child, with its files closed as well."""
    if b"POISON hang" in raw:
        time.sleep(600)
    if b"POISON die" in raw:
        os.kill(os.getpid(), signal.SIGSEGV)
    return read(raw, open_files=open_files)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(size=2, seconds=1.0, memory_bytes=256 * 2**20, reader=misbehave) as running:
        yield running


def arrival(text: str, number: int) -> Arrival:
    one = mail(f"Question {number}", text, sender=f"s{number}@good.example")
    sender = f"s{number}@good.example"
    return Arrival(
        raw=one.as_bytes(), channel=Channel.SMTP, sender=sender, recipients=(SUPPORT.address,), received_at=NOW
    )


def add(office: Office, *texts: str) -> list[int]:
    return office.store.ledger.add([arrival(text, number) for number, text in enumerate(texts)])


def run_stations(office: Office, pool: ReaderPool, until: Callable[[], bool]) -> float:
    """Two stations, as a worker has them, take in until something is so; the seconds it took."""
    over, began = threading.Event(), time.monotonic()
    shells = [replace(office.take_in(), reader=pool, holder=f"node:test:{n}") for n in range(2)]

    def work(number: int) -> None:
        while not over.is_set():
            clock = lambda: NOW + timedelta(seconds=time.monotonic() - began)  # noqa: E731
            if not shells[number].take_in_some(clock=clock, limit=8):
                over.wait(0.02)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        wait_until(until, 140)
        return time.monotonic() - began
    finally:
        over.set()
        for thread in threads:
            thread.join()


def count(office: Office, outcome: Outcome) -> int:
    found = sa.select(sa.func.count()).select_from(dispositions).where(dispositions.c.outcome == outcome)
    return int(office.rows(found)[0][0])


@pytest.mark.timeout(300)
def test_33_bad_mails_among_a_hundred_good_ones_hold_none_of_them_up_and_are_seen(
    office: Office, pool: ReaderPool
) -> None:
    """Each bad one ends its reader three times; the good ones have their cases long before that is over."""
    texts = [f"Where is order 302-{number:07d}-7654321?" for number in range(GOOD)]
    for place, word in zip((0, 40), BAD, strict=True):
        texts.insert(place, f"POISON {word}")
    add(office, *texts)
    good_after = run_stations(office, pool, lambda: count(office, Outcome.CREATED) == GOOD)
    bad_after = good_after + run_stations(office, pool, lambda: count(office, Outcome.QUARANTINED) == len(BAD))
    assert good_after < bad_after
    in_quarantine = quarantine.list_quarantined(office.store)
    assert len(in_quarantine) == len(BAD) == len({one["case"] for one in in_quarantine})
    assert {one["reason"] for one in in_quarantine} == {"time", "died"}
    assert {one["tries"] for one in in_quarantine} == {TRIES}
    seen = office.rows(sa.select(cases.c.number).where(cases.c.subject == "A mail that could not be read"))
    assert {row.number for row in seen} == {one["case"] for one in in_quarantine}


def test_33_what_was_claimed_with_a_mail_that_takes_long_goes_to_whoever_is_free(office: Office) -> None:
    add(office, "slow", "quick", "quick too")
    ledger, active = office.store.ledger, set[int]()
    claimed = ledger.claim(holder=HOLDER, now=NOW, limit=8)
    let_go = threading.Event()

    def give_back(ids: list[int]) -> None:
        ledger.let_go(ids, holder=HOLDER)
        let_go.set()

    worked: list[Entry] = []
    with in_hand(active, claimed, let_go=give_back, patience=0.05) as each:
        for entry in each:
            worked.append(entry)
            assert let_go.wait(20)
            assert active == {entry.id}
            others = ledger.claim(holder="another", now=NOW, limit=8)
            assert [one.id for one in others] == [one.id for one in claimed[1:]]
    assert [entry.id for entry in worked] == [claimed[0].id]
    assert active == set()


def test_33_a_mail_that_is_quick_lets_nothing_go(office: Office) -> None:
    add(office, "one", "two")
    claimed = office.store.ledger.claim(holder=HOLDER, now=NOW, limit=8)
    gone: list[list[int]] = []
    with in_hand(set(), claimed, let_go=gone.append, patience=60) as each:
        assert len(list(each)) == 2
    assert gone == []


@pytest.mark.parametrize("reason", ["starved", "killed"])
def test_33_a_machine_that_is_starved_or_kills_readers_quarantines_no_honest_mail(office: Office, reason: str) -> None:
    (ledger_id,) = add(office, "Where is my money?")
    office.reader.faults += [ReaderUnavailable(reason)] * 2 * TRIES
    later = NOW.replace(year=NOW.year + 1)
    for _ in range(2 * TRIES):
        assert office.work_on(ledger_id, now=later) is None
    applied = office.work_on(ledger_id, now=later)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED


def quarantined(office: Office, text: str = "Boom") -> int:
    (ledger_id,) = add(office, text)
    office.reader.faults += [ReaderFailed("time")] * TRIES
    for _ in range(TRIES):
        office.work_on(ledger_id)
    assert [entry.id for entry in office.store.ledger.quarantined()] == [ledger_id]
    return ledger_id


def again(office: Office, version: int) -> ReadAgain:
    return ReadAgain(store=office.store, reader=office.reader, reader_version=version)


def test_33_after_an_upgrade_a_mail_in_quarantine_is_read_again_and_gets_its_case(office: Office) -> None:
    ledger_id = quarantined(office)
    (told,) = quarantine.list_quarantined(office.store)
    assert again(office, READER_VERSION).read_one(now=NOW) == 0  # this very reader has failed
    assert again(office, READER_VERSION + 1).read_one(now=NOW) == 1
    applied = office.work_on(ledger_id)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    assert office.case(told["case"])["status"] == "closed"
    assert office.case(applied.number)["messages"][0]["text"].strip() == "Boom"
    assert again(office, READER_VERSION + 1).read_one(now=NOW) == 0


def test_33_what_a_newer_reader_cannot_read_either_is_tried_once_a_version_and_changes_nothing(office: Office) -> None:
    quarantined(office)
    before = quarantine.list_quarantined(office.store)
    office.reader.faults.append(ReaderFailed("memory"))
    newer = again(office, READER_VERSION + 1)
    assert [newer.read_one(now=NOW), newer.read_one(now=NOW)] == [1, 0]
    assert quarantine.list_quarantined(office.store) == before
    assert office.case(before[0]["case"])["status"] == "open"
    assert again(office, READER_VERSION + 2).read_one(now=NOW) == 1
    assert quarantine.list_quarantined(office.store) == []


def test_33_a_reader_that_is_not_there_decides_nothing_about_a_mail_in_quarantine(office: Office) -> None:
    quarantined(office)
    newer = again(office, READER_VERSION + 1)
    office.reader.faults.append(ReaderUnavailable("killed"))
    with pytest.raises(ReaderUnavailable):
        newer.read_one(now=NOW)
    assert newer.read_one(now=NOW) == 1
    assert quarantine.list_quarantined(office.store) == []


def test_33_a_mail_that_is_dropped_stays_whole_with_who_and_why_on_record(office: Office) -> None:
    ledger_id = quarantined(office)
    (told,) = quarantine.list_quarantined(office.store)
    dropped = quarantine.drop(office.store, ledger_id, by="ada", why="a scanner's test file", now=NOW)
    assert dropped["case"] == told["case"]
    assert quarantine.list_quarantined(office.store) == []
    entry = office.store.ledger.find(ledger_id)
    assert entry is not None
    assert (entry.state, entry.outcome) == ("done", "ignored")
    assert entry.reason == "dropped from quarantine by ada: a scanner's test file"
    assert office.store.ledger.load(ledger_id) == arrival_raw(office, ledger_id)
    shown = office.case(told["case"])
    assert shown["status"] == "closed"
    assert entry.reason in office.events(told["case"])
    assert not [state for _, state in office.planned() if state == "waiting"]
    with pytest.raises(NotFound, match="not in quarantine"):
        quarantine.drop(office.store, ledger_id, by="ada", why="again", now=NOW)
    with pytest.raises(NotFound):
        quarantine.release(office.store, ledger_id, now=NOW)
    assert again(office, READER_VERSION + 1).read_one(now=NOW) == 0


def arrival_raw(office: Office, ledger_id: int) -> bytes:
    raw = office.store.ledger.load(ledger_id)
    assert raw.rstrip().endswith(b"Boom")
    return raw


def test_33_a_drop_that_was_cut_off_is_finished_by_the_next_and_the_first_word_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger_id = quarantined(office)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("store.ledger.Ledger.record_done", die)
        with pytest.raises(KeyboardInterrupt):
            quarantine.drop(office.store, ledger_id, by="ada", why="junk", now=NOW)
    assert quarantine.drop(office.store, ledger_id, by="bob", why="junk", now=NOW)["reason"].endswith("by ada: junk")
    assert quarantine.list_quarantined(office.store) == []


def test_33_a_sealed_reader_that_is_halted_is_not_blamed_on_its_mail(tmp_path: Path) -> None:
    """SIGSTOP stands for a machine that gives the reader no time: three times the limit pass, and the mail is read."""
    begun = tmp_path / "begun"
    with ReaderPool(size=1, seconds=1.0, reader=_Slow(str(begun))) as slow:
        slow.read(b"Subject: warm\r\n\r\nx")
        found: list[Mail] = []
        thread = threading.Thread(target=lambda: found.append(slow.read(b"Subject: halted\r\n\r\nslow")))
        thread.start()
        pid = int(wait_until(lambda: begun.read_text() if begun.exists() else ""))
        os.kill(pid, signal.SIGSTOP)
        thread.join(3.0)
        assert thread.is_alive()
        os.kill(pid, signal.SIGCONT)
        thread.join(30)
    assert [one.subject for one in found] == ["halted"]


class _Slow:
    """A reader that says its process id, then takes half a second over a slow mail."""

    def __init__(self, begun: str) -> None:
        self._begun = begun

    def __call__(self, raw: bytes, *, open_files: bool) -> Mail:
        if b"slow" in raw:
            Path(self._begun).write_text(str(os.getpid()))
            time.sleep(0.5)
        return read(raw, open_files=open_files)
