"""What sort of mail it is: a person's word, an automatic answer, a bounce or a feedback report (RFC 3834, 3464, 5965).

Only signs of the mail itself count; the envelope is not known here. `X-Auto-Response-Suppress` is no sign: Outlook
puts it on mail that people write. Bulk mail and lists stay messages: people write to lists. The signs themselves are
tables in `ingest/kind_signs`.
"""

from dataclasses import dataclass

from cases.mail import MailKind
from ingest.kind_signs.bodies import find_automatic_words
from ingest.kind_signs.bounces import (
    DAEMON,
    DAEMON_NAME,
    begins_as_bounce,
    is_bounce_subject,
    is_bounce_text,
    is_nothing_but_bounce,
    is_rejection,
    opens_as_bounce,
    opens_as_person,
)
from ingest.kind_signs.headers import FORWARDED, HeaderView, find_automatic_header, find_no_answer
from ingest.kind_signs.reports import find_report
from ingest.kind_signs.robots import find_relay_mark, find_robot
from ingest.kind_signs.subjects import FORWARD_PREFIX, REPLY_PREFIX, is_automatic_subject

__all__ = ["HeaderView", "Signs", "decide_kind", "find_no_answer", "is_certain"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the decision is made of: headers, decoded subject, address of From, content types of root and leaves.

    `report_type` and `method` are parameters of the root content type and of a text/calendar part; `text` is the body
    as a person reads it.
    """

    headers: HeaderView
    subject: str
    sender: str
    root_type: str
    leaf_types: tuple[str, ...] = ()
    report_type: str = ""
    method: str = ""
    text: str = ""


# Signs that a person's mail may carry too: they are believed, but nothing is dropped on their word.
_MAIL_SYSTEM, _SUBJECT = "From is a mail system", "subject of an automatic answer"
_WORDS, _ROBOT = "body of an automatic answer", "notification of a robot"
_UNCERTAIN = (_MAIL_SYSTEM, _SUBJECT, _WORDS, _ROBOT, FORWARDED)
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_CALENDAR_ANSWERS = ("reply", "counter", "declinecounter")


def decide_kind(signs: Signs) -> tuple[MailKind, str]:
    """The kind, and the one sign that decided it. The first of report, bounce, automatic, person that fits."""
    return (
        _decide_report(signs)
        or _decide_bounce(signs)
        or _decide_automatic(signs)
        or (MailKind.MESSAGE, "no sign of an automatic mail")
    )


def is_certain(reason: str) -> bool:
    """Whether the sign that decided the kind can only come from a machine."""
    return not reason.startswith(_UNCERTAIN)


def _decide_report(signs: Signs) -> tuple[MailKind, str] | None:
    if signs.report_type in ("feedback-report", "tlsrpt") or "message/feedback-report" in signs.leaf_types:
        return MailKind.FEEDBACK_REPORT, f"multipart/report of type {signs.report_type or 'feedback-report'}"
    if signs.headers.count("x-arf") or signs.headers.count("x-xarf"):
        return MailKind.FEEDBACK_REPORT, "X-ARF"
    form = find_report(signs.subject, signs.sender, signs.text)
    if form is not None:
        return MailKind.FEEDBACK_REPORT, form
    if signs.report_type == "disposition-notification" or "message/disposition-notification" in signs.leaf_types:
        if is_rejection(signs.text):
            return MailKind.BOUNCE, "rejection in the form of a read receipt"
        return MailKind.AUTO_REPLY, "read receipt (disposition notification)"
    return None


def _decide_bounce(signs: Signs) -> tuple[MailKind, str] | None:
    reason = _report_of_delivery(signs)
    if reason is None and signs.headers.first("x-failed-recipients"):
        reason = "X-Failed-Recipients"
    if reason is None and signs.headers.count("x-ms-exchange-message-is-ndr"):
        reason = "X-MS-Exchange-Message-Is-Ndr"
    if reason is None and _is_mail_system(signs):
        reason = _words_of_a_mail_system(signs)
    if reason is None:
        reason = _bounce_of_nobody(signs)
    return None if reason is None else (MailKind.BOUNCE, reason)


def _is_mail_system(signs: Signs) -> bool:
    """By the name before the @ or by the one shown: "Mail Delivery Subsystem <admin@old.example>"."""
    return DAEMON.match(signs.sender) is not None or DAEMON_NAME.match(signs.headers.first("from")[:200]) is not None


def _report_of_delivery(signs: Signs) -> str | None:
    has_status = any(kind in signs.leaf_types for kind in _STATUS_TYPES)
    system = _is_mail_system(signs) or _is_sent_by_machine(signs.headers)
    if FORWARD_PREFIX.match(signs.subject) and not system:
        return None  # a person passes a report on, and some programs keep its content type
    if signs.root_type in _STATUS_TYPES:
        return "delivery status alone"
    if signs.report_type == "delivery-status" or (signs.root_type == "multipart/report" and has_status):
        return "multipart/report of type delivery-status"
    return "delivery status from a mail system" if system and has_status else None


def _words_of_a_mail_system(signs: Signs) -> str | None:
    if is_bounce_subject(signs.subject) and not REPLY_PREFIX.match(signs.subject):
        return "subject of a delivery failure from a mail system"
    told = opens_as_bounce if REPLY_PREFIX.match(signs.subject) else is_bounce_text
    return "words of a delivery failure from a mail system" if told(signs.text) else None


def _bounce_of_nobody(signs: Signs) -> str | None:
    """A bounce that no mail system's name stands on: by the null return path, its form, or its very words."""
    begins = begins_as_bounce(signs.subject)
    if begins and signs.headers.first("return-path").strip() == "<>":
        return "subject of a delivery failure with the null return path"
    if begins and (signs.root_type == "multipart/report" or not signs.sender):
        return "subject of a delivery failure in a report"
    if (begins and opens_as_bounce(signs.text)) or (
        is_bounce_subject(signs.subject) and is_nothing_but_bounce(signs.text)
    ):
        return "subject and first words of a delivery failure"
    return None


def _is_sent_by_machine(headers: HeaderView) -> bool:
    return headers.first("return-path").strip() == "<>" or find_automatic_header(headers) is not None


def _answers_as_person(signs: Signs) -> bool:
    """Small shops read postmaster@ themselves: an answer that begins with a greeting is theirs."""
    return REPLY_PREFIX.match(signs.subject) is not None and opens_as_person(signs.text)


def _decide_automatic(signs: Signs) -> tuple[MailKind, str] | None:
    reason = find_automatic_header(signs.headers) or find_relay_mark(signs.headers, signs.sender)
    if reason is None and signs.method.lower() in _CALENDAR_ANSWERS:
        reason = "answer to a calendar invitation"
    if reason is None and DAEMON.match(signs.sender) and not _answers_as_person(signs):
        reason = _MAIL_SYSTEM
    if reason is None and is_automatic_subject(signs.subject):
        reason = _SUBJECT
    if reason is None and (sign := find_robot(signs.headers, signs.sender, signs.text)) is not None:
        reason = f"{_ROBOT}: {sign}"
    if reason is None and (sign := find_automatic_words(signs.text)) is not None:
        reason = f"{_WORDS}: {sign}"
    return None if reason is None else (MailKind.AUTO_REPLY, reason)
