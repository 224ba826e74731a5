"""Cases, deliveries and due work as JSON documents: what `--json` prints and the contract names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.change import Applied
from cases.limits import REASON_PREFIX
from cases.model import Direction, Outcome
from cases.plan import AT_ONCE
from store.derived import LISTED
from store.errors import NotFound
from store.people_tables import queues, user_addresses, user_queues, users
from store.tables import cases, events, identifiers, links, messages, outbox, participants, parts, planned_replies

Document = dict[str, Any]
_HELD: Document = {"state": "held", "attempts": 0, "last_error": "waits for #send: a colleague answered meanwhile"}
_WORST_FIRST = ("failed", "uncertain", "held", "sending", "queued", "superseded", "sent")


def list_cases(connection: Connection, *, limit: int | None, status: str | None, queue: str | None) -> list[Document]:
    """Cases, newest first, with the first ten keys of the contract's case."""
    wanted = _cases().order_by(cases.c.id.desc())
    if status is not None:
        wanted = wanted.where(cases.c.status == status)
    if queue is not None:
        wanted = wanted.where(queues.c.name == queue)
    rows = connection.execute(wanted.limit(limit)).all()
    # The query again, not the ids it gave: both databases have a limit on values in a statement, cases have none.
    people = _participants(connection, wanted.limit(limit).with_only_columns(cases.c.id))
    return [_case(row, people.get(row.id, [])) for row in rows]


def show_case(connection: Connection, number: str) -> Document:
    """One case with everything on record; NotFound when there is none with this number."""
    row = connection.execute(_cases().where(cases.c.number == number)).first()
    if row is None:
        raise NotFound(f"there is no case {number}")
    said = connection.execute(sa.select(messages).where(messages.c.case_id == row.id).order_by(messages.c.id)).all()
    merged = (
        connection.execute(sa.select(cases.c.number).where(cases.c.id == row.merged_into_id)).scalar()
        if row.merged_into_id is not None
        else None
    )
    return {
        **_case(row, _participants(connection, [row.id]).get(row.id, [])),
        "created_at": to_rfc3339(row.created_at),
        "updated_at": to_rfc3339(row.updated_at),
        "next_due": _next_due(connection, row.id),
        "identifiers": _identifiers(connection, row.id),
        "missing": list(row.missing),
        "messages": _messages(connection, said),
        "events": _events(connection, row.id),
        "linked": _linked(connection, row.id),
        "merged_into": merged,
        "why": [{"message": message.id, "steps": list(message.why)} for message in said if message.why],
        "tags": list(row.tags),
    }


def list_due(connection: Connection, *, at: datetime) -> list[Document]:
    """The reminders, escalations and closings that are due at `at`, earliest first; nothing that is due at once."""
    rows = connection.execute(
        sa.select(
            planned_replies.c.kind,
            planned_replies.c.due_at,
            cases.c.number,
            cases.c.subject,
            _addressee().label("to"),
        )
        .join(cases, cases.c.id == planned_replies.c.case_id)
        .join(participants, participants.c.id == planned_replies.c.participant_id, isouter=True)
        .where(
            planned_replies.c.state == "waiting",
            planned_replies.c.kind.not_in(AT_ONCE),
            planned_replies.c.due_at <= at,
        )
        .order_by(planned_replies.c.due_at, planned_replies.c.id)
    )
    return [
        {"case": row.number, "subject": row.subject, "kind": row.kind, "to": row.to, "at": to_rfc3339(row.due_at)}
        for row in rows
    ]


def list_deliveries(connection: Connection, *, everything: bool) -> list[Document]:
    """What waits to go out or failed, oldest first; `everything`: what has gone out too.

    What a limit holds up is no mail yet: it has no id, its `next_try_at` is its slot and its `last_error` the limit.
    """
    wanted = sa.select(outbox, cases.c.number).join(cases, cases.c.id == outbox.c.case_id).order_by(outbox.c.id)
    if not everything:
        wanted = wanted.where(outbox.c.state.not_in(("sent", "superseded")))
    written = [
        {
            "id": row.id,
            "case": row.number,
            "kind": row.kind,
            "to": row.envelope_to,
            "subject": row.subject,
            "message_id": row.rfc_message_id,
            "state": row.state,
            "since": to_rfc3339(row.created_at),
            "attempts": row.attempts,
            "next_try_at": to_rfc3339(row.next_try_at) if row.state in ("queued", "uncertain") else None,
            "last_error": row.last_error or row.hold_reason,
        }
        for row in connection.execute(wanted)
    ]
    return sorted([*written, *_postponed(connection)], key=lambda row: datetime.fromisoformat(row["since"]))


def _postponed(connection: Connection) -> list[Document]:
    rows = connection.execute(
        sa.select(planned_replies, cases.c.number, cases.c.subject, _addressee().label("to"))
        .join(cases, cases.c.id == planned_replies.c.case_id)
        .join(participants, participants.c.id == planned_replies.c.participant_id, isouter=True)
        .where(planned_replies.c.state == "waiting", planned_replies.c.last_error.startswith(REASON_PREFIX))
        .order_by(planned_replies.c.id)
    )
    return [
        {
            "id": None,
            "case": row.number,
            "kind": row.kind,
            "to": row.to,
            "subject": row.subject,
            "message_id": None,
            "state": "postponed",
            "since": to_rfc3339(row.planned_at),
            "attempts": 0,
            "next_try_at": to_rfc3339(row.due_at),
            "last_error": row.last_error,
        }
        for row in rows
    ]


def _addressee() -> sa.ColumnElement[str]:
    """Who gets a planned reply: the first address of a member of staff, or where a participant wants mail."""
    of_staff = (
        sa.select(user_addresses.c.address)
        .where(user_addresses.c.user_id == planned_replies.c.user_id)
        .order_by(user_addresses.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(of_staff, participants.c.reply_address)


def list_queues(connection: Connection) -> list[Document]:
    """The queues in use, as they hold, with their reminders."""
    rows = connection.execute(sa.select(queues).where(queues.c.removed_at.is_(None)).order_by(queues.c.id))
    kept = (
        "name",
        "address",
        "lead",
        "hours",
        "timezone",
        "country",
        "closing_days",
        "language",
        "topics",
        "reminders",
    )
    return [{name: getattr(row, name) for name in kept} for row in rows]


def list_users(connection: Connection, *, now: datetime) -> list[Document]:
    """Staff with roles, addresses and queues; who is away, until when, and who stands in for them."""
    rows = connection.execute(sa.select(users).where(users.c.removed_at.is_(None)).order_by(users.c.id)).all()
    addresses = connection.execute(sa.select(user_addresses).order_by(user_addresses.c.id)).all()
    desks = connection.execute(
        sa.select(user_queues.c.user_id, queues.c.name).join(queues, queues.c.id == user_queues.c.queue_id)
    ).all()
    return [
        {
            "id": row.id,
            "name": row.name,
            "role": row.role,
            "addresses": [one.address for one in addresses if one.user_id == row.id],
            "queues": sorted(one.name for one in desks if one.user_id == row.id),
            "away_until": to_rfc3339(row.away_until) if row.away_until is not None and now < row.away_until else None,
            "delegate": next((one.address for one in addresses if one.user_id == row.delegate_id), None),
        }
        for row in rows
    ]


def to_rfc3339(at: datetime) -> str:
    """An instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat()


def _cases() -> sa.Select[Any]:
    assignee = (
        sa.select(user_addresses.c.address)
        .where(user_addresses.c.user_id == cases.c.assignee_id)
        .order_by(user_addresses.c.id)
        .limit(1)
        .scalar_subquery()
    )
    joined = cases.join(queues, queues.c.id == cases.c.queue_id)
    return sa.select(cases, queues.c.name.label("queue"), assignee.label("assignee")).select_from(joined)


def _case(row: Row[Any], people: list[Document]) -> Document:
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "queue": row.queue,
        "topic": row.topic,
        "priority": row.priority,
        "language": row.language,
        "requester": {"name": row.requester_name, "address": row.requester_address},
        "participants": people,
        "assignee": row.assignee,
    }


def _participants(connection: Connection, case_ids: Sequence[int] | sa.Select[Any]) -> dict[int, list[Document]]:
    rows = connection.execute(
        sa.select(participants)
        .where(participants.c.case_id.in_(case_ids), participants.c.left_at.is_(None))
        .order_by(participants.c.id)
    )
    found: dict[int, list[Document]] = {}
    for row in rows:
        one = {
            "name": row.name,
            "address": row.address,
            "role": row.role,
            "joined_at": to_rfc3339(row.joined_at),
            "hold": row.hold_reason,
        }
        found.setdefault(row.case_id, []).append(one)
    return found


def _next_due(connection: Connection, case_id: int) -> Document | None:
    row = connection.execute(
        sa.select(planned_replies.c.kind, planned_replies.c.due_at)
        .where(
            planned_replies.c.case_id == case_id,
            planned_replies.c.state == "waiting",
            planned_replies.c.kind.not_in(AT_ONCE),
        )
        .order_by(planned_replies.c.due_at)
        .limit(1)
    ).first()
    return {"kind": row.kind, "at": to_rfc3339(row.due_at)} if row is not None else None


def _identifiers(connection: Connection, case_id: int) -> list[Document]:
    rows = connection.execute(sa.select(identifiers).where(identifiers.c.case_id == case_id).order_by(identifiers.c.id))
    return [{"kind": row.kind, "value": row.value, "source": row.source, "message": row.message_id} for row in rows]


def _messages(connection: Connection, said: Sequence[Row[Any]]) -> list[Document]:
    ids = [row.id for row in said]
    sent = connection.execute(sa.select(outbox).where(outbox.c.message_id.in_(ids)).order_by(outbox.c.id)).all()
    attached = connection.execute(
        sa.select(parts).where(parts.c.message_id.in_(ids), LISTED).order_by(parts.c.id)
    ).all()
    held = set(
        connection.execute(
            sa.select(planned_replies.c.cause_message_id).where(
                planned_replies.c.cause_message_id.in_(ids), planned_replies.c.state == "held"
            )
        ).scalars()
    )
    return [
        _message(
            row,
            [one for one in sent if one.message_id == row.id],
            [one for one in attached if one.message_id == row.id],
            held=row.id in held,
        )
        for row in said
    ]


def _message(row: Row[Any], sent: Sequence[Row[Any]], attached: Sequence[Row[Any]], *, held: bool) -> Document:
    # An agent's words came with an id of the agent's machine; what the seller got is the mail in the outbox.
    outgoing = row.direction == Direction.OUTBOUND and sent
    return {
        "id": row.id,
        "message_id": sent[0].rfc_message_id if outgoing else row.rfc_message_id,
        "direction": row.direction,
        "kind": row.kind,
        "from": {"name": row.from_name, "address": row.from_address},
        "to": [{"name": "", "address": one.envelope_to} for one in sent] if outgoing else list(row.to),
        "subject": sent[0].subject if outgoing else row.subject,
        "text": row.text,
        "reply_text": row.reply_text,
        "attachments": [
            {
                "filename": one.filename,
                "content_type": one.content_type,
                "size": one.size,
                "sha256": one.sha256,
                "inline": one.inline,
                "content_id": one.content_id,
                "verdict": one.verdict,
            }
            for one in attached
        ],
        "at": to_rfc3339(row.at),
        "delivery": _delivery(sent) if outgoing else _HELD if held else None,
        "unconfirmed": row.unconfirmed,
    }


def _delivery(sent: Sequence[Row[Any]]) -> Document:
    """How a message fared, the worst of its copies first."""
    worst = min(sent, key=lambda row: _WORST_FIRST.index(row.state))
    return {"state": worst.state, "attempts": sum(row.attempts for row in sent), "last_error": worst.last_error or None}


def _events(connection: Connection, case_id: int) -> list[Document]:
    rows = connection.execute(sa.select(events).where(events.c.case_id == case_id).order_by(events.c.id))
    return [{"at": to_rfc3339(row.at), "actor": row.actor, "what": row.what} for row in rows]


def _linked(connection: Connection, case_id: int) -> list[str]:
    return list(
        connection.execute(
            sa.select(cases.c.number)
            .join(links, links.c.other_case_id == cases.c.id)
            .where(links.c.case_id == case_id)
            .order_by(cases.c.id)
        ).scalars()
    )


def show_disposition(connection: Connection, applied: Applied) -> Document:
    """What became of a mail, as `casepost ingest --json` prints it."""
    rfc_message_id = (
        connection.execute(sa.select(messages.c.rfc_message_id).where(messages.c.id == applied.message_id)).scalar()
        if applied.message_id is not None
        else None
    )
    return {
        "case": applied.number,
        "created": applied.outcome is Outcome.CREATED,
        "message": rfc_message_id,
        "outcome": applied.outcome,
        "reason": applied.reason,
    }
