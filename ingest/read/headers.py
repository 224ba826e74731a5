"""Header fields as octets, and every access guarded: a value or a defect, never an exception.

The standard library raises on `Message-ID: <[a@x]>`, on an encoded CRLF in From and on deep comments; here a
field is octets until somebody asks, and asking cannot fail.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.limits import MAX_MESSAGE_ID_CHARS
from ingest.read.words import decode_words, header_text

_FIELD = re.compile(rb"([!-9;-~]{1,200})([ \t]*):")
_NO_COLON = re.compile(rb"(content-(?:type|transfer-encoding|disposition|id))([ \t]{1,20})(?=[^\s:])", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_ID = re.compile(r"<([^<>]+)>")
_SPACE = re.compile(r"\s+")
_MAX_STRAY_LINES = 5
_WHO_WROTE = ("from", "sender", "reply-to")
_SPECIALS = (b"<", b">", b"@", b",", b";", b":", b'"', b"(", b")")
_EIGHT_BIT_NAME = re.compile(rb"[^\s:]{1,200}:")
# Behind a line that is no field only these go on with the header; "Note: …" there is the body's first words.
_USUAL_FIELDS = re.compile(
    rb"(?:received|from|to|cc|bcc|subject|date|sender|reply-to|return-path|delivered-to|message-id|in-reply-to"
    rb"|references|mime-version|content-[a-z-]{1,40}|x-[!-9;-~]{1,80}|list-[a-z-]{1,40}|dkim-signature|arc-[a-z-]{1,40}"
    rb"|auto-submitted|precedence|importance|priority|sensitivity|thread-[a-z]{1,20}|authentication-results|user-agent"
    rb"|resent-[a-z-]{1,20}|received-spf|domainkey-signature|envelope-to|delivery-date|errors-to|organi[sz]ation"
    rb"|return-receipt-to|disposition-notification-to|feedback-id|accept-language|mail-[a-z-]{1,30}|status)[ \t]*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """The fields of one header block in order: (lower-case name, unfolded octets).

    `hint` is the charset label of the text beside them: fields with raw 8-bit octets are mostly written in it. `loose`
    are the names of fields with a blank before the colon, which other readers take for no field.
    """

    fields: tuple[tuple[str, bytes], ...] = ()
    hint: str = ""
    loose: frozenset[str] = frozenset()

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name as text, encoded words still encoded."""
        found = [(value, header_text(value, self.hint).strip(" \t")) for field, value in self.fields if field == name]
        if name not in _WHO_WROTE:
            return tuple(text for _, text in found)
        # U+FFFD stands in no strict mailbox, so such a field names no author.
        loose = "\ufffd " if name in self.loose else ""
        return tuple(loose + text + "\ufffd" * _hides_specials(value, text) for value, text in found)

    def first(self, name: str) -> str:
        """The first field of that name, or "". A second one is never believed (the first is what is shown)."""
        return next(iter(self.all(name)), "")

    def decoded(self, name: str, defects: Defects) -> str:
        """The first field of that name with its encoded words decoded, one clean line."""
        return decode_words(self.first(name), defects)

    def count(self, name: str) -> int:
        """How many fields of that name there are."""
        return sum(1 for field, _ in self.fields if field == name)


def _hides_specials(value: bytes, text: str) -> bool:
    """Whether octets that other readers take for "<" or "@" are halves of characters here.

    0x81 and "@" are one character in GBK, and all of ISO-2022-JP is made of ASCII: a reader that knows no charsets sees
    another address in such a field, so it must not name an author.
    """
    return any(value.count(special) != text.count(special.decode("ascii")) for special in _SPECIALS)


def parse_headers(raw: bytes, start: int, *, max_bytes: int, max_fields: int, defects: Defects) -> tuple[Headers, int]:
    """The header block that begins at `start`, and where its body begins. Reads at most `max_bytes` of it."""
    fields: list[tuple[str, bytes]] = []
    loose: set[str] = set()
    pos, stray = start, 0
    while True:
        end = _line_end(raw, pos)
        line = raw[pos : min(end, pos + max_bytes)]
        if pos >= len(raw) or line in (b"\n", b"\r\n", b"\r\r\n"):
            return _headers(fields, loose), end
        match = _FIELD.match(line) or (_NO_COLON.match(line) if fields else None)
        if match is None:
            goes_on = _FIELD.match(raw, end) if _EIGHT_BIT_NAME.match(line) else _USUAL_FIELDS.match(raw, end)
            if stray < _MAX_STRAY_LINES and fields and goes_on and not line.startswith(b"--"):
                defects.add("line in the header that is no header field")
                pos, stray = end, stray + 1
                continue
            defects.add("no empty line between header and body")
            return _headers(fields, loose), pos
        end = _field_end(raw, end)
        if end - start > max_bytes or len(fields) >= max_fields:
            defects.add("header too large: the rest of it was not read")
            return _headers(fields, loose), _body_start(raw, pos)
        if match[2]:
            defects.add("blank before the colon of a header field, or none")
            loose.add(match[1].decode("ascii").lower())
        value = _FOLD.sub(b"", raw[pos + match.end() : end]).lstrip(b" \t").rstrip(b" \t\r\n")
        fields.append((match[1].decode("ascii").lower(), value))
        pos = end


def _headers(fields: list[tuple[str, bytes]], loose: set[str]) -> Headers:
    return Headers(fields=tuple(fields), loose=frozenset(loose))


def _line_end(raw: bytes, pos: int) -> int:
    found = raw.find(b"\n", pos)
    return len(raw) if found < 0 else found + 1


def _field_end(raw: bytes, end: int) -> int:
    """Where a field ends whose first line ends at `end`: continuation lines begin with a blank or TAB."""
    while raw[end : end + 1] in (b" ", b"\t"):
        line_end = _line_end(raw, end)
        # A line of blanks only is obsolete folding (RFC 5322 section 4.2) only when more of the field follows.
        if not raw[end:line_end].strip() and raw[line_end : line_end + 1] not in (b" ", b"\t"):
            return line_end
        end = line_end
    return end


def _body_start(raw: bytes, pos: int) -> int:
    found = _END_OF_HEADERS.search(raw, max(0, pos - 1))
    return found.end() if found else len(raw)


def find_message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a Message-ID, In-Reply-To or References value, with their angle brackets."""
    found = (_SPACE.sub("", match) for match in _ID.findall(value))
    return tuple(f"<{one}>" for one in found if one and len(one) <= MAX_MESSAGE_ID_CHARS)


def find_message_id(value: str) -> str | None:
    """The one Message-ID of a Message-ID value; a bare word without brackets is taken as one (seen from scripts)."""
    found = find_message_ids(value)
    if found:
        return found[0]
    bare = _SPACE.sub("", value).strip("<>")
    return f"<{bare}>" if bare and len(bare) <= MAX_MESSAGE_ID_CHARS else None


def find_date(value: str, defects: Defects) -> datetime | None:
    """A Date value as an aware datetime; without a zone ("-0000") it is UTC."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value[:200])
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date.astimezone(UTC)
    except (*READ_ERRORS, OverflowError):
        defects.add("Date: not a date")
        return None
    return date
