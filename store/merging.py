"""A case that goes into another one, and comes out of it again.

A message keeps its origin for ever (`origin_case_id`), so a merge can be undone: what came from a case goes back to
it. Whoever took part in the merged case takes part in the other from that moment on, and sees nothing that was
said there before (`store.seller_view`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change, Settings
from cases.lifecycle import next_status
from cases.model import CaseState, Happening, ParticipantRole, Priority, Status
from cases.plan import ReplyKind
from store.case_rows import find_state, lock_case, lock_current
from store.derived import update_missing
from store.errors import NotFound, Refused
from store.events import add_event
from store.outbox import supersede_unsent
from store.people import staff_of_case
from store.planned import cancel_planned
from store.tables import cases, events, identifiers, known_ids, messages, participants, planned_replies, referred_ids

# An agent's words still go out, and what a seller said before the merge still reaches the agents.
_GOES_ON = frozenset({ReplyKind.ANSWER, ReplyKind.AGENT_MAIL, ReplyKind.AGENT_REPORT})
_NOT_WRITTEN_YET = ("waiting", "working", "held")
_MERGED_INTO = "merged into CP-"


def check_merge(connection: Connection, state: CaseState, change: Change) -> Change:
    """The change as it can be done: without the merge where the case has gone already.

    Raises Refused when it would go into itself, also by way of others, and NotFound when the other is not there.
    """
    target = find_state(connection, change.merge_into)
    if target is None:
        raise NotFound(f"there is no case {change.merge_into}")
    if target.id != state.id:
        if state.id != change.case_id:
            raise Refused(f"the case was merged into {state.number} meanwhile: name that one")
        return change
    if state.id != change.case_id:
        happenings = tuple(one for one in change.happenings if one is not Happening.MERGED)
        return replace(change, merge_into="", happenings=happenings)
    if change.merge_into == state.number:
        raise Refused(f"case {state.number} cannot be merged into itself")
    raise Refused(f"case {change.merge_into} was merged into {state.number}: that one cannot go into it as well")


def merge(connection: Connection, state: CaseState, change: Change) -> Change:
    """Give everything of a case (`state`: as it was before the change) to the other; what the other goes through."""
    wanted = find_state(connection, change.merge_into)
    assert wanted is not None
    target = lock_current(connection, wanted.id)
    because = f"merged into {target.number}"
    kinds = frozenset(ReplyKind) - _GOES_ON
    cancel_planned(connection, state.id, kinds, at=change.at, because=because)
    supersede_unsent(connection, state.id, cause=None, because=because, kinds=kinds)
    moved = move_messages(connection, messages.c.case_id == state.id, to=target.id)
    _join(connection, state, target, at=change.at)
    _move_plans(connection, planned_replies.c.case_id == state.id, to=target.id)
    connection.execute(sa.update(cases).where(cases.c.id == state.id).values(merged_into_id=target.id))
    if connection.execute(sa.select(cases.c.legal_hold).where(cases.c.id == state.id)).scalar_one():
        connection.execute(sa.update(cases).where(cases.c.id == target.id).values(legal_hold=True))
    for case_id in (state.id, target.id):
        update_missing(connection, case_id)
    what = f"{_MERGED_INTO}{target.number}"
    add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=what)
    return Change(
        actor=change.actor,
        at=change.at,
        case_id=target.id,
        user_id=change.user_id,
        happenings=_what_follows(connection, state, target, change),
        settings=_settle(connection, state, target),
        links=(state.number,),
        notes=(f"CP-{state.number} merged in, {count_messages(moved)}",),
    )


def unmerge(connection: Connection, change: Change) -> Change:
    """Take a merged case out of the other again, with what was said in it; the change that it goes through itself.

    It waits for an agent, as somebody has to look at it, unless it was closed before it was merged.
    """
    assert change.case_id is not None
    case = lock_case(connection, change.case_id)
    chain = _lock_chain(connection, case)
    if not chain:
        raise Refused(f"case {case.number} was not merged into another; name the messages that shall leave it")
    end = chain[-1]
    own = _leading_to(connection, case.id)
    theirs = sa.and_(messages.c.case_id == end.id, messages.c.origin_case_id.in_(own))
    caused = sa.select(messages.c.id).where(theirs)
    _move_plans(connection, planned_replies.c.cause_message_id.in_(caused), to=case.id)
    moved = move_messages(connection, theirs, to=case.id)
    _leave(connection, case, chain, at=change.at)
    connection.execute(sa.update(cases).where(cases.c.id == case.id).values(merged_into_id=None))
    touched = {"version": end.version + 1, "updated_at": change.at}
    connection.execute(sa.update(cases).where(cases.c.id == end.id).values(touched))
    for case_id in (case.id, end.id):
        update_missing(connection, case_id)
    what = f"CP-{case.number} split off again, {count_messages(moved)}"
    add_event(connection, case_id=end.id, at=change.at, actor=change.actor, what=what)
    happenings = () if _was_closed(connection, case) else change.happenings
    return replace(change, happenings=happenings, notes=(*change.notes, f"split off CP-{end.number} again"))


def move_messages(connection: Connection, which: sa.ColumnElement[bool], *, to: int) -> int:
    """Show messages, and what was read in them, with another case; how many. Their origin stays what it was."""
    chosen = sa.select(messages.c.id).where(which)
    for table in (identifiers, known_ids, referred_ids):
        connection.execute(sa.update(table).where(table.c.message_id.in_(chosen)).values(case_id=to))
    return int(connection.execute(sa.update(messages).where(which).values(case_id=to)).rowcount)


def count_messages(how_many: int) -> str:
    """ "1 message", "3 messages"."""
    return f"{how_many} message{'' if how_many == 1 else 's'}"


def _what_follows(connection: Connection, state: CaseState, target: CaseState, change: Change) -> tuple[Happening, ...]:
    """What was said in a case that waits for an agent must reach those who have the other."""
    if _status_before_merge(state, change) is not Status.OPEN:
        return ()
    had = staff_of_case(connection, queue_id=state.queue_id, assignee_id=state.assignee_id, now=change.at)
    have = staff_of_case(
        connection, queue_id=target.queue_id, assignee_id=target.assignee_id or state.assignee_id, now=change.at
    )
    told = {user.id for user in had}
    strangers = [user for user in have if user.id not in told]
    return (Happening.MERGED_IN, Happening.HANDED_OVER) if strangers else (Happening.MERGED_IN,)


def _status_before_merge(state: CaseState, change: Change) -> Status:
    """The status when it merges: the same change may have answered before."""
    status = state.status
    for happening in change.happenings:
        status = status if happening is Happening.MERGED else next_status(status, happening)
    return status


def _settle(connection: Connection, state: CaseState, target: CaseState) -> Settings:
    """The more urgent of both, all tags, and the other's agent, else the one this case had."""
    rows = connection.execute(
        sa.select(cases.c.id, cases.c.priority, cases.c.tags).where(cases.c.id.in_((state.id, target.id)))
    )
    kept = {row.id: row for row in rows}
    urgency = list(Priority)
    before = Priority(kept[target.id].priority)
    priority = min(Priority(kept[state.id].priority), before, key=urgency.index)
    return Settings(
        priority=priority if priority is not before else None,
        assignee_id=state.assignee_id if target.assignee_id is None else None,
        add_tags=tuple(tag for tag in kept[state.id].tags if tag not in kept[target.id].tags),
    )


def _joined_by(state: CaseState) -> str:
    return f"merged from CP-{state.number}"


def _join(connection: Connection, state: CaseState, target: CaseState, *, at: datetime) -> None:
    """Who takes part in the one takes part in the other from now on; who does so already stays as they are."""
    now = {"joined_at": at, "joined_by": _joined_by(state), "left_at": None}
    there = participants.alias()
    is_there = sa.exists().where(
        there.c.case_id == target.id,
        there.c.address_key == participants.c.address_key,
    )
    here = sa.and_(participants.c.case_id == state.id, participants.c.left_at.is_(None))
    keys = sa.select(participants.c.address_key).where(here)
    new = connection.execute(sa.select(participants).where(here, ~is_there).order_by(participants.c.id)).mappings()
    copies = [{**row, **now, "case_id": target.id, "role": ParticipantRole.COPIED} for row in map(dict[str, Any], new)]
    connection.execute(
        sa.update(participants)
        .where(
            participants.c.case_id == target.id,
            participants.c.left_at.is_not(None),
            participants.c.address_key.in_(keys),
        )
        .values(now)
    )
    for copy in copies:
        del copy["id"]
        connection.execute(sa.insert(participants).values(copy))


def _leave(connection: Connection, case: CaseState, chain: Iterable[CaseState], *, at: datetime) -> None:
    """Whom only that merge brought in takes part no longer, all along the chain."""
    gone = set(
        connection.execute(sa.select(participants.c.address_key).where(participants.c.case_id == case.id)).scalars()
    )
    came_from = case
    for one in chain:
        left = connection.execute(
            sa.update(participants)
            .where(
                participants.c.case_id == one.id,
                participants.c.joined_by == _joined_by(came_from),
                participants.c.address_key.in_(gone),
            )
            .values(left_at=at)
            .returning(participants.c.address_key)
        )
        gone, came_from = set(left.scalars()), one


def _move_plans(connection: Connection, which: sa.ColumnElement[bool], *, to: int) -> None:
    """What is planned and not written yet goes to the same people, by way of the case where the message is now."""
    there = participants.alias()
    counterpart = (
        sa.select(participants.c.id)
        .join(there, there.c.address_key == participants.c.address_key)
        .where(participants.c.case_id == to, there.c.id == planned_replies.c.participant_id)
        .scalar_subquery()
    )
    connection.execute(
        sa.update(planned_replies)
        .where(which, planned_replies.c.state.in_(_NOT_WRITTEN_YET))
        .values(case_id=to, participant_id=sa.func.coalesce(counterpart, planned_replies.c.participant_id))
    )


def _lock_chain(connection: Connection, case: CaseState) -> list[CaseState]:
    """The cases that this one went into, one after the other."""
    chain: list[CaseState] = []
    seen = {case.id}
    following = case.merged_into_id
    while following is not None and following not in seen:
        seen.add(following)
        chain.append(lock_case(connection, following))
        following = chain[-1].merged_into_id
    return chain


def _leading_to(connection: Connection, case_id: int) -> list[int]:
    """The ids of a case and of all that were merged into it, also by way of others."""
    found, fresh = {case_id}, {case_id}
    while fresh:
        merged = sa.select(cases.c.id).where(cases.c.merged_into_id.in_(fresh))
        fresh = set(connection.execute(merged).scalars()) - found
        found |= fresh
    return sorted(found)


def _was_closed(connection: Connection, case: CaseState) -> bool:
    """Whether a merged case was closed before it was merged."""
    merged_at = connection.execute(
        sa.select(sa.func.max(events.c.at)).where(
            events.c.case_id == case.id, events.c.what.startswith(_MERGED_INTO, autoescape=True)
        )
    ).scalar()
    return merged_at is not None and case.closed_at is not None and case.closed_at < merged_at
