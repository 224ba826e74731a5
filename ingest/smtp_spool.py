"""The content of one mail while it comes in: a little is held in memory, what is large is in a file without a name."""

import asyncio
import contextlib
import errno
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

IN_MEMORY = 256 * 1024
_DISK_FULL = "53100"  # PostgreSQL, appendix A


class NoRoomError(OSError):
    """The disk is too full to go on."""


def is_full(error: BaseException) -> bool:
    """Say whether it is for want of room that something could not be written, here or in a database."""
    full = isinstance(error, NoRoomError) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    full = full or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    full = full or getattr(error, "sqlstate", None) == _DISK_FULL
    return full or (error.__cause__ is not None and is_full(error.__cause__))


class Spool:
    """Octets that are written once and read once. Close it at the end, whatever happens.

    Without a folder all of them stay in memory. `fits` says whether there is room for so many octets more.
    """

    def __init__(self, folder: Path | None, fits: Callable[[int], bool]) -> None:
        self.size = 0
        self._folder = folder
        self._fits = fits
        self._held = bytearray()
        self._file: BinaryIO | None = None

    @property
    def octets_to_load(self) -> int:
        """How much memory `read` takes that is not taken already."""
        return self.size if self._file is not None else 0

    async def write(self, octets: bytes) -> None:
        """Add octets; raises NoRoomError, and OSError for other faults of the disk."""
        self.size += len(octets)
        self._held += octets
        if self._folder is not None and len(self._held) >= IN_MEMORY:
            await self._flush(self._folder)

    async def read(self) -> bytes:
        """Give all octets."""
        if self._file is None or self._folder is None:
            return bytes(self._held)
        await self._flush(self._folder)
        return await asyncio.to_thread(_read_all, self._file)

    def close(self) -> None:
        """Forget the octets; may be said twice."""
        self._held.clear()
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk, which was said before; the file is closed all the same
                self._file.close()  # waits for a write that is under way in its thread
            self._file = None

    async def _flush(self, folder: Path) -> None:
        piece = bytes(self._held)
        self._held.clear()
        if not self._fits(len(piece)):
            raise NoRoomError
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=folder, prefix="spool.")  # noqa: SIM115  closed by `close`
        await asyncio.to_thread(self._file.write, piece)


def _read_all(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
