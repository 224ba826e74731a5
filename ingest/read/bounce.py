"""Delivery status notifications (RFC 3464): who was not reached, why, and which mail it was about."""

import re

from cases.mail import Bounce, BouncedRecipient
from cases.transfer import decode_transfer
from ingest.read.defects import Defects
from ingest.read.headers import Headers, find_message_id, parse_headers
from ingest.read.limits import MAX_HEADER_BYTES, MAX_PART_HEADER_BYTES
from ingest.read.mime import Leaf
from ingest.read.words import clean_line

_MAX_RECIPIENTS = 100
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9]")
_TYPED = re.compile(r"\s*[\w-]{1,40}\s*;\s*")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_ID_IN_TEXT = re.compile(r"^message-id:\s*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)
_FAILED_LINE = re.compile(
    r"\bfail|could not|couldn't|not (?:be )?deliver|unknown|does not exist|rejected|unzustellbar", re.IGNORECASE
)


def parse_bounce(raw: bytes, leaves: tuple[Leaf, ...], headers: Headers, text: str, defects: Defects) -> Bounce:
    """The recipients and the original Message-ID of a bounce; without a machine-readable part what its text says."""
    recipients: list[BouncedRecipient] = []
    original: str | None = None
    for leaf in leaves:
        content = raw[leaf.offset : leaf.offset + min(leaf.length, MAX_HEADER_BYTES)]
        if leaf.content_type in ("message/delivery-status", "message/global-delivery-status"):
            recipients += parse_delivery_status(decode_transfer(content, leaf.encoding, defects.add), defects)
        elif leaf.content_type in _RETURNED and original is None:
            original = _original_id(decode_transfer(content, leaf.encoding, defects.add), defects)
    if not recipients:
        recipients = _recipients_of_text(headers, text)
    if original is None:
        found = _ID_IN_TEXT.search(text)
        original = found[1] if found else None
    return Bounce(recipients=tuple(recipients[:_MAX_RECIPIENTS]), original_message_id=original)


def parse_delivery_status(content: bytes, defects: Defects) -> list[BouncedRecipient]:
    """The per-recipient groups of a message/delivery-status part (RFC 3464 section 2.3), fields in any order."""
    out: list[BouncedRecipient] = []
    pos = 0
    while pos < len(content) and len(out) <= _MAX_RECIPIENTS:
        start = pos
        fields, pos = parse_headers(content, pos, max_bytes=MAX_PART_HEADER_BYTES, max_fields=100, defects=defects)
        recipient = fields.first("final-recipient") or fields.first("original-recipient")
        if recipient:
            out.append(
                BouncedRecipient(
                    address=_address(recipient),
                    action=fields.first("action").split("(")[0].strip().lower(),
                    status=_status(fields.first("status")),
                    diagnostic=clean_line(_TYPED.sub("", fields.first("diagnostic-code"), count=1))[:1_000],
                )
            )
        if pos <= start:
            break
    return out


def _address(value: str) -> str:
    found = _ADDRESS.search(_TYPED.sub("", value, count=1))
    if found is None:
        return clean_line(_TYPED.sub("", value, count=1))[:320]
    local, _, domain = found[0].rpartition("@")
    return f"{local}@{domain.lower()}"


def _status(value: str) -> str:
    found = _STATUS.search(value)
    return found[1] if found else ""


def _original_id(content: bytes, defects: Defects) -> str | None:
    headers, _ = parse_headers(content, 0, max_bytes=MAX_PART_HEADER_BYTES, max_fields=200, defects=defects)
    return find_message_id(headers.first("message-id"))


def _recipients_of_text(headers: Headers, text: str) -> list[BouncedRecipient]:
    """Exim names them in X-Failed-Recipients; qmail and others only in the text, beside an SMTP reply."""
    named = [_address(one) for one in headers.first("x-failed-recipients").split(",") if one.strip()]
    if not named and _FAILED_LINE.search(text[:10_000]):
        named = [_address(found[0]) for found in list(_ADDRESS.finditer(text[:10_000]))[:1]]
    status = _STATUS.search(text[:10_000])
    code = _REPLY_CODE.search(text[:10_000])
    guessed = status[1] if status else (f"{code[1]}.0.0" if code else "5.0.0")
    diagnostic = next(
        (line for line in text[:10_000].split("\n") if _STATUS.search(line) or _REPLY_CODE.search(line)), ""
    )
    return [
        BouncedRecipient(
            address=address,
            action="delayed" if guessed.startswith("4") else "failed",
            status=guessed,
            diagnostic=clean_line(diagnostic)[:1_000],
        )
        for address in dict.fromkeys(named)
    ]
