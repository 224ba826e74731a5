"""A mail on its way in: raw bytes and envelope, before anything is promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO


class Channel(StrEnum):
    """By which edge a mail came."""

    SMTP = "smtp"
    LMTP = "lmtp"
    PIPE = "pipe"
    IMPORT = "import"
    IMAP = "imap"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """The octets of a large mail in an open file, which may be without a name, and their SHA-256 in hexadecimal."""

    file: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """`sender` is the envelope sender ("" = null sender, None = unknown).

    `raw` are the octets, or where it is a `Filed` the file that holds them: nothing need hold a large mail in memory.
    `source_key` makes a take-in idempotent (import, IMAP).
    """

    raw: bytes | Filed
    channel: Channel
    sender: str | None
    recipients: tuple[str, ...]
    received_at: datetime
    peer: str = ""  # IP address of the peer, "" if none
    helo: str = ""
    trusted: bool = False  # came by a trusted relay, LMTP, pipe, IMAP or import
    source_key: str | None = None

    @property
    def size(self) -> int:
        """In octets."""
        return self.raw.size if isinstance(self.raw, Filed) else len(self.raw)
