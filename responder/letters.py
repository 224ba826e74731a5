"""From what the store knows of a case to the letter that goes out: pure but for the template files.

A seller's letter comes from the queue, an agent's from "Seller via queue"; both from a signed address, so that
whatever answers them is proved. Nothing of an agent's address, machine or quoted text gets into a seller's.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import hours
from cases.mail import Part, is_passed_on
from cases.model import MessageKind, Reminders
from cases.plan import TRAITS, ReplyKind
from cases.reference import Keyring, Role, SignedAddress, make_address, make_message_id, make_tag
from responder.compose import Attachment, Letter
from responder.language import choose_language
from responder.render import render
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
from store.correspondence import Correspondence
from store.planned import PlannedReply

_WITH_ATTACHMENTS = frozenset({ReplyKind.AGENT_MAIL, ReplyKind.ANSWER})

# Of attachments in one relay: a third more in Base64, which most mail servers still take (25 MB).
RELAY_OCTETS = 18_000_000

LoadParts = Callable[[int, Sequence[Part]], Sequence[bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What writing needs besides the case: keys, templates, and a way to fetch the bytes of an attachment."""

    keyring: Keyring
    templates: Templates
    load_parts: LoadParts


def write_letter(
    desk: Desk, planned: PlannedReply, facts: Correspondence, reminders: Reminders, *, now: datetime
) -> Letter:
    """The letter of a due reply. Raises TemplateFailed or TemplateMissing when the wording cannot be made."""
    name = planned.kind.value
    wanted = _languages(facts, desk.templates.languages(name))
    template = desk.templates.find(name, wanted)
    values = _values(planned, facts, reminders, language=template.language, now=now)
    rendered = render(template=template, values=values)
    to_staff = facts.user is not None
    own_address = _signed(desk.keyring, planned, facts, Role.AGENT if to_staff else Role.SELLER)
    traits = TRAITS[planned.kind]
    return Letter(
        subject=rendered.subject,
        tag=make_tag(facts.case.number),
        case_number=facts.case.number,
        from_name=_from_name(planned, facts),
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
        attachments=_load(desk, planned, facts),
    )


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
            looking="yes" if facts.looking else "",
        ),
        seller=SellerValue(name=facts.requester.name, address=facts.requester.address),
        agent=AgentValue(name=person.name if person else ""),
        queue=QueueValue(
            name=find_word(facts.queue.name, language),
            address=facts.queue.address,
            hours=facts.queue.hours,
            answer_by=_answer_by(facts, reminders, language=language, now=now),
        ),
        message=_message(planned, facts, language=language, now=now),
        body=_body(planned, facts),
    )


def _message(planned: PlannedReply, facts: Correspondence, *, language: str, now: datetime) -> MessageValue:
    """The message the letter is about; how it was threaded is for staff, it may name an agent's address."""
    cause = facts.cause
    if cause is None:
        return MessageValue()
    at = _say(facts, cause.at, language=language, now=now)
    if facts.user is None:
        return MessageValue(text=cause.text, at=at)
    # What a seller forwards stands below their own words; agents must see it, and nothing of ours can be in it yet.
    whole = planned.kind is ReplyKind.AGENT_MAIL and cause.opens_case
    return MessageValue(
        text=cause.whole_text if whole else cause.text,
        at=at,
        why=cause.why,
        stranger=cause.author.address if cause.unconfirmed else "",
        left_out=_left_out(planned, facts),
    )


def _body(planned: PlannedReply, facts: Correspondence) -> str:
    """An agent's words, with the queue's address where the agent's own stands."""
    if planned.kind is not ReplyKind.ANSWER or facts.cause is None:
        return planned.note
    words = facts.cause.text
    for address in facts.author.addresses if facts.author else ():
        words = re.sub(re.escape(address), lambda _: facts.queue.address, words, flags=re.IGNORECASE)
    return words


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


def _from_name(planned: PlannedReply, facts: Correspondence) -> str:
    """The queue's name; agents see beside it who wrote, sellers never an agent's."""
    queue = facts.queue.name
    if facts.user is None:
        return queue
    relayed = facts.cause.author if planned.kind is ReplyKind.AGENT_MAIL and facts.cause else facts.requester
    # A stranger is shown by the address alone: the name could be the seller's.
    is_stranger = facts.cause is not None and facts.cause.unconfirmed
    who = relayed.address if is_stranger else relayed.name or relayed.address
    return f"{who} via {queue}" if who else queue


def _attached(planned: PlannedReply, facts: Correspondence) -> tuple[Part, ...]:
    """The parts of the cause that go along, in their order: with a relay as many as a mail server is likely to take."""
    cause = facts.cause
    if planned.kind not in _WITH_ATTACHMENTS or cause is None or cause.ledger_id is None:
        return ()
    if cause.kind is MessageKind.AGENT:
        return tuple(part for part in cause.attachments if is_passed_on(part))
    room, chosen = RELAY_OCTETS, []
    for part in cause.attachments:
        if part.size <= room:
            chosen.append(part)
            room -= part.size
    return tuple(chosen)


def _left_out(planned: PlannedReply, facts: Correspondence) -> str:
    """The names of what was too large to go along with a relay; "" when all of it does."""
    if planned.kind is not ReplyKind.AGENT_MAIL or facts.cause is None:
        return ""
    along = _attached(planned, facts)
    return ", ".join(_name(part) for part in facts.cause.attachments if part not in along)


def _load(desk: Desk, planned: PlannedReply, facts: Correspondence) -> tuple[Attachment, ...]:
    parts = _attached(planned, facts)
    if not parts or facts.cause is None or facts.cause.ledger_id is None:
        return ()
    contents = desk.load_parts(facts.cause.ledger_id, parts)
    return tuple(
        Attachment(filename=_name(part), content_type=part.content_type, content=content)
        for part, content in zip(parts, contents, strict=True)
    )


def _name(part: Part) -> str:
    return part.filename or f"part-{part.path}"
