"""Figures by queue: how long answers took, whether promises and reminders were kept, what waits now.

Durations are counted in the open hours of the queue. A wait belongs to the period in which it began, a reminder to the
one in which it was due.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases import hours
from cases.model import Queue
from cases.plan import AT_ONCE
from store.people import load_queues
from store.tables import cases, outbox, planned_replies, waits

_ON_TIME = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Answers of one sort. `median` and `slow` (90 % were as quick) are open time, None without any answer.

    `promised` of them had a time promised, `kept` came by then.
    """

    count: int
    median: timedelta | None
    slow: timedelta | None
    promised: int
    kept: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReminderFigures:
    """Reminders, escalations, status mails and closing notices that were due: `left`, within five minutes `on_time`.

    `not_needed`: what was waited for came before. `overdue`: due and not left.
    """

    left: int
    on_time: int
    not_needed: int
    overdue: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFigures:
    """One queue, or all together (`queue` is None). `waiting` and `overdue` (past what was promised) are as of now.

    `unanswered` waits ended without an answer: closed, merged.
    """

    queue: str | None
    opened: int
    first: Answers
    later: Answers
    unanswered: int
    waiting: int
    overdue: int
    oldest: datetime | None
    reminders: ReminderFigures


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """The rows of one queue."""

    opened: int
    waits: Sequence[Any]
    took: Sequence[timedelta]
    running: Sequence[Any]
    reminders: Sequence[Any]


def load_figures(connection: Connection, *, since: datetime, until: datetime, now: datetime) -> list[QueueFigures]:
    """The figures of each queue in use from `since` until before `until`; of several also those of all together."""
    queues = load_queues(connection)
    facts = [_load_facts(connection, queue, since, until) for queue in queues]
    figures = [_sum_up(queue.name, [one], now) for queue, one in zip(queues, facts, strict=True)]
    return [*figures, _sum_up(None, facts, now)] if len(figures) > 1 else figures


def _load_facts(connection: Connection, queue: Queue, since: datetime, until: datetime) -> _Facts:
    opened = sa.select(sa.func.count()).where(
        cases.c.queue_id == queue.id, cases.c.created_at >= since, cases.c.created_at < until
    )
    of_queue = sa.select(waits.c.first, waits.c.began_at, waits.c.promised_at, waits.c.answered_at, waits.c.ended_at)
    of_queue = of_queue.where(waits.c.queue_id == queue.id)
    period = of_queue.where(waits.c.began_at >= since, waits.c.began_at < until)
    ended = connection.execute(period.where(waits.c.ended_at.is_not(None))).all()
    answered = [row for row in ended if row.answered_at is not None]
    last = max((row.answered_at for row in answered), default=until)
    open_time = hours.open_time(hours.make_calendar(queue), since, last)
    return _Facts(
        opened=connection.execute(opened).scalar_one(),
        waits=ended,
        took=[open_time.between(row.began_at, row.answered_at) for row in answered],
        running=connection.execute(of_queue.where(waits.c.ended_at.is_(None))).all(),
        reminders=_load_reminders(connection, queue, since, until),
    )


def _load_reminders(connection: Connection, queue: Queue, since: datetime, until: datetime) -> Sequence[Any]:
    return connection.execute(
        sa.select(planned_replies.c.state, planned_replies.c.due_at, outbox.c.sent_at, outbox.c.state.label("mail"))
        .join(cases, cases.c.id == planned_replies.c.case_id)
        .join(outbox, outbox.c.planned_id == planned_replies.c.id, isouter=True)
        .where(
            cases.c.queue_id == queue.id,
            planned_replies.c.kind.not_in(AT_ONCE),
            planned_replies.c.due_at >= since,
            planned_replies.c.due_at < until,
        )
    ).all()


def _sum_up(name: str | None, facts: Sequence[_Facts], now: datetime) -> QueueFigures:
    took: dict[bool, list[tuple[Any, timedelta]]] = defaultdict(list)
    for one in facts:
        answered = (row for row in one.waits if row.answered_at is not None)
        for row, length in zip(answered, one.took, strict=True):
            took[row.first].append((row, length))
    running = [row for one in facts for row in one.running]
    return QueueFigures(
        queue=name,
        opened=sum(one.opened for one in facts),
        first=_sum_up_answers(took[True]),
        later=_sum_up_answers(took[False]),
        unanswered=sum(row.answered_at is None for one in facts for row in one.waits),
        waiting=len(running),
        overdue=sum(row.promised_at is not None and row.promised_at < now for row in running),
        oldest=min((row.began_at for row in running), default=None),
        reminders=_sum_up_reminders([row for one in facts for row in one.reminders], now),
    )


def _sum_up_answers(answers: Sequence[tuple[Any, timedelta]]) -> Answers:
    lengths = sorted(length for _, length in answers)
    promised = [row for row, _ in answers if row.promised_at is not None]
    return Answers(
        count=len(lengths),
        median=find_quantile(lengths, 50),
        slow=find_quantile(lengths, 90),
        promised=len(promised),
        kept=sum(row.answered_at <= row.promised_at for row in promised),
    )


def find_quantile(lengths: Sequence[timedelta], percent: int) -> timedelta | None:
    """The shortest of the sorted lengths that `percent` of them do not exceed (nearest rank); None of none."""
    if not lengths:
        return None
    rank = -(-len(lengths) * percent // 100)
    return lengths[max(rank, 1) - 1]


def _sum_up_reminders(rows: Iterable[Any], now: datetime) -> ReminderFigures:
    left = on_time = not_needed = overdue = 0
    for row in rows:
        if row.sent_at is not None:
            left += 1
            on_time += row.sent_at - row.due_at <= _ON_TIME
        elif row.state in ("cancelled", "superseded") or row.mail == "superseded":
            not_needed += 1
        else:
            overdue += row.due_at <= now
    return ReminderFigures(left=left, on_time=on_time, not_needed=not_needed, overdue=overdue)
