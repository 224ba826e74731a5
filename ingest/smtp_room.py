"""Room for mails: free space on disk, and the memory that large mails may have at once."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_MIN_FREE_FILES = 1000

_log = logging.getLogger("ingest.smtp")


class Disk:
    """The free space of the file system that `folder` is on; `min_free` octets of it are not for new mails.

    Reading, answering and sending need some of it, too: a full disk must stop the taking in first.
    """

    def __init__(self, folder: Path, *, min_free: int) -> None:
        self._folder = folder
        self._min_free = min_free
        self._short = False

    def fits(self, octets: int) -> bool:
        """Say whether so many octets more leave enough free. A disk that cannot be asked has no room."""
        try:
            found = os.statvfs(self._folder)
        except OSError as error:
            return self._say(False, {"error": error.strerror})
        free = found.f_bavail * found.f_frsize
        enough_files = found.f_files == 0 or found.f_favail >= _MIN_FREE_FILES  # btrfs counts none
        extra: dict[str, object] = {
            "free_octets": free,
            "free_files": found.f_favail,
            "wanted_octets": self._min_free + octets,
        }
        return self._say(enough_files and free - octets >= self._min_free, extra)

    def _say(self, fits: bool, extra: dict[str, object]) -> bool:
        """Log when it becomes short and when it is over, not for each mail that is put off."""
        if fits and self._short:
            _log.info("there is room for mail again", extra=extra)
        elif not fits and not self._short:
            _log.error("no room on disk, mail is put off with 452", extra=extra)
        self._short = not fits
        return fits


class Memory:
    """Octets that several may have at once; one alone may have more, or the largest mail would never get in."""

    def __init__(self, octets: int) -> None:
        self._octets = octets
        self._lent = 0
        self._turn = asyncio.Lock()
        self._returned = asyncio.Event()

    @asynccontextmanager
    async def lent(self, octets: int) -> AsyncIterator[None]:
        """Wait until so many are free, and have them; first come, first served, so that nobody waits for ever.

        Who needs none does not stand behind those who wait.
        """
        if not octets:
            yield
            return
        async with self._turn:
            while self._lent and self._lent + octets > self._octets:
                self._returned.clear()
                await self._returned.wait()
            self._lent += octets
        try:
            yield
        finally:
            self._lent -= octets
            self._returned.set()
