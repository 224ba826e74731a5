"""Whose turn it is to write a SQLite file: writers of several processes wait for each other without long naps.

SQLite's own waiting (sqlite3_busy_timeout) sleeps for 1, 2, 5, … 100 ms whenever the file is locked, so that two busy
writers leave it idle for most of the time. Here they look every fraction of a millisecond. The turn is a courtesy: who
does not get it in time goes on without it, and SQLite's lock decides.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 1.0  # seconds; whoever holds it longer is halted, or busy with something that is no mail
_FIRST_NAP, _LONGEST_NAP = 0.0002, 0.002


class Turn:
    """Held by one thread of one process at a time, as often as that thread likes; gone with its process."""

    def __init__(self, path: Path) -> None:
        """`path`: a file of its own, made when it is not there yet."""
        self._path = path
        self._threads = threading.RLock()
        self._depth = 0
        self._file = -1

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn for what is done within."""
        alone = self._threads.acquire(timeout=_PATIENCE)
        try:
            if alone and self._depth == 0:
                self._lock()
            self._depth += alone
            try:
                yield
            finally:
                self._depth -= alone
                if alone and self._depth == 0 and self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            if alone:
                self._threads.release()

    def close(self) -> None:
        """Give the file back; it is opened again when it is needed."""
        with self._threads:
            if self._file >= 0 and self._depth == 0:
                os.close(self._file)
                self._file = -1

    def _lock(self) -> None:
        if self._file < 0:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:  # a disk that is full or read-only: whoever writes will hear of it
                return
        deadline, nap = time.monotonic() + _PATIENCE, _FIRST_NAP
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return
                time.sleep(nap)
                nap = min(nap * 1.5, _LONGEST_NAP)
            else:
                return
