"""The MIME tree of a mail as byte ranges of it (RFC 2046), in one pass and linear time.

message/rfc822 is one leaf: what is inside is another mail. Files that stand uuencoded in a text are leaves of their
own, "1.1" within the text "1".
"""

import re
from dataclasses import dataclass, replace

from cases.transfer import parse_encoding
from ingest.read import limits
from ingest.read.boundaries import Boundaries
from ingest.read.charset import is_utf8
from ingest.read.charset_guess import guess_codec
from ingest.read.charset_names import find_codec
from ingest.read.defects import Defects
from ingest.read.headers import Headers, parse_headers
from ingest.read.params import Parameterised, parse_content_type, parse_parameterised
from ingest.read.transfer_guess import find_true_encoding
from ingest.read.uu import UuFile, find_uu_files, has_yenc
from ingest.read.words import header_text

# What may stand before a header: Gmail's "show original" begins with a line of blanks, files from editors with a BOM.
# "From : a@b" is a header field with a blank before its colon, "From a@b Thu Nov 12 10:02:00 2026" is mbox's.
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]{0,1000}\r?\n){0,10}"
    rb"(?:>?From (?![ \t]*:)[^\r\n]*\r?\n(?=[!-9;-~]{1,200}:))?(?:[ \t]{1,100}(?=[!-9;-~]{1,200}:[ \t]))?"
)
_MIME_NOTICE = re.compile(
    rb"\s*(?:this is a multi-?part message|this is a mime|this message is in mime)", re.IGNORECASE
)
_BLANK_BYTES = 1_000
_HINT_BYTES = 8_192


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
    """A mail's top header, its root content type, its leaves in order; `rest`: where what was not split begins."""

    headers: Headers
    content: Parameterised
    leaves: tuple[Leaf, ...]
    rest: int | None = None


def parse_tree(raw: bytes, defects: Defects) -> Tree:
    """The tree of a raw mail. Caps: 50 levels, 1,000 parts, headers as limits.py says; beyond them a defect."""
    return _Scanner(raw, defects).run()


class _Scanner:
    def __init__(self, raw: bytes, defects: Defects) -> None:
        self.raw = _unix_view(raw)
        self.defects = defects
        self.hint = ""
        self.boundaries = Boundaries(self.raw, defects)
        self.leaves: list[Leaf] = []
        self.pending: tuple[Headers, Parameterised, str, int] | None = None

    def run(self) -> Tree:
        match = _BEFORE.match(self.raw)
        headers, pos = parse_headers(
            self.raw,
            match.end() if match else 0,
            max_bytes=limits.MAX_HEADER_BYTES,
            max_fields=limits.MAX_HEADER_FIELDS,
            defects=self.defects,
        )
        content = parse_content_type(headers.first("content-type"), "text/plain", self.defects)
        self._take_hint(content)
        self._open(headers, content, "", pos)
        body, preamble, rest = pos, len(self.raw), None
        while delimiter := self.boundaries.find_delimiter(pos):
            self._close_leaf(delimiter.start)
            self.boundaries.close(delimiter)
            preamble = min(preamble, delimiter.start)
            pos = delimiter.end
            if not delimiter.closing and len(self.leaves) < limits.MAX_PARTS:
                pos = self._open_child(pos)
            elif not delimiter.closing:
                self.defects.add(f"more than {limits.MAX_PARTS} parts: the rest is not split")
                rest = pos
                break
        self._close_leaf(len(self.raw))
        if self.boundaries.stack and not self.boundaries.is_ended:
            self.defects.add("multipart without its end boundary")
        self._take_preamble(headers, body, preamble)
        return Tree(headers=replace(headers, hint=self.hint), content=content, leaves=tuple(self.leaves), rest=rest)

    def _take_hint(self, content: Parameterised) -> None:
        """The first text that names a charset of its own says what raw 8-bit headers are most likely written in."""
        charset = content.params.get("charset", "")
        if not self.hint and content.value.startswith("text/") and find_codec(charset) not in (None, "", "utf-8"):
            self.hint = charset[:60]

    def _take_preamble(self, headers: Headers, start: int, end: int) -> None:
        """Where no part holds anything, the words before the first of them are all there is."""
        if not self.leaves and not self.raw[start:end].strip():
            end = len(self.raw)  # nothing but boundaries that fit no part
        words = self.raw[start : min(end, start + _BLANK_BYTES)]
        if not words.strip() or _MIME_NOTICE.match(words) or not all(map(self._is_blank, self.leaves)):
            return
        self.defects.add("multipart with its text before the first part")
        behind, self.leaves = self.leaves, []
        self.pending = (headers, Parameterised(value="text/plain"), str(len(behind) + 1), start)
        self._close_leaf(end)
        self.leaves += behind

    def _is_blank(self, leaf: Leaf) -> bool:
        return leaf.length < _BLANK_BYTES and not self.raw[leaf.offset : leaf.offset + leaf.length].strip()

    def _open_child(self, pos: int) -> int:
        parent = self.boundaries.stack[-1]
        parent.children += 1
        path = f"{parent.path}.{parent.children}" if parent.path else str(parent.children)
        headers, body = parse_headers(
            self.raw,
            pos,
            max_bytes=limits.MAX_PART_HEADER_BYTES,
            max_fields=limits.MAX_PART_HEADER_FIELDS,
            defects=self.defects,
        )
        headers = replace(headers, hint=self.hint)
        default = "message/rfc822" if parent.subtype == "digest" else "text/plain"
        content = parse_content_type(headers.first("content-type"), default, self.defects)
        self._take_hint(content)
        self._open(headers, content, path, body)
        return body

    def _open(self, headers: Headers, content: Parameterised, path: str, pos: int) -> None:
        """A multipart goes on the stack; anything else is a leaf that ends at the next delimiter."""
        if self.boundaries.open(content, path, pos):
            return
        if content.value.startswith("multipart/"):
            content = Parameterised(value="text/plain", params=content.params)
        self.pending = (headers, content, path, pos)

    def _close_leaf(self, end: int) -> None:
        if self.pending is None:
            return
        headers, content, path, start = self.pending
        self.pending = None
        end = max(start, end)
        declared = parse_encoding(headers.first("content-transfer-encoding"))
        encoding = find_true_encoding(self.raw, start, end, declared)
        if encoding != declared:
            self.defects.add(f"text said to be {declared} is not")
        leaf = Leaf(
            path=path or "1",
            offset=start,
            length=end - start,
            encoding=encoding,
            content=content,
            disposition=parse_parameterised(headers.first("content-disposition"), self.defects),
            headers=headers,
            containers=tuple((one.path, one.subtype) for one in self.boundaries.stack),
        )
        if not self.hint and leaf.content_type.startswith("text/") and encoding in ("7bit", "8bit", "binary"):
            self.hint = self._guess_hint(start, end)
        self.leaves.extend(self._split_uu(leaf) if _may_hold_files(leaf) else (leaf,))

    def _guess_hint(self, start: int, end: int) -> str:
        """The charset that a text with a wrong label or none reads in: its subject is in the same one."""
        sample = self.raw[start : min(end, start + _HINT_BYTES)]
        if sample.isascii() or is_utf8(sample):
            return ""
        return guess_codec(sample) or ""

    def _split_uu(self, leaf: Leaf) -> list[Leaf]:
        """A text, the files that stand uuencoded in it, and the text between and behind them."""
        end = leaf.offset + leaf.length
        if has_yenc(self.raw, leaf.offset, end):
            self.defects.add("a yEnc file in the text was not read")
        files = find_uu_files(self.raw, leaf.offset, end)
        if not files:
            return [leaf]
        out = [replace(leaf, length=files[0].start - leaf.offset)]
        for file, following in zip(files, (*(one.start for one in files[1:]), end), strict=True):
            out.append(self._uu_leaf(leaf, file, f"{leaf.path}.{len(out)}"))
            if self.raw[file.end : following].strip():
                path = f"{leaf.path}.{len(out)}"
                out.append(replace(leaf, path=path, offset=file.end, length=following - file.end))
        return out

    def _uu_leaf(self, leaf: Leaf, file: UuFile, path: str) -> Leaf:
        name = header_text(file.name, self.hint)
        return replace(
            leaf,
            path=path,
            offset=file.start,
            length=file.end - file.start,
            encoding="x-uuencode",
            content=Parameterised(value="application/octet-stream", params={"name": name}),
            disposition=Parameterised(value="attachment", params={"filename": name}),
            headers=Headers(),
        )


def _may_hold_files(leaf: Leaf) -> bool:
    """Only text that is not transferred in another way and no file itself can hold uuencoded files."""
    return (
        leaf.content_type == "text/plain"
        and leaf.encoding not in ("base64", "quoted-printable")
        and leaf.disposition.value != "attachment"
    )


def _unix_view(raw: bytes) -> bytes:
    """The same octets at the same places with LF for CR, where a mail has line ends of the old Macintosh."""
    first = raw.find(b"\n")
    head_end = raw.find(b"\r\r", 0, limits.MAX_HEADER_BYTES)
    # "\r\r\n" is one line end that a gateway has written twice.
    is_mac = b"\r" in raw[: limits.MAX_HEADER_BYTES] if first < 0 else 0 <= head_end < first - 2
    return raw.replace(b"\r", b"\n") if is_mac else raw
