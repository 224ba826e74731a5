"""What becomes of a mail: pure, from the mail, its envelope and what the store knows.

The order of the steps matters: our own mail first, so that nothing can loop; then reports about mail, which come
to agents' addresses too; then staff; then automatic mail, which changes no state; and then people, whose case is
found by evidence.
"""

from dataclasses import replace
from datetime import timedelta

from cases.address import MAIL_PROVIDERS, domain_of, fold_address, strip_tag
from cases.change import Change, NewMessage, Opening
from cases.mail import Address, Bounce, Mail, MailKind
from cases.missing import find_missing
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Queue
from cases.reference import Role
from ingest.kind import is_certain
from ingest.question import Question, book
from ingest.staff import decide_staff
from ingest.thread import Place, Placement, decide_place
from store.people import find_queue

_MOST_COPIED = 25
_FEW_WORDS = 3
_NOT_FAILED = ("delayed", "delivered", "relayed", "expanded")  # RFC 3464 section 2.3.3
_TOO_OLD_TO_ANSWER = timedelta(days=7)
_MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3: longer ones cannot be written to
_NEVER_COPIED = ("no-reply", "noreply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster")


def decide(question: Question) -> Change:
    """The change that this mail makes: of a case, or of nothing but the books."""
    if question.evidence.is_our_own or _is_from_us(question):
        return book(question, outcome=Outcome.IGNORED, reason="our own mail came back to us")
    if question.mail.kind in (MailKind.BOUNCE, MailKind.FEEDBACK_REPORT):
        return _book_report(question)
    staff = [one for one in question.evidence.signed if one.role is not Role.SELLER]
    if staff:
        return decide_staff(question, staff[0])
    return _decide_case(question)


def _decide_case(question: Question) -> Change:
    place = decide_place(question.mail, question.evidence, question.known, failed=question.failed, now=question.now)
    if _is_automatic(question) and place.placement is Placement.APPENDED:
        return _append_automatic(question, place)
    if question.mail.kind is MailKind.AUTO_REPLY and is_certain(question.mail.kind_reason):
        return book(question, outcome=Outcome.IGNORED, reason=_automatic_reason(question))
    if place.placement in (Placement.APPENDED, Placement.UNCONFIRMED):
        return _append(question, place)
    return _open(question, place)


def _append(question: Question, place: Place) -> Change:
    assert place.facts is not None
    stranger = place.placement is Placement.UNCONFIRMED
    author = fold_address(question.mail.author.address) if question.mail.author else ""
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=place.steps[-1].detail),
        case_id=place.facts.state.id,
        happenings=(Happening.STRANGER_WROTE if stranger else Happening.SELLER_WROTE,),
        message=_seller_message(
            question, place, participant_id=place.facts.participants.get(author), unconfirmed=stranger
        ),
        silent=_is_silent(question),
        filed=_is_filed(question),
        notes=(f"mail from {question.author} appended by {place.steps[-1].step}",),
    )


def _open(question: Question, place: Place) -> Change:
    mail = question.mail
    queues = _queues(question)
    author = mail.author or mail.sender or Address(address="")
    kinds = [found.kind for found in mail.identifiers]
    pictures = any(part.content_type.startswith("image/") for part in mail.parts if part.is_listed)
    linked = place.facts.state.number if place.facts is not None else None
    return replace(
        book(question, outcome=Outcome.CREATED, reason=f"a new case, linked with {linked}" if linked else "a new case"),
        happenings=(Happening.OPENED,),
        opening=Opening(
            queue_id=queues[0].id,
            subject=mail.subject,
            topic=mail.topic,
            priority=Priority.URGENT if mail.urgent else Priority.NORMAL,
            language=mail.language or _known_language(question),
            requester=author,
            reply_address=_reply_address(mail, author) if mail.author is not None else "",
            copied=_copied(question, author),
            missing=find_missing(mail.topic, kinds, has_picture=pictures),
        ),
        message=_seller_message(question, place, participant_id=None, unconfirmed=False),
        silent=_is_silent(question),
        filed=_is_filed(question),
        links=(linked,) if linked else (),
        notes=tuple(f"also sent to the queue {queue.name}" for queue in queues[1:]),
    )


def _known_language(question: Question) -> str | None:
    """What the author wrote in before, for a mail of too few words to tell; longer ones have their own language."""
    few = len(question.mail.reply_text.split()) <= _FEW_WORDS
    return question.known.language if few and not question.failed else None


def _book_report(question: Question) -> Change:
    """A delivery report makes no case and no answer; about a mail of ours it is a message of that mail's case.

    Our envelope sender is a signed address, so a report that quotes no Message-ID is placed by where it came to.
    """
    bounce = question.mail.bounce
    number = question.bounced_number or next((one.number for one in question.evidence.signed), None)
    facts = question.known.cases.get(number) if number else None
    if facts is None or bounce is None:
        return book(question, outcome=Outcome.BOUNCE, reason="a report about a mail that is not known here")
    gone = ", ".join(f"{one.address} {one.action} {one.status}".strip() for one in bounce.recipients)
    return replace(
        book(question, outcome=Outcome.BOUNCE, reason=f"a report about a mail of ours: {gone or 'no recipient named'}"),
        case_id=facts.state.id,
        happenings=(Happening.BOUNCED,) if _has_failed(bounce) else (),
        message=_inbound(question, MessageKind.BOUNCE),
        notes=(f"bounce: {gone}",),
    )


def _has_failed(bounce: Bounce) -> bool:
    """Whether somebody was not reached: a report may also say that a mail is late, or that it has arrived."""
    return not bounce.recipients or any(one.action not in _NOT_FAILED for one in bounce.recipients)


def _append_automatic(question: Question, place: Place) -> Change:
    """An automatic reply is kept with its case and changes neither state nor timers."""
    assert place.facts is not None
    reason = _automatic_reason(question)
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=reason),
        case_id=place.facts.state.id,
        happenings=(Happening.ROBOT_ANSWERED,),
        message=_inbound(question, MessageKind.AUTO_REPLY),
        notes=(reason,),
    )


def _is_automatic(question: Question) -> bool:
    """Whether a machine sent it, as far as can be told: what only looks so still opens a case, in silence."""
    return question.mail.kind is MailKind.AUTO_REPLY or question.envelope.sender == ""


def _automatic_reason(question: Question) -> str:
    sign = question.mail.kind_reason if question.mail.kind is MailKind.AUTO_REPLY else "null envelope sender"
    return f"automatic mail ({sign})"


def _seller_message(question: Question, place: Place, *, participant_id: int | None, unconfirmed: bool) -> NewMessage:
    return replace(
        _inbound(question, MessageKind.SELLER),
        participant_id=participant_id,
        authentication="fail" if question.failed else "none",
        unconfirmed=unconfirmed,
        why=place.steps,
    )


def _inbound(question: Question, kind: MessageKind) -> NewMessage:
    return NewMessage(
        direction=Direction.INBOUND,
        kind=kind,
        mail=question.mail,
        text=question.mail.reply_text,
        ledger_id=question.ledger_id,
    )


def _is_from_us(question: Question) -> bool:
    author = question.mail.author
    return author is not None and find_queue(question.known.queues, author.address) is not None


def _is_silent(question: Question) -> bool:
    """Nobody is answered whose address is not certain, no machine, and nobody who asks for no answer."""
    mail = question.mail
    return question.failed or mail.author is None or mail.no_answer != "" or _is_automatic(question)


def _is_filed(question: Question) -> bool:
    """What comes out of an archive and is old, or undated, is put where it belongs and nobody is bothered with it."""
    date = question.mail.date
    return question.from_archive and (date is None or question.now - date > _TOO_OLD_TO_ANSWER)


def _queues(question: Question) -> tuple[Queue, ...]:
    """The queues the mail was sent to: in the order of To and Cc, then those only the envelope names."""
    shown = [one.address for one in (*question.mail.to, *question.mail.cc)]
    taken = [queue for one in question.envelope.recipients if (queue := find_queue(question.known.queues, one))]
    named = [queue for one in shown if (queue := find_queue(question.known.queues, one)) and queue in taken]
    return tuple(dict.fromkeys([*named, *taken])) or question.known.queues[:1]


def _reply_address(mail: Mail, author: Address) -> str:
    """From; Reply-To only within the author's own organisation, else it could aim our mail at a third party.

    The domain of a mail provider is nobody's organisation.
    """
    wanted = next((one.address for one in mail.reply_to), author.address)
    same = domain_of(wanted) == domain_of(author.address) and domain_of(wanted) not in MAIL_PROVIDERS
    return wanted if same else author.address


def _copied(question: Question, author: Address) -> tuple[Address, ...]:
    """Those who were copied on a case's first mail: never ourselves, our staff, robots or the author.

    Nobody when it went to a crowd: one answer would become hundreds of mails.
    """
    if _is_silent(question) or _is_filed(question) or len(question.mail.to) + len(question.mail.cc) > _MOST_COPIED:
        return ()
    seen = {fold_address(author.address), fold_address(_reply_address(question.mail, author))}
    copied = []
    for one in (*question.mail.to, *question.mail.cc):
        folded = fold_address(one.address)
        robot = strip_tag(one.address).partition("@")[0] in _NEVER_COPIED
        ours = find_queue(question.known.queues, one.address) or folded in question.known.staff
        if folded not in seen and not robot and not ours and len(one.address) <= _MAX_ADDRESS:
            seen.add(folded)
            copied.append(one)
    return tuple(copied)
