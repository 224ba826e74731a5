"""What a reply is written from: the case, the people, the message it answers and the thread so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.identity import Verdict
from cases.lookalike import DIRECTION_DEFECT, NOBODY_KNOWN, KnownNames
from cases.mail import Address, Identifier, Part, Source
from cases.model import CaseState, Direction, MessageKind, Queue
from cases.plan import ReplyKind
from cases.seal import Seal, find_seal
from store.case_rows import read_state
from store.looks import is_looked_at
from store.people import User, load_queue, load_users
from store.planned import PlannedReply
from store.relay import Earlier, load_earlier, load_known_names, load_others
from store.seller_view import seen_by
from store.tables import cases, identifiers, messages, outbox, participants, parts, planned_replies

_THREAD = 100
# The step of a decision that says which address a mail asked to be answered at, and why it is not.
REPLY_TO_STEP = "Reply-To"

_CASE = sa.select(cases).where(cases.c.id == sa.bindparam("case_id"))
_PARTICIPANT = sa.select(participants).where(
    participants.c.id == sa.bindparam("participant_id"), participants.c.left_at.is_(None)
)
_KEY_OF_PARTICIPANT = sa.select(participants.c.address_key).where(participants.c.id == sa.bindparam("participant_id"))
_CAUSE = sa.select(messages).where(messages.c.id == sa.bindparam("message_id"))
# Pictures in the text too: a screenshot that a seller pasted is what the mail is about.
_ATTACHED = (
    sa.select(parts)
    .where(parts.c.message_id == sa.bindparam("message_id"), sa.or_(parts.c.attachment, parts.c.inline))
    .order_by(parts.c.id)
)
_FIRST = sa.select(sa.func.min(messages.c.id)).where(messages.c.case_id == sa.bindparam("case_id"))
_LANGUAGES = (
    sa.select(messages.c.language)
    .where(
        messages.c.case_id == sa.bindparam("case_id"),
        messages.c.kind == MessageKind.SELLER,
        messages.c.unconfirmed.is_(False),
    )
    .order_by(messages.c.id.desc())
    .limit(10)
)
# What whoever is written to may see: staff all of it, others what was said where and when they took part.
_SEEN = seen_by(sa.bindparam("reader", type_=participants.c.address_key.type))
_IDENTIFIERS = (
    sa.select(identifiers.c.kind, identifiers.c.value, identifiers.c.source)
    .join(messages, messages.c.id == identifiers.c.message_id)
    .where(identifiers.c.case_id == sa.bindparam("case_id"), identifiers.c.source != Source.SIGNATURE)
    .order_by(identifiers.c.id)
)
_LAST_WORD = (
    sa.select(messages)
    .where(messages.c.case_id == sa.bindparam("case_id"), messages.c.kind == MessageKind.SELLER)
    .order_by(messages.c.id.desc())
    .limit(1)
)
_THEIR_THREAD = (
    sa.select(messages.c.rfc_message_id, messages.c.references, messages.c.at)
    .where(
        messages.c.case_id == sa.bindparam("case_id"),
        messages.c.direction == Direction.INBOUND,
        messages.c.kind == MessageKind.SELLER,
    )
    .order_by(messages.c.id.desc())
    .limit(_THREAD)
)
# With `reader` the words that one may see, without it all.
_FOR_STAFF = {"identifiers": _IDENTIFIERS, "last word": _LAST_WORD, "thread": _THEIR_THREAD}
_FOR_READER = {name: query.where(_SEEN) for name, query in _FOR_STAFF.items()}
_SENT = (
    sa.select(outbox.c.rfc_message_id, outbox.c.created_at)
    .join(planned_replies, planned_replies.c.id == outbox.c.planned_id)
    .where(outbox.c.case_id == sa.bindparam("case_id"))
    .order_by(outbox.c.id.desc())
    .limit(_THREAD)
)
_SENT_TO_USER = _SENT.where(planned_replies.c.user_id == sa.bindparam("user_id"))
_SENT_TO_PARTICIPANT = _SENT.where(planned_replies.c.participant_id == sa.bindparam("participant_id"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message as a reply needs it: its words, its id in the thread, and where its attachments are.

    `whole_text` has the quoted history too; `opens_case`: nothing came before it; `unconfirmed`: by a stranger.
    `verdict` and `proof` say how far the author is proved; `wished` is the address that it asked to be answered at and
    is not; `turned`: its From had characters that turn the reading direction; `seal`: is it signed, encrypted.
    """

    id: int
    kind: MessageKind
    text: str
    at: datetime
    author: Address
    rfc_message_id: str | None
    references: tuple[str, ...]
    why: str
    ledger_id: int | None
    attachments: tuple[Part, ...]
    whole_text: str = ""
    opens_case: bool = False
    unconfirmed: bool = False
    verdict: Verdict = Verdict.NONE
    proof: str = ""
    copied: tuple[Address, ...] = ()
    wished: str = ""
    turned: bool = False
    seal: Seal = Seal.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondence:
    """Everything one reply is written from. `to` is who gets it; `thread` their earlier mails, oldest first.

    `closes`: when the case is closed if the seller does not write, of a reminder.
    `looking`: a picture of the case has not been looked at yet. `also`: numbers of other cases that the mail is about.
    `others` take part too and are shown, `answers` is the Message-ID of the mail that is answered where it is known.
    `earlier` and `names` are for staff alone: what was said before, the newest first, and whom a name could pretend
    to be.
    """

    case: CaseState
    queue: Queue
    topic: str
    created_at: datetime
    languages: tuple[str | None, ...]
    missing: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    requester: Address
    to: Address
    user: User | None
    author: User | None
    cause: Said | None
    thread: tuple[str, ...]
    looking: bool = False
    also: tuple[str, ...] = ()
    closes: datetime | None = None
    priority: str = ""
    others: tuple[Address, ...] = ()
    answers: str | None = None
    earlier: tuple[Earlier, ...] = ()
    names: KnownNames = NOBODY_KNOWN


def load_correspondence(connection: Connection, planned: PlannedReply) -> Correspondence | None:
    """What the reply is written from, None when there is nobody left to write to."""
    case = connection.execute(_CASE, {"case_id": planned.case_id}).one()
    user = _find_user(connection, planned.user_id)
    to = Address(name=user.name, address=user.address) if user else _participant(connection, planned)
    if to is None:
        return None
    cause = _find_cause(connection, planned)
    said = _said(connection, cause) if cause is not None else None
    relayed = said if planned.kind is ReplyKind.AGENT_MAIL else None
    return Correspondence(
        case=read_state(case),
        queue=load_queue(connection, case.queue_id),
        topic=case.topic,
        created_at=case.created_at,
        languages=_languages(connection, planned, case),
        missing=tuple(case.missing),
        identifiers=_identifiers(connection, planned),
        requester=Address(name=case.requester_name, address=case.requester_address),
        to=to,
        user=user,
        author=_find_user(connection, cause.user_id) if cause is not None else None,
        cause=said,
        thread=_own_thread(connection, planned) if user else _seller_thread(connection, planned),
        looking=is_looked_at(connection, planned.case_id),
        priority=case.priority,
        others=_others(connection, planned),
        answers=_answered(connection, said) if said is not None else None,
        earlier=load_earlier(connection, planned.case_id, before=relayed.id) if relayed else (),
        names=load_known_names(connection, relayed.author) if relayed else NOBODY_KNOWN,
    )


def _others(connection: Connection, planned: PlannedReply) -> tuple[Address, ...]:
    """An answer shows everybody whom it goes to, so that a reply to all keeps them; other mail goes to one alone."""
    if planned.kind is not ReplyKind.ANSWER or planned.participant_id is None:
        return ()
    return load_others(connection, planned.case_id, but=planned.participant_id)


def _answered(connection: Connection, said: Said) -> str | None:
    """The id of the mail that `said` answers: itself, or for an agent's words the seller's in the relay they answer."""
    if said.kind is not MessageKind.AGENT:
        return None if said.unconfirmed else said.rfc_message_id
    rows = connection.execute(
        sa.select(outbox.c.rfc_message_id, messages.c.rfc_message_id.label("answered"))
        .join(planned_replies, planned_replies.c.id == outbox.c.planned_id)
        .join(messages, messages.c.id == planned_replies.c.cause_message_id)
        .where(outbox.c.rfc_message_id.in_(said.references), messages.c.kind == MessageKind.SELLER)
    ).all()
    answered = {row.rfc_message_id: row.answered for row in rows}
    return next((answered[one] for one in reversed(said.references) if one in answered), None)


def _find_user(connection: Connection, user_id: int | None) -> User | None:
    return next(iter(load_users(connection, ids=[user_id])), None) if user_id is not None else None


def _participant(connection: Connection, planned: PlannedReply) -> Address | None:
    row = connection.execute(_PARTICIPANT, {"participant_id": planned.participant_id}).first()
    return Address(name=row.name, address=row.reply_address) if row is not None else None


def _find_cause(connection: Connection, planned: PlannedReply) -> Row[Any] | None:
    if planned.cause_message_id is not None:
        return connection.execute(_CAUSE, {"message_id": planned.cause_message_id}).first()
    # A reminder is about the last word of the seller, whichever mail it was that began the wait.
    return _seen(connection, planned, "last word").first()


def _seen(connection: Connection, planned: PlannedReply, what: str) -> sa.CursorResult[Any]:
    """The rows of one of the queries above that whoever is written to may see."""
    of_case = {"case_id": planned.case_id}
    if planned.participant_id is None:
        return connection.execute(_FOR_STAFF[what], of_case)
    key = connection.execute(_KEY_OF_PARTICIPANT, {"participant_id": planned.participant_id}).scalar_one()
    return connection.execute(_FOR_READER[what], of_case | {"reader": key})


def _said(connection: Connection, row: Row[Any]) -> Said:
    attached = connection.execute(_ATTACHED, {"message_id": row.id}).all()
    hits = [step for step in row.why if step["hit"]]
    wishes = [step["detail"] for step in row.why if step["step"] == REPLY_TO_STEP and not step["hit"]]
    first = connection.execute(_FIRST, {"case_id": row.case_id}).scalar()
    return Said(
        id=row.id,
        kind=MessageKind(row.kind),
        text=row.reply_text,
        at=row.at,
        author=Address(name=row.from_name, address=row.from_address),
        rfc_message_id=row.rfc_message_id,
        references=tuple(row.references),
        why=f"{hits[-1]['step']}: {hits[-1]['detail']}" if hits else "",
        ledger_id=row.ledger_id,
        attachments=tuple(part_from(one) for one in attached),
        whole_text=row.text,
        opens_case=row.id == first,
        unconfirmed=row.unconfirmed,
        verdict=Verdict(row.authentication),
        proof=row.authentication_detail,
        copied=tuple(Address(name=one["name"], address=one["address"]) for one in row.cc),
        wished=next(iter(wishes), ""),
        turned=DIRECTION_DEFECT in row.defects,
        seal=find_seal(row.defects),
    )


def part_from(row: Row[Any]) -> Part:
    """The part of a raw mail that a row names."""
    return Part(
        path=row.path,
        offset=row.start,
        length=row.length,
        encoding=row.encoding,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        filename=row.filename,
        charset=row.charset,
        content_id=row.content_id,
        inline=row.inline,
        attachment=row.attachment,
        inside=row.inside,
        verdict=row.verdict,
    )


def _languages(connection: Connection, planned: PlannedReply, case: Row[Any]) -> tuple[str | None, ...]:
    """The languages the seller wrote in, newest first, then the case's."""
    return (*connection.execute(_LANGUAGES, {"case_id": planned.case_id}).scalars(), case.language)


def _identifiers(connection: Connection, planned: PlannedReply) -> tuple[Identifier, ...]:
    """What the case is about, each once; what stands in a signature is about the sender.

    Nothing for a seller of what they may not see: a note, a stranger's mail, what was said before they took part.
    """
    first: dict[tuple[str, str], Identifier] = {}
    for row in _seen(connection, planned, "identifiers"):
        first.setdefault((row.kind, row.value), Identifier(kind=row.kind, value=row.value, source=Source(row.source)))
    return tuple(first.values())


def _seller_thread(connection: Connection, planned: PlannedReply) -> tuple[str, ...]:
    """The ids a seller's client knows: those of the sellers' mails and of ours to this participant.

    Never an agent's: their Message-IDs name their machines.
    """
    theirs = _seen(connection, planned, "thread").all()
    ours = _load_sent(connection, planned)
    dated: list[tuple[datetime, Sequence[str]]] = [
        (row.at, [*row.references, *([row.rfc_message_id] if row.rfc_message_id else [])]) for row in reversed(theirs)
    ]
    dated += [(row.created_at, [row.rfc_message_id]) for row in ours]
    return tuple(dict.fromkeys(one for _, ids in sorted(dated, key=lambda pair: pair[0]) for one in ids))


def _own_thread(connection: Connection, planned: PlannedReply) -> tuple[str, ...]:
    """The ids an agent's client knows: those of our own mails to them about this case."""
    return tuple(row.rfc_message_id for row in reversed(_load_sent(connection, planned)))


def _load_sent(connection: Connection, planned: PlannedReply) -> Sequence[Row[str, datetime]]:
    of_case = {"case_id": planned.case_id}
    if planned.user_id is not None:
        return connection.execute(_SENT_TO_USER, of_case | {"user_id": planned.user_id}).all()
    return connection.execute(_SENT_TO_PARTICIPANT, of_case | {"participant_id": planned.participant_id}).all()
