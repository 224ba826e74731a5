"""A letter becomes the RFC 5322 mail that goes over the wire: CRLF, 7 bit, no line over 998 octets.

The same letter gives the same bytes: a mail that is composed again after a crash is the same mail.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from cases.mail import Address
from responder.headers import (
    MAX_HEADER_CHARACTERS,
    WIRE_POLICY,
    clean_filename,
    clean_header,
    encode_mailbox,
    encode_text,
    find_message_ids,
)

MAX_REFERENCES = 100
_MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, the path without its brackets
_MAX_LOCAL_PART = 64  # RFC 5321 section 4.5.3.1.1
_MAX_LINE = 998  # RFC 5321 section 4.5.3.1.6, without CRLF

_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_TAG = re.compile(r"\[[A-Za-z]+-[0-9]+\]")
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class ComposeFailed(Exception):
    """A letter that cannot go out as it is, ever: the fault is in the letter, so trying again helps nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file of the letter; `content_id` (without brackets) makes it inline."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """All that one mail says. `tag` is "[CP-4821773099]", Message-IDs have their brackets, `date` is aware.

    A mail about no case (a report on a command that names none) has "" as `tag` and `case_number`. `slips` are for
    administrators: templates that failed before the one that was used.
    """

    subject: str
    tag: str
    case_number: str
    from_name: str
    from_address: str
    to: Address
    message_id: str
    date: datetime
    language: str
    text: str
    html: str
    reply_to: str | None = None
    cc: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: str | None = None
    suppress_auto_response: bool = False
    attachments: tuple[Attachment, ...] = ()
    slips: tuple[str, ...] = ()


def compose(letter: Letter) -> bytes:
    """The mail as octets. ComposeFailed names what cannot be sent: an address, an id, a date without zone."""
    mail = EmailMessage(policy=WIRE_POLICY)
    boundary = "=_" + hashlib.sha256(letter.message_id.encode(errors="replace")).hexdigest()[:40]
    mail.set_content(_clean_text(letter.text), charset="utf-8")
    mail.make_alternative(boundary=boundary + "_a")
    mail.add_alternative(_clean_text(letter.html), subtype="html", charset="utf-8")
    if letter.attachments:
        mail.make_mixed(boundary=boundary + "_m")
    for attachment in letter.attachments:
        _attach(mail, attachment)
    for name, value in _list_headers(letter):
        mail[name] = value
    return _check_wire(mail.as_bytes())


def check_address(address: str) -> str:
    """The address in its form for header and envelope: ASCII, the domain in A-labels; ComposeFailed if it has none.

    Only `dot-atom@domain` passes (RFC 5321 section 4.1.2 without quoted strings and address literals), so that
    no address can end an SMTP command or a header (GHSA-v3q9-hj7j-63hq).
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ComposeFailed(f"{address!r}: the part before the @ is not ASCII, which would need SMTPUTF8 all the way")
    wire = f"{local}@{_encode_domain(address, domain)}"
    if not _DOT_ATOM.fullmatch(local) or len(local) > _MAX_LOCAL_PART or len(wire) > _MAX_ADDRESS:
        raise ComposeFailed(f"{address!r} is not an address that mail can be sent to")
    return wire


def tag_subject(subject: str, tag: str) -> str:
    """The subject with the tag of its case once, at the end: `Where is my refund? [CP-4821773099]`."""
    if not tag:
        return clean_header(subject)
    without = re.sub(r"\s*" + re.escape(tag) + r"\s*", " ", clean_header(subject, limit=2000), flags=re.IGNORECASE)
    return f"{clean_header(without, limit=MAX_HEADER_CHARACTERS - len(tag) - 1)} {tag}".strip()


def list_references(references: Iterable[str]) -> tuple[str, ...]:
    """The thread's ids without repeats, oldest first: the first and the newest hundred (threads break in between)."""
    ids = tuple(dict.fromkeys(one for value in references for one in find_message_ids(value)))
    return ids if len(ids) <= MAX_REFERENCES else (ids[0], *ids[-MAX_REFERENCES:])


def _list_headers(letter: Letter) -> list[tuple[str, str]]:
    from_address = check_address(letter.from_address)
    if letter.date.tzinfo is None:
        raise ComposeFailed("the date has no time zone")
    headers = [
        ("Date", format_datetime(letter.date)),
        ("From", encode_mailbox(letter.from_name, from_address)),
        ("To", _encode_address(letter.to)),
        ("Cc", ", ".join(_encode_address(one) for one in letter.cc)),
        ("Reply-To", encode_mailbox(letter.from_name, check_address(letter.reply_to)) if letter.reply_to else ""),
        ("Subject", encode_text(tag_subject(letter.subject, letter.tag and _check(_TAG, "tag", letter.tag)))),
        ("Message-ID", _check_message_id(letter.message_id)),
        ("In-Reply-To", " ".join(find_message_ids(letter.in_reply_to or "")[:1])),
        ("References", " ".join(list_references(letter.references))),
        ("Auto-Submitted", _check(_TOKEN, "Auto-Submitted", letter.auto_submitted or "no")),
        ("X-Auto-Response-Suppress", "All" if letter.suppress_auto_response else ""),
        ("X-Casepost-Case", letter.case_number and _check(_TOKEN, "case number", letter.case_number)),
        ("Content-Language", _check(_TOKEN, "language", letter.language)),
    ]
    # A person's words carry no Auto-Submitted at all: some responders take its mere presence for a robot.
    return [(name, value) for name, value in headers if value and (name != "Auto-Submitted" or letter.auto_submitted)]


def _encode_address(one: Address) -> str:
    return encode_mailbox(one.name, check_address(one.address))


def _encode_domain(address: str, domain: str) -> str:
    try:
        wire = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
        # A domain that does not come back the same (ß, ς) is another domain to newer software: refused, not guessed.
        same = domain.isascii() or wire.encode("ascii").decode("idna") == domain.lower()
    except UnicodeError:
        same = False
    if not same or not _DOMAIN.fullmatch(wire):
        raise ComposeFailed(f"{address!r} has no domain that mail can be sent to")
    return wire


def _check(grammar: re.Pattern[str], what: str, value: str) -> str:
    if not grammar.fullmatch(value):
        raise ComposeFailed(f"{value!r} is no {what}")
    return value


def _check_message_id(value: str) -> str:
    if find_message_ids(value) != (value,):
        raise ComposeFailed(f"{value!r} is no Message-ID")
    return value


def _clean_text(text: str) -> str:
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    """As Base64 whatever it is. A mail inside the mail goes as a file: RFC 2046 section 5.2.1 forbids Base64 for
    message/rfc822, and 8-bit or overlong lines in it would not survive the wire any other way."""
    kind = attachment.content_type.lower()
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    maintype, _, subtype = kind.partition("/")
    content_id = re.sub(r"[^\x21-\x3b\x3d\x3f-\x7e]", "", attachment.content_id or "")[:200]
    mail.add_attachment(
        attachment.content,
        maintype=maintype,
        subtype=subtype,
        filename=_name_attachment(attachment),
        disposition="inline" if content_id else "attachment",
        cid=f"<{content_id}>" if content_id else None,
    )


def _name_attachment(attachment: Attachment) -> str:
    name = clean_filename(attachment.filename)
    is_mail = attachment.content_type.lower() == "message/rfc822"
    return f"{name}.eml" if is_mail and not name.lower().endswith(".eml") else name


def _check_wire(raw: bytes) -> bytes:
    """The last look: no bare CR or LF (RFC 5321 section 2.3.8, SMTP smuggling), no 8-bit octet, no overlong line."""
    if _BARE_LINE_END.search(raw) or not raw.isascii() or max(map(len, raw.split(b"\r\n"))) > _MAX_LINE:
        raise ComposeFailed("the mail came out with a line that cannot go over the wire")
    return raw
