"""What a mail is read as: the value that `ingest.read` makes of raw bytes and `store` keeps.

All fields are plain values, so that a mail crosses a process border as MessagePack or JSON.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailKind(StrEnum):
    """What sort of mail it is; only a `message` is a person's word."""

    MESSAGE = "message"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    FEEDBACK_REPORT = "feedback_report"


class Source(StrEnum):
    """Where in the mail an identifier stands."""

    SUBJECT = "subject"
    BODY = "body"
    QUOTED = "quoted"
    SIGNATURE = "signature"
    ATTACHMENT = "attachment"
    IMAGE = "image"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A mailbox: display name (may be empty) and address, lower-cased in the domain only."""

    name: str = ""
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """An order number, ASIN, shipment … in its normal form, and where it was found."""

    kind: str
    value: str
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One leaf of the MIME tree as a range of the raw mail: decoding it needs no new parse.

    `path` counts from 1 as IMAP does ("1", "2.1"); `offset` and `length` are octets of the raw mail
    and frame the part's body as it was transferred; `size` and `sha256` are of the decoded content.
    `inside`: the file is not the whole content but lies within it (winmail.dat), from this octet on.
    `verdict` is why it goes to nobody ("infected: Eicar-Signature", "not scanned: …"), "" where nothing is wrong.
    """

    path: str
    offset: int
    length: int
    encoding: str
    content_type: str
    size: int
    sha256: str
    filename: str | None = None
    charset: str | None = None
    content_id: str | None = None
    inline: bool = False
    attachment: bool = False
    inside: int | None = None
    verdict: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether it is shown as an attachment: an attached file, or a named picture in the text."""
        return self.attachment or (self.inline and self.filename is not None)


# What mail programs attach by themselves, or what holds the quoted mail once more: it would name the agent.
_NEVER_PASSED_ON = frozenset(
    {
        "application/ms-tnef",
        "application/pgp-keys",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/calendar",
        "text/directory",
        "text/vcard",
        "text/x-vcard",
    }
)


def is_passed_on(part: Part) -> bool:
    """Whether a part of an agent's mail goes on to the seller: a sound file attached on purpose."""
    by_itself = part.content_type in _NEVER_PASSED_ON or part.content_type.startswith("message/")
    return part.attachment and not part.inline and not by_itself and not part.verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class BouncedRecipient:
    """One recipient of a delivery status notification (RFC 3464 section 2.3)."""

    address: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """What a delivery status notification says, and the Message-ID of the mail it is about."""

    recipients: tuple[BouncedRecipient, ...] = ()
    original_message_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Forwarded:
    """The mail that a mail as a whole passes on: its one author, its words, and its Message-ID where that is known.

    `language` and `topic` are those of its words, which may be other than those of whoever passes it on.
    """

    author: Address
    text: str
    subject: str
    message_id: str | None = None
    language: str | None = None
    topic: str = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail as a person would read it. Reading never fails: what could not be read is in `defects`.

    `reply_text` is never empty where `text` is not: `has_new_text` is False when nothing new was found in it.
    `to_look_at` are the paths of pictures and scanned documents, which are read later and elsewhere.
    `no_answer` is the sign that its sender wants no automatic answer, "" without one; `spam_verdict` the header field
    by which a mail server calls it spam.
    `signature` is what stands below the words and is none of them: signature, small print, footer.
    `forwarded` is the mail it passes on, None where it is a word of its own.
    `sender` is the first From as shown; `author` is the same only if the mail has exactly one
    unambiguous author (threats: exactly one strict RFC 5322 mailbox, else no identity).
    Message-IDs keep their angle brackets. `fingerprint` is the hex SHA-256 over Message-ID, author and
    decoded content, never over trace headers or recipients: equal for copies that came by two routes.
    """

    fingerprint: str
    reader_version: int
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: Address | None = None
    author: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None
    kind: MailKind = MailKind.MESSAGE
    kind_reason: str = ""
    language: str | None = None
    topic: str = "other"
    urgent: bool = False
    text: str = ""
    reply_text: str = ""
    has_new_text: bool = True
    no_answer: str = ""
    spam_verdict: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None
    html: str | None = None
    parts: tuple[Part, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    to_look_at: tuple[str, ...] = ()
    bounce: Bounce | None = None
    defects: tuple[str, ...] = ()
