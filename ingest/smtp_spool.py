"""The content of one mail while it comes in: a little is held in memory, what is large is in a file without a name."""

import asyncio
import contextlib
import errno
import hashlib
import io
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from cases.arrival import Filed

IN_MEMORY = 256 * 1024
_PIECE = 512 * 1024  # of a file, written at once
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
    """Octets that are written once and handed over once. Close it at the end, whatever happens.

    Without a folder all of them stay in memory. `fits` says whether there is room for so many octets more.
    """

    def __init__(self, folder: Path | None, fits: Callable[[int], bool]) -> None:
        self.size = 0
        self._folder = folder
        self._fits = fits
        self._held = bytearray()
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()

    @property
    def octets_to_load(self) -> int:
        """How much memory the octets take where a file cannot be kept as it is."""
        return self.size if self._file is not None else 0

    async def write(self, octets: bytes) -> None:
        """Add octets; raises NoRoomError, and OSError for other faults of the disk."""
        self.size += len(octets)
        self._held += octets
        if self._folder is not None and len(self._held) >= (_PIECE if self._file is not None else IN_MEMORY):
            await self._flush(self._folder)

    async def finish(self) -> bytes | Filed:
        """All octets, or the file that they are in: it is whoever's who asked, and `close` does not close it."""
        if self._file is None or self._folder is None:
            return bytes(self._held)
        await self._flush(self._folder)
        mine = OwnedFile(os.dup(self._file.fileno()), "rb")
        return Filed(file=mine, size=self.size, sha256=self._digest.hexdigest())

    def close(self) -> None:
        """Forget the octets; may be said twice."""
        self._held.clear()
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk, which was said before; the file is closed all the same
                self._file.close()  # waits for a write that is under way in its thread
            self._file = None

    async def _flush(self, folder: Path) -> None:
        piece, self._held = self._held, bytearray()
        if not self._fits(len(piece)):
            raise NoRoomError
        if self._file is None:
            self._file = _open_nameless(folder)
        await asyncio.to_thread(self._put_away, self._file, piece)

    def _put_away(self, file: BinaryIO, piece: bytearray) -> None:
        view = memoryview(piece)
        while view:
            view = view[file.write(view) :]
        self._digest.update(piece)


class OwnedFile(io.FileIO):
    """A file that is closed with the last who holds it.

    A mail may be kept while its peer and its spool have gone: its descriptor must not be another file's by then.
    """

    def __del__(self) -> None:
        self.close()


def _open_nameless(folder: Path) -> BinaryIO:
    """No name until the mail is kept, so that nothing is left of those that are not, whatever happens.

    `tempfile` asks for a file that can never be given a name (O_EXCL, open(2)), so it is asked only where there is no
    other: such a mail is copied when it is kept.
    """
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except (OSError, AttributeError):  # a file system without it, or not Linux
        return cast("BinaryIO", tempfile.TemporaryFile(dir=folder, prefix="spool.", buffering=0))
    return cast("BinaryIO", OwnedFile(descriptor, "r+b"))
