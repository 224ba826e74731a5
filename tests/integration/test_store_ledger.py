"""The ledger: what was promised is there, byte for byte, is claimed by one and done once; on both databases."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from store.errors import NotFound, StoreDamaged, StoreUnavailable
from store.failpoints import Failpoint, Step, set_failpoints
from store.group_commit import LedgerWriter
from store.ledger import TRIES, DoneMail, Ledger
from store.ledger_tables import mails, raw_pieces, raws
from store.raw import IN_ROW_OCTETS, Kept
from store.store import Store
from tests.casework import NOW, SUPPORT

SMALL = b"Subject: x\r\n\r\n\x00\xff\x80 any octets\n"
LARGE = bytes(range(256)) * (IN_ROW_OCTETS // 256) + b"one more"


def arrival(
    raw: bytes = SMALL, *, source_key: str | None = None, sender: str | None = "jan@petersen.example"
) -> Arrival:
    return Arrival(
        raw=raw,
        channel=Channel.SMTP,
        sender=sender,
        recipients=(SUPPORT.address, "support+x@casepost.example"),
        received_at=NOW,
        peer="192.0.2.1",
        trusted=True,
        source_key=source_key,
    )


def end_lease(store: Store, ledger_id: int) -> None:
    """As if ten seconds had passed."""
    with store.ledger_database.write() as connection:
        connection.execute(
            sa.update(mails).where(mails.c.id == ledger_id).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
        )


@pytest.mark.parametrize("raw", [SMALL, b"", LARGE[:IN_ROW_OCTETS], LARGE], ids=["small", "empty", "limit", "large"])
def test_a_raw_mail_comes_back_byte_for_byte(store: Store, raw: bytes) -> None:
    (ledger_id,) = store.ledger.add([arrival(raw)])
    assert store.ledger.load(ledger_id) == raw


@pytest.mark.parametrize("sender", ["jan@petersen.example", "", None])
def test_an_entry_says_how_the_mail_came(store: Store, sender: str | None) -> None:
    (ledger_id,) = store.ledger.add([arrival(sender=sender)])
    entry = store.ledger.find(ledger_id)
    assert entry is not None
    assert (entry.sender, entry.recipients) == (sender, (SUPPORT.address, "support+x@casepost.example"))
    assert (entry.state, entry.tries, entry.outcome) == ("new", 0, None)
    assert (entry.channel, entry.peer, entry.trusted, entry.raw_size) == ("smtp", "192.0.2.1", True, len(SMALL))


def test_instants_come_back_aware_and_in_utc(store: Store) -> None:
    there = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    (ledger_id,) = store.ledger.add(
        [Arrival(raw=b"x", channel=Channel.PIPE, sender=None, recipients=(), received_at=there)]
    )
    entry = store.ledger.find(ledger_id)
    assert entry is not None
    assert entry.received_at == there
    assert entry.received_at.tzinfo is UTC
    with pytest.raises(sa.exc.StatementError, match="naive"), store.ledger_database.write() as connection:
        connection.execute(sa.update(mails).values(received_at=there.replace(tzinfo=None)))


@pytest.mark.parametrize("raw", [SMALL, LARGE], ids=["small", "large"])
def test_altered_bytes_are_never_given_out(store: Store, raw: bytes, tmp_path: Path) -> None:
    (ledger_id,) = store.ledger.add([arrival(raw)])
    altered = raw[:-1] + b"?"
    files = [path for path in (tmp_path / "var" / "blobs").rglob("*") if path.is_file()]
    for path in files:
        path.write_bytes(altered)
    with store.ledger_database.write() as connection:
        in_row = connection.execute(sa.update(raws).where(raws.c.content.is_not(None)).values(content=altered))
        pieces = connection.execute(sa.update(raw_pieces).values(content=altered))
    assert len(files) + in_row.rowcount + pieces.rowcount > 0
    with pytest.raises(StoreDamaged):
        store.ledger.load(ledger_id)


def test_bytes_that_are_gone_are_named_as_gone(store: Store, tmp_path: Path) -> None:
    (ledger_id,) = store.ledger.add([arrival(LARGE)])
    for path in (tmp_path / "var").rglob("blobs/*/*"):
        path.unlink()
    with store.ledger_database.write() as connection:
        connection.execute(sa.delete(raw_pieces))
    with pytest.raises(StoreDamaged, match="gone"):
        store.ledger.load(ledger_id)


def test_what_is_damaged_does_not_stand_for_a_large_mail_that_comes_again(store: Store, tmp_path: Path) -> None:
    store.ledger.add([arrival(LARGE)])
    for path in (tmp_path / "var").rglob("blobs/*/*"):
        path.write_bytes(LARGE[:-1] + b"?")
    with store.ledger_database.write() as connection:
        connection.execute(sa.update(raw_pieces).values(content=b"?"))
    (again,) = store.ledger.add([arrival(LARGE)])
    assert store.ledger.load(again) == LARGE


def test_a_source_key_is_taken_in_once(store: Store) -> None:
    first, other = store.ledger.add([arrival(source_key="a"), arrival(source_key="b")])
    assert store.ledger.add([arrival(source_key="b"), arrival(source_key="a")]) == [other, first]
    assert len(set(store.ledger.add([arrival(), arrival()]))) == 2


def test_one_arrival_that_cannot_be_kept_takes_back_the_whole_call(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        store.ledger.add([arrival(), _impossible(store)])
    assert store.ledger.claim(holder="w", now=NOW, limit=10) == []


def test_a_mail_is_claimed_by_one_worker_in_the_order_it_came_and_not_before_its_time(store: Store) -> None:
    ids = store.ledger.add([arrival() for _ in range(5)])
    assert store.ledger.claim(holder="a", now=NOW - timedelta(seconds=1), limit=5) == []
    assert [entry.id for entry in store.ledger.claim(holder="a", now=NOW, limit=2)] == ids[:2]
    assert [entry.id for entry in store.ledger.claim(holder="b", now=NOW, limit=9)] == ids[2:]
    assert store.ledger.claim(holder="c", now=NOW, limit=9) == []
    assert store.ledger.claim_one(ids[0], holder="c") is None


def test_two_workers_that_claim_at_once_get_distinct_mails_and_no_more_than_they_ask_for(store: Store) -> None:
    ids = store.ledger.add([arrival() for _ in range(40)])
    claimed: list[int] = []
    sizes: list[int] = []

    def work(holder: str) -> None:
        while found := store.ledger.claim(holder=holder, now=NOW, limit=3):
            sizes.append(len(found))
            claimed.extend(entry.id for entry in found)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == ids
    assert max(sizes) <= 3


def test_a_lease_that_is_over_makes_the_mail_new_and_one_that_is_renewed_does_not(store: Store) -> None:
    kept, lost = store.ledger.add([arrival(), arrival()])
    store.ledger.claim(holder="node:1", now=NOW, limit=2)
    assert store.ledger.free_lapsed() == 0
    end_lease(store, kept)
    end_lease(store, lost)
    store.ledger.renew(holder="node:1", ids=[kept])
    store.ledger.renew(holder="somebody else", ids=[lost])
    assert store.ledger.free_lapsed() == 1
    assert [entry.id for entry in store.ledger.claim(holder="b", now=NOW, limit=9)] == [lost]


def test_a_node_that_starts_again_frees_its_own_at_once_and_nobody_elses(store: Store) -> None:
    store.ledger.add([arrival(), arrival()])
    store.ledger.claim(holder="a%_:serve:1", now=NOW, limit=1)
    store.ledger.claim(holder="axx:serve:1", now=NOW, limit=1)
    assert store.ledger.free_lapsed(node="a%_:") == 1


def test_a_mail_is_done_once_with_its_word_and_leaves_the_work(store: Store) -> None:
    (ledger_id,) = store.ledger.add([arrival()])
    store.ledger.claim(holder="a", now=NOW, limit=1)
    store.ledger.record_done([DoneMail(id=ledger_id, outcome="created", reason="a new case", at=NOW)])
    store.ledger.record_done([DoneMail(id=ledger_id, outcome="ignored", reason="said twice", at=NOW)])
    entry = store.ledger.find(ledger_id)
    assert entry is not None
    assert (entry.state, entry.outcome, entry.reason) == ("done", "created", "a new case")
    assert store.ledger.free_lapsed(node="a") == 0
    assert store.ledger.next_at() is None


def test_a_failure_that_counts_counts_and_one_of_the_store_only_waits(store: Store) -> None:
    (ledger_id,) = store.ledger.add([arrival()])
    for tries in range(1, TRIES + 1):
        (entry,) = store.ledger.claim(holder="a", now=NOW, limit=1)
        assert store.ledger.record_failure(entry, holder="a", error="too slow", counts=True, now=NOW) == tries
    (entry,) = store.ledger.claim(holder="a", now=NOW, limit=1)
    assert store.ledger.record_failure(entry, holder="a", error="locked", counts=False, now=NOW) == TRIES
    assert store.ledger.claim(holder="a", now=NOW, limit=1) == []
    due = store.ledger.next_at()
    assert due is not None
    assert due > NOW
    assert [entry.id for entry in store.ledger.claim(holder="a", now=due, limit=1)] == [ledger_id]


def test_a_worker_that_lost_its_claim_cannot_give_the_mail_back(store: Store) -> None:
    store.ledger.add([arrival()])
    (entry,) = store.ledger.claim(holder="slow", now=NOW, limit=1)
    end_lease(store, entry.id)
    store.ledger.free_lapsed()
    store.ledger.claim(holder="quick", now=NOW, limit=1)
    store.ledger.record_failure(entry, holder="slow", error="late", counts=True, now=NOW)
    found = store.ledger.find(entry.id)
    assert found is not None
    assert (found.state, found.tries) == ("working", 0)


def test_quarantine_is_left_only_by_being_asked(store: Store) -> None:
    (ledger_id,) = store.ledger.add([arrival()])
    store.ledger.record_done([DoneMail(id=ledger_id, outcome="quarantined", reason="no reader survives it", at=NOW)])
    assert [entry.id for entry in store.ledger.quarantined()] == [ledger_id]
    assert store.ledger.claim(holder="a", now=NOW, limit=1) == []
    store.ledger.retry_quarantined(ledger_id, now=NOW)
    assert [entry.id for entry in store.ledger.claim(holder="a", now=NOW, limit=1)] == [ledger_id]
    with pytest.raises(NotFound):
        store.ledger.retry_quarantined(ledger_id, now=NOW)


# Group commit.


def _impossible(store: Store) -> Arrival:
    """An arrival that the database itself refuses: SQLite by a type it has not, PostgreSQL by a length."""
    refused = arrival(source_key="k" * 500)
    if store.ledger_database.is_sqlite:
        object.__setattr__(refused, "source_key", object())
    return refused


class Counted(Ledger):
    """A ledger that counts its calls, can be stopped before the first one, and can be down."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.ledger_database, store.blobs)
        self.groups: list[int] = []
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.down = False

    def add(self, arrivals: Sequence[Arrival], *, kept: Sequence[Kept | None] = ()) -> list[int]:
        self.entered.set()
        self.gate.wait(10)
        self.groups.append(len(arrivals))
        if self.down:
            raise StoreUnavailable("the disk is full")
        return super().add(arrivals, kept=kept)


@contextmanager
def writer(ledger: Ledger, woken: list[None]) -> Iterator[LedgerWriter]:
    running = LedgerWriter(ledger, committed=lambda: woken.append(None))
    try:
        yield running
    finally:
        running.close()


def gather(running: LedgerWriter, ledger: Counted, arrivals: list[Arrival]) -> "list[Future[int]]":
    """Hand over one mail, and all others while the commit of the first is under way."""
    first = running.add(arrivals[0])
    ledger.entered.wait(10)
    rest = [running.add(one) for one in arrivals[1:]]
    return [first, *rest]


def test_mails_that_wait_at_once_are_one_commit(store: Store) -> None:
    ledger, woken = Counted(store), list[None]()
    with writer(ledger, woken) as running:
        futures = gather(running, ledger, [arrival(f"{n}".encode()) for n in range(30)])
        ledger.gate.set()
        ids = [future.result(10) for future in futures]
    assert ledger.groups == [1, 29]
    assert len(woken) == 2
    assert [store.ledger.load(ledger_id) for ledger_id in ids] == [f"{n}".encode() for n in range(30)]


def test_one_mail_that_cannot_be_kept_does_not_take_the_others_with_it(store: Store) -> None:
    ledger = Counted(store)
    with writer(ledger, []) as running:
        futures = gather(running, ledger, [arrival(), arrival(b"one"), _impossible(store), arrival(b"two")])
        ledger.gate.set()
        assert store.ledger.load(futures[1].result(10)) == b"one"
        assert store.ledger.load(futures[3].result(10)) == b"two"
        with pytest.raises(sa.exc.DBAPIError):
            futures[2].result(10)


def test_a_store_that_is_down_is_said_to_everybody_who_waits_and_the_writer_goes_on(store: Store) -> None:
    ledger, woken = Counted(store), list[None]()
    ledger.down = True
    with writer(ledger, woken) as running:
        futures = gather(running, ledger, [arrival() for _ in range(5)])
        ledger.gate.set()
        for future in futures:
            with pytest.raises(StoreUnavailable):
                future.result(10)
        assert woken == []
        ledger.down = False
        assert store.ledger.load(running.add(arrival()).result(10)) == SMALL


def test_a_client_that_hangs_up_takes_its_mail_back_and_stops_nobody(store: Store) -> None:
    ledger = Counted(store)
    with writer(ledger, []) as running:
        futures = gather(running, ledger, [arrival(b"under way"), arrival(b"gone"), arrival(b"stays")])
        assert not futures[0].cancel()
        assert futures[1].cancel()
        ledger.gate.set()
        assert store.ledger.load(futures[0].result(10)) == b"under way"
        assert store.ledger.load(futures[2].result(10)) == b"stays"
        assert store.ledger.load(running.add(arrival(b"after")).result(10)) == b"after"
    assert len(store.ledger.claim(holder="w", now=NOW, limit=9)) == 3


def test_what_waits_is_committed_at_the_end_and_what_comes_later_is_refused(store: Store) -> None:
    running = LedgerWriter(store.ledger, committed=lambda: None)
    futures = [running.add(arrival(f"{n}".encode())) for n in range(10)]
    running.close()
    assert len({future.result(0) for future in futures}) == 10
    with pytest.raises(StoreUnavailable):
        running.add(arrival()).result(0)


def test_a_worker_that_cannot_be_woken_does_not_stop_the_writer(store: Store) -> None:
    def fail() -> None:
        raise OSError("too many open files")

    running = LedgerWriter(store.ledger, committed=fail)
    assert running.add(arrival()).result(10)
    assert running.add(arrival()).result(10)
    running.close()


@pytest.mark.parametrize("step", [Step.LEDGER_COMMITTED, Step.MAIL_PROMISED])
def test_a_fault_around_the_promise_does_not_end_the_writer(store: Store, step: Step) -> None:
    running = LedgerWriter(store.ledger, committed=lambda: None)
    set_failpoints(f"{step}=exception:once")
    try:
        first = running.add(arrival(b"first"))
        if step is Step.LEDGER_COMMITTED:
            with pytest.raises(Failpoint):  # in the ledger, but nobody was promised that: they send it again
                first.result(10)
        assert store.ledger.load(running.add(arrival(b"second")).result(10)) == b"second"
    finally:
        set_failpoints("")
    running.close()


def test_small_mails_do_not_wait_for_a_large_one_that_is_still_being_put_away(store: Store) -> None:
    class Slow(Ledger):
        def keep(self, arrival: Arrival) -> Kept:
            assert arrival.size <= IN_ROW_OCTETS or gate.wait(10)
            return super().keep(arrival)

    gate = threading.Event()
    with writer(Slow(store.ledger_database, store.blobs), []) as running:
        large = running.add(arrival(LARGE))
        assert store.ledger.load(running.add(arrival(b"small")).result(5)) == b"small"
        assert not large.done()
        gate.set()
        assert store.ledger.load(large.result(10)) == LARGE


def test_a_large_mail_that_cannot_be_put_away_is_said_to_its_sender_alone(store: Store) -> None:
    class Down(Ledger):
        def keep(self, arrival: Arrival) -> Kept:
            if arrival.size > IN_ROW_OCTETS:
                raise StoreUnavailable("the bucket does not answer")
            return super().keep(arrival)

    with writer(Down(store.ledger_database, store.blobs), []) as running:
        large, small = running.add(arrival(LARGE)), running.add(arrival())
        assert store.ledger.load(small.result(10)) == SMALL
        with pytest.raises(StoreUnavailable):
            large.result(10)
