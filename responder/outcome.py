"""A mail on its way out, and the ways that sending it can end."""

import re
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

BeforeData = Callable[[], Awaitable[bool]]

# What no address may hold, so that it can be put on a command line between < and >: RFC 5321 without quoted strings.
_ADDRESS = re.compile(
    r"[^\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,128}@(?=.{1,255}$)"
    r"[A-Za-z0-9_\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9_\u0080-\U0010ffff-]+)*"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMail:
    """One mail to one recipient; `envelope_from` "" is the null sender, `id` stays the same when it is tried again."""

    envelope_from: str
    envelope_to: str
    content: bytes
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """It was taken; `response` is what was said to that."""

    response: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSent:
    """It was no longer wanted when its turn came; nothing left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """It was not taken. `code` is the SMTP reply's, None without one; `enhanced` ("5.1.1") may be empty.

    `way_down`: no mail at all would have been taken (no connection, no sign-in, a full disk), it is not about this one.
    """

    temporary: bool
    code: int | None
    enhanced: str
    text: str
    way_down: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncertain:
    """Content was sent and no final reply came: it may or may not have been taken."""

    text: str


Outcome = Sent | NotSent | Failed | Uncertain


class Transport(Protocol):
    """A way out."""

    async def send(self, mail: OutgoingMail, *, before_data: BeforeData) -> Outcome:
        """Send one mail. Never raises for what the other side does or what the network does.

        `before_data` is awaited once the recipient is accepted and nothing of the content is sent; False calls it off
        (NotSent). What `before_data` raises is passed on, and nothing is sent.
        """

    async def close(self) -> None:
        """Let go of connections; no `send` may be under way."""


def find_address_problem(mail: OutgoingMail) -> Failed | None:
    """Check both addresses: a line break in one would be a second command, a header of its own, or both."""
    sender_is_good = mail.envelope_from == "" or _is_address(mail.envelope_from)
    if sender_is_good and _is_address(mail.envelope_to):
        return None
    which = "recipient" if sender_is_good else "sender"
    return Failed(temporary=False, code=None, enhanced="5.1.3", text=f"the {which} is not a mail address")


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None and not any(
        unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"} for letter in text
    )
