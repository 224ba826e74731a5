"""What becomes of planned replies while they wait: put off, aimed at others, released, or dropped."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases import hours
from cases.change import Change, Held
from cases.model import CaseState
from cases.plan import WAIT_FOR_AGENT
from store.audience import find_agents
from store.events import add_event
from store.people import load_queue, load_reminders
from store.planned import whole_second
from store.staff_lookup import held_answers
from store.tables import planned_replies


def put_off(connection: Connection, state: CaseState, wait: str, *, at: datetime) -> None:
    """The reminders of the wait that goes on come after `wait` (ISO 8601) from `at`, by the queue's working time."""
    reminders = load_reminders(connection, state.queue_id)
    calendar = hours.make_calendar(load_queue(connection, state.queue_id))
    due = whole_second(hours.add(calendar, at, hours.parse_duration(wait), clock=reminders.clock))
    connection.execute(sa.update(planned_replies).where(_waits(state.id)).values(due_at=due))


def aim_again(connection: Connection, state: CaseState, change: Change) -> None:
    """The reminders of the wait that goes on are for those who have the case now, at the times they had."""
    rows = connection.execute(
        sa.update(planned_replies)
        .where(_waits(state.id), planned_replies.c.user_id.is_not(None))
        .values(state="cancelled", lease_holder=None)
        .returning(planned_replies.c.kind, planned_replies.c.due_at, planned_replies.c.not_after)
    ).all()
    staff = find_agents(connection, state, now=change.at)
    for kind, due_at, not_after in sorted({(row.kind, row.due_at, row.not_after) for row in rows}):
        for user in staff:
            connection.execute(
                sa.insert(planned_replies).values(
                    case_id=state.id,
                    kind=kind,
                    user_id=user.id,
                    note="",
                    once_key=f"{kind}:{state.id}:{state.version}:{due_at.timestamp():.0f}:user_id:{user.id}",
                    state="waiting",
                    due_at=due_at,
                    not_after=not_after,
                    planned_at=change.at,
                    tries=0,
                    last_error="",
                )
            )


def settle_held(connection: Connection, state: CaseState, change: Change) -> None:
    """Answers of whoever acts that were held go out now, or are dropped for other words of theirs."""
    if change.held is Held.STAYS or change.user_id is None:
        return
    values = {"state": "waiting", "due_at": change.at} if change.held is Held.SENT else {"state": "superseded"}
    settled = connection.execute(
        sa.update(planned_replies)
        .where(planned_replies.c.id.in_(held_answers(state.id, change.user_id)))
        .values(values)
        .returning(planned_replies.c.id)
    ).all()
    if settled:
        add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=f"held answer {change.held}")


def _waits(case_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        planned_replies.c.case_id == case_id,
        planned_replies.c.kind.in_(WAIT_FOR_AGENT),
        planned_replies.c.state.in_(("waiting", "working")),
    )
