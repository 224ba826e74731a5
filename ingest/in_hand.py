"""What one worker has in hand: mails it claimed together, worked on one by one, and let go when one of them takes long.

A mail that keeps its reader busy to the limit must not keep those waiting that were claimed with it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from cases.errors import TemporaryError
from store.ledger import Entry

_log = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds that one mail may take before the others go to whoever is free


class _Hand:
    """The mails that are still to be worked on; taken by the worker, or let go by the watch."""

    def __init__(self, active: set[int], claimed: Sequence[Entry], let_go: Callable[[list[int]], None]) -> None:
        self._active = active
        self._waiting = deque(claimed)
        self._let_go = let_go
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._began = time.monotonic()

    def one_by_one(self, patience: float) -> Iterator[Entry]:
        watch = threading.Thread(target=self._watch, args=(patience,), name="in-hand", daemon=True)
        if len(self._waiting) > 1:
            watch.start()
        try:
            while (entry := self._take()) is not None:
                try:
                    yield entry
                finally:
                    self._active.discard(entry.id)
        finally:
            self._over.set()

    def _take(self) -> Entry | None:
        with self._lock:
            self._began = time.monotonic()
            return self._waiting.popleft() if self._waiting else None

    def _watch(self, patience: float) -> None:
        """One thread for all: to start one for each mail would cost as much as a tenth of the mail."""
        left = patience
        while not self._over.wait(left):
            left = self._began + patience - time.monotonic()
            if left <= 0:
                self._let_the_rest_go()
                return

    def _let_the_rest_go(self) -> None:
        with self._lock:
            ids = [entry.id for entry in self._waiting]
            self._waiting.clear()
        # No longer renewed: should the store not answer now, their leases lapse.
        self._active.difference_update(ids)
        try:
            self._let_go(ids)
        except TemporaryError as error:
            _log.warning("mails not let go: %s", error)


@contextmanager
def in_hand(
    active: set[int], claimed: Sequence[Entry], *, let_go: Callable[[list[int]], None], patience: float = PATIENCE
) -> Iterator[Iterator[Entry]]:
    """The claimed mails one by one, with their ids in `active` for as long as they are this worker's.

    `let_go` is told, in a thread of its own, of those whose turn has not come when one takes longer than `patience`.
    What a store that went away left undone is not in `active` afterwards: it must lapse, not be renewed.
    """
    ids = {entry.id for entry in claimed}
    active.update(ids)
    turns = _Hand(active, claimed, let_go).one_by_one(patience)
    try:
        yield turns
    finally:
        turns.close()  # type: ignore[attr-defined]
        active.difference_update(ids)
