"""Reading from an SMTP peer: a command line at a time, and the content after DATA in chunks.

Commands and content share one buffer, since a peer may send the next command right behind the final dot.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ingest.smtp_spool import Spool

_CHUNK = 65536
_END = b"\r\n.\r\n"


class PeerGoneError(Exception):
    """The peer closed the connection, or broke it off, in the midst of what was being read."""


class LineTooLongError(Exception):
    """A command line is longer than anything that is a command."""


class Verdict(Enum):
    """What is to be said of the content that was read."""

    WHOLE = "whole"
    TOO_LARGE = "too large"  # read to its end, not kept
    ENDLESS = "endless"  # given up at twice the limit, the peer is still sending
    LONG_LINE = "long line"
    BARE_LINE_END = "bare line end"  # CR or LF alone
    NOT_KEPT = "not kept"  # the disk would not have it; nothing is said of the mail


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The octets between DATA and the final dot, without dot-stuffing; `spool` is empty and closed unless WHOLE.

    `fault` is why it was NOT_KEPT.
    """

    verdict: Verdict
    spool: Spool
    fault: OSError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DataLimits:
    """Octets and seconds: the content may take `grace` seconds and what it needs at `min_rate` octets a second.

    `grace` is asked again and again: it is shorter while the house is full.
    """

    max_bytes: int
    max_line: int
    grace: Callable[[], float]
    min_rate: int
    quiet_after_bare: float


class Wire:
    """What the peer has sent, and the part of it that nobody has read yet."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._held = bytearray()
        self._wait: asyncio.Timeout | None = None

    def forget(self) -> None:
        """Drop what came before STARTTLS: it was sent by anybody (RFC 3207 section 5)."""
        self._held.clear()

    def hurry(self, seconds: float) -> None:
        """Wait no longer than that for what is waited for now."""
        soon = asyncio.get_running_loop().time() + seconds
        with contextlib.suppress(RuntimeError):  # that wait is over
            if self._wait is not None and (self._wait.when() or soon) > soon:
                self._wait.reschedule(soon)

    async def read_line(self, longest: int, seconds: float) -> bytes:
        """Read one line with its LF; raises TimeoutError after `seconds`, LineTooLongError after `longest` octets.

        Raises PeerGoneError at the end.
        """
        async with asyncio.timeout(seconds) as self._wait:
            while (end := self._held.find(b"\n")) < 0 and len(self._held) <= longest:
                self._held += await self._read_chunk()
        if not 0 <= end < longest:
            raise LineTooLongError
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        return line

    async def read_content(self, limits: DataLimits, spool: Spool) -> Content:
        """Read up to the final dot. Raises TimeoutError where the peer is too slow, PeerGoneError where it goes.

        After a bare CR or LF the peer may never send the one true end, so what is said of it is said as soon as it
        falls silent.
        """
        kept = _Kept(limits, spool)
        try:
            verdict = await self._read_all(kept, limits)
        except BaseException:
            spool.close()
            raise
        if verdict is not Verdict.WHOLE:
            spool.close()
        return Content(verdict=verdict, spool=spool, fault=kept.fault)

    async def _read_all(self, kept: "_Kept", limits: DataLimits) -> Verdict:
        now = asyncio.get_running_loop().time
        started = now()
        window, self._held = bytearray(b"\r\n") + self._held, bytearray()  # DATA's own line end: the dot may come first
        while (end := window.find(_END)) < 0:
            settled = len(window) - _length_of_begun_end(window)
            await kept.add(bytes(window[:settled]))
            del window[:settled]
            if kept.size > 2 * limits.max_bytes:
                return Verdict.ENDLESS
            deadline = started + limits.grace() + kept.size / limits.min_rate
            quiet = now() + limits.quiet_after_bare
            try:
                async with asyncio.timeout_at(min(deadline, quiet) if kept.bare else deadline) as self._wait:
                    window += await self._read_chunk()
            except TimeoutError:
                if not kept.bare:
                    raise
                return kept.verdict()
        await kept.add(bytes(window[: end + 2]))
        self._held = window[end + len(_END) :]
        return kept.verdict()

    async def _read_chunk(self) -> bytes:
        chunk = await self._reader.read(_CHUNK)
        if not chunk:
            raise PeerGoneError
        return chunk


class _Kept:
    """The content so far; keeps nothing more once it is clear that it will be refused.

    No piece ends with a beginning of CR LF . CR LF, so that line ends and stuffed dots are always whole in one piece.
    """

    def __init__(self, limits: DataLimits, spool: Spool) -> None:
        self.size = -2  # the line end of DATA is no content
        self._content_size = 0  # without stuffed dots: what SIZE counts (RFC 1870 section 5)
        self.bare = False
        self.fault: OSError | None = None
        self._limits = limits
        self._spool = spool
        self._line = 0  # octets of the line that the last piece ended in
        self._long_line = False

    async def add(self, piece: bytes) -> None:
        ends = piece.count(b"\r\n")
        self.bare = self.bare or piece.count(b"\n") != ends or piece.count(b"\r") != ends
        content = piece.replace(b"\r\n.", b"\r\n")
        if piece and self.size < 0:
            content = content[2:]
        self.size += len(piece)
        self._content_size += len(content)
        self._measure_lines(content)
        if self.verdict() is Verdict.WHOLE:
            try:
                await self._spool.write(content)
            except OSError as error:
                self.fault = error
        if self.verdict() is not Verdict.WHOLE:
            self._spool.close()

    def verdict(self) -> Verdict:
        """What is to be said of it if no more comes."""
        if self.bare:
            return Verdict.BARE_LINE_END
        if self._content_size > self._limits.max_bytes:
            return Verdict.TOO_LARGE
        if self._long_line:
            return Verdict.LONG_LINE
        return Verdict.WHOLE if self.fault is None else Verdict.NOT_KEPT

    def _measure_lines(self, content: bytes) -> None:
        first, last = content.find(b"\n") + 1, content.rfind(b"\n") + 1
        if not first:
            self._line += len(content)
            self._long_line = self._long_line or self._line > self._limits.max_line
            return
        longest = self._limits.max_line
        self._long_line = (
            self._long_line or self._line + first > longest or _has_longer_line(content[first:last], longest)
        )
        self._line = len(content) - last


def _length_of_begun_end(window: bytearray) -> int:
    return next((length for length in range(len(_END) - 1, 0, -1) if window.endswith(_END[:length])), 0)


def _has_longer_line(raw: bytes, longest: int) -> bool:
    """Hop from the last line end within reach to the next: a few hops for any number of short lines."""
    start = 0
    while len(raw) - start > longest:
        end = raw.rfind(b"\n", start, start + longest)
        if end < 0:
            return True
        start = end + 1
    return False
