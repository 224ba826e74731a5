"""Reading the content after DATA from an SMTP peer, in pieces as they come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ingest.smtp_line_ends import look_at_line_ends
from ingest.smtp_spool import Spool
from ingest.smtp_wire import Wire

_PIECE = 131072  # so much is looked at at once, and more where more is there
_END = b"\r\n.\r\n"


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


async def read_content(wire: Wire, limits: DataLimits, spool: Spool) -> Content:
    """Read up to the final dot. Raises TimeoutError where the peer is too slow, PeerGoneError where it goes.

    After a bare CR or LF the peer may never send the one true end, so what is said of it is said as soon as it
    falls silent.
    """
    kept = _Kept(limits, spool)
    try:
        verdict = await _read_all(wire, kept, limits)
    except BaseException:
        spool.close()
        raise
    if verdict is not Verdict.WHOLE:
        spool.close()
    return Content(verdict=verdict, spool=spool, fault=kept.fault)


async def _read_all(wire: Wire, kept: "_Kept", limits: DataLimits) -> Verdict:
    now = asyncio.get_running_loop().time
    started, piece, searched = now(), min(_PIECE, max(limits.max_bytes, len(_END))), 0
    wire.held[:0] = b"\r\n"  # DATA's own line end: the dot may come first
    while (end := wire.held.find(_END, searched)) < 0:
        if len(wire.held) >= piece:
            await _settle(wire, kept)
            if kept.size > 2 * limits.max_bytes:
                return Verdict.ENDLESS
            searched = 0  # the end may have come while the disk was waited for
            continue
        searched = max(0, len(wire.held) - len(_END) + 1)
        deadline = started + limits.grace() + (kept.size + len(wire.held)) / limits.min_rate
        try:
            await wire.wait(min(deadline, now() + limits.quiet_after_bare))
        except TimeoutError:
            # Only who falls silent is looked at before there is a piece's worth of it.
            await _settle(wire, kept)
            searched = 0
            if kept.bare:
                return kept.verdict()
            if now() >= deadline:
                raise
    await kept.add(bytes(memoryview(wire.held)[: end + 2]))
    del wire.held[: end + len(_END)]
    return kept.verdict()


async def _settle(wire: Wire, kept: "_Kept") -> None:
    """Take over what cannot be part of the end."""
    settled = len(wire.held) - _length_of_begun_end(wire.held)
    piece = bytes(memoryview(wire.held)[:settled])
    del wire.held[:settled]
    await kept.add(piece)


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
        ends = look_at_line_ends(piece)
        self.bare = self.bare or ends.bare
        content = piece.replace(b"\r\n.", b"\r\n") if ends.dotted else piece
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


def _length_of_begun_end(held: bytearray) -> int:
    return next((length for length in range(len(_END) - 1, 0, -1) if held.endswith(_END[:length])), 0)


def _has_longer_line(raw: bytes, longest: int) -> bool:
    """Hop from the last line end within reach to the next: a few hops for any number of short lines."""
    start = 0
    while len(raw) - start > longest:
        end = raw.rfind(b"\n", start, start + longest)
        if end < 0:
            return True
        start = end + 1
    return False
