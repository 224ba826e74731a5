"""Erasing a person from the cases: what they wrote and what was written to them is gone, others' words stay.

What is taken away leaves a tombstone without personal data, so that the chains still hold. Said twice, after a crash
in between, it finishes what was begun.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.change import Change
from cases.model import Direction, Happening, MessageKind, Outcome, Status
from cases.plan import ReplyKind
from cases.redaction import ERASED, Traces, find_traces, has_traces, redact
from store.apply import change_case
from store.case_rows import ERASED_KEY, load_state
from store.erasure_raws import BEING_ERASED
from store.events import add_event
from store.planned import cancel_planned
from store.tables import (
    attempts,
    cases,
    dispositions,
    events,
    identifiers,
    junk,
    known_ids,
    looks,
    messages,
    outbox,
    participants,
    parts,
    planned_replies,
    redactions,
    referred_ids,
    sendings,
)
from store.vouched import Kind
from store.vouchers import forget_salts

_THEIRS = (MessageKind.SELLER, MessageKind.AUTO_REPLY, MessageKind.BOUNCE)
_TO_THEM = (MessageKind.ACKNOWLEDGEMENT, MessageKind.REMINDER, MessageKind.STATUS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Where a person is: cases, rows of participants, their messages and letters to them, mails of theirs without a
    message, others' messages in the same cases; numbers of cases that must be kept by law."""

    address: str
    case_ids: tuple[int, ...]
    participant_ids: tuple[int, ...]
    message_ids: tuple[int, ...]
    other_ids: tuple[int, ...]
    ledger_ids: tuple[int, ...]
    on_hold: tuple[str, ...]
    traces: Traces


def find_person(connection: Connection, address: str, *, mailed: Sequence[int] = ()) -> Person:
    """Find all of a person; `mailed`: mails of the ledger with the address as envelope sender."""
    key = fold_address(address)
    rows = connection.execute(sa.select(participants).where(participants.c.address_key == key)).all()
    wrote = sa.func.lower(messages.c.from_address) == key
    written = connection.execute(sa.select(messages.c.case_id, messages.c.origin_case_id).where(wrote)).all()
    case_ids = {row.case_id for row in rows} | {one for row in written for one in row}
    said = connection.execute(sa.select(messages).where(messages.c.case_id.in_(case_ids))).all()
    alone = _alone_in(connection, case_ids, key)
    mine = [row for row in said if _is_theirs(row, key, rows, alone)]
    numbers = sa.select(cases.c.number).where(cases.c.id.in_(case_ids), cases.c.legal_hold.is_(True))
    return Person(
        address=address,
        case_ids=tuple(sorted(case_ids)),
        participant_ids=tuple(row.id for row in rows),
        message_ids=tuple(row.id for row in mine),
        other_ids=tuple(row.id for row in said if row not in mine),
        ledger_ids=_ledger_ids(connection, mine, key, mailed),
        on_hold=tuple(connection.execute(numbers.order_by(cases.c.number)).scalars()),
        traces=_traces(address, rows, [row for row in mine if row.direction == Direction.INBOUND]),
    )


def _alone_in(connection: Connection, case_ids: Iterable[int], key: str) -> frozenset[int]:
    """Cases in which nobody else takes part, so that every letter of ours went to them."""
    others = sa.select(participants.c.case_id).where(
        participants.c.case_id.in_(case_ids), participants.c.address_key != key
    )
    return frozenset(case_ids) - set(connection.execute(others).scalars())


def _is_theirs(row: Row[Any], key: str, rows: Sequence[Row[Any]], alone: frozenset[int]) -> bool:
    if row.kind in _THEIRS and (row.participant_id in {one.id for one in rows} or row.from_address.lower() == key):
        return True
    to = {fold_address(one["address"]) for one in row.to}
    if row.kind in _TO_THEM and (key in to or row.participant_id in {one.id for one in rows}):
        return True
    return row.kind == MessageKind.BOUNCE and row.case_id in alone


def _ledger_ids(connection: Connection, mine: Sequence[Row[Any]], key: str, mailed: Sequence[int]) -> tuple[int, ...]:
    """Mails of theirs: of their messages, copies of these, junk, and those that became no message of any case."""
    own = {row.ledger_id for row in mine if row.ledger_id is not None}
    copies = sa.select(dispositions.c.ledger_id).where(dispositions.c.message_id.in_([row.id for row in mine]))
    own |= set(connection.execute(copies).scalars())
    own |= set(connection.execute(sa.select(junk.c.ledger_id).where(sa.func.lower(junk.c.author) == key)).scalars())
    others = sa.select(messages.c.ledger_id).where(messages.c.ledger_id.in_(mailed))
    return tuple(sorted(own | (set(mailed) - set(connection.execute(others).scalars()))))


def _traces(address: str, rows: Sequence[Row[Any]], said: Sequence[Row[Any]]) -> Traces:
    names = [row.name for row in rows] + [row.from_name for row in said]
    # Their new words alone: what they quoted was said by others.
    texts = [text for row in said for text in (row.subject, row.reply_text or row.text)]
    return find_traces(address, names, texts)


def numbers_of(connection: Connection, case_ids: Sequence[int]) -> list[str]:
    """The numbers of cases."""
    return list(connection.execute(sa.select(cases.c.number).where(cases.c.id.in_(case_ids))).scalars())


def redact_others(connection: Connection, person: Person) -> None:
    """What others wrote in the same cases, without the person: quoted history goes, new words stay."""
    subjects = sa.select(messages).where(messages.c.id.in_(person.other_ids))
    for row in connection.execute(subjects).all():
        words = redact(row.reply_text or row.text, person.traces)
        values = {
            "subject": ERASED if has_traces(row.subject, person.traces) else row.subject,
            "text": words,
            "reply_text": words if row.reply_text else row.reply_text,
            "html": None,
            "to": _without(row.to, person),
            "cc": _without(row.cc, person),
            "why": _plain_steps(row.why, person),
            "authentication_detail": redact(row.authentication_detail, person.traces),
            "defects": [redact(one, person.traces) for one in row.defects],
        }
        connection.execute(sa.update(messages).where(messages.c.id == row.id).values(values))
    forget_salts(connection, Kind.MESSAGE, person.other_ids)


def _without(people: Sequence[dict[str, str]], person: Person) -> list[dict[str, str]]:
    return [one for one in people if fold_address(one["address"]) != fold_address(person.address)]


def _plain_steps(steps: Sequence[dict[str, Any]], person: Person) -> list[dict[str, Any]]:
    return [
        {name: redact(value, person.traces) if isinstance(value, str) else value for name, value in step.items()}
        for step in steps
    ]


def wipe_person(connection: Connection, person: Person, *, actor: str, now: datetime) -> tuple[str, ...]:
    """Their messages, letters, rows and traces in events; the locations of bytes that no row names any more."""
    for case_id in person.case_ids:
        _end_case(connection, case_id, person, actor, now)
    locations = _wipe_outbox(connection, person, now)
    wipe_messages(connection, person.case_ids, person.message_ids)
    _wipe_people(connection, person, now)
    _wipe_events(connection, person)
    _mark_mails(connection, person)
    for case_id in person.case_ids:
        add_event(connection, case_id=case_id, at=now, actor=actor, what="a person who took part was erased")
    return locations


def _end_case(connection: Connection, case_id: int, person: Person, actor: str, now: datetime) -> None:
    """A case of theirs is closed; what was planned for them is not written."""
    state = load_state(connection, case_id)
    row = connection.execute(sa.select(cases).where(cases.c.id == case_id)).one()
    if row.requester_key == fold_address(person.address) and state.status is not Status.CLOSED:
        closing = Change(actor=actor, at=now, case_id=case_id, happenings=(Happening.CLOSED,), silent=True)
        change_case(connection, closing)
    if case_id in _alone_in(connection, [case_id], fold_address(person.address)):
        cancel_planned(connection, case_id, frozenset(ReplyKind), at=now, because="the person was erased")
    waiting = planned_replies.c.state.in_(("waiting", "working", "held"))
    theirs = planned_replies.c.participant_id.in_(person.participant_ids)
    connection.execute(sa.update(planned_replies).where(theirs, waiting).values(state="cancelled"))
    in_case = planned_replies.c.case_id == case_id
    connection.execute(sa.update(planned_replies).where(in_case).values(note="", last_error=""))


def _wipe_outbox(connection: Connection, person: Person, now: datetime) -> tuple[str, ...]:
    """Every mail of ours in these cases may quote them; what has not left and is for others is written anew."""
    unsent = sa.select(outbox).where(outbox.c.case_id.in_(person.case_ids), outbox.c.state.in_(("queued", "held")))
    again = [
        row.planned_id
        for row in connection.execute(unsent).all()
        if fold_address(row.envelope_to) != fold_address(person.address)
    ]
    locations = drop_outbox(connection, person.case_ids)
    connection.execute(
        sa.update(planned_replies)
        .where(planned_replies.c.id.in_(again), planned_replies.c.state == "done")
        .values(state="waiting", due_at=now, tries=0, lease_holder=None, lease_until=None)
    )
    return locations


def drop_outbox(connection: Connection, case_ids: Sequence[int]) -> tuple[str, ...]:
    """Take all mails of ours in these cases away; the locations of their bytes."""
    rows = connection.execute(sa.select(outbox.c.id, outbox.c.location).where(outbox.c.case_id.in_(case_ids))).all()
    ids = [row.id for row in rows]
    connection.execute(sa.delete(attempts).where(attempts.c.outbox_id.in_(ids)))
    connection.execute(sa.delete(outbox).where(outbox.c.id.in_(ids)))
    forget_salts(connection, Kind.OUTGOING, ids)
    return tuple(row.location for row in rows if row.location is not None)


def wipe_messages(connection: Connection, case_ids: Sequence[int], ids: Sequence[int]) -> None:
    """Take the words of messages away, and what was read out of them, also where others said the same."""
    values = sa.select(identifiers.c.value).where(identifiers.c.message_id.in_(ids))
    theirs = sa.and_(identifiers.c.case_id.in_(case_ids), identifiers.c.value.in_(values.scalar_subquery()))
    connection.execute(sa.delete(identifiers).where(sa.or_(identifiers.c.message_id.in_(ids), theirs)))
    for table in (parts, looks, redactions, referred_ids, known_ids):
        connection.execute(sa.delete(table).where(table.c.message_id.in_(ids)))
    connection.execute(
        sa.update(messages)
        .where(messages.c.id.in_(ids))
        .values(
            from_name="",
            from_address="",
            to=[],
            cc=[],
            subject=ERASED,
            text=ERASED,
            reply_text="",
            html=None,
            rfc_message_id=None,
            references=[],
            why=[],
            defects=[],
            authentication_detail="",
            reader_version=0,  # so that nobody reads the mail again
        )
    )
    forget_salts(connection, Kind.MESSAGE, ids)


def _wipe_people(connection: Connection, person: Person, now: datetime) -> None:
    key = fold_address(person.address)
    wipe_participants(connection, person.participant_ids, now=now)
    let_in = sa.func.lower(participants.c.joined_by) == key
    connection.execute(sa.update(participants).where(let_in).values(joined_by=""))
    for row in connection.execute(sa.select(cases).where(cases.c.id.in_(person.case_ids))).all():
        if row.requester_key == key:
            wipe_case_row(connection, row.id)
        elif has_traces(row.subject, person.traces):
            connection.execute(sa.update(cases).where(cases.c.id == row.id).values(subject=ERASED))
    connection.execute(sa.delete(sendings).where(sendings.c.address_key == key))
    connection.execute(
        sa.update(junk).where(sa.func.lower(junk.c.author) == key).values(author="", subject=ERASED, reason=ERASED)
    )


def wipe_participants(connection: Connection, ids: Sequence[int], *, now: datetime) -> None:
    """Rows of participants that name nobody; their signed addresses lead nowhere any more."""
    nobody = {"name": "", "address": "", "reply_address": "", "joined_by": "", "hold_reason": None, "left_at": now}
    for one in ids:
        key = f"{ERASED_KEY}{one}"
        connection.execute(sa.update(participants).where(participants.c.id == one).values(address_key=key, **nobody))


def wipe_case_row(connection: Connection, case_id: int) -> None:
    """The row of a case that names nobody."""
    connection.execute(
        sa.update(cases)
        .where(cases.c.id == case_id)
        .values(
            requester_name="",
            requester_address="",
            requester_key=f"{ERASED_KEY}{case_id}",
            subject=ERASED,
            tags=[],
        )
    )


def _wipe_events(connection: Connection, person: Person) -> None:
    """Events that name them become tombstones: the chain proves that they were there, and says no word of them."""
    key = fold_address(person.address)
    named = sa.or_(events.c.actor.ilike(f"%{key}%"), events.c.what.ilike(f"%{key}%"))
    which = sa.or_(events.c.case_id.in_(person.case_ids), sa.and_(events.c.case_id.is_(None), named))
    rows = connection.execute(sa.select(events).where(which, events.c.salt != b"")).all()
    gone = [row.id for row in rows if has_traces(f"{row.actor} {row.what}", person.traces)]
    connection.execute(sa.update(events).where(events.c.id.in_(gone)).values(actor="", what="", salt=b""))


def _mark_mails(connection: Connection, person: Person) -> None:
    """Their final word; the bytes of the ledger go next, and whoever does this again finds by it which."""
    connection.execute(
        sa.update(dispositions)
        .where(dispositions.c.ledger_id.in_(person.ledger_ids), dispositions.c.outcome != Outcome.ERASED)
        .values(outcome=Outcome.ERASED, reason=BEING_ERASED)
    )
    forget_salts(connection, Kind.MAIL, person.ledger_ids)
