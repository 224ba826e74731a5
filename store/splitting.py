"""Messages of a case that become a case of their own: what their new case starts with, and how they get there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.change import Change, Opening, Splitting
from cases.identity import Verdict
from cases.mail import Address
from cases.model import CaseState, Direction, Happening, MessageKind, Priority
from cases.plan import AT_ONCE
from store.case_rows import lock_case
from store.derived import update_missing
from store.errors import Refused
from store.events import add_event
from store.merging import count_messages, move_messages
from store.planned import cancel_planned
from store.tables import cases, messages, participants

_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    messages.c.id,
    messages.c.case_id,
    messages.c.origin_case_id,
    messages.c.direction,
    messages.c.kind,
    messages.c.subject,
    messages.c.language,
    messages.c.from_name,
    messages.c.from_address,
    messages.c.authentication,
    messages.c.unconfirmed,
)
_FROM_OUTSIDE = (MessageKind.SELLER, MessageKind.AUTO_REPLY)


def plan_split(
    connection: Connection, state: CaseState, message_ids: Sequence[int], *, actor: str, at: datetime
) -> Change:
    """The change that makes a new case of these messages; the author of the first is its requester.

    Raises Refused when a message is not in the case or not from outside, or when none would stay.
    """
    rows = _choose(connection, state, message_ids)
    first = rows[0]
    case = connection.execute(sa.select(cases).where(cases.c.id == state.id)).one()
    requester = _find_author(connection, first)
    return Change(
        actor=actor,
        at=at,
        happenings=(Happening.OPENED,),
        opening=Opening(
            queue_id=state.queue_id,
            subject=first.subject,
            topic=case.topic,
            priority=Priority(case.priority),
            language=first.language or case.language,
            requester=Address(name=first.from_name, address=first.from_address),
            reply_address=requester.address if requester is not None else "",
            copied=_others(connection, rows, requester) if requester is not None else (),
        ),
        splitting=Splitting(from_case_id=state.id, message_ids=tuple(row.id for row in rows)),
        silent=requester is None,
        links=(state.number,),
        notes=(f"split off CP-{state.number}",),
    )


def take_messages(connection: Connection, state: CaseState, change: Change) -> int:
    """Move the messages of a split into their new case (`state`); the id of the first.

    Looks again whether they may be moved: raises Refused as `plan_split` does.
    """
    splitting = change.splitting
    assert splitting is not None
    assert splitting.from_case_id is not None
    old = lock_case(connection, splitting.from_case_id)
    rows = _choose(connection, old, splitting.message_ids)
    chosen = messages.c.id.in_(splitting.message_ids)
    for row in rows:
        because = f"split off to CP-{state.number}"
        cancel_planned(connection, old.id, AT_ONCE, at=change.at, because=because, cause=row.id)
    move_messages(connection, chosen, to=state.id)
    _confirm_own(connection, state, rows)
    touched = {"version": old.version + 1, "updated_at": change.at}
    connection.execute(sa.update(cases).where(cases.c.id == old.id).values(touched))
    for case_id in (old.id, state.id):
        update_missing(connection, case_id)
    what = f"{count_messages(len(rows))} split off to CP-{state.number}"
    add_event(connection, case_id=old.id, at=change.at, actor=change.actor, what=what)
    return int(rows[0].id)


def _choose(connection: Connection, state: CaseState, message_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The messages, in the order they came."""
    wanted = set(message_ids)
    said = connection.execute(sa.select(*_COLUMNS).where(messages.c.case_id == state.id).order_by(messages.c.id)).all()
    absent = sorted(wanted - {row.id for row in said})
    if absent:
        raise Refused(f"message {', '.join(map(str, absent))} is not in case {state.number}")
    from_outside = [
        row for row in said if row.direction == Direction.INBOUND and MessageKind(row.kind) in _FROM_OUTSIDE
    ]
    chosen = [row for row in from_outside if row.id in wanted]
    ours = sorted(wanted - {row.id for row in chosen})
    if ours:
        raise Refused(f"message {', '.join(map(str, ours))} is no mail of a seller: it stays with its case")
    if len(chosen) == len(from_outside):
        raise Refused(f"that is all that was said in case {state.number}: there is nothing to split it from")
    return chosen


def _find_author(connection: Connection, row: Row[Any]) -> Address | None:
    """Who wrote a message, with the address they are answered at; None when that is not certain."""
    if row.kind != MessageKind.SELLER or row.authentication == Verdict.FAIL or not row.from_address:
        return None
    known = connection.execute(
        sa.select(participants.c.reply_address).where(
            participants.c.case_id.in_((row.case_id, row.origin_case_id)),
            participants.c.address_key == fold_address(row.from_address),
        )
    ).scalar()
    # A stranger to the case had a certain address, else their mail would not have come into it.
    return Address(name=row.from_name, address=known or row.from_address) if known or row.unconfirmed else None


def _others(connection: Connection, rows: Sequence[Row[Any]], requester: Address) -> tuple[Address, ...]:
    """The other authors, each once."""
    seen = {fold_address(requester.address), fold_address(rows[0].from_address)}
    others: list[Address] = []
    for row in rows:
        author = _find_author(connection, row)
        if author is not None and not seen & {fold_address(author.address), fold_address(row.from_address)}:
            seen |= {fold_address(author.address), fold_address(row.from_address)}
            others.append(author)
    return tuple(others)


def _confirm_own(connection: Connection, state: CaseState, rows: Sequence[Row[Any]]) -> None:
    """What those wrote who take part in the new case is their word there, also a stranger's to the old one."""
    taking_part = {
        row.address_key: row.id
        for row in connection.execute(
            sa.select(participants.c.id, participants.c.address_key).where(participants.c.case_id == state.id)
        )
    }
    for row in rows:
        participant_id = taking_part.get(fold_address(row.from_address))
        if participant_id is not None:
            connection.execute(
                sa.update(messages)
                .where(messages.c.id == row.id)
                .values(unconfirmed=False, participant_id=participant_id)
            )
