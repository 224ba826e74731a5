"""Bounces: who was not reached, why, and which mail it was about.

RFC 3464 first; what is written in no standard form is read by flufl.bounce and then by rules of our own.
"""

from cases.mail import Bounce, BouncedRecipient
from cases.transfer import decode_transfer
from ingest.read.bounce_address import find_addresses
from ingest.read.bounce_flufl import find_by_flufl
from ingest.read.bounce_original import RETURNED, find_original, returned_content
from ingest.read.bounce_status import MAX_RECIPIENTS, Report, parse_delivery_status
from ingest.read.bounce_text import MAX_TEXT, describe, find_recipients, is_late
from ingest.read.defects import Defects
from ingest.read.headers import Headers, parse_headers
from ingest.read.limits import MAX_HEADER_BYTES, MAX_PART_HEADER_BYTES
from ingest.read.mime import Leaf, parse_tree
from ingest.read.params import parse_content_type

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_MAX_STATUS_PARTS = 20


def parse_bounce(raw: bytes, leaves: tuple[Leaf, ...], headers: Headers, text: str, defects: Defects) -> Bounce:
    """The recipients and the original Message-ID of a bounce; `text` is its body as a person reads it."""
    text = text if text.strip() else _unsplit(raw, leaves)
    report = _read_reports(raw, leaves, defects)
    if not report.recipients:
        report = _of_flattened(text) or _of_inner(raw, leaves) or report
    recipients = report.recipients or _of_words(headers, text, _addressed(raw, leaves), defects)
    return Bounce(
        recipients=_once_each(recipients),
        original_message_id=find_original(
            raw, leaves, headers, text, reported=report.original_message_id, defects=defects
        ),
    )


def _unsplit(raw: bytes, leaves: tuple[Leaf, ...]) -> str:
    """The body as it stands, of a report whose boundary is missing or wrong: it has no text part to show."""
    if len(leaves) > 1:
        return ""
    start = leaves[0].offset if leaves else max(raw.find(b"\n\n"), raw.find(b"\n\r\n"), 0)
    content = raw[start : start + MAX_TEXT]
    encoding = leaves[0].encoding if leaves else "7bit"
    return decode_transfer(content, encoding).decode("utf-8", "replace").replace("\r\n", "\n")


def _once_each(recipients: tuple[BouncedRecipient, ...]) -> tuple[BouncedRecipient, ...]:
    seen = {(one.address.lower(), one.action): one for one in reversed(recipients)}
    return tuple(reversed(list(seen.values())))[:MAX_RECIPIENTS]


def _read_reports(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> Report:
    """All delivery status parts as one report; large senders write one for each recipient."""
    recipients: list[BouncedRecipient] = []
    original: str | None = None
    for leaf in [leaf for leaf in leaves if leaf.content_type in _STATUS_TYPES][:_MAX_STATUS_PARTS]:
        content = raw[leaf.offset : leaf.offset + min(leaf.length, MAX_HEADER_BYTES)]
        report = parse_delivery_status(decode_transfer(content, leaf.encoding, defects.add), defects)
        recipients += report.recipients
        original = original or report.original_message_id
    return Report(recipients=tuple(recipients), original_message_id=original)


def _of_flattened(text: str) -> Report | None:
    """A report whose parts a gateway has written into one text: the fields stand there, at the start of lines."""
    at = text[:MAX_TEXT].lower().find("final-recipient:")
    if at < 0:
        return None
    start = text.rfind("\n\n", 0, at) + 1
    report = parse_delivery_status(text[start:MAX_TEXT].lstrip("\n").encode("utf-8", "replace"), Defects())
    return report if report.recipients else None


def _of_inner(raw: bytes, leaves: tuple[Leaf, ...]) -> Report | None:
    """A report that a gateway has wrapped into another mail. What is wrong inside is no defect of this mail."""
    for leaf in [leaf for leaf in leaves if leaf.content_type in RETURNED][:1]:
        theirs = Defects()
        content = returned_content(raw, leaf, theirs)
        inner = parse_tree(content, theirs)
        if inner.content.value == "multipart/report":
            report = _read_reports(content, inner.leaves, theirs)
            return report if report.recipients else None
    return None


def _addressed(raw: bytes, leaves: tuple[Leaf, ...]) -> list[str]:
    """Whom the returned mail was to, when it was one person: then nobody else can be meant."""
    for leaf in [leaf for leaf in leaves if leaf.content_type in RETURNED][:1]:
        theirs = Defects()
        content = returned_content(raw, leaf, theirs).lstrip(b"\r\n")
        header, _ = parse_headers(content, 0, max_bytes=MAX_PART_HEADER_BYTES, max_fields=300, defects=theirs)
        found = find_addresses(" ".join(value[:2_000] for name in ("to", "cc") for value in header.all(name)[:5]))
        return found if len(found) == 1 else []
    return []


def _of_words(headers: Headers, text: str, addressed: list[str], defects: Defects) -> tuple[BouncedRecipient, ...]:
    """Recipients without a report: Exim's header, the forms flufl.bounce knows, and then the words themselves."""
    own = _own_addresses(headers)
    late = is_late(headers.decoded("subject", defects), text)
    named = find_addresses(" ".join(headers.all("x-failed-recipients"))[:MAX_TEXT])
    if not named:
        root = parse_content_type(headers.first("content-type"), "text/plain", Defects()).value
        # Some of its patterns take any address between two commas: those of the bounce itself are not meant.
        both = find_by_flufl(root, headers.first("from"), headers.first("x-mailer"), text)
        named, delayed = ([one for one in found if one.lower() not in own] for found in both)
        late = (late and not named) or bool(delayed)
        named = named or delayed
    if not named:
        late = is_late(headers.decoded("subject", defects), text)
        named = find_recipients(text, own) or addressed
    return describe(named, text, late=late)


def _own_addresses(headers: Headers) -> frozenset[str]:
    fields = " ".join(
        headers.first(name)[:2_000] for name in ("from", "to", "cc", "sender", "delivered-to", "reply-to")
    )
    return frozenset(one.lower() for one in find_addresses(fields))
