"""Templates that fail: the administrators are told by mail, once a day of each slip, whatever it holds up."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from cases.plan import TRAITS, ReplyKind
from store.claims import insert_once
from store.people import load_users
from store.tables import planned_replies

_REPORT = """A template could not be used for a mail of this case:

{slip}

{then} `casepost template check` tries all templates, `casepost template history` lists what was saved."""


def tell_administrators(
    connection: Connection, slips: Iterable[str], *, case_id: int, held_up: bool, now: datetime
) -> None:
    """Plan a report to each administrator; `held_up`: the mail waits, else the next template was used."""
    then = (
        "No other template could be used in its place, so the mail waits until this one is mended."
        if held_up
        else "The next one was used in its place, so nobody waits."
    )
    administrators = [user for user in load_users(connection) if user.role == "admin"]
    for slip in slips:
        digest = hashlib.sha256(slip.encode(errors="replace")).hexdigest()[:16]
        for user in administrators:
            values = {
                "case_id": case_id,
                "kind": ReplyKind.AGENT_REPORT,
                "user_id": user.id,
                "note": _REPORT.format(slip=slip, then=then),
                "once_key": f"slip:{digest}:{held_up}:{now:%Y-%m-%d}:{user.id}",
                "state": "waiting",
                "due_at": now,
                "not_after": now + timedelta(days=TRAITS[ReplyKind.AGENT_REPORT].days_of_use),
                "planned_at": now,
                "tries": 0,
                "last_error": "",
            }
            insert_once(connection, planned_replies, values)
