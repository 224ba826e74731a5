"""Closing a case whose seller does not answer: never before the reminder and the closing notice have left.

The notice is planned with the reminder, for the end of the wait. One whose reminder left late, or has not left, is put
off, so that a seller has the time that was meant. The case is closed when the notice has been handed over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.change import Change
from cases.hours import Duration
from cases.model import Happening, Status
from cases.plan import TO_STAFF, TRAITS, WAIT_FOR_AGENT, Delay, ReplyKind
from store.apply import change_case
from store.case_rows import load_state
from store.claims import is_ours
from store.due_times import Timing, load_timing
from store.events import add_event
from store.planned import PlannedReply
from store.tables import cases, outbox, planned_replies

_LATE = timedelta(hours=1)
_A_DAY = Duration(days=1, seconds=0)
_PENDING = ("waiting", "working")
_GONE = ("superseded", "cancelled", "failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """A closing notice waits until then; `lost`: its reminder will never leave, so there has to be another."""

    until: datetime
    because: str
    lost: bool = False


def is_overtaken(connection: Connection, planned: PlannedReply, *, now: datetime) -> bool:
    """Whether something later of the same wait is due to the same person too: after an outage they get one mail."""
    kinds = WAIT_FOR_AGENT & TO_STAFF
    if planned.kind not in kinds:
        return False
    later = sa.select(planned_replies.c.id).where(
        planned_replies.c.case_id == planned.case_id,
        planned_replies.c.user_id == planned.user_id,
        planned_replies.c.kind.in_(kinds - {planned.kind}),
        planned_replies.c.state.in_((*_PENDING, "done")),
        planned_replies.c.due_at <= now,
        sa.or_(
            planned_replies.c.due_at > planned.due_at,
            sa.and_(planned_replies.c.due_at == planned.due_at, planned_replies.c.id > planned.id),
        ),
    )
    return connection.execute(later.limit(1)).first() is not None


def find_put_off(connection: Connection, planned: PlannedReply, *, now: datetime) -> PutOff | None:
    """Why and until when a closing notice that is due has to wait; None when it may go out."""
    is_closing = planned.kind is ReplyKind.CLOSING
    reminder = _find_of_wait(connection, planned, ReplyKind.REMINDER) if is_closing else None
    if reminder is None:
        return None
    timing = load_timing(connection, _queue_of(connection, planned.case_id))
    if reminder.sent_at is None:
        lost = reminder.state in _GONE or reminder.mail_state in _GONE
        until = _give_time(timing, now)
        return PutOff(until=until, because="its reminder has not left", lost=lost)
    if not _is_late(timing, reminder, reminder.sent_at):
        return None
    until = _give_time(timing, reminder.sent_at)
    return PutOff(until=until, because="its reminder left late") if until > now else None


def put_off(connection: Connection, planned: PlannedReply, put_off: PutOff, *, holder: str, now: datetime) -> None:
    """A claimed closing notice waits on; nothing happens when it is not ours any more."""
    ours = sa.and_(is_ours(planned_replies, planned.id, holder), planned_replies.c.state == "working")
    if not _move(connection, ours, put_off.until):
        return
    if put_off.lost:
        _remind_again(connection, planned, now)
    what = f"{planned.kind.words} put off to {put_off.until:%Y-%m-%d %H:%M:%S} UTC: {put_off.because}"
    add_event(connection, case_id=planned.case_id, at=now, actor="casepost", what=what)


def find_closing_time(connection: Connection, planned: PlannedReply, *, now: datetime) -> datetime | None:
    """When the case will be closed whose reminder goes out `now`; None when it will not be."""
    closing = _find_of_wait(connection, planned, ReplyKind.CLOSING) if planned.kind is ReplyKind.REMINDER else None
    if closing is None or closing.state not in _PENDING:
        return None
    timing = load_timing(connection, _queue_of(connection, planned.case_id))
    due: datetime = closing.due_at
    return max(due, _give_time(timing, now)) if _is_late(timing, closing, now) else due


def move_closing(connection: Connection, planned: PlannedReply, *, now: datetime) -> None:
    """A reminder goes out `now`: where that is late, the end of the wait moves with it."""
    closes = find_closing_time(connection, planned, now=now)
    if closes is not None:
        waiting = sa.and_(_of_wait(planned, ReplyKind.CLOSING), planned_replies.c.state == "waiting")
        _move(connection, sa.and_(waiting, planned_replies.c.due_at != closes), closes)


def close_case(connection: Connection, *, case_id: int, now: datetime) -> None:
    """The closing notice has left: the case is closed, unless somebody wrote while it was on its way."""
    waits_anew = sa.select(planned_replies.c.id).where(
        planned_replies.c.case_id == case_id,
        planned_replies.c.kind == ReplyKind.CLOSING,
        planned_replies.c.state.in_(_PENDING),
    )
    is_new = connection.execute(waits_anew.limit(1)).first() is not None
    if is_new or load_state(connection, case_id).status is not Status.WAITING:
        return
    notes = ("closed, as the seller has not answered: the closing notice has left",)
    change = Change(actor="casepost", at=now, case_id=case_id, happenings=(Happening.CLOSED,), notes=notes)
    change_case(connection, change)


def _of_wait(planned: PlannedReply, kind: ReplyKind) -> sa.ColumnElement[bool]:
    """The rows of a kind that were planned together with this one, for the same person."""
    planned_at = sa.select(planned_replies.c.planned_at).where(planned_replies.c.id == planned.id).scalar_subquery()
    return sa.and_(
        planned_replies.c.case_id == planned.case_id,
        planned_replies.c.participant_id == planned.participant_id,
        planned_replies.c.kind == kind,
        planned_replies.c.planned_at == planned_at,
    )


def _find_of_wait(connection: Connection, planned: PlannedReply, kind: ReplyKind) -> Row[Any] | None:
    """The newest row of the kind, with the state of its mail and when that left."""
    found = (
        sa.select(planned_replies, outbox.c.state.label("mail_state"), outbox.c.sent_at)
        .join(outbox, outbox.c.planned_id == planned_replies.c.id, isouter=True)
        .where(_of_wait(planned, kind))
        .order_by(planned_replies.c.id.desc())
    )
    return connection.execute(found.limit(1)).first()


def _queue_of(connection: Connection, case_id: int) -> int:
    return int(connection.execute(sa.select(cases.c.queue_id).where(cases.c.id == case_id)).scalar_one())


def _is_late(timing: Timing, row: Row[Any], at: datetime) -> bool:
    """Whether a reminder that leaves at `at` leaves later than it was meant to, from the beginning of the wait."""
    after = timing.find_length(Delay.SELLER_AFTER)
    return after is not None and at - timing.add(row.planned_at, after) > _LATE


def _give_time(timing: Timing, reminded_at: datetime) -> datetime:
    """The end of the wait for who was reminded at that time: the time that was meant to be between, at least a day."""
    lag = timing.find_lag(Delay.SELLER_AFTER, Delay.CLOSE_AFTER)
    return timing.add(reminded_at, max(lag, _A_DAY, key=Duration.as_timedelta))


def _move(connection: Connection, which: sa.ColumnElement[bool], to: datetime) -> bool:
    use = timedelta(days=TRAITS[ReplyKind.CLOSING].days_of_use)
    moved = connection.execute(
        sa.update(planned_replies)
        .where(which)
        .values(state="waiting", due_at=to, not_after=to + use, lease_holder=None, lease_until=None)
    )
    return moved.rowcount > 0


def _remind_again(connection: Connection, planned: PlannedReply, now: datetime) -> None:
    """Another reminder of the same wait, due at once, in place of one that never left."""
    lost = _find_of_wait(connection, planned, ReplyKind.REMINDER)
    assert lost is not None
    kept = {column.name: getattr(lost, column.name) for column in planned_replies.columns if column.name != "id"}
    anew = {
        "state": "waiting",
        "due_at": now,
        "not_after": now + timedelta(days=TRAITS[ReplyKind.REMINDER].days_of_use),
        "once_key": f"{ReplyKind.REMINDER}:{planned.case_id}:again:{lost.id}",
        "tries": 0,
        "last_error": "",
        "lease_holder": None,
        "lease_until": None,
    }
    connection.execute(sa.insert(planned_replies).values({**kept, **anew}))
