"""The one door: every change of a case, by mail, command, console or clock, is one call of `apply`.

One short transaction holds the case's next state, the message with what was read out of it, the events, the
planned replies and the mail's disposition. Said twice for the same mail, it changes nothing the second time.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection, Row

from cases.change import Applied, Change, Disposition
from cases.lifecycle import next_status
from cases.model import CaseState, Happening, MessageKind, Outcome, Status
from cases.plan import WAIT_FOR_AGENT, WAIT_FOR_SELLER, Audience, Plan, Planned, ReplyKind, plan_after
from store.bounces import settle_delivery
from store.case_rows import change_people, link_cases, load_state, lock_current, make_case, save_case
from store.database import Database
from store.derived import record_sighting, replace_derived
from store.dispositions import (
    claim_key,
    find_disposition,
    find_dispositions,
    forget_weaker,
    note_queues,
    record_disposition,
)
from store.events import add_event
from store.failpoints import Step, reach
from store.junk_list import record_junk
from store.merging import check_merge, merge, unmerge
from store.messages import find_last_word, insert_message
from store.outbox import supersede_unsent
from store.people import record_passed
from store.planned import add_planned, cancel_planned
from store.planned_changes import aim_again, settle_held
from store.sendings import mark_answered
from store.splitting import take_messages
from store.waits import Move, record_waits


def apply(database: Database, change: Change) -> Applied:
    """Do `change`; what became of it. Raises StoreUnavailable (temporary), then nothing was changed."""
    with database.write() as connection:
        if change.disposition is None:
            return change_case(connection, change)
        applied = find_disposition(connection, change.disposition.ledger_id) or _apply_mail(
            connection, change, change.disposition
        )
        reach(Step.CASE_WRITTEN)
        return applied


def _apply_mail(connection: Connection, change: Change, disposition: Disposition) -> Applied:
    """The first of all copies of a mail is done; a later one only when it came by a stronger address."""
    before = claim_key(connection, disposition)
    if before is None:
        return change_case(connection, change)
    if before.ledger_id == disposition.ledger_id:
        # Another worker had this very mail and has just committed: its word holds.
        return find_disposition(connection, disposition.ledger_id) or change_case(connection, change)
    belongs_to_a_case = change.case_id is not None or change.opening is not None
    if disposition.strength > before.strength and belongs_to_a_case:
        applied = change_case(connection, change)
        forget_weaker(connection, before, change, applied)
        if applied.case_id is not None:
            note_queues(connection, applied.case_id, disposition, change)
        return applied
    return _book_duplicate(connection, change, disposition, before)


def _book_duplicate(connection: Connection, change: Change, disposition: Disposition, before: Row[Any]) -> Applied:
    reason = f"the same mail came before, as {before.ledger_id}"
    state = load_state(connection, before.case_id) if before.case_id is not None else None
    applied = Applied(
        outcome=Outcome.DUPLICATE,
        reason=reason,
        case_id=state.id if state else None,
        number=state.number if state else None,
        message_id=before.message_id,
    )
    record_disposition(connection, disposition, applied, at=change.at)
    if state is not None:
        add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what="duplicate seen: " + reason)
        note_queues(connection, state.id, disposition, change)
    return applied


def change_case(connection: Connection, change: Change) -> Applied:
    """Do `change` as part of a transaction that does more, such as writing the outbox row of the message."""
    change, state = _load_or_make(connection, change)
    applied = Applied(
        outcome=change.disposition.outcome if change.disposition else None,
        reason=change.disposition.reason if change.disposition else "",
    )
    if state is not None:
        message_id = _add_message(connection, state, change)
        mark_answered(connection, change)
        if change.rereading is not None:
            replace_derived(connection, state.id, change.rereading, at=change.at)
        if change.sighting is not None:
            record_sighting(connection, state.id, change.sighting)
        applied = replace(applied, case_id=state.id, number=state.number, message_id=message_id)
        change_people(connection, state, change)
        change = settle_delivery(connection, state, change, message_id)
        _follow(connection, state, change, message_id)
        for number in change.links:
            link_cases(connection, state.id, number, at=change.at)
        for note in change.notes:
            add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=note, message_id=message_id)
        if change.merge_into:
            change_case(connection, merge(connection, state, change))
    if change.proved_address:
        record_passed(connection, change.proved_address, at=change.at)
    if change.junk is not None:
        record_junk(connection, change)
    if change.disposition is not None:
        record_disposition(connection, change.disposition, applied, at=change.at)
    return applied


def _load_or_make(connection: Connection, change: Change) -> tuple[Change, CaseState | None]:
    """The case that is changed, and the change as it can be done to it as it is now."""
    if change.opening is not None:
        return change, make_case(connection, change.opening, at=change.at, actor=change.actor)
    case_id = change.case_id
    if case_id is None:
        return change, None
    if change.splitting is not None:
        change = unmerge(connection, change)
    state = lock_current(connection, case_id)
    return (check_merge(connection, state, change) if change.merge_into else change), state


def _add_message(connection: Connection, state: CaseState, change: Change) -> int | None:
    if change.opening is not None and change.splitting is not None:
        return take_messages(connection, state, change)
    return insert_message(connection, state, change) if change.message else None


def _follow(connection: Connection, state: CaseState, change: Change, message_id: int | None) -> None:
    """The state after all that happened, and the replies it plans and cancels."""
    before: Status | None = None if change.opening is not None else state.status
    status = state.status
    plans: list[Plan] = []
    moves: list[Move] = []
    for happening in change.happenings:
        status = next_status(status, happening)
        plans.append(plan_after(happening, before=before, after=status, silent=change.silent, filed=change.filed))
        moves.append((happening, before, status))
        before = status
    saved = save_case(connection, state, change, status=status)
    record_waits(connection, saved, change, moves)
    cancelled = frozenset[ReplyKind]().union(*(plan.cancel for plan in plans))
    if change.opening is None or change.splitting is not None:  # of a case that is new nothing waits yet
        _end_waits(connection, saved, change, cancelled)
    settle_held(connection, saved, change)
    if Happening.HANDED_OVER in change.happenings or change.settings.assignee_id is not None:
        aim_again(connection, saved, change)
    for planned in _merged(plans):
        cause = _find_cause(connection, saved, planned, change, message_id)
        add_planned(connection, saved, planned, change, message_id=cause)


def _end_waits(connection: Connection, saved: CaseState, change: Change, kinds: frozenset[ReplyKind]) -> None:
    """What belongs to waits that are over does not go out, written or not."""
    because = _because(change.happenings)
    cancel_planned(connection, saved.id, kinds, at=change.at, because=because)
    for kind in supersede_unsent(connection, saved.id, cause=None, kinds=kinds, because=because) if kinds else ():
        what = f"{kind.words} taken back before it left: {because}"
        add_event(connection, case_id=saved.id, at=change.at, actor="casepost", what=what)


def _find_cause(
    connection: Connection, saved: CaseState, planned: Planned, change: Change, message_id: int | None
) -> int | None:
    """The message a reply is about: of a wait the words that are waited on, whatever began it (None: the last ones)."""
    if planned.audience is Audience.COLLEAGUES:
        return find_last_word(connection, saved.id)
    about = {**dict.fromkeys(WAIT_FOR_AGENT, MessageKind.SELLER), **dict.fromkeys(WAIT_FOR_SELLER, MessageKind.AGENT)}
    wanted = about.get(planned.kind)
    kind = change.message.kind if change.message is not None else None
    return message_id if wanted in (None, kind) else None


def _merged(plans: Sequence[Plan]) -> tuple[Planned, ...]:
    """What all plans add, less what a later one cancels (answered and closed by one mail)."""
    kept: dict[Planned, None] = {}
    for plan in plans:
        kept = {planned: None for planned in kept if planned.kind not in plan.cancel}
        kept.update(dict.fromkeys(plan.add))
    return tuple(kept)


def _because(happenings: Sequence[Happening]) -> str:
    return ", ".join(happening.value.replace("_", " ") for happening in happenings)


def is_taken(database: Database, ledger_id: int) -> Applied | None:
    """The disposition a mail has already, if the work on it was finished before a crash."""
    return find_taken(database, [ledger_id]).get(ledger_id)


def find_taken(database: Database, ledger_ids: Sequence[int]) -> dict[int, Applied]:
    """The dispositions of those of these mails that have one."""
    if not ledger_ids:
        return {}
    with database.read() as connection:
        return find_dispositions(connection, ledger_ids)
