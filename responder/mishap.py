"""When mail cannot reach the seller: whoever has to know is told, and the case is with the agents again."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from cases.change import Change
from cases.model import Happening
from store.apply import change_case
from store.audience import find_agents
from store.case_rows import load_state
from store.messages import find_staff_author


def report_mishap(
    connection: Connection, *, case_id: int, message_id: int | None, happening: Happening, report: str, now: datetime
) -> None:
    """Put a mishap with an answer on record, and plan a report to the agent who wrote it."""
    change = Change(
        actor="casepost",
        at=now,
        case_id=case_id,
        happenings=(happening,),
        user_id=find_staff_author(connection, message_id) if message_id is not None else None,
        report=report,
        notes=(report.partition("\n")[0],),
    )
    change_case(connection, change)


def report_unreachable(connection: Connection, *, case_id: int, report: str, now: datetime) -> None:
    """The seller cannot be reminded: waiting for them is over, and all agents of the case are told."""
    change = Change(
        actor="casepost", at=now, case_id=case_id, happenings=(Happening.ANSWER_FAILED,), notes=(report,), report=report
    )
    change_case(connection, change)
    for user in find_agents(connection, load_state(connection, case_id), now=now):
        told = replace(change, happenings=(Happening.COMMANDED,), notes=(), user_id=user.id)
        change_case(connection, told)
