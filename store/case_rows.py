"""Rows of cases and their participants."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.change import Change, Opening
from cases.identity import Verdict
from cases.mail import Address
from cases.model import CaseState, Happening, MessageKind, ParticipantRole, Status
from cases.reference import make_number
from store.claims import insert_once
from store.derived import update_missing
from store.errors import NotFound
from store.events import add_event
from store.people import load_queue, load_users
from store.tables import cases, links, messages, participants

_DRAWS = 20

_IN_STATE = frozenset(one.name for one in fields(CaseState))
_BY_ID = sa.select(cases).where(cases.c.id == sa.bindparam("case_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_NUMBER = sa.select(cases).where(cases.c.number == sa.bindparam("number"))
_ID_OF_NUMBER = sa.select(cases.c.id).where(cases.c.number == sa.bindparam("number"))
_PARTICIPANT = sa.select(participants).where(
    participants.c.case_id == sa.bindparam("case_id"), participants.c.address_key == sa.bindparam("key")
)
_SAVE = sa.update(cases).where(cases.c.id == sa.bindparam("of_id"), cases.c.version == sa.bindparam("of_version"))


def make_case(connection: Connection, opening: Opening, *, at: datetime, actor: str) -> CaseState:
    """A new open case with its requester and copied participants."""
    row = {
        "subject": opening.subject,
        "status": Status.OPEN,
        "queue_id": opening.queue_id,
        "topic": opening.topic,
        "priority": opening.priority,
        "language": opening.language,
        "requester_name": opening.requester.name,
        "requester_address": opening.requester.address,
        "requester_key": fold_address(opening.requester.address),
        "missing": list(opening.missing),
        "tags": [],
        "created_at": at,
        "updated_at": at,
        "waiting_since": at,
        "version": 0,
    }
    case = _insert_with_free_number(connection, row)
    case_id = case.id
    if opening.reply_address:
        add_participant(
            connection,
            case_id,
            opening.requester,
            role=ParticipantRole.REQUESTER,
            reply_address=opening.reply_address,
            at=at,
            by=actor,
        )
    for copied in opening.copied:
        add_participant(
            connection, case_id, copied, role=ParticipantRole.COPIED, reply_address=copied.address, at=at, by=actor
        )
    add_event(connection, case_id=case_id, at=at, actor=actor, what=f"case {case.number} opened")
    return read_state(case)


def add_participant(
    connection: Connection,
    case_id: int,
    who: Address,
    *,
    role: ParticipantRole,
    reply_address: str,
    at: datetime,
    by: str,
) -> None:
    """Make somebody take part from now on; one who takes part already stays as they are."""
    key = fold_address(who.address)
    row = {"case_id": case_id, "role": role, "name": who.name, "address": who.address, "address_key": key}
    row |= {"reply_address": reply_address, "joined_at": at, "joined_by": by}
    insert_once(connection, participants, row)


def change_people(connection: Connection, state: CaseState, change: Change) -> None:
    """Let people take part from now on or no longer, as the change says; what it would not alter stays as it is.

    Who has left comes back only when staff says so: a client that copies everybody would undo `#remove`.
    """
    for who in change.people.add:
        _let_in(connection, state.id, who, change)
    for address in change.people.remove:
        _send_away(connection, state.id, address, change)


def _let_in(connection: Connection, case_id: int, who: Address, change: Change) -> None:
    key, confirm = fold_address(who.address), change.people.confirm
    row = connection.execute(_PARTICIPANT, {"case_id": case_id, "key": key}).first()
    if row is None:
        add_participant(
            connection,
            case_id,
            who,
            role=ParticipantRole.COPIED,
            reply_address=who.address,
            at=change.at,
            by=change.actor,
        )
    elif confirm:
        values: dict[str, Any] = {"hold_reason": None, "soft_bounces": 0}
        values |= {"left_at": None, "joined_at": change.at, "joined_by": change.actor} if row.left_at else {}
        connection.execute(sa.update(participants).where(participants.c.id == row.id).values(values))
    if row is None or (confirm and row.left_at):
        what = f"{who.address} takes part from now on"
        add_event(connection, case_id=case_id, at=change.at, actor=change.actor, what=what)
    if confirm:
        _confirm_words(connection, case_id, key)


def _send_away(connection: Connection, case_id: int, address: str, change: Change) -> None:
    gone = connection.execute(
        sa.update(participants)
        .where(
            participants.c.case_id == case_id,
            participants.c.address_key == fold_address(address),
            participants.c.left_at.is_(None),
        )
        .values(left_at=change.at)
        .returning(participants.c.address)
    ).scalar()
    if gone is not None:
        what = f"{gone} takes part no longer"
        add_event(connection, case_id=case_id, at=change.at, actor=change.actor, what=what)


def _confirm_words(connection: Connection, case_id: int, key: str) -> None:
    """What somebody wrote as a stranger to a signed address becomes a word of the case."""
    participant = connection.execute(_PARTICIPANT, {"case_id": case_id, "key": key}).one()
    unconfirmed = connection.execute(
        sa.select(messages.c.id, messages.c.from_address).where(
            messages.c.case_id == case_id,
            messages.c.kind == MessageKind.SELLER,
            messages.c.unconfirmed.is_(True),
            messages.c.authentication != Verdict.FAIL,
        )
    ).all()
    theirs = [row.id for row in unconfirmed if fold_address(row.from_address) == key]
    if theirs:
        connection.execute(
            sa.update(messages)
            .where(messages.c.id.in_(theirs))
            .values(unconfirmed=False, participant_id=participant.id)
        )
        update_missing(connection, case_id)


def lock_case(connection: Connection, case_id: int) -> CaseState:
    """The case as it is now, held until the end of the transaction."""
    row = connection.execute(_BY_ID_LOCKED, {"case_id": case_id}).first()
    if row is None:
        raise NotFound(f"there is no case with the id {case_id}")
    return read_state(row)


def lock_current(connection: Connection, case_id: int) -> CaseState:
    """The same, of the case that this one was merged into meanwhile, to the end of the chain."""
    seen = {case_id}
    state = lock_case(connection, case_id)
    while state.merged_into_id is not None and state.merged_into_id not in seen:
        seen.add(state.merged_into_id)
        state = lock_case(connection, state.merged_into_id)
    return state


def load_state(connection: Connection, case_id: int) -> CaseState:
    """The case as it is now."""
    return read_state(connection.execute(_BY_ID, {"case_id": case_id}).one())


def find_state(connection: Connection, number: str, *, follow: bool = True) -> CaseState | None:
    """The case with this number; a merged one leads to the case it went into, to the end of the chain."""
    row = connection.execute(_BY_NUMBER, {"number": number}).first()
    seen: set[int] = set()
    while follow and row is not None and row.merged_into_id is not None and row.id not in seen:
        seen.add(row.id)
        row = connection.execute(_BY_ID, {"case_id": row.merged_into_id}).first()
    return read_state(row) if row is not None else None


# Instead of a person's folded address, once they are erased.
ERASED_KEY = "erased:"


def is_erased(connection: Connection, case_id: int) -> bool:
    """Whether whoever it was about is erased and nobody else takes part: no mail brings it to life again."""
    erased = sa.select(cases.c.id).where(cases.c.id == case_id, cases.c.requester_key.startswith(ERASED_KEY))
    here = sa.select(participants.c.id).where(participants.c.case_id == case_id, participants.c.left_at.is_(None))
    return connection.execute(erased).first() is not None and connection.execute(here.limit(1)).first() is None


def set_legal_hold(connection: Connection, case_id: int, *, on: bool, actor: str, now: datetime) -> None:
    """The law wants a case kept, or no longer; put on record where that is new."""
    changed = connection.execute(
        sa.update(cases).where(cases.c.id == case_id, cases.c.legal_hold.is_not(on)).values(legal_hold=on)
    )
    if changed.rowcount:
        what = "kept by legal hold" if on else "legal hold ended"
        add_event(connection, case_id=case_id, at=now, actor=actor, what=what)


def save_case(connection: Connection, state: CaseState, change: Change, *, status: Status) -> CaseState:
    """Write the next state; every change raises the version, also one that only adds a message."""
    values: dict[str, Any] = {
        "status": status,
        "updated_at": change.at,
        "version": state.version + 1,
        **_status_values(state, status, change),
        **_setting_values(connection, state, change),
    }
    connection.execute(_SAVE, values | {"of_id": state.id, "of_version": state.version})
    if status is not state.status:
        what = f"status {state.status.value} -> {status.value}"
        add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=what)
    return replace(state, **{name: value for name, value in values.items() if name in _IN_STATE})


def link_cases(connection: Connection, case_id: int, other_number: str, *, at: datetime) -> None:
    """Link a case with another one, both ways, as maybe related."""
    other = connection.execute(_ID_OF_NUMBER, {"number": other_number}).scalar()
    if other is None or other == case_id:
        return
    for one, two in ((case_id, other), (other, case_id)):
        there = sa.select(links.c.case_id).where(links.c.case_id == one, links.c.other_case_id == two)
        if connection.execute(there).first() is None:
            connection.execute(sa.insert(links).values(case_id=one, other_case_id=two, kind="maybe_related", at=at))


def _insert_with_free_number(connection: Connection, values: dict[str, Any]) -> Row[Any]:
    for _ in range(_DRAWS):
        row = insert_once(connection, cases, values | {"number": make_number()})
        if row is not None:
            return row
    raise NotFound("no free case number was found")


def _status_values(state: CaseState, after: Status, change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if after is not state.status:
        values["waiting_since"] = None if after is Status.CLOSED else change.at
        values["closed_at"] = change.at if after is Status.CLOSED else None
    if {Happening.AGENT_ANSWERED, Happening.ANSWER_RELEASED} & set(change.happenings):
        values["first_answer_at"] = state.first_answer_at or change.at
    return values


def _setting_values(connection: Connection, state: CaseState, change: Change) -> dict[str, Any]:
    wanted = change.settings
    values: dict[str, Any] = {}
    if wanted.assignee_id is not None:
        values["assignee_id"] = wanted.assignee_id
    if wanted.queue_id is not None and wanted.queue_id != state.queue_id:
        values["queue_id"] = wanted.queue_id
        if wanted.assignee_id is None and not _works_for(connection, state.assignee_id, wanted.queue_id):
            values["assignee_id"] = None
    if wanted.unassign and state.assignee_id is not None:
        values["assignee_id"] = None
    if wanted.priority is not None:
        values["priority"] = wanted.priority
    if wanted.topic is not None:
        values["topic"] = wanted.topic
    if wanted.add_tags:
        had = connection.execute(sa.select(cases.c.tags).where(cases.c.id == state.id)).scalar_one()
        values["tags"] = [*had, *(tag for tag in wanted.add_tags if tag not in had)]
    for name, value in values.items():
        what = f"{name.removesuffix('_id')} set to {_shown(connection, name, value)}"
        add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=what)
    return values


def _works_for(connection: Connection, user_id: int | None, queue_id: int) -> bool:
    """Whether a case keeps its agent in another queue; one that nobody has is left to all of that queue."""
    if user_id is None:
        return True
    return any(queue_id in user.queue_ids for user in load_users(connection, ids=[user_id]))


def _shown(connection: Connection, name: str, value: Any) -> str:
    if name == "assignee_id":
        return next((user.address for user in load_users(connection, ids=[value])), "nobody") if value else "nobody"
    if name == "queue_id":
        return load_queue(connection, value).name
    return ", ".join(value) if isinstance(value, list) else str(value)


def read_state(row: Row[Any]) -> CaseState:
    """The state of a row of `cases`."""
    return CaseState(
        id=row.id,
        number=row.number,
        subject=row.subject,
        status=Status(row.status),
        queue_id=row.queue_id,
        version=row.version,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        first_answer_at=row.first_answer_at,
        assignee_id=row.assignee_id,
        merged_into_id=row.merged_into_id,
    )
