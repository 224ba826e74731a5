"""Notifications that a marketplace's or shop's machine sends, and nobody wrote: told from relayed words of people.

A robot's name before the @ alone decides nothing: shops send their contact form from no-reply@ too, with the
customer's address in Reply-To, and relays give people addresses that look like a machine's. So a robot's mail needs
the name, no other address to answer to, and a second sign: a sending service's header, or words that say so.
"""

import re
from dataclasses import dataclass

from ingest.kind_signs.bodies import says_automatic
from ingest.kind_signs.headers import NO_REPLY, HeaderView


@dataclass(frozen=True, kw_only=True, slots=True)
class Robot:
    """A group of names before the @, and examples of addresses that are and are not a robot's."""

    why: str
    local: str
    found: tuple[str, ...]
    not_found: tuple[str, ...]


ROBOTS = (
    Robot(
        why="takes no replies",
        local=NO_REPLY.pattern,
        found=(
            "no-reply@market.example",
            "seller-no-reply@market.example",
            "donotreply+17@shop.example",
            "nicht-antworten@x.example",
        ),
        not_found=("noreplica@shop.example", "nora.reply@shop.example"),
    ),
    Robot(
        why="confirms by itself",
        local=r"(?:auto|order|ship|shipping|shipment|payment|booking|digital)s?[._-](?:confirm(?:ation)?s?"
        r"|communications?|update|updates|messages|tracking|status|mailer)",
        found=("auto-confirm@market.example", "auto-communication@market.example", "payments-messages@market.example"),
        not_found=("order@shop.example", "payments@shop.example", "auto@autohaus.example"),
    ),
    Robot(
        why="notifies by itself",
        local=r"(?:[\w]{1,30}[._-]){0,3}(?:notifications?|notify|notifier|alerts?|benachrichtigung(?:en)?|automailer"
        r"|autoresponder)",
        found=("seller-notification@market.example", "alerts@market.example", "fba-notifications@market.example"),
        not_found=("notified.tom@shop.example", "q7x2k9vd4hp1tz@marketplace.example"),
    ),
)
_LOCAL = re.compile("|".join(f"(?:{one.local})(?:[+@]|\\Z)" for one in ROBOTS), re.IGNORECASE)

# What sending services put on bulk and transactional mail. People's words that a marketplace relays have them as well.
SERVICE_FIELDS = (
    "feedback-id",
    "x-ses-outgoing",
    "x-sg-eid",
    "x-mailgun-sid",
    "x-mandrill-user",
    "x-pm-message-id",
    "x-mc-user",
    "x-sfmc-stack",
    "x-mj-mid",
    "x-sib-id",
    "x-csa-complaints",
    "x-campaign",
    "list-unsubscribe",
    "x-ebay-mailtracker",
)


# Addresses that a marketplace lends to people, so that buyer and seller write to each other through it.
_RELAY = re.compile(
    r"[a-z0-9]{10,40}(?:\+[\w-]{1,60})?@(?:[\w-]{1,60}\.){0,3}(?:marketplace|members|messages?|reply|relay)\.",
    re.IGNORECASE,
)
_RELAY_TYPE = "x-amazon-mail-relay-type"


def is_relay(sender: str) -> bool:
    """Whether an address is one that a marketplace lends to a person."""
    return _RELAY.match(sender[:320]) is not None


def find_relay_mark(headers: HeaderView, sender: str) -> str | None:
    """Amazon's mark on mail that it wrote itself (seen on order confirmations and notices); None on people's words."""
    marked = headers.first(_RELAY_TYPE).strip().lower() == "notification"
    return f"{_RELAY_TYPE.title()}: notification" if marked and not is_relay(sender) else None


def is_robot(sender: str) -> bool:
    """Whether the name before the @ is one that machines send from."""
    return _LOCAL.match(sender[:200]) is not None


def find_robot(headers: HeaderView, sender: str, text: str) -> str | None:
    """The second sign of a robot's notification, None where a person may have written the mail."""
    if not is_robot(sender) or not _answers_itself(headers.first("reply-to"), sender):
        return None
    if headers.first("precedence").strip().lower() in ("bulk", "junk"):
        return "bulk mail"
    service = next((name for name in SERVICE_FIELDS if headers.count(name)), None)
    if service is not None:
        return service.title()
    return "its words" if says_automatic(text) else None


def _answers_itself(reply_to: str, sender: str) -> bool:
    """Whether an answer would reach the robot too: another Reply-To is a customer's, behind a contact form."""
    return not reply_to.strip() or sender.lower() in reply_to.lower() or NO_REPLY.search(reply_to[:300]) is not None
