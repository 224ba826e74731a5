"""The worker: one process that reads and decides, looks at pictures, writes what is due, hands the outbox over.

Four kinds of station, each a thread around one shell. What one station makes due wakes the next at once.
"""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime

from casepost.app import App
from casepost.leases import RENEW_EVERY
from casepost.ticker import start_ticker
from casepost.warm import warm_up
from cases.errors import TemporaryError
from ingest.files.picture_pool import PicturePool, can_look
from ingest.read.pool import ReaderPool
from store.events import seal_events
from store.looks import free_lapsed_looks, next_look_at
from store.outbox import free_lapsed_outgoing, next_try_at
from store.planned import free_lapsed_due, next_due_at
from store.wake import WakeSocket

_log = logging.getLogger(__name__)

ROLE = "serve"
_READERS = 2
_REST = 30.0  # seconds a station sleeps at the most; wake-ups and ticks come sooner
_AFTER_FAULT = 1.0
_BLOCKED = 1.0
_END_SECONDS = 30.0  # for what is in hand; less than the supervisor's patience
_BATCH = 8


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
            try:
                done = self._work()
                rest = 0.0 if done else self._rest()
            except TemporaryError as error:
                _log.warning("station %s: %s", self.name, error)
                done, rest = 0, _AFTER_FAULT
            except Exception:  # noqa: BLE001  the top of a worker: one fault must not end all work
                _log.exception("station %s", self.name)
                done, rest = 0, _AFTER_FAULT
            if done:
                for station in self._then:
                    station.wake()
            elif not self._stopping:
                self._woken.wait(rest)

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
        self._stations = [
            *(
                Station(
                    f"take-in-{n}", work=self._read, next_at=store.ledger.next_at, clock=clock, then=[write, *looking]
                )
                for n in range(_READERS)
            ),
            *looking,
            write,
            deliver,
        ]

    def run(self, stop: threading.Event, ready: Callable[[], None]) -> None:
        """Work until `stop` is set, then finish what is in hand."""
        self._free_lapsed(node=f"{self._app.node}:{ROLE}:")
        wake_socket = WakeSocket(self._app.config.data_dir)
        ticker = start_ticker({self._renew: RENEW_EVERY, self._seal: 2.0, self._free_lapsed: 5.0, self._wake_all: 5.0})
        for station in self._stations:
            station.start()
        ready()
        while not stop.is_set():
            if wake_socket.wait(0.5):
                self._wake_all()
        for station in self._stations:
            station.stop()
        deadline = time.monotonic() + _END_SECONDS
        for station in self._stations:
            station.join(timeout=max(0.0, deadline - time.monotonic()))
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

    def _seal(self) -> None:
        seal_events(self._app.store.cases, holder=self._app.holder(ROLE))

    def _free_lapsed(self, node: str = "") -> None:
        store = self._app.store
        self._renew()  # first: after a halt of the machine our own claims have lapsed, and are still in work
        store.ledger.free_lapsed(node=node)
        free_lapsed_looks(store.cases, node=node)
        free_lapsed_due(store.cases, node=node)
        free_lapsed_outgoing(store.cases, now=self._app.clock(), node=node)

    def _wake_all(self) -> None:
        for station in self._stations:
            station.wake()


def run_worker(app: App, ready: Callable[[], None]) -> None:
    """The worker process: until SIGTERM. The readers' fork server starts before any thread."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor says when to end
    with ExitStack() as stack:
        pool = stack.enter_context(app.readers(_READERS))
        pictures = stack.enter_context(app.eyes())
        stack.callback(app.store.close)
        warm_up(app, pool, readers=_READERS)
        Worker(app, pool, pictures).run(stop, ready)
