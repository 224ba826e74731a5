"""The MIME tree of a mail as byte ranges of it (RFC 2046), in one pass and linear time.

A delimiter line is looked for among the boundaries that are open, so an outer boundary also ends inner parts
whose own end is missing. message/rfc822 is one leaf: what is inside is another mail.
"""

import re
from dataclasses import dataclass

from cases.transfer import parse_encoding
from ingest.read import limits
from ingest.read.defects import Defects
from ingest.read.headers import Headers, parse_headers
from ingest.read.params import Parameterised, parse_content_type, parse_parameterised

_GUESS = re.compile(rb"\s{0,200}--([^\r\n]{1,200}?)[ \t]*\r?\n")
_MBOX_FROM = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n){0,10}(?:>?From [^\r\n:]*\r?\n)?")
_PREFIX = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A part that has no parts: where its transferred body lies in the raw mail, and what its header says.

    `containers` are the enclosing multiparts, outermost first, as (path, subtype).
    """

    path: str
    offset: int
    length: int
    encoding: str
    content: Parameterised
    disposition: Parameterised
    headers: Headers
    containers: tuple[tuple[str, str], ...]

    @property
    def content_type(self) -> str:
        """type/subtype, lower-case."""
        return self.content.value

    def within(self, subtype: str) -> str | None:
        """The path of the nearest enclosing multipart of that subtype."""
        return next((path for path, kind in reversed(self.containers) if kind == subtype), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """A mail's top header, its root content type, and its leaves in order."""

    headers: Headers
    content: Parameterised
    leaves: tuple[Leaf, ...]


@dataclass(kw_only=True, slots=True)
class _Open:
    """A multipart whose end has not been seen."""

    boundary: bytes
    path: str
    subtype: str
    children: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Delimiter:
    start: int
    end: int
    level: int
    closing: bool


def parse_tree(raw: bytes, defects: Defects) -> Tree:
    """The tree of a raw mail. Caps: 50 levels, 1,000 parts, headers as limits.py says; beyond them a defect."""
    return _Scanner(raw, defects).run()


class _Scanner:
    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.raw = raw
        self.defects = defects
        self.stack: list[_Open] = []
        self.leaves: list[Leaf] = []
        self.pending: tuple[Headers, Parameterised, str, int] | None = None
        self.containers = 0
        self.lookalikes = 0
        self.candidates: re.Pattern[bytes] | None = None

    def run(self) -> Tree:
        match = _MBOX_FROM.match(self.raw)
        headers, pos = parse_headers(
            self.raw,
            match.end() if match else 0,
            max_bytes=limits.MAX_HEADER_BYTES,
            max_fields=limits.MAX_HEADER_FIELDS,
            defects=self.defects,
        )
        content = parse_content_type(headers.first("content-type"), "text/plain", self.defects)
        self._open(headers, content, "", pos)
        while delimiter := self._find_delimiter(pos):
            self._close_leaf(delimiter.start)
            self._close_levels(delimiter)
            pos = delimiter.end
            if not delimiter.closing and len(self.leaves) < limits.MAX_PARTS:
                pos = self._open_child(pos)
            elif not delimiter.closing:
                self.defects.add(f"more than {limits.MAX_PARTS} parts: the rest is not split")
                break
        self._close_leaf(len(self.raw))
        if self.stack:
            self.defects.add("multipart without its end boundary")
        return Tree(headers=headers, content=content, leaves=tuple(self.leaves))

    def _open_child(self, pos: int) -> int:
        parent = self.stack[-1]
        parent.children += 1
        path = f"{parent.path}.{parent.children}" if parent.path else str(parent.children)
        headers, body = parse_headers(
            self.raw,
            pos,
            max_bytes=limits.MAX_PART_HEADER_BYTES,
            max_fields=limits.MAX_PART_HEADER_FIELDS,
            defects=self.defects,
        )
        default = "message/rfc822" if parent.subtype == "digest" else "text/plain"
        content = parse_content_type(headers.first("content-type"), default, self.defects)
        self._open(headers, content, path, body)
        return body

    def _open(self, headers: Headers, content: Parameterised, path: str, pos: int) -> None:
        """A multipart goes on the stack; anything else is a leaf that ends at the next delimiter."""
        boundary = self._boundary(content, pos)
        if boundary is None:
            self.pending = (headers, content, path, pos)
            return
        self.containers += 1
        self.stack.append(_Open(boundary=boundary, path=path, subtype=content.value.split("/")[1]))
        self.candidates = None

    def _boundary(self, content: Parameterised, pos: int) -> bytes | None:
        if not content.value.startswith("multipart/"):
            return None
        if len(self.stack) >= limits.MAX_LEVELS or self.containers >= limits.MAX_CONTAINERS:
            self.defects.add(f"parts nested deeper than {limits.MAX_LEVELS} levels or too often: not split further")
            return None
        given = content.params.get("boundary", "").rstrip().encode("utf-8", "replace")[:200]
        if given:
            return given
        self.defects.add("multipart without a boundary parameter")
        guess = _GUESS.match(self.raw, pos)
        return guess[1] if guess else None

    def _close_leaf(self, end: int) -> None:
        if self.pending is None:
            return
        headers, content, path, start = self.pending
        self.pending = None
        length = max(0, end - start)
        if not path:
            path = "1"
        self.leaves.append(
            Leaf(
                path=path,
                offset=start,
                length=length,
                encoding=parse_encoding(headers.first("content-transfer-encoding")),
                content=content,
                disposition=parse_parameterised(headers.first("content-disposition"), self.defects),
                headers=headers,
                containers=tuple((one.path, one.subtype) for one in self.stack),
            )
        )

    def _close_levels(self, delimiter: _Delimiter) -> None:
        keep = delimiter.level + (0 if delimiter.closing else 1)
        if len(self.stack) > delimiter.level + 1:
            self.defects.add("multipart without its end boundary")
        if len(self.stack) > keep:
            del self.stack[keep:]
            self.candidates = None

    def _find_delimiter(self, pos: int) -> _Delimiter | None:
        """The next delimiter line of an open multipart at or behind `pos`; the innermost wins if two are equal."""
        if not self.stack:
            return None
        if self.candidates is None:
            prefixes = {re.escape(level.boundary[:_PREFIX]) for level in self.stack}
            self.candidates = re.compile(rb"\n--(?=" + b"|".join(sorted(prefixes)) + rb")([^\r\n]*)\r?\n?")
        search_from = max(0, pos - 1)
        while match := self.candidates.search(self.raw, search_from):
            line = match[1].rstrip(b" \t")
            for level in range(len(self.stack) - 1, -1, -1):
                boundary = self.stack[level].boundary
                if line == boundary or line == boundary + b"--":
                    start = max(match.start(), pos - 1)
                    if start >= pos and self.raw[start - 1 : start] == b"\r":
                        start -= 1
                    return _Delimiter(start=max(pos, start), end=match.end(), level=level, closing=line != boundary)
            self.lookalikes += 1
            if self.lookalikes > limits.MAX_BOUNDARY_LOOKALIKES:
                self.defects.add("too many lines that look like a boundary: the rest is not split")
                return None
            # The line end of a look-alike may begin the next delimiter.
            search_from = match.end() - 1
        return None
