"""A mail on its way in: raw bytes and envelope, before anything is promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """By which edge a mail came."""

    SMTP = "smtp"
    LMTP = "lmtp"
    PIPE = "pipe"
    IMPORT = "import"
    IMAP = "imap"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """`sender` is the envelope sender ("" = null sender, None = unknown).

    `source_key` makes a take-in idempotent (import, IMAP).
    """

    raw: bytes
    channel: Channel
    sender: str | None
    recipients: tuple[str, ...]
    received_at: datetime
    peer: str = ""  # IP address of the peer, "" if none
    helo: str = ""
    trusted: bool = False  # came by a trusted relay, LMTP, pipe, IMAP or import
    source_key: str | None = None
