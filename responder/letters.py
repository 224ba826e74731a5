"""From what the store knows of a case to the letter that goes out: pure but for the template files.

A seller's letter comes from the queue, an agent's from "Seller via queue"; both from a signed address, so that
whatever answers them is proved. Nothing of an agent's address, machine or quoted text gets into a seller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cases import hours
from cases.mail import Part
from cases.model import MessageKind, Reminders
from cases.plan import TRAITS, ReplyKind
from cases.reference import Keyring, Role, SignedAddress, make_address, make_message_id, make_tag
from responder.compose import Attachment, Letter
from responder.language import choose_language
from responder.render import Rendered, render
from responder.templates import Templates
from responder.values import (
    AgentValue,
    CaseValue,
    MessageValue,
    QueueValue,
    SellerValue,
    Values,
)
from responder.words import find_word, name_identifiers, name_missing, say_time
from store.correspondence import Correspondence, Said
from store.planned import PlannedReply

_WITH_ATTACHMENTS = frozenset({ReplyKind.AGENT_MAIL, ReplyKind.ANSWER})

LoadPart = Callable[[int, Part], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What writing needs besides the case: keys, templates, and a way to fetch the bytes of an attachment."""

    keyring: Keyring
    templates: Templates
    load_part: LoadPart


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A letter ready to compose, with what it says in words and the signed address bounces come back to."""

    letter: Letter
    rendered: Rendered


def write_letter(
    desk: Desk, planned: PlannedReply, facts: Correspondence, reminders: Reminders, *, now: datetime
) -> Written:
    """The letter of a due reply. Raises TemplateFailed or TemplateMissing when the wording cannot be made."""
    name = planned.kind.value
    wanted = _languages(facts, desk.templates.languages(name))
    template = desk.templates.find(name, wanted)
    values = _values(planned, facts, reminders, language=template.language, now=now)
    rendered = render(template=template, values=values)
    to_staff = facts.user is not None
    own_address = _signed(desk.keyring, planned, facts, Role.AGENT if to_staff else Role.SELLER)
    traits = TRAITS[planned.kind]
    letter = Letter(
        subject=rendered.subject,
        tag=make_tag(facts.case.number),
        case_number=facts.case.number,
        from_name=_from_name(facts, to_staff=to_staff),
        from_address=own_address,
        reply_to=own_address,
        to=facts.to,
        message_id=_message_id(desk.keyring, facts, Role.AGENT if to_staff else Role.SELLER),
        date=now,
        language=rendered.language,
        text=rendered.text,
        html=rendered.html,
        in_reply_to=facts.thread[-1] if facts.thread else None,
        references=facts.thread,
        auto_submitted=traits.auto_submitted,
        suppress_auto_response=to_staff,
        attachments=_attachments(desk, planned, facts),
    )
    return Written(letter=letter, rendered=rendered)


def _languages(facts: Correspondence, available: list[str]) -> list[str]:
    """A seller is written to in their own language, staff in the queue's."""
    if facts.user is not None:
        return choose_language(text_language=None, earlier=(), queue_language=facts.queue.language, available=available)
    return choose_language(
        text_language=facts.languages[0],
        earlier=facts.languages[1:],
        queue_language=facts.queue.language,
        available=available,
    )


def _values(
    planned: PlannedReply, facts: Correspondence, reminders: Reminders, *, language: str, now: datetime
) -> Values:
    person = facts.user or facts.author
    return Values(
        case=CaseValue(
            number=facts.case.number,
            subject=facts.case.subject,
            status=facts.case.status,
            queue=facts.queue.name,
            topic=facts.topic,
            language=next((one for one in facts.languages if one), ""),
            created=_say(facts, facts.created_at, language=language, now=now),
            identifiers=name_identifiers(facts.identifiers, language),
            missing=name_missing(facts.missing, language),
        ),
        seller=SellerValue(name=facts.requester.name, address=facts.requester.address),
        agent=AgentValue(name=person.name if person else ""),
        queue=QueueValue(
            name=find_word(facts.queue.name, language),
            address=facts.queue.address,
            hours=facts.queue.hours,
            answer_by=_answer_by(facts, reminders, language=language, now=now),
        ),
        message=_message(facts, language=language, now=now),
        body=_body(planned, facts.cause),
    )


def _message(facts: Correspondence, *, language: str, now: datetime) -> MessageValue:
    """The message the letter is about; how it was threaded is for staff, it may name an agent's address."""
    cause = facts.cause
    if cause is None:
        return MessageValue()
    why = cause.why if facts.user is not None else ""
    return MessageValue(text=cause.text, at=_say(facts, cause.at, language=language, now=now), why=why)


def _body(planned: PlannedReply, cause: Said | None) -> str:
    if planned.kind is ReplyKind.ANSWER and cause is not None:
        return cause.text
    return planned.note


def _say(facts: Correspondence, at: datetime, *, language: str, now: datetime) -> str:
    return say_time(at, now=now, zone=facts.queue.timezone, language=language)


def _answer_by(facts: Correspondence, reminders: Reminders, *, language: str, now: datetime) -> str:
    """By when a seller can expect an answer: when the agents' lead would be told that there is none."""
    promised = reminders.escalate_after or reminders.agent_after
    if not promised:
        return ""
    calendar = hours.make_calendar(facts.queue)
    start = facts.cause.at if facts.cause is not None else now
    due = hours.add(calendar, start, hours.parse_duration(promised), clock=reminders.clock)
    return _say(facts, due, language=language, now=now)


def _signed(keyring: Keyring, planned: PlannedReply, facts: Correspondence, role: Role) -> str:
    subject_id = planned.user_id if role is Role.AGENT else planned.participant_id
    assert subject_id is not None
    signed = SignedAddress(role=role, number=facts.case.number, subject_id=subject_id)
    return make_address(keyring, facts.queue.address, signed)


def _message_id(keyring: Keyring, facts: Correspondence, role: Role) -> str:
    return make_message_id(keyring, facts.queue.address.rpartition("@")[2], facts.case.number, role)


def _from_name(facts: Correspondence, *, to_staff: bool) -> str:
    """The queue's name; agents see the seller's name beside it, sellers never an agent's."""
    queue = facts.queue.name
    if not to_staff:
        return queue
    seller = facts.requester.name or facts.requester.address
    return f"{seller} via {queue}" if seller else queue


def _attachments(desk: Desk, planned: PlannedReply, facts: Correspondence) -> tuple[Attachment, ...]:
    cause = facts.cause
    if planned.kind not in _WITH_ATTACHMENTS or cause is None or cause.ledger_id is None:
        return ()
    # An agent's signature pictures are inline parts; what they attached on purpose is not.
    from_agent = cause.kind is MessageKind.AGENT
    return tuple(
        Attachment(
            filename=part.filename or f"part-{part.path}",
            content_type=part.content_type,
            content=desk.load_part(cause.ledger_id, part),
        )
        for part in cause.attachments
        if not (from_agent and part.inline)
    )
