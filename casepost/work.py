"""All work that is due, done here and now by this process: for `run-due`, `ingest --json` and rehearsals."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from casepost.app import App
from cases.change import Applied
from ingest.read.pool import ReaderPool
from ingest.take_in import TakeIn
from store.apply import is_taken
from store.events import seal_events
from store.ledger import TRIES
from store.outbox import free_lapsed_outgoing
from store.planned import free_lapsed_due

ROLE = "once"
_BATCH = 50
_PATIENCE = 10.0  # seconds that a running worker has before this process does the work itself


@dataclass(kw_only=True, slots=True)
class Done:
    """How much was done."""

    taken_in: int = 0
    written: int = 0
    tried: int = 0


def do_due(app: App, *, at: datetime) -> Done:
    """Do all that is due at `at`, what that makes due, and one try to deliver it."""
    done = Done()
    store = app.store
    store.ledger.free_lapsed()
    free_lapsed_due(store.cases)
    free_lapsed_outgoing(store.cases, now=at)
    with ReaderPool(size=1) as pool:
        take_in = app.take_in(pool, role=ROLE)
        due = app.due(role=ROLE)
        while (read := _read_some(app, take_in, at)) + (written := due.write_due(now=at, limit=_BATCH)):
            done.taken_in += read
            done.written += written
    done.tried = asyncio.run(_deliver(app, at))
    seal_events(store.cases, holder=app.holder(ROLE))
    return done


def wait_for_disposition(app: App, ledger_id: int) -> Applied:
    """The final word for a mail that was just taken in; this process works on it when no worker does."""
    deadline = time.monotonic() + (_PATIENCE if app.waker.wake() else 0.0)
    with _reader() as readers:
        while (applied := is_taken(app.store.cases, ledger_id)) is None:
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            app.store.ledger.free_lapsed()
            take_in = app.take_in(readers(), role=ROLE)
            entry = app.store.ledger.claim_one(ledger_id, holder=take_in.holder)
            if entry is None:
                time.sleep(0.05)
            elif take_in.take_in(entry, now=app.clock()) is None:
                time.sleep(1.0)
    app.waker.wake()
    return applied


def take_in_all(app: App, ledger_ids: Sequence[int], *, on_done: Callable[[], None] = lambda: None) -> int:
    """Work on mails that were just taken in, in their order, until each has its final word or has failed too often.

    `on_done` is called after each. Returns how many are left to a later worker, for a reason that passes.
    """
    waiting = list(ledger_ids)
    app.store.ledger.free_lapsed()
    with ReaderPool(size=1) as pool:
        take_in = app.take_in(pool, role=ROLE)
        for _ in range(TRIES):
            again = []
            for ledger_id in waiting:
                entry = app.store.ledger.claim_one(ledger_id, holder=take_in.holder)
                if entry is not None and take_in.take_in(entry, now=app.clock()) is None:
                    again.append(ledger_id)
                else:
                    on_done()
            waiting = again
    seal_events(app.store.cases, holder=app.holder(ROLE))
    return len(waiting)


def _read_some(app: App, take_in: TakeIn, at: datetime) -> int:
    claimed = app.store.ledger.claim(holder=take_in.holder, now=at, limit=_BATCH)
    for entry in claimed:
        take_in.take_in(entry, now=at)
    return len(claimed)


async def _deliver(app: App, at: datetime) -> int:
    transport = app.transport()
    delivery = app.delivery(transport, role=ROLE)
    tried = 0
    try:
        while some := await delivery.deliver_due(now=at):
            tried += some
    finally:
        await transport.close()
    return tried


@contextmanager
def _reader() -> "Iterator[Readers]":
    readers = Readers()
    try:
        yield readers
    finally:
        readers.close()


class Readers:
    """A pool of readers that is started when it is first needed."""

    def __init__(self) -> None:
        self._pool: ReaderPool | None = None

    def __call__(self) -> ReaderPool:
        """The pool."""
        if self._pool is None:
            self._pool = ReaderPool(size=1)
        return self._pool

    def close(self) -> None:
        """End it, if it was started."""
        if self._pool is not None:
            self._pool.close()
