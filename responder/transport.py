"""The ways out: a maildir on this machine, or an SMTP server. One import for what delivery needs."""

from responder.delivery_url import DeliveryUrl, Security, parse_delivery_url
from responder.maildir_transport import MaildirTransport
from responder.outcome import (
    BeforeData,
    Failed,
    NotSent,
    Outcome,
    OutgoingMail,
    Sent,
    Transport,
    Uncertain,
)
from responder.smtp_transport import SmtpTransport

__all__ = [
    "BeforeData",
    "DeliveryUrl",
    "Failed",
    "MaildirTransport",
    "NotSent",
    "Outcome",
    "OutgoingMail",
    "Security",
    "Sent",
    "SmtpTransport",
    "Transport",
    "Uncertain",
    "parse_delivery_url",
]
