"""Reading from an SMTP peer: a command line at a time, and the content after DATA in chunks.

Commands and content share one buffer, since a peer may send the next command right behind the final dot.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The octets between DATA and the final dot, without dot-stuffing; empty unless `verdict` is WHOLE."""

    verdict: Verdict
    raw: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DataLimits:
    """Octets and seconds: the content may take `grace` seconds and what it needs at `min_rate` octets a second."""

    max_bytes: int
    max_line: int
    grace: float
    min_rate: int = 500
    quiet_after_bare: float = 5.0


class Wire:
    """What the peer has sent, and the part of it that nobody has read yet."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._held = bytearray()

    def forget(self) -> None:
        """Drop what came before STARTTLS: it was sent by anybody (RFC 3207 section 5)."""
        self._held.clear()

    async def read_line(self, longest: int) -> bytes:
        """Read one line with its LF; raises LineTooLongError after `longest` octets, PeerGoneError at the end."""
        while (end := self._held.find(b"\n")) < 0 and len(self._held) <= longest:
            self._held += await self._read_chunk()
        if not 0 <= end < longest:
            raise LineTooLongError
        line = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        return line

    async def read_content(self, limits: DataLimits) -> Content:
        """Read up to the final dot. Raises TimeoutError where the peer is too slow, PeerGoneError where it goes.

        After a bare CR or LF the peer may never send the one true end, so what is said of it is said as soon as it
        falls silent.
        """
        started = asyncio.get_running_loop().time()
        kept = _Kept(limits)
        window, self._held = bytearray(b"\r\n") + self._held, bytearray()  # DATA's own line end: the dot may come first
        while (end := window.find(_END)) < 0:
            settled = len(window) - _length_of_begun_end(window)
            kept.add(bytes(window[:settled]))
            del window[:settled]
            if kept.size > 2 * limits.max_bytes:
                return Content(verdict=Verdict.ENDLESS, raw=b"")
            deadline = started + limits.grace + kept.size / limits.min_rate
            quiet = asyncio.get_running_loop().time() + limits.quiet_after_bare
            try:
                async with asyncio.timeout_at(min(deadline, quiet) if kept.bare else deadline):
                    window += await self._read_chunk()
            except TimeoutError:
                if not kept.bare:
                    raise
                return kept.content()
        kept.add(bytes(window[: end + 2]))
        self._held = window[end + len(_END) :]
        return kept.content()

    async def _read_chunk(self) -> bytes:
        chunk = await self._reader.read(_CHUNK)
        if not chunk:
            raise PeerGoneError
        return chunk


class _Kept:
    """The content so far; holds nothing more once it is clear that it will be refused.

    No piece ends with a beginning of CR LF . CR LF, so that line ends and stuffed dots are always whole in one piece.
    """

    def __init__(self, limits: DataLimits) -> None:
        self.size = -2  # the line end of DATA is no content
        self.bare = False
        self._limits = limits
        self._octets = bytearray()

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        ends = piece.count(b"\r\n")
        self.bare = self.bare or piece.count(b"\n") != ends or piece.count(b"\r") != ends
        if self.bare or self.size > self._limits.max_bytes:
            self._octets.clear()
        else:
            self._octets += piece.replace(b"\r\n.", b"\r\n")

    def content(self) -> Content:
        if self.bare:
            return Content(verdict=Verdict.BARE_LINE_END, raw=b"")
        if self.size > self._limits.max_bytes:
            return Content(verdict=Verdict.TOO_LARGE, raw=b"")
        raw = bytes(memoryview(self._octets)[2:])
        if _has_longer_line(raw, self._limits.max_line):
            return Content(verdict=Verdict.LONG_LINE, raw=b"")
        return Content(verdict=Verdict.WHOLE, raw=raw)


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
