"""What becomes of planned replies while they wait: aimed at others, released, or dropped."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change, Held
from cases.model import CaseState
from cases.plan import TO_STAFF, WAIT_FOR_AGENT, Audience, ReplyKind
from store.audience import find_staff
from store.events import add_event
from store.staff_lookup import held_answers
from store.tables import planned_replies


def aim_again(connection: Connection, state: CaseState, change: Change) -> None:
    """The reminders of the wait that goes on are for those who have the case now, at the times they had."""
    rows = connection.execute(
        sa.update(planned_replies)
        .where(
            planned_replies.c.case_id == state.id,
            planned_replies.c.kind.in_(WAIT_FOR_AGENT & TO_STAFF),
            planned_replies.c.state.in_(("waiting", "working")),
        )
        .values(state="cancelled", lease_holder=None)
        .returning(
            planned_replies.c.kind,
            planned_replies.c.due_at,
            planned_replies.c.not_after,
            planned_replies.c.cause_message_id,
        )
    ).all()
    for kind, due_at, not_after, cause in dict.fromkeys(tuple(row) for row in rows):
        audience = Audience.LEAD if kind == ReplyKind.ESCALATION else Audience.AGENTS
        for user in find_staff(connection, state, audience, now=change.at):
            connection.execute(
                sa.insert(planned_replies).values(
                    case_id=state.id,
                    kind=kind,
                    cause_message_id=cause,
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
