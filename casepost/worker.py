"""The worker: one process that reads and decides, looks at pictures, writes what is due, hands the outbox over.

Five kinds of station, each a thread around one shell. What one station makes due wakes the next at once.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime

from casepost import alarms
from casepost.alarms import Bell
from casepost.app import App
from casepost.heads import note_head
from casepost.leases import RENEW_EVERY
from casepost.pulse import start_pulse
from casepost.ticker import start_ticker
from casepost.warm import warm_up
from cases.errors import TemporaryError
from ingest.files.picture_pool import PicturePool, can_look
from ingest.read.pool import ReaderPool
from ingest.read_again import ReadAgain
from store.claims import free_leases
from store.failpoints import Step, reach
from store.looks import free_lapsed_looks, next_look_at
from store.outbox import free_lapsed_outgoing, next_try_at
from store.planned import free_lapsed_due, next_due_at
from store.retention import keep_within_bounds
from store.sweep import sweep
from store.tally import Tally, count
from store.vouchers import seal
from store.wake import Call, WakeSocket

_log = logging.getLogger(__name__)

ROLE = "serve"
_READERS = 2
_REST = 30.0  # seconds a station sleeps at the most; wake-ups and ticks come sooner
_AFTER_FAULT = 1.0
_BLOCKED = 1.0
_END_SECONDS = 30.0  # for what is in hand; less than the supervisor's patience
_BATCH = 8
_NICENESS = 5  # in a burst mails are taken first; more, and who waits for a lock of ours would wait for us


class Station(threading.Thread):
    """A thread that does its work while there is any, then sleeps until it is woken or something is due."""

    def __init__(
        self,
        name: str,
        *,
        work: Callable[[], int],
        next_at: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        then: Sequence["Station"] = (),
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._next_at = next_at
        self._clock = clock
        self._then = tuple(then)
        self._woken = threading.Event()
        self._stopping = False
        self._turned_at: float | None = None

    def wake(self) -> None:
        """Look for work now."""
        self._woken.set()

    def stop(self) -> None:
        """End after what is in hand."""
        self._stopping = True
        self._woken.set()

    def run(self) -> None:
        """Until stopped."""
        while not self._stopping:
            self._woken.clear()
            self._turned_at = time.monotonic()
            try:
                done = self._work()
                rest = 0.0 if done else self._rest()
            except TemporaryError as error:
                _log.warning("station could not work", extra={"station": self.name, "error": error})
                done, rest = 0, _AFTER_FAULT
            except Exception:  # noqa: BLE001  the top of a worker: one fault must not end all work
                _log.exception("station could not work", extra={"station": self.name})
                count(Tally.FAULTS, self.name)
                done, rest = 0, _AFTER_FAULT
            if done:
                for station in self._then:
                    station.wake()
            elif not self._stopping:
                self._turned_at = None
                self._woken.wait(rest)

    @property
    def busy_for(self) -> float:
        """Seconds since it began what it is at; 0 while it rests."""
        began = self._turned_at
        return time.monotonic() - began if began is not None else 0.0

    def _rest(self) -> float:
        """Until something is due; what is due already and could not be claimed waits for somebody else."""
        due = self._next_at()
        left = _REST if due is None else (due - self._clock()).total_seconds()
        return min(left, _REST) if left > 0 else _BLOCKED


class Worker:
    """All stations of one node, with their leases renewed and their wake-ups heard."""

    def __init__(self, app: App, pool: ReaderPool, pictures: PicturePool) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._transport = app.transport()
        self._take_in = app.take_in(pool, role=ROLE)
        self._look_over = app.look_over(pictures, role=ROLE)
        self._due = app.due(role=ROLE)
        self._delivery = app.delivery(self._transport, role=ROLE)
        store, clock = app.store, app.clock
        deliver = Station("deliver", work=self._deliver, next_at=lambda: next_try_at(store.cases), clock=clock)
        write = Station(
            "write", work=self._write, next_at=lambda: next_due_at(store.cases), clock=clock, then=[deliver]
        )
        look = Station("look", work=self._look, next_at=lambda: next_look_at(store.cases), clock=clock)
        looking = [look] if can_look() else []  # what it would look at waits until text recognition is installed
        taking = [
            Station(f"take-in-{n}", work=self._read, next_at=store.ledger.next_at, clock=clock, then=[write, *looking])
            for n in range(_READERS)
        ]
        again = ReadAgain(store=store, reader=pool)
        self._taking = taking
        self._stations = [
            *taking,
            Station(
                "read-again",
                work=lambda: again.read_one(now=clock()),
                next_at=lambda: None,
                clock=clock,
                then=taking,
            ),
            *looking,
            write,
            deliver,
        ]

    def run(self, stop: threading.Event, ready: Callable[[], None]) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        self._free_earlier_life()
        wake_socket = WakeSocket(self._app.config.data_dir)
        ticker = start_ticker(
            {
                self._renew: RENEW_EVERY,
                self._seal: 2.0,
                self._free_lapsed: 5.0,
                self._wake_all: 5.0,
                self._sweep: 6 * 3600.0,
                self._keep_within_bounds: 600.0,
                Bell(self._app, role=ROLE).ring: alarms.EVERY,
            }
        )
        for station in self._stations:
            station.start()
        pulse = start_pulse(self._app.config.data_dir, "worker", self._ages)
        ready()
        while not stop.is_set():
            match wake_socket.wait(0.5):
                case Call.MAIL:
                    _wake(self._taking)
                case Call.ANYTHING:
                    self._wake_all()
        for station in self._stations:
            station.stop()
        deadline = time.monotonic() + _END_SECONDS
        for station in self._stations:
            station.join(timeout=max(0.0, deadline - time.monotonic()))
        pulse.set()
        ticker.shutdown()
        if self._loop.is_running():  # a mail is still in DATA: after the restart it is uncertain
            raise TemporaryError(f"a delivery did not end within {_END_SECONDS:.0f} s")
        self._loop.run_until_complete(self._transport.close())
        self._loop.close()
        self._seal()
        wake_socket.close()

    def _read(self) -> int:
        return self._take_in.take_in_some(clock=self._app.clock, limit=_BATCH)

    def _look(self) -> int:
        return self._look_over.look_at_some(clock=self._app.clock, limit=1)

    def _write(self) -> int:
        return self._due.write_due(now=self._app.clock())

    def _deliver(self) -> int:
        return self._loop.run_until_complete(self._delivery.deliver_due(now=self._app.clock()))

    def _renew(self) -> None:
        for shell in (self._take_in, self._look_over, self._due, self._delivery):
            shell.renew()
        reach(Step.LEASES_RENEWED)

    def _sweep(self) -> None:
        sweep(self._app.store, now=self._app.clock())

    def _seal(self) -> None:
        store = self._app.store
        seal(store.cases, store.ledger_database, holder=self._app.holder(ROLE), clock=self._app.clock)
        note_head(store, self._app.config.data_dir, now=self._app.clock())

    def _free_earlier_life(self) -> None:
        node = f"{self._app.node}:{ROLE}:"
        free_leases(self._app.store.cases, node=node)
        self._free_lapsed(node=node)

    def _free_lapsed(self, node: str = "") -> None:
        store = self._app.store
        self._renew()  # first: after a halt of the machine our own claims have lapsed, and are still in work
        store.ledger.free_lapsed(node=node)
        free_lapsed_looks(store.cases, node=node)
        free_lapsed_due(store.cases, node=node)
        free_lapsed_outgoing(store.cases, now=self._app.clock(), node=node)
        reach(Step.LAPSED_FREED)

    def _keep_within_bounds(self) -> None:
        app = self._app
        if erased := keep_within_bounds(app.store, app.retention, now=app.clock()):
            _log.info("erased: the time of retention is over", extra={"count": erased})

    def _ages(self) -> dict[str, float]:
        return {station.name: station.busy_for for station in self._stations}

    def _wake_all(self) -> None:
        _wake(self._stations)


def _wake(stations: Iterable[Station]) -> None:
    for station in stations:
        station.wake()


def run_worker(app: App, ready: Callable[[], None]) -> None:
    """The worker process: until SIGTERM. The readers' fork server starts before any thread."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor says when to end
    os.nice(_NICENESS)
    with ExitStack() as stack:
        pool = stack.enter_context(app.readers(_READERS))
        pictures = stack.enter_context(app.eyes())
        stack.callback(app.store.close)
        warm_up(app, pool, readers=_READERS)
        Worker(app, pool, pictures).run(stop, ready)
