"""Reports about the delivery of mail: they make no case and no answer, and change something only for what we sent.

What we sent is found by its Message-ID, whose MAC is ours and which stands in the outbox, or by the signed address
that it was sent from and that the report came to. Anything else is on record with its reason and changes nothing.
"""

from dataclasses import replace

from sqlalchemy.engine import Connection

from cases.change import Change, NewMessage
from cases.mail import Bounce, Mail
from cases.model import Direction, MessageKind, Outcome
from cases.reference import Keyring, Role, find_message_id
from cases.undelivered import Undelivered, judge_report
from ingest.evidence import Envelope, Evidence
from ingest.question import Question, book
from store.bounces import SentMail, find_newest_sent, find_sent
from store.people import find_queue


def find_reported(
    connection: Connection, keyring: Keyring, mail: Mail, evidence: Evidence, envelope: Envelope
) -> SentMail | None:
    """The mail of ours that a report is about, None for any other mail.

    Relays rewrite Message-IDs; then it is the newest mail sent from the signed address that the report came to.
    Reports come from the null sender (RFC 3464 section 2), so what comes from anybody else proves nothing that way.
    """
    if mail.bounce is None:
        return None
    original = mail.bounce.original_message_id
    if original is not None and find_message_id(keyring, original) is not None:
        return find_sent(connection, original)
    if envelope.sender != "" or not evidence.signed:
        return None
    return find_newest_sent(connection, evidence.signed[0])


def book_report(question: Question) -> Change:
    """A report about a mail of ours is a message of that mail's case, and tells the store what became of the mail."""
    bounce, sent = question.mail.bounce, question.reported
    why_not = _why_not(question, bounce, sent)
    if bounce is None or sent is None or why_not:
        return book(question, outcome=Outcome.BOUNCE, reason=why_not)
    fate, words = judge_report(bounce, sent_to=sent.address)
    said = f"{fate.value}: {words}"
    return replace(
        book(question, outcome=Outcome.BOUNCE, reason=f"a report about our mail to {sent.address}, {said}"),
        case_id=sent.case_id,
        undelivered=Undelivered(outbox_id=sent.outbox_id, fate=fate, words=words),
        message=NewMessage(
            direction=Direction.INBOUND,
            kind=MessageKind.BOUNCE,
            mail=question.mail,
            text=question.mail.reply_text,
            ledger_id=question.ledger_id,
        ),
        notes=(f"report on mail to {sent.address}, {said}",),
    )


def _why_not(question: Question, bounce: Bounce | None, sent: SentMail | None) -> str:
    """Why a report changes nothing, "" when it does."""
    if bounce is None:
        return "a report of abuse or of another sort, not about delivery"
    if sent is None:
        return "a report about a mail that is not known here"
    named = [one.address for one in bounce.recipients]
    if named and all(find_queue(question.known.queues, one) is not None for one in named):
        return "a report about a report: what it names is our own address"
    if not sent.by_message_id and named and not sent.is_to(named):
        return "a report without a Message-ID of ours, on somebody we did not write to"
    if not _came_to_its_sender(question, sent):
        return "a report about a mail to somebody else than its own address says"
    return ""


def _came_to_its_sender(question: Question, sent: SentMail) -> bool:
    """Who takes part may know the Message-ID of a mail to another one, but not the address it was sent from."""
    senders = {(one.role is Role.SELLER, one.subject_id) for one in question.evidence.signed}
    return not senders or sent.sender in senders
