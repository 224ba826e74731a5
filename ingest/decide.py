"""What becomes of a mail: pure, from the mail, its envelope and what the store knows.

The order of the steps matters: our own mail first, so that nothing can loop; then reports about mail, which come
to agents' addresses too; then staff; then automatic mail, which changes no state; and then people, whose case is
found by evidence.
"""

from dataclasses import replace
from datetime import timedelta

from cases.address import fold_address
from cases.change import Change, NewMessage, Opening, People
from cases.mail import Address, MailKind
from cases.missing import find_missing
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Queue
from cases.reference import Role
from ingest.forward import decide_forward
from ingest.junk import book_junk, find_junk
from ingest.kind import is_certain
from ingest.participants import find_copied, find_joining, find_reply_address
from ingest.question import Question, book
from ingest.report import book_report
from ingest.staff import decide_staff, keep_misdirected
from ingest.thread import Place, Placement, decide_place
from store.people import User, find_queue

_FEW_WORDS = 3
_TOO_OLD_TO_ANSWER = timedelta(days=7)


def decide(question: Question) -> Change:
    """The change that this mail makes: of a case, or of nothing but the books."""
    if question.evidence.is_our_own or _is_from_us(question):
        return book(question, outcome=Outcome.IGNORED, reason="our own mail came back to us")
    if question.mail.kind in (MailKind.BOUNCE, MailKind.FEEDBACK_REPORT):
        return book_report(question)
    staff = [one for one in question.evidence.signed if one.role is not Role.SELLER]
    if staff:
        return decide_staff(question, staff[0])
    needs_pass = question.agents_need_pass or question.staff.must_pass
    proved = question.identity.passed or not needs_pass
    return decide_forward(question, queue=_queues(question)[0], proved=proved) or _decide_case(question)


def _decide_case(question: Question) -> Change:
    place = decide_place(
        question.mail,
        question.evidence,
        question.known,
        failed=question.failed,
        now=question.now,
        relay_domains=question.relay_domains,
    )
    junk = find_junk(question, belongs=place.placement is Placement.APPENDED)
    if junk is not None:
        return book_junk(question, junk)
    if _is_automatic(question) and place.placement is Placement.APPENDED:
        return _append_automatic(question, place)
    if question.mail.kind is MailKind.AUTO_REPLY and is_certain(question.mail.kind_reason):
        return book(question, outcome=Outcome.IGNORED, reason=_automatic_reason(question))
    if place.placement in (Placement.APPENDED, Placement.UNCONFIRMED):
        return _append(question, place)
    agent = _find_agent(question)
    if agent is not None and place.facts is not None and question.evidence.our_ids:
        return keep_misdirected(question, place.facts, agent)
    return _open(question, place)


def _find_agent(question: Question) -> User | None:
    """The member of staff whose address From has, which proves nothing."""
    author = question.mail.author
    user = question.known.staff.get(fold_address(author.address)) if author is not None else None
    return user if user is not None and user.role != "viewer" and not question.failed else None


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
        people=People() if stranger or _goes_unanswered(question) else find_joining(question, place.facts),
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
    related = () if question.failed else tuple(question.known.related)
    reply_address = find_reply_address(mail, author, question.relay_domains)
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
            reply_address=reply_address if mail.author is not None else "",
            copied=() if _goes_unanswered(question) else find_copied(question, author, reply_address),
            missing=find_missing(mail.topic, kinds, has_picture=pictures),
        ),
        message=_seller_message(question, place, participant_id=None, unconfirmed=False),
        silent=_is_silent(question),
        filed=_is_filed(question),
        links=tuple(dict.fromkeys([*([linked] if linked else []), *related])),
        notes=tuple(f"also sent to the queue {queue.name}" for queue in queues[1:]),
    )


def _known_language(question: Question) -> str | None:
    """What the author wrote in before, for a mail of too few words to tell; longer ones have their own language."""
    few = len(question.mail.reply_text.split()) <= _FEW_WORDS
    return question.known.language if few and not question.failed else None


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
        identity=question.identity,
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


def _goes_unanswered(question: Question) -> bool:
    """Whether nothing goes out because of this mail, so that nobody joins by it."""
    return _is_silent(question) or _is_filed(question)


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
