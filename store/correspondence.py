"""What a reply is written from: the case, the people, the message it answers and the thread so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.mail import Address, Identifier, Part, Source
from cases.model import CaseState, Direction, MessageKind, Queue
from store.case_rows import load_state
from store.looks import is_looked_at
from store.people import User, load_queue, load_users
from store.planned import PlannedReply
from store.tables import cases, identifiers, messages, outbox, participants, parts, planned_replies

_THREAD = 100
# What everybody who takes part may see.
_SHOWN = (messages.c.kind.in_((MessageKind.SELLER, MessageKind.AGENT)), messages.c.unconfirmed.is_(False))


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message as a reply needs it: its words, its id in the thread, and where its attachments are.

    `whole_text` has the quoted history too; `opens_case`: nothing came before it; `unconfirmed`: by a stranger.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondence:
    """Everything one reply is written from. `to` is who gets it; `thread` their earlier mails, oldest first.

    `looking`: a picture of the case has not been looked at yet.
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


def load_correspondence(connection: Connection, planned: PlannedReply) -> Correspondence | None:
    """What the reply is written from, None when there is nobody left to write to."""
    case = connection.execute(sa.select(cases).where(cases.c.id == planned.case_id)).one()
    user = _find_user(connection, planned.user_id)
    to = Address(name=user.name, address=user.address) if user else _participant(connection, planned)
    if to is None:
        return None
    cause = _find_cause(connection, planned)
    return Correspondence(
        case=load_state(connection, planned.case_id),
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
        cause=_said(connection, cause) if cause is not None else None,
        thread=_own_thread(connection, planned) if user else _seller_thread(connection, planned),
        looking=is_looked_at(connection, planned.case_id),
    )


def _find_user(connection: Connection, user_id: int | None) -> User | None:
    return next(iter(load_users(connection, ids=[user_id])), None) if user_id is not None else None


def _participant(connection: Connection, planned: PlannedReply) -> Address | None:
    row = connection.execute(
        sa.select(participants).where(participants.c.id == planned.participant_id, participants.c.left_at.is_(None))
    ).first()
    return Address(name=row.name, address=row.reply_address) if row is not None else None


def _find_cause(connection: Connection, planned: PlannedReply) -> Row[Any] | None:
    if planned.cause_message_id is not None:
        return connection.execute(sa.select(messages).where(messages.c.id == planned.cause_message_id)).first()
    # A reminder is about the last word of the seller, whichever mail it was that began the wait.
    return connection.execute(
        sa.select(messages)
        .where(messages.c.case_id == planned.case_id, messages.c.kind == MessageKind.SELLER)
        .order_by(messages.c.id.desc())
        .limit(1)
    ).first()


def _said(connection: Connection, row: Row[Any]) -> Said:
    # Pictures in the text too: a screenshot that a seller pasted is what the mail is about.
    shown = sa.or_(parts.c.attachment, parts.c.inline)
    attached = connection.execute(
        sa.select(parts).where(parts.c.message_id == row.id, shown).order_by(parts.c.id)
    ).all()
    hits = [step for step in row.why if step["hit"]]
    first = connection.execute(sa.select(sa.func.min(messages.c.id)).where(messages.c.case_id == row.case_id)).scalar()
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
    )


def _languages(connection: Connection, planned: PlannedReply, case: Row[Any]) -> tuple[str | None, ...]:
    """The languages the seller wrote in, newest first, then the case's."""
    rows = connection.execute(
        sa.select(messages.c.language)
        .where(
            messages.c.case_id == planned.case_id,
            messages.c.kind == MessageKind.SELLER,
            messages.c.unconfirmed.is_(False),
        )
        .order_by(messages.c.id.desc())
        .limit(10)
    )
    return (*rows.scalars(), case.language)


def _identifiers(connection: Connection, planned: PlannedReply) -> tuple[Identifier, ...]:
    """What the case is about, each once; what stands in a signature is about the sender.

    Nothing of a note or of a stranger's mail for a seller: those are seen by agents alone.
    """
    wanted = (
        sa.select(identifiers.c.kind, identifiers.c.value, identifiers.c.source)
        .join(messages, messages.c.id == identifiers.c.message_id)
        .where(identifiers.c.case_id == planned.case_id, identifiers.c.source != Source.SIGNATURE)
        .order_by(identifiers.c.id)
    )
    rows = connection.execute(wanted if planned.user_id is not None else wanted.where(*_SHOWN))
    first: dict[tuple[str, str], Identifier] = {}
    for row in rows:
        first.setdefault((row.kind, row.value), Identifier(kind=row.kind, value=row.value, source=Source(row.source)))
    return tuple(first.values())


def _seller_thread(connection: Connection, planned: PlannedReply) -> tuple[str, ...]:
    """The ids a seller's client knows: those of the sellers' mails and of ours to this participant.

    Never an agent's: their Message-IDs name their machines.
    """
    theirs = connection.execute(
        sa.select(messages.c.rfc_message_id, messages.c.references, messages.c.at)
        .where(
            messages.c.case_id == planned.case_id,
            messages.c.direction == Direction.INBOUND,
            messages.c.kind == MessageKind.SELLER,
            messages.c.unconfirmed.is_(False),
        )
        .order_by(messages.c.id.desc())
        .limit(_THREAD)
    ).all()
    ours = connection.execute(_sent_to(planned).limit(_THREAD)).all()
    dated: list[tuple[datetime, Sequence[str]]] = [
        (row.at, [*row.references, *([row.rfc_message_id] if row.rfc_message_id else [])]) for row in reversed(theirs)
    ]
    dated += [(row.created_at, [row.rfc_message_id]) for row in ours]
    return tuple(dict.fromkeys(one for _, ids in sorted(dated, key=lambda pair: pair[0]) for one in ids))


def _own_thread(connection: Connection, planned: PlannedReply) -> tuple[str, ...]:
    """The ids an agent's client knows: those of our own mails to them about this case."""
    rows = connection.execute(_sent_to(planned).limit(_THREAD)).all()
    return tuple(row.rfc_message_id for row in reversed(rows))


def _sent_to(planned: PlannedReply) -> sa.Select[str, datetime]:
    same_person = (
        planned_replies.c.user_id == planned.user_id
        if planned.user_id is not None
        else planned_replies.c.participant_id == planned.participant_id
    )
    return (
        sa.select(outbox.c.rfc_message_id, outbox.c.created_at)
        .join(planned_replies, planned_replies.c.id == outbox.c.planned_id)
        .where(outbox.c.case_id == planned.case_id, same_person)
        .order_by(outbox.c.id.desc())
    )
