"""All work that is due, done here and now by this process: for `run-due`, `ingest --json` and rehearsals."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from casepost.app import App
from casepost.leases import kept
from cases.change import Applied
from ingest.files.picture_pool import can_look
from ingest.read_again import ReadAgain
from responder.delivery import Delivery
from responder.transport import Transport
from store.apply import is_taken
from store.ledger import TRIES
from store.looks import free_lapsed_looks
from store.outbox import free_lapsed_outgoing
from store.planned import free_lapsed_due
from store.retention import keep_within_bounds
from store.vouchers import seal

if TYPE_CHECKING:
    from ingest.read.pool import ReaderPool

ROLE = "once"
_BATCH = 50
READERS = 2
_PATIENCE = 10.0  # seconds that a running worker has before this process does the work itself


@dataclass(kw_only=True, slots=True)
class Done:
    """How much was done."""

    taken_in: int = 0
    looked_at: int = 0
    written: int = 0
    tried: int = 0


def do_due(app: App, *, at: datetime) -> Done:
    """Do all that is due at `at`, what that makes due, and one try to deliver it."""
    done = Done()
    store = app.store
    store.ledger.free_lapsed()
    free_lapsed_looks(store.cases)
    free_lapsed_due(store.cases)
    free_lapsed_outgoing(store.cases, now=at)
    with app.readers() as pool, app.eyes() as pictures:
        transport = app.transport()
        take_in, due = app.take_in(pool, role=ROLE), app.due(role=ROLE)
        look_over = app.look_over(pictures, role=ROLE)
        delivery = app.delivery(transport, role=ROLE)
        with kept(take_in.renew, look_over.renew, due.renew, delivery.renew):
            again = ReadAgain(store=store, reader=pool)
            while again.read_one(now=at):
                pass
            while True:
                read = take_in.take_in_some(clock=lambda: at, limit=_BATCH)
                written = due.write_due(now=at, limit=_BATCH)
                done.taken_in += read
                done.written += written
                if not read + written:
                    break
            done.tried = asyncio.run(_deliver(delivery, transport, at))
            while can_look() and (seen := look_over.look_at_some(clock=lambda: at, limit=_BATCH)):
                done.looked_at += seen
    keep_within_bounds(store, app.retention, now=at)
    seal(store.cases, store.ledger_database, holder=app.holder(ROLE), clock=lambda: at)
    return done


def wait_for_disposition(app: App, ledger_id: int) -> Applied:
    """The final word for a mail that was just taken in; this process works on it when no worker does."""
    deadline = time.monotonic() + (_PATIENCE if app.waker.wake() else 0.0)
    while time.monotonic() < deadline:
        applied = is_taken(app.store.cases, ledger_id)
        if applied is not None:
            return applied
        time.sleep(0.02)
    with app.readers() as pool:
        take_in = app.take_in(pool, role=ROLE)
        with kept(take_in.renew):
            while (applied := take_in.take_in_one(ledger_id, now=app.clock())) is None:
                time.sleep(0.2)
                app.store.ledger.free_lapsed()
    app.waker.wake()
    return applied


def take_in_all(
    app: App, ledger_ids: Sequence[int], *, pool: "ReaderPool | None" = None, on_done: Callable[[], None] = lambda: None
) -> int:
    """Work on mails that were just taken in, in their order, until each has its final word or has failed too often.

    Several at a time, as a worker does: one is decided and written while the next is read. `on_done` is called after
    each; `pool` is closed. Returns how many are left to a later worker, for a reason that passes.
    """
    waiting = list(ledger_ids)
    app.store.ledger.free_lapsed()
    with pool or app.readers(READERS) as readers, ThreadPoolExecutor(READERS, thread_name_prefix="take-in") as threads:
        take_in = app.take_in(readers, role=ROLE)
        with kept(take_in.renew):
            for _ in range(TRIES):
                ends = threads.map(lambda one: take_in.take_in_one(one, now=app.clock()), waiting)
                again = []
                for ledger_id, applied in zip(waiting, ends, strict=True):
                    if applied is None:
                        again.append(ledger_id)
                    else:
                        on_done()
                waiting = again
    seal(app.store.cases, app.store.ledger_database, holder=app.holder(ROLE), clock=app.clock)
    return len(waiting)


async def _deliver(delivery: Delivery, transport: Transport, at: datetime) -> int:
    tried = 0
    try:
        while some := await delivery.deliver_due(now=at):
            tried += some
    finally:
        await transport.close()
    return tried
