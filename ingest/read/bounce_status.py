"""message/delivery-status (RFC 3464 section 2): blocks of fields, one about the mail, then one a recipient."""

import re
from dataclasses import dataclass

from cases.mail import BouncedRecipient
from ingest.read.bounce_address import find_address, find_reply_class, find_status
from ingest.read.defects import Defects
from ingest.read.headers import Headers, find_message_ids, parse_headers
from ingest.read.limits import MAX_PART_HEADER_BYTES
from ingest.read.words import clean_line

MAX_RECIPIENTS = 100
_MAX_BLOCKS = 400
_MAX_FIELDS = 400
_TYPED = re.compile(r"\s{0,20}[\w-]{1,40}\s{0,20};\s{0,20}")
_OF_RECIPIENT = ("original-recipient", "final-recipient", "action", "status", "diagnostic-code")
# Google and Microsoft name the mail's Message-ID in a field of their own; some envelope ids are the Message-ID.
_OF_MAIL = ("x-original-message-id", "original-message-id", "original-envelope-id", "x-original-messageid")
_ACTIONS = {"error": "failed", "failure": "failed", "fail": "failed", "delay": "delayed", "success": "delivered"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a delivery status says: its recipients, and the Message-ID of the mail where it names it."""

    recipients: tuple[BouncedRecipient, ...] = ()
    original_message_id: str | None = None


def parse_delivery_status(content: bytes, defects: Defects) -> Report:
    """The recipients of a message/delivery-status part; fields in any order, blocks with or without empty lines."""
    recipients: list[BouncedRecipient] = []
    original: str | None = None
    for block in _blocks(content, defects):
        original = original or _message_id(block)
        recipients += [one for group in _groups(block) if (one := _recipient(group)) is not None]
        if len(recipients) >= MAX_RECIPIENTS:
            break
    return Report(recipients=tuple(recipients[:MAX_RECIPIENTS]), original_message_id=original)


def _blocks(content: bytes, defects: Defects) -> list[Headers]:
    blocks: list[Headers] = []
    pos = 0
    while pos < len(content) and len(blocks) < _MAX_BLOCKS:
        start = pos
        block, pos = parse_headers(
            content, pos, max_bytes=MAX_PART_HEADER_BYTES, max_fields=_MAX_FIELDS, defects=defects
        )
        if pos <= start:  # a line that is no field: go on behind it
            end = content.find(b"\n", start)
            pos = len(content) if end < 0 else end + 1
        blocks.append(block)
    return blocks


def _groups(block: Headers) -> list[Headers]:
    """The recipients of one block: where the empty lines are missing, a field that comes again begins the next one."""
    groups: list[list[tuple[str, bytes]]] = [[]]
    seen: set[str] = set()
    for name, value in block.fields:
        if name in _OF_RECIPIENT and name in seen:
            groups.append([])
            seen.clear()
        seen.add(name)
        groups[-1].append((name, value))
    return [Headers(fields=tuple(fields)) for fields in groups]


def _recipient(fields: Headers) -> BouncedRecipient | None:
    address = _address(fields)
    if address is None:
        return None
    diagnostic = clean_line(_TYPED.sub("", fields.first("diagnostic-code"), count=1))[:1_000]
    code = find_reply_class(diagnostic[:200])
    status = find_status(fields.first("status")) or find_status(diagnostic) or (f"{code}.0.0" if code else "")
    return BouncedRecipient(
        address=address, action=_action(fields.first("action"), status), status=status, diagnostic=diagnostic
    )


def _address(fields: Headers) -> str | None:
    """The address the mail was sent to; where it was rewritten on the way, Original-Recipient is the one we know."""
    values = (_TYPED.sub("", fields.first(name), count=1) for name in ("original-recipient", "final-recipient"))
    return next((one for value in values if (one := find_address(value[:1_000]))), None)


def _action(value: str, status: str) -> str:
    word = next(iter(value.partition("(")[0].split()), "").strip(";,.").lower()[:40]
    return _ACTIONS.get(word, word) or ("delayed" if status.startswith("4") else "failed")


def _message_id(fields: Headers) -> str | None:
    values = (one for name in _OF_MAIL for one in find_message_ids(fields.first(name)))
    return next((one for one in values if "@" in one), None)
