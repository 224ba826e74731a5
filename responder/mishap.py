"""When an agent's words cannot reach the seller: the agent is told, and the case is with the agents again."""

from datetime import datetime

from sqlalchemy.engine import Connection

from cases.change import Change
from cases.model import Happening
from store.apply import change_case
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
