"""A seller's mail that a member of staff passes on to a queue: it becomes a case of that seller.

What is passed on is the agent's word, not the seller's: nothing proves the author, and no command in it is done.
"""

from dataclasses import replace

from cases.address import fold_address
from cases.change import Change, NewMessage, Opening, Step
from cases.identity import Identity
from cases.mail import Address, Forwarded, Mail, MailKind
from cases.missing import find_missing
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Queue
from ingest.question import Question, book
from store.lookup import CaseFacts
from store.people import User, find_queue

_MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3: longer ones cannot be written to


def decide_forward(question: Question, *, queue: Queue, proved: bool) -> Change | None:
    """A case for the author of what an agent passes on to `queue`, or a note where that mail is known already.

    None: it is no forward, or none by staff. `proved`: what `agents_need` asks for has been shown.
    """
    forwarded, user = question.mail.forwarded, _find_agent(question)
    if forwarded is None or user is None or not proved or not _is_outside(question, forwarded.author):
        return None
    facts = _find_known(question, forwarded)
    return _note(question, user, facts) if facts is not None else _open(question, user, forwarded, queue)


def _find_agent(question: Question) -> User | None:
    """The member of staff who wrote the mail, if it was a person and went to plain addresses alone."""
    mail = question.mail
    automatic = mail.kind is not MailKind.MESSAGE or question.envelope.sender == ""
    if mail.author is None or question.failed or automatic or question.evidence.signed:
        return None
    user = question.known.staff.get(fold_address(mail.author.address))
    return user if user is not None and user.role != "viewer" else None


def _is_outside(question: Question, author: Address) -> bool:
    """Our own mail and our colleagues' open no case, whoever passes them on."""
    ours = find_queue(question.known.queues, author.address) is not None
    return not ours and fold_address(author.address) not in question.known.staff and len(author.address) <= _MAX_ADDRESS


def _find_known(question: Question, forwarded: Forwarded) -> CaseFacts | None:
    """The case that has this mail, if its author takes part there: everybody can use another's Message-ID."""
    numbers = question.known.numbers_of_ids.get(forwarded.message_id or "", ())
    found = (question.known.cases.get(number) for number in numbers)
    author = fold_address(forwarded.author.address)
    return next((facts for facts in found if facts is not None and author in facts.participants), None)


def _open(question: Question, user: User, forwarded: Forwarded, queue: Queue) -> Change:
    mail, seller = question.mail, forwarded.author
    kinds = [found.kind for found in mail.identifiers]
    pictures = any(part.content_type.startswith("image/") for part in mail.parts if part.is_listed)
    words = f"passed on by {user.address} for {seller.address}"
    return replace(
        book(question, outcome=Outcome.CREATED, reason=f"a new case, {words}"),
        actor=f"agent {user.address}",
        user_id=user.id,
        happenings=(Happening.OPENED,),
        opening=Opening(
            queue_id=queue.id,
            subject=forwarded.subject,
            topic=forwarded.topic,
            priority=Priority.URGENT if mail.urgent else Priority.NORMAL,
            language=forwarded.language,
            requester=seller,
            reply_address=seller.address,
            missing=find_missing(forwarded.topic, kinds, has_picture=pictures),
        ),
        message=NewMessage(
            direction=Direction.INBOUND,
            kind=MessageKind.SELLER,
            mail=_as_sellers(mail, forwarded),
            text=forwarded.text,
            ledger_id=question.ledger_id,
            identity=Identity(detail=f"the word of {user.address}, who passed it on"),
            why=(Step(step="forward", hit=True, detail=words),),
        ),
        notes=(words,),
    )


def _as_sellers(mail: Mail, forwarded: Forwarded) -> Mail:
    """The mail as the seller's: nothing of the agent's headers may get into a thread that a seller is sent.

    The whole text stays, with what the agent wrote above, for staff alone.
    """
    return replace(
        mail,
        sender=forwarded.author,
        author=forwarded.author,
        message_id=forwarded.message_id,
        in_reply_to=(),
        references=(),
        subject=forwarded.subject,
        to=(),
        cc=(),
        language=forwarded.language,
        topic=forwarded.topic,
    )


def _note(question: Question, user: User, facts: CaseFacts) -> Change:
    """The case is there: whatever the agent wrote above is a note of it."""
    words = f"passed on again by {user.address}, this mail is known here"
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=words),
        actor=f"agent {user.address}",
        case_id=facts.state.id,
        user_id=user.id,
        happenings=(Happening.NOTED,),
        message=NewMessage(
            direction=Direction.INBOUND,
            kind=MessageKind.NOTE,
            mail=question.mail,
            text=question.mail.reply_text if question.mail.has_new_text else "",
            ledger_id=question.ledger_id,
            user_id=user.id,
            why=(Step(step="forward", hit=True, detail=words),),
        ),
        notes=(words,),
    )
