"""A case to be handed over: its document and its mails, all of them or what its requester has seen."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.mail import is_passed_on
from cases.model import MessageKind, Queue
from store.correspondence import part_from
from store.people import load_queue
from store.people_tables import user_addresses
from store.raw import Kept
from store.seller_view import seen_by
from store.tables import cases, messages, outbox, participants, parts, planned_replies
from store.views import Document, show_case

# What a seller has in their mailbox; what waits or was set aside never was there.
_HAS_LEFT = ("sent", "uncertain")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedMail:
    """A mail of a case: in the ledger (`ledger_id`) as it came, or as we wrote it (`kept`)."""

    at: datetime
    kind: str
    message_id: int | None
    ledger_id: int | None = None
    kept: Kept | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseExport:
    """A case with its mails in the order they came and went; `internal`: with what only staff may see."""

    document: Document
    queue: Queue
    internal: bool
    mails: tuple[ExportedMail, ...] = field(default=())


def load_export(connection: Connection, number: str, *, internal: bool) -> CaseExport:
    """The case with this number; NotFound when there is none. Without `internal` only what its requester has seen."""
    document = show_case(connection, number)
    case = connection.execute(sa.select(cases).where(cases.c.number == number)).one()
    queue = load_queue(connection, case.queue_id)
    said = sa.select(messages.c.id).where(messages.c.case_id == case.id)
    if not internal:
        said = said.where(seen_by(case.requester_key))
    written = _written(connection, said, case, internal=internal)
    shown = set(connection.execute(said).scalars())
    if not internal:
        left = {row.message_id for row in written if row.state in _HAS_LEFT}
        inbound = sa.select(messages.c.id).where(messages.c.kind == MessageKind.SELLER, messages.c.id.in_(said))
        shown &= left | set(connection.execute(inbound).scalars())
        written = [row for row in written if row.state in _HAS_LEFT and row.address_key == case.requester_key]
        document = _for_requester(connection, document, shown, written, queue)
    mails = [*_taken_in(connection, shown, internal=internal), *map(_sent, written)]
    return CaseExport(
        document=document,
        queue=queue,
        internal=internal,
        mails=tuple(sorted(mails, key=lambda mail: mail.at)),
    )


def _taken_in(connection: Connection, shown: Iterable[int], *, internal: bool) -> list[ExportedMail]:
    """Mails that came: a seller's, and for staff also agents' own and reports."""
    wanted = sa.select(messages.c.id, messages.c.at, messages.c.kind, messages.c.ledger_id).where(
        messages.c.id.in_(sorted(shown)), messages.c.ledger_id.is_not(None)
    )
    if not internal:
        wanted = wanted.where(messages.c.kind == MessageKind.SELLER)
    return [
        ExportedMail(at=row.at, kind=row.kind, message_id=row.id, ledger_id=row.ledger_id)
        for row in connection.execute(wanted.order_by(messages.c.id))
    ]


def _written(connection: Connection, said: sa.Select[Any], case: Row[Any], *, internal: bool) -> list[Row[Any]]:
    """Mails of ours that are messages of the case, and for staff those to agents."""
    to_staff = sa.and_(outbox.c.case_id == case.id, outbox.c.message_id.is_(None))
    query: sa.Select[Any] = (
        sa.select(outbox, participants.c.address_key)
        .join(planned_replies, planned_replies.c.id == outbox.c.planned_id, isouter=True)
        .join(participants, participants.c.id == planned_replies.c.participant_id, isouter=True)
        .where(sa.or_(outbox.c.message_id.in_(said), to_staff if internal else sa.false()))
        .order_by(outbox.c.id)
    )
    return list(connection.execute(query))


def _sent(row: Row[Any]) -> ExportedMail:
    kept = Kept(content=row.content, location=row.location, sha256=row.sha256, size=row.size)
    return ExportedMail(at=row.created_at, kind=row.kind, message_id=row.message_id, kept=kept)


def _for_requester(
    connection: Connection, document: Document, shown: set[int], written: Sequence[Row[Any]], queue: Queue
) -> Document:
    """The same document without what only staff may see: its keys stay, so that it is read the same way."""
    staff = connection.execute(sa.select(user_addresses.c.address)).scalars().all()
    copies = {row.message_id: row for row in written}
    passed_on = _passed_on(connection, shown)
    said = [one for one in document["messages"] if one["id"] in shown]
    requester = document["requester"]["address"]
    return {
        **document,
        "participants": [one for one in document["participants"] if one["address"] == requester],
        "assignee": None,
        "next_due": None,
        "identifiers": [one for one in document["identifiers"] if one["message"] in shown],
        "messages": [
            one if one["kind"] == MessageKind.SELLER else _from_queue(one, copies, passed_on, queue, staff)
            for one in said
        ],
        "events": [],
        "linked": [],
        "why": [],
        "tags": [],
    }


def _from_queue(
    message: Document,
    copies: Mapping[int, Row[Any]],
    passed_on: Mapping[int, set[str]],
    queue: Queue,
    staff: Sequence[str],
) -> Document:
    """What we wrote, as the seller has it: by the queue, with none of the mail that an agent sent in."""
    copy = copies.get(message["id"])
    words = _without_addresses(message["reply_text"] or "", staff, queue.address)
    return {
        **message,
        "message_id": copy.rfc_message_id if copy is not None else None,
        "from": {"name": queue.name, "address": queue.address},
        "to": [{"name": "", "address": copy.envelope_to}] if copy is not None else [],
        "subject": copy.subject if copy is not None else "",
        "text": words,
        "reply_text": words,
        "attachments": [one for one in message["attachments"] if one["sha256"] in passed_on.get(message["id"], set())],
        "delivery": {"state": copy.state, "attempts": copy.attempts, "last_error": None} if copy is not None else None,
    }


def _without_addresses(text: str, staff: Sequence[str], instead: str) -> str:
    for address in sorted(staff, key=len, reverse=True):
        text = re.sub(re.escape(address), lambda _: instead, text, flags=re.IGNORECASE)
    return text


def _passed_on(connection: Connection, message_ids: Iterable[int]) -> dict[int, set[str]]:
    """The files of each message that went on to the seller, by their hash."""
    found: dict[int, set[str]] = {}
    for row in connection.execute(sa.select(parts).where(parts.c.message_id.in_(sorted(message_ids)))):
        if is_passed_on(part_from(row)):
            found.setdefault(row.message_id, set()).add(row.sha256)
    return found
