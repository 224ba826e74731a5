"""Several mails that wait at once become one commit: many mails, one fsync."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

from cases.arrival import Arrival
from cases.errors import TemporaryError
from store.failpoints import Step, reach
from store.ledger import Ledger

_Waiting = tuple[Arrival, "Future[int]"]
_GROUP = 64


class LedgerWriter:
    """A thread that adds to the ledger whatever has gathered since its last commit."""

    def __init__(self, ledger: Ledger, *, committed: Callable[[], None]) -> None:
        """`committed` is called after each commit, to wake whoever works on new mails."""
        self._ledger = ledger
        self._committed = committed
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def add(self, arrival: Arrival) -> "Future[int]":
        """The ledger id once the mail is durable; the future raises StoreUnavailable if it could not be kept."""
        future: Future[int] = Future()
        self._waiting.put((arrival, future))
        return future

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            ended = False
            while len(group) < _GROUP and not self._waiting.empty():
                another = self._waiting.get()
                if another is None:
                    ended = True
                    break
                group.append(another)
            self._commit(group)
            if ended:
                return

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            ids = self._ledger.add([arrival for arrival, _ in group])
        except Exception as error:  # noqa: BLE001  whoever waits for the future decides what to say
            # One mail that cannot be kept must not take the others with it; a store that is down takes none of them.
            if len(group) > 1 and not isinstance(error, TemporaryError):
                for one in group:
                    self._commit([one])
                return
            group[0][1].set_exception(error)
            return
        reach(Step.LEDGER_COMMITTED)
        for (_, future), ledger_id in zip(group, ids, strict=True):
            future.set_result(ledger_id)
        self._committed()
