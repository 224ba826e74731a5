"""The delimiter lines of multiparts (RFC 2046 section 5.1): which boundaries are open, and where the next line is.

A delimiter is looked for among all boundaries that are open, so an outer one also ends inner multiparts whose own
end is missing. A boundary that is not in the mail, or not named, is guessed from the first line that looks like one.
"""

import re
from dataclasses import dataclass

from ingest.read import limits
from ingest.read.defects import Defects
from ingest.read.params import Parameterised

_GUESS = re.compile(
    rb"(?:\A|\n)--(?=[^\r\n]{0,200}[A-Za-z0-9])([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}[ \t]*:|\r?\n)",
    re.IGNORECASE,
)
_GUESS_BYTES = 64 * 1024
_MAX_MISSING = 10
# Blanks end a boundary, whatever else some gateways write behind it; "--b2" is another boundary than "--b".
_BEHIND = re.compile(rb"[ \t]{0,20}--(?:[ \t]|\Z)|[ \t]")
_BOUNDARY_BYTES = 8_000
_PREFIX = 24


@dataclass(kw_only=True, slots=True)
class OpenMultipart:
    """A multipart whose end has not been seen."""

    boundary: bytes
    path: str
    subtype: str
    children: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Delimiter:
    """A delimiter line: where it and the line end before it begin, where it ends, and whose it is."""

    start: int
    end: int
    level: int
    closing: bool


class Boundaries:
    """The open multiparts of one mail, outermost first."""

    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.stack: list[OpenMultipart] = []
        self.is_ended = False
        self._raw = raw
        self._defects = defects
        self._missing = 0
        self._opened = 0
        self._lookalikes = 0
        self._candidates: re.Pattern[bytes] | None = None
        self._levels: dict[bytes, int] = {}

    def open(self, content: Parameterised, path: str, pos: int) -> bool:
        """Open the multipart whose body begins at `pos`; False when it is none, too deep, or has no boundary."""
        boundary = self._boundary(content, pos)
        if boundary is None:
            return False
        self._opened += 1
        self.stack.append(OpenMultipart(boundary=boundary, path=path, subtype=content.value.split("/")[1]))
        self._candidates = None
        return True

    def _boundary(self, content: Parameterised, pos: int) -> bytes | None:
        if not content.value.startswith("multipart/"):
            return None
        if len(self.stack) >= limits.MAX_LEVELS or self._opened >= limits.MAX_CONTAINERS:
            self._defects.add(f"parts nested deeper than {limits.MAX_LEVELS} levels or too often: not split further")
            return None
        given = content.params.get("boundary", "").rstrip().encode("utf-8", "replace")[:_BOUNDARY_BYTES]
        if not given:
            self._defects.add("multipart without a boundary parameter")
        elif self._missing >= _MAX_MISSING or self._raw.find(b"--" + given, pos) >= 0:
            return given
        else:
            self._missing += 1
            self._defects.add("multipart whose boundary is nowhere in it")
        guess = _GUESS.search(self._raw, max(0, pos - 1), pos + _GUESS_BYTES)
        return guess[1] if guess else None

    def close(self, delimiter: Delimiter) -> None:
        """Close what a delimiter ends: the multiparts within its own, and that too where it is the last.

        `is_ended` says whether the end of the outermost was the last delimiter.
        """
        # The outermost stays: some scripts write its end first and parts behind it.
        keep = delimiter.level + (0 if delimiter.closing and delimiter.level else 1)
        self.is_ended = delimiter.closing and not delimiter.level
        if len(self.stack) > delimiter.level + 1:
            self._defects.add("multipart without its end boundary")
        if len(self.stack) > keep:
            del self.stack[keep:]
            self._candidates = None

    def find_delimiter(self, pos: int) -> Delimiter | None:
        """The next delimiter line of an open multipart at or behind `pos`; the innermost wins if two are equal."""
        if not self.stack:
            return None
        if self._candidates is None:
            self._levels = {one.boundary: level for level, one in enumerate(self.stack)}
            prefixes = {re.escape(level.boundary[:_PREFIX]) for level in self.stack}
            self._candidates = re.compile(rb"\n--(?=" + b"|".join(sorted(prefixes)) + rb")([^\r\n]*)\r{0,2}\n?")
        search_from = max(0, pos - 1)
        while match := self._candidates.search(self._raw, search_from):
            if (found := self._delimiter(match, pos)) is not None:
                return found
            self._lookalikes += 1
            if self._lookalikes > limits.MAX_BOUNDARY_LOOKALIKES:
                self._defects.add("too many lines that look like a boundary: the rest is not split")
                return None
            # The line end of a look-alike may begin the next delimiter.
            search_from = match.end() - 1
        return None

    def _delimiter(self, match: re.Match[bytes], pos: int) -> Delimiter | None:
        line = match[1].rstrip(b" \t")
        found = self._find_level(line)
        if found is None:
            return None
        level, closing = found
        start = max(match.start(), pos - 1)
        for _ in range(2):  # a gateway may have written the CR twice
            start -= start >= pos and self._raw[start - 1 : start] == b"\r"
        return Delimiter(start=max(pos, start), end=match.end(), level=level, closing=closing)

    def _find_level(self, line: bytes) -> tuple[int, bool] | None:
        """Whose line it is, and whether it is the last; look-alikes by the million cost two look-ups each."""
        if (level := self._levels.get(line)) is not None:
            return level, False
        if line.endswith(b"--") and (level := self._levels.get(line[:-2])) is not None:
            return level, True
        if b" " not in line and b"\t" not in line:
            return None
        for level in range(len(self.stack) - 1, -1, -1):
            boundary = self.stack[level].boundary
            behind = line[len(boundary) :]
            if line.startswith(boundary) and _BEHIND.match(behind):
                return level, behind.lstrip().startswith(b"--")
        return None
