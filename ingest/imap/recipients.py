"""The envelope of a mail out of a mailbox: what the server that delivered it wrote into its header. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.address import fold_address, strip_tag
from cases.mail import Address
from cases.model import Queue
from ingest.read.addresses import parse_address_list
from ingest.read.defects import Defects
from ingest.read.headers import Headers, parse_headers
from ingest.read.limits import MAX_HEADER_BYTES, MAX_HEADER_FIELDS
from store.people import find_queue

# What servers write when they deliver, the most certain first: they know of Bcc, and To knows of a +tag that they
# took off. A sender can write all of them, and any To, too: it gets the mail to a queue that SMTP would take it for.
_FIELDS = (
    *("delivered-to", "x-original-to", "x-envelope-to", "envelope-to", "x-delivered-to", "x-forwarded-to"),
    *("to", "cc", "resent-to", "resent-cc"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundEnvelope:
    """`sender` is None where nothing tells it, "" the null sender; `recipients` are addresses of our queues."""

    sender: str | None
    recipients: tuple[str, ...]


def find_envelope(raw: bytes, queues: Sequence[Queue], *, otherwise: str) -> FoundEnvelope:
    """The envelope of a raw mail; `otherwise` is the recipient of a mail that names no queue. Never raises."""
    defects = Defects()
    headers, _ = parse_headers(raw, 0, max_bytes=MAX_HEADER_BYTES, max_fields=MAX_HEADER_FIELDS, defects=defects)
    found: dict[str, str] = {}
    for name in _FIELDS:
        for one in _addresses(headers, name, defects):
            if find_queue(queues, one.address) is not None:
                found.setdefault(fold_address(one.address), one.address)
    return FoundEnvelope(sender=_find_sender(headers, defects), recipients=tuple(found.values()) or (otherwise,))


def _addresses(headers: Headers, name: str, defects: Defects) -> tuple[Address, ...]:
    return defects.guard(name, (), lambda: parse_address_list(headers.all(name), defects))


def _find_sender(headers: Headers, defects: Defects) -> str | None:
    """The Return-Path that the last server wrote on top (RFC 5321 section 4.4)."""
    path = headers.first("return-path")
    if path.replace(" ", "") == "<>":
        return ""
    return next((one.address for one in _addresses(headers, "return-path", defects)), None)


def default_recipient(queues: Sequence[Queue], *, given: str, user: str) -> str:
    """Where a mail goes that names no queue: the address `given`, else the mailbox's own queue, else the first."""
    if given:
        return given
    own = next((queue for queue in queues if strip_tag(queue.address) == strip_tag(user)), queues[0])
    return own.address
