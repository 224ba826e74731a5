"""Which mail a bounce is about: its Message-ID, from the surest place to the least sure one."""

import re
from collections.abc import Iterator

from cases.transfer import decode_transfer
from ingest.read.defects import Defects
from ingest.read.headers import Headers, find_message_ids, parse_headers
from ingest.read.limits import MAX_PART_HEADER_BYTES
from ingest.read.mime import Leaf

RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "text/rfc822",
    "message/rfc822-headers",
    "message/global-headers",
    "message/partial",
    "text/x-rfc822-headers",
)
"""Types of the part that holds the returned mail or its header (RFC 6522, RFC 6533, and how some write it)."""
_IN_HEADER = ("x-original-message-id", "original-message-id", "x-original-messageid", "x-failed-message-id")
_MAX_TEXTS = 10
_MAX_TEXT = 64 * 1024
# At the start of a line, maybe quoted; Exchange folds it behind the colon.
_IN_TEXT = re.compile(
    r"^[ \t>|*]{0,20}(?:original-|x-original-)?message[- ]?id\s?:[ \t*]{0,5}(?:\r?\n[ \t>]{0,20})?(<[^<>\s]{3,990}>)",
    re.IGNORECASE | re.MULTILINE,
)
_FILE_OF_MAIL = re.compile(r"\.(?:eml|msg|txt|hdr|822)\Z", re.IGNORECASE)


def find_original(
    raw: bytes, leaves: tuple[Leaf, ...], headers: Headers, text: str, *, reported: str | None, defects: Defects
) -> str | None:
    """The Message-ID of the mail that was not delivered, or None. `reported` is what the delivery status names.

    The returned mail itself is surest; then the status, fields of the bounce made for it, a copy of the header in
    the text; and last what the bounce says it answers, which Gmail, Exchange and Exim set to that mail.
    """
    own = find_message_ids(headers.first("message-id"))[:1]
    places = (
        _of_returned(raw, leaves, defects),
        iter([reported] if reported else []),
        (one for name in _IN_HEADER for one in find_message_ids(headers.first(name))),
        _of_text(text),
        _of_attached(raw, leaves),
        iter(find_message_ids(headers.first("in-reply-to"))),
        reversed(find_message_ids(headers.first("references"))),
    )
    return next((one for place in places for one in place if one not in own), None)


def returned_content(raw: bytes, leaf: Leaf, defects: Defects) -> bytes:
    """The beginning of a returned mail, enough for its header."""
    cut = raw[leaf.offset : leaf.offset + min(leaf.length, 2 * MAX_PART_HEADER_BYTES)]
    return decode_transfer(cut, leaf.encoding, defects.add)


def _of_returned(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> Iterator[str]:
    # What is wrong with the header of the returned mail is no defect of this one.
    theirs = Defects()
    for leaf in [leaf for leaf in leaves if leaf.content_type in RETURNED][:_MAX_TEXTS]:
        content = returned_content(raw, leaf, defects).lstrip(b"\r\n")
        headers, _ = parse_headers(content, 0, max_bytes=MAX_PART_HEADER_BYTES, max_fields=300, defects=theirs)
        yield from find_message_ids(headers.first("message-id"))


def _of_text(text: str) -> Iterator[str]:
    return (found[1] for found in _IN_TEXT.finditer(text[: 4 * _MAX_TEXT]))


def _of_attached(raw: bytes, leaves: tuple[Leaf, ...]) -> Iterator[str]:
    """Copies of the header in attached texts: details.txt, headers.txt, a mail under the type of any file."""
    for leaf in [leaf for leaf in leaves if _may_hold_header(leaf)][:_MAX_TEXTS]:
        content = decode_transfer(raw[leaf.offset : leaf.offset + min(leaf.length, _MAX_TEXT)], leaf.encoding)
        yield from _of_text(content.decode("latin-1"))


def _may_hold_header(leaf: Leaf) -> bool:
    name = leaf.disposition.params.get("filename") or leaf.content.params.get("name") or ""
    return leaf.content_type.startswith("text/") or _FILE_OF_MAIL.search(name) is not None
