"""The header of a mail as signatures see it: strict, in one pass, or not at all.

Libraries differ in what they take for a header field. dkimpy skips lines that begin with "From " where our reader ends
the header, so a replayed mail could keep its signature and show other words. A header block in which two readers could
differ is therefore no header for signatures. It is also split here because dkimpy's own way takes quadratic time.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ingest.read.defects import Defects
from ingest.read.headers import parse_headers
from ingest.read.limits import MAX_HEADER_BYTES, MAX_HEADER_FIELDS

# The line that mbox files put before a mail.
_BEFORE = re.compile(rb"(?:[ \t]{0,1000}\r?\n){0,10}>?From (?![ \t]*:)[^\r\n]*\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200}):")

# RFC 5322 section 3.6: at most once each. MIME's own are not in its table, but two of them are two mails in one.
SINGLE = frozenset(
    {
        "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
        "content-type", "content-transfer-encoding",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Block:
    """A header block: (name as written, value with its folds and the last CRLF), and where in `raw` the body begins.

    Line ends are CRLF in both, as signatures are made over CRLF whatever a gateway has made of it.
    """

    fields: tuple[tuple[bytes, bytes], ...]
    raw: bytes
    begin: int

    @cached_property
    def body(self) -> bytes:
        """The octets behind the empty line; only a mail that is signed needs this copy of them."""
        body = self.raw[self.begin :]
        if body.count(b"\n") == body.count(b"\r\n"):
            return body
        return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def values(self, name: bytes) -> tuple[bytes, ...]:
        """The values of all fields of that lower-case name."""
        return tuple(value for field, value in self.fields if field.lower() == name)


def parse_block(raw: bytes) -> Block | None:
    """Split a mail, or None when its header is not one that all readers read alike."""
    fields: list[tuple[bytes, list[bytes]]] = []
    pos = 0
    while True:
        end = raw.find(b"\n", pos) + 1
        if end == 0 or end > MAX_HEADER_BYTES:
            return None  # no empty line, or longer than what the reader reads
        line = raw[pos : end - 1].removesuffix(b"\r")
        pos = end
        if not line:
            break
        if line[:1] in (b" ", b"\t"):
            if not fields or b"\r" in line:
                return None
            fields[-1][1].append(line)
            continue
        match = _FIELD.match(line)
        if match is None or b"\r" in line or len(fields) >= MAX_HEADER_FIELDS:
            return None
        fields.append((match[1], [line[match.end() :]]))
    folded = tuple((name, b"".join(part + b"\r\n" for part in parts)) for name, parts in fields)
    return Block(fields=folded, raw=raw, begin=pos)


def read_fields(raw: bytes) -> tuple[tuple[str, bytes], ...]:
    """The fields as the reader of mails sees them: (lower-case name, unfolded value), from the top, forgiving."""
    before = _BEFORE.match(raw)
    headers, _ = parse_headers(
        raw,
        before.end() if before else 0,
        max_bytes=MAX_HEADER_BYTES,
        max_fields=MAX_HEADER_FIELDS,
        defects=Defects(),
    )
    return headers.fields


def find_repeated(names: tuple[str, ...]) -> str:
    """The first field that must stand once and stands more often, or "" (`names` in lower case)."""
    return next((name for name, count in Counter(names).items() if count > 1 and name in SINGLE), "")
