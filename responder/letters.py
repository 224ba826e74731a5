"""From what the store knows of a case to the letter that goes out: pure but for the template files.

A seller's letter comes from the queue, an agent's from "Seller via queue"; both from a signed address, so that
whatever answers them is proved. Nothing of an agent's address, machine or quoted text gets into a seller's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from cases import hours
from cases.mail import Address, Part, is_passed_on
from cases.model import MessageKind, Reminders
from cases.plan import TRAITS, ReplyKind
from cases.reference import Keyring, Role, SignedAddress, make_address, make_anchor, make_message_id, make_tag
from responder.compose import Attachment, ComposeFailed, Letter, check_address
from responder.language import choose_language
from responder.relay import SayTime, describe_message, list_earlier, name_sender
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
from responder.words import find_word, name_identifiers, name_missing, say_hours, say_time
from store.correspondence import Correspondence
from store.planned import PlannedReply

_WITH_ATTACHMENTS = frozenset({ReplyKind.AGENT_MAIL, ReplyKind.ANSWER})
_ANSWERS_ITS_CAUSE = frozenset({ReplyKind.ACKNOWLEDGEMENT, ReplyKind.REOPENED, ReplyKind.ANSWER})

# Of attachments in one relay: a third more in Base64, which most mail servers still take (25 MB).
RELAY_OCTETS = 18_000_000

# Case numbers of others that one acknowledgement is for; of more it says how many.
MOST_LISTED = 100

LoadParts = Callable[[int, Sequence[Part]], Sequence[bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What writing needs besides the case: keys, templates, and a way to fetch the bytes of an attachment.

    `links`: for a kind of identifier where it leads to, with {value} in it.
    """

    keyring: Keyring
    templates: Templates
    load_parts: LoadParts
    links: Mapping[str, str] = field(default_factory=dict)


def write_letter(
    desk: Desk,
    planned: PlannedReply,
    facts: Correspondence,
    reminders: Reminders,
    *,
    now: datetime,
    languages: Sequence[str] = (),
) -> Letter:
    """The letter of a due reply, in the first of `languages` or the language of whoever gets it.

    Raises TemplateFailed or TemplateMissing when the wording cannot be made.
    """
    name = planned.template or planned.kind.value
    wanted = languages or _languages(facts, desk.templates.languages(name))
    template = desk.templates.find(name, wanted)
    values = _values(desk, planned, facts, reminders, language=template.language, now=now)
    rendered = render(template=template, values=values)
    to_staff = facts.user is not None
    role = Role.AGENT if to_staff else Role.SELLER
    own_address = _signed(desk.keyring, planned, facts, role)
    traits = TRAITS[planned.kind]
    return Letter(
        subject=rendered.subject,
        tag=make_tag(facts.case.number),
        case_number=facts.case.number,
        from_name=_from_name(planned, facts, template.language),
        from_address=own_address,
        reply_to=own_address,
        to=facts.to,
        cc=_others(facts),
        message_id=make_message_id(desk.keyring, _domain(facts), facts.case.number, role),
        date=now,
        language=rendered.language,
        text=rendered.text,
        html=rendered.html,
        in_reply_to=next(reversed(_thread(planned, facts)), None),
        # First, where a relay that gives mails new Message-IDs never looks.
        references=(make_anchor(desk.keyring, _domain(facts), facts.case.number, role), *_thread(planned, facts)),
        auto_submitted=traits.auto_submitted,
        suppress_auto_response=to_staff,
        attachments=_load(desk, planned, facts),
        slips=rendered.slips,
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


def _thread(planned: PlannedReply, facts: Correspondence) -> tuple[str, ...]:
    """The ids of the thread with the one that is answered at the end, where mail programs look for it."""
    answers = facts.answers if planned.kind in _ANSWERS_ITS_CAUSE else None
    if answers is None or answers not in facts.thread:
        return facts.thread
    return (*(one for one in facts.thread if one != answers), answers)


def _others(facts: Correspondence) -> tuple[Address, ...]:
    """Those who get the same answer, each in a mail of their own; one who cannot be written to is left out."""
    return tuple(one for one in facts.others if _can_be_written_to(one.address))


def _can_be_written_to(address: str) -> bool:
    try:
        return bool(check_address(address))
    except ComposeFailed:
        return False


def _values(
    desk: Desk,
    planned: PlannedReply,
    facts: Correspondence,
    reminders: Reminders,
    *,
    language: str,
    now: datetime,
) -> Values:
    person = facts.user or facts.author
    say = partial(_say, facts, language=language, now=now)
    return Values(
        case=CaseValue(
            number=facts.case.number,
            subject=facts.case.subject,
            status=facts.case.status,
            queue=facts.queue.name,
            topic=facts.topic,
            language=next((one for one in facts.languages if one), ""),
            created=say(facts.created_at),
            identifiers=name_identifiers(facts.identifiers, language, desk.links if facts.user else {}),
            missing=name_missing(facts.missing, language),
            looking="yes" if facts.looking else "",
            also=facts.also[:MOST_LISTED],
            also_more=str(len(facts.also) - MOST_LISTED) if len(facts.also) > MOST_LISTED else "",
            closes=say(facts.closes) if facts.closes else "",
            priority=facts.priority,
            earlier=list_earlier(facts.earlier, say=say) if facts.user else (),
        ),
        seller=SellerValue(name=facts.requester.name, address=facts.requester.address),
        agent=AgentValue(
            name=person.name if person else "",
            note_address=_signed(desk.keyring, planned, facts, Role.NOTE) if facts.user else "",
        ),
        queue=QueueValue(
            name=find_word(facts.queue.name, language),
            address=facts.queue.address,
            hours=say_hours(facts.queue.hours, zone=facts.queue.timezone, language=language),
            answer_by=_answer_by(planned, facts, reminders, language=language, now=now),
        ),
        message=_message(planned, facts, say),
        body=_body(planned, facts),
    )


def _message(planned: PlannedReply, facts: Correspondence, say: SayTime) -> MessageValue:
    """The message the letter is about; how it was threaded is for staff, it may name an agent's address."""
    cause = facts.cause
    if cause is None:
        return MessageValue()
    if facts.user is None:
        return MessageValue(text=cause.text, at=say(cause.at))
    # What a seller forwards stands below their own words; agents must see it, and nothing of ours can be in it yet.
    whole = planned.kind is ReplyKind.AGENT_MAIL and cause.opens_case
    text = cause.whole_text if whole else cause.text
    return describe_message(facts, cause, text=text, left_out=_left_out(planned, facts), say=say)


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


def _answer_by(
    planned: PlannedReply, facts: Correspondence, reminders: Reminders, *, language: str, now: datetime
) -> str:
    """By when a seller can expect an answer: when the agents' lead would be told that there is none.

    The first promise is over when the seller is told the state of the case: what is promised then counts from now.
    """
    promised = reminders.escalate_after or reminders.agent_after
    if not promised:
        return ""
    calendar = hours.make_calendar(facts.queue)
    start = facts.cause.at if facts.cause is not None and planned.kind is not ReplyKind.STATUS else now
    due = hours.add(calendar, start, hours.parse_duration(promised), clock=reminders.clock)
    return _say(facts, due, language=language, now=now)


def _signed(keyring: Keyring, planned: PlannedReply, facts: Correspondence, role: Role) -> str:
    subject_id = planned.participant_id if role is Role.SELLER else planned.user_id
    assert subject_id is not None
    signed = SignedAddress(role=role, number=facts.case.number, subject_id=subject_id)
    return make_address(keyring, facts.queue.address, signed)


def _domain(facts: Correspondence) -> str:
    return facts.queue.address.rpartition("@")[2]


def _from_name(planned: PlannedReply, facts: Correspondence, language: str) -> str:
    """The queue's name; agents see beside it who wrote, sellers never an agent's."""
    if facts.user is None:
        return facts.queue.name
    relayed = planned.kind is ReplyKind.AGENT_MAIL and facts.cause is not None
    who = facts.cause.author if relayed and facts.cause is not None else facts.requester
    return name_sender(facts, who, language=language, relayed=relayed)


def _attached(planned: PlannedReply, facts: Correspondence) -> tuple[Part, ...]:
    """The parts of the cause that go along, in their order: with a relay as many as a mail server is likely to take."""
    cause = facts.cause
    if planned.kind not in _WITH_ATTACHMENTS or cause is None or cause.ledger_id is None:
        return ()
    if cause.kind is MessageKind.AGENT:
        return tuple(part for part in cause.attachments if is_passed_on(part))
    room, chosen = RELAY_OCTETS, []
    for part in cause.attachments:
        if part.size <= room and not part.verdict:
            chosen.append(part)
            room -= part.size
    return tuple(chosen)


def _left_out(planned: PlannedReply, facts: Correspondence) -> str:
    """The names of what was too large to go along with a relay; "" when all of it does."""
    if planned.kind is not ReplyKind.AGENT_MAIL or facts.cause is None:
        return ""
    along = _attached(planned, facts)
    return ", ".join(_name(part) for part in facts.cause.attachments if part not in along and not part.verdict)


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
