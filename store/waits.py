"""How long a case waits for an answer: a row for each wait, so that figures need not read the whole record."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change
from cases.model import CaseState, Happening, Status
from cases.plan import ANSWERS, Delay
from store.due_times import load_timing
from store.tables import waits

# A happening, and the status of the case before and after it; before it there may be no case.
Move = tuple[Happening, Status | None, Status]

_ADD = sa.insert(waits)


def record_waits(connection: Connection, saved: CaseState, change: Change, moves: Sequence[Move]) -> None:
    """Begin and end the waits for an agent as the case went through `moves`; `saved` is the case afterwards."""
    for happening, before, after in moves:
        if happening in ANSWERS:
            end_wait(connection, saved.id, change, answered=True)
        elif after is not Status.OPEN:
            end_wait(connection, saved.id, change)
        elif before is not Status.OPEN and not change.filed:
            _begin(connection, saved, change)
    if change.settings.queue_id is not None:
        connection.execute(sa.update(waits).where(_running(saved.id)).values(queue_id=saved.queue_id))


def end_wait(connection: Connection, case_id: int, change: Change, *, answered: bool = False) -> None:
    """Nobody is waited for in the case any more: it was answered, or ended without an answer."""
    values = {"ended_at": change.at, "answered_at": change.at if answered else None}
    connection.execute(sa.update(waits).where(_running(case_id)).values(values))


def _begin(connection: Connection, saved: CaseState, change: Change) -> None:
    timing = load_timing(connection, saved.queue_id)
    promised = timing.find_length(Delay.ESCALATE_AFTER) or timing.find_length(Delay.AGENT_AFTER)
    row = {
        "case_id": saved.id,
        "queue_id": saved.queue_id,
        "first": saved.first_answer_at is None,
        "began_at": change.at,
        "promised_at": timing.add(change.at, promised) if promised is not None else None,
    }
    connection.execute(_ADD, row)


def _running(case_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(waits.c.case_id == case_id, waits.c.ended_at.is_(None))
