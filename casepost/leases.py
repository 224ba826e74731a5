"""The claims of this process, renewed while it works on them: a lease ends after ten seconds otherwise."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cases.errors import TemporaryError
from ingest.take_in import TakeIn
from responder.delivery import Delivery
from responder.due import Due
from store.outbox import renew_outgoing
from store.planned import renew_due
from store.store import Store

_log = logging.getLogger(__name__)

RENEW_EVERY = 3.0  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """What one process has in work: each shell knows its own ids."""

    store: Store
    take_in: TakeIn
    due: Due
    delivery: Delivery

    def renew(self) -> None:
        """Ten more seconds for everything in work."""
        if self.take_in.active:
            self.store.ledger.renew(holder=self.take_in.holder, ids=list(self.take_in.active))
        if self.due.active:
            renew_due(self.store.cases, holder=self.due.holder, ids=list(self.due.active))
        if self.delivery.active:
            renew_outgoing(self.store.cases, holder=self.delivery.holder, ids=list(self.delivery.active))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew in a thread for as long as the block runs."""
        over = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(over,), name="renew", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew_until(self, over: threading.Event) -> None:
        while not over.wait(RENEW_EVERY):
            try:
                self.renew()
            except TemporaryError as error:
                _log.warning("claims not renewed: %s", error)
