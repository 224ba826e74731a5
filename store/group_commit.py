"""Several mails that wait at once become one commit: many mails, one fsync."""

import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from cases.arrival import Arrival
from cases.errors import CasepostError, TemporaryError
from store.errors import StoreUnavailable
from store.failpoints import Step, reach
from store.ledger import Ledger
from store.raw import IN_ROW_OCTETS, Kept

_log = logging.getLogger(__name__)

_Waiting = tuple[Arrival, "Future[int]", Kept | None]
_GROUP = 64
_KEEPERS = 8


class LedgerWriter:
    """A thread that adds to the ledger whatever has gathered since its last commit."""

    def __init__(self, ledger: Ledger, *, committed: Callable[[], object]) -> None:
        """`committed` is called after each commit, to wake whoever works on new mails."""
        self._ledger = ledger
        self._committed = committed
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        # Large mails go where they are kept before they queue: a slow bucket must not hold up the small ones.
        self._keepers = ThreadPoolExecutor(_KEEPERS, thread_name_prefix="large-mail")
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def add(self, arrival: Arrival) -> "Future[int]":
        """The ledger id once the mail is durable; the future raises StoreUnavailable if it could not be kept.

        A future that is cancelled before its commit begins takes its mail back; later, cancelling does nothing.
        """
        future: Future[int] = Future()
        with self._closing:
            if self._closed:
                future.set_exception(StoreUnavailable("the ledger is closed"))
            elif arrival.size > IN_ROW_OCTETS:
                self._keepers.submit(self._keep, arrival, future)
            else:
                self._waiting.put((arrival, future, None))
        return future

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        with self._closing:
            self._closed = True
        self._keepers.shutdown()
        self._waiting.put(None)
        self._thread.join()

    def _keep(self, arrival: Arrival, future: "Future[int]") -> None:
        if future.cancelled():
            return
        try:
            kept = self._ledger.keep(arrival)
        except Exception as error:  # noqa: BLE001  whoever waits for the future decides what to say
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
        else:
            self._waiting.put((arrival, future, kept))

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group: list[_Waiting] = []
            ended = self._gather(group, first)
            with self._ledger.turn():
                # Whoever else writes took its time: what has come meanwhile needs no commit of its own.
                ended = ended or self._gather(group)
                ids = self._commit_or_say(group)
            self._answer(group, ids)
            if ended:
                return

    def _gather(self, group: list[_Waiting], one: _Waiting | None = None) -> bool:
        """Add to the group what waits, ready to be written; whether that was the last."""
        while len(group) < _GROUP:
            if one is None:
                try:
                    one = self._waiting.get_nowait()
                except Empty:
                    return False
                if one is None:
                    return True
            arrival, future, kept = one
            if self._is_awaited(arrival, future, kept):
                group.append((arrival, future, kept))
            one = None
        return False

    def _is_awaited(self, _arrival: Arrival, future: "Future[int]", kept: Kept | None) -> bool:
        """Whoever waits may have gone (a client that hung up): nothing was promised to them."""
        if future.set_running_or_notify_cancel():
            return True
        if kept is not None:
            with contextlib.suppress(CasepostError):  # a place that does not answer; files are swept later
                self._ledger.drop(kept)
        return False

    def _commit_or_say(self, group: list[_Waiting]) -> list[int | None]:
        """Their ids, None for those whose future has been told why not.

        Nobody waits for ever, and the thread outlives any fault: else no mail would be taken until a restart.
        """
        try:
            return self._commit(group)
        except Exception as error:  # noqa: BLE001  see above
            _log.exception("a commit ended by a fault")
            for _, future, _ in group:
                if not future.done():
                    future.set_exception(error)
            return [None] * len(group)

    def _commit(self, group: list[_Waiting]) -> list[int | None]:
        if not group:
            return []
        try:
            ids = self._ledger.add([arrival for arrival, _, _ in group], kept=[kept for _, _, kept in group])
        except Exception as error:  # noqa: BLE001  whoever waits for the future decides what to say
            # One mail that cannot be kept must not take the others with it; a store that is down takes none of them.
            if len(group) > 1 and not isinstance(error, TemporaryError):
                return [number for one in group for number in self._commit([one])]
            for _, future, _ in group:
                future.set_exception(error)
            return [None] * len(group)
        reach(Step.LEDGER_COMMITTED)
        return [*ids]

    def _answer(self, group: list[_Waiting], ids: list[int | None]) -> None:
        """Promise, and wake whoever works on it: outside the turn, others write meanwhile."""
        for (_, future, _), ledger_id in zip(group, ids, strict=True):
            if ledger_id is not None:
                future.set_result(ledger_id)
        if not any(ids):
            return
        try:
            reach(Step.MAIL_PROMISED)
            self._committed()
        except Exception:  # noqa: BLE001  a lost wake-up loses nothing, a lost thread all that comes
            _log.exception("nobody was told of new mails")
