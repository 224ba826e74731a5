"""The claims of this process, renewed while it works on them: a lease ends after ten seconds otherwise."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases.errors import TemporaryError

_log = logging.getLogger(__name__)

RENEW_EVERY = 3.0  # seconds


@contextmanager
def kept(*renewals: Callable[[], None]) -> Iterator[None]:
    """Call the shells' `renew` in a thread, every few seconds, for as long as the block runs."""
    over = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(over, renewals), name="renew", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew_until(over: threading.Event, renewals: tuple[Callable[[], None], ...]) -> None:
    while not over.wait(RENEW_EVERY):
        try:
            for renew in renewals:
                renew()
        except TemporaryError as error:
            _log.warning("claims not renewed: %s", error)
