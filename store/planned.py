"""Planned replies: rows with a due time. What is due is rows, never scheduler jobs.

States: waiting -> working (claimed) -> done (its outbox row is written), cancelled (the wait is over) or
superseded (no longer wanted when it came due) or failed (the letter itself can never go out). A
claim that lapses makes it waiting again. An answer may be held first, until its author says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.change import Change
from cases.model import CaseState
from cases.plan import TRAITS, Audience, Planned, ReplyKind
from store.audience import find_people
from store.claims import claim, free_lapsed, is_ours, renew
from store.database import Database
from store.due_times import find_due_at
from store.events import add_event
from store.failpoints import Step, reach
from store.tables import planned_replies

_ADD = sa.insert(planned_replies)
_CANCEL = (
    sa.update(planned_replies)
    .where(
        planned_replies.c.case_id == sa.bindparam("of_case"),
        planned_replies.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        planned_replies.c.state.in_(("waiting", "working")),
    )
    .values(state="cancelled", lease_holder=None)
    .returning(planned_replies.c.kind)
)
_CANCEL_CAUSED = _CANCEL.where(planned_replies.c.cause_message_id == sa.bindparam("cause"))
_END = sa.update(planned_replies).where(
    planned_replies.c.id == sa.bindparam("of_id"),
    planned_replies.c.lease_holder == sa.bindparam("of_holder"),
    planned_replies.c.state == "working",
)
_FREE = {"lease_holder": None, "lease_until": None}
_WAS_TOLD = (
    sa.select(planned_replies.c.id)
    .where(
        planned_replies.c.case_id == sa.bindparam("case_id"),
        planned_replies.c.participant_id == sa.bindparam("participant_id"),
        planned_replies.c.state.not_in(("cancelled", "superseded", "failed")),
    )
    .limit(1)
)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedReply:
    """A reply that is due: for a participant or a member of staff, because of a message or without one."""

    id: int
    case_id: int
    kind: ReplyKind
    cause_message_id: int | None
    participant_id: int | None
    user_id: int | None
    note: str
    template: str
    due_at: datetime
    not_after: datetime | None
    tries: int


def add_planned(
    connection: Connection, state: CaseState, planned: Planned, change: Change, *, message_id: int | None
) -> None:
    """Plan one reply for each person of its audience; nothing when its duration is switched off."""
    due_at = find_due_at(connection, state, planned, change)
    if due_at is None:
        return
    people = find_people(connection, state, planned.audience, change)
    if planned.kind is ReplyKind.STATUS:
        people = [(column, one) for column, one in people if _was_written_to(connection, state, one)]
    if not people and planned.audience in (Audience.AGENTS, Audience.COLLEAGUES, Audience.LEAD):
        what = f"nobody to send the {planned.kind.words} to: the queue has no agents"
        add_event(connection, case_id=state.id, at=change.at, actor="casepost", what=what)
    row = {
        "case_id": state.id,
        "kind": planned.kind,
        "cause_message_id": message_id,
        "note": change.report if planned.kind is ReplyKind.AGENT_REPORT else "",
        "template": change.template if planned.kind is ReplyKind.ANSWER else "",
        "state": "held" if planned.held else "waiting",
        "due_at": due_at,
        "not_after": due_at + timedelta(days=TRAITS[planned.kind].days_of_use),
        "planned_at": change.at,
        "tries": 0,
        "last_error": "",
    }
    for column, person_id in people:
        once_key = f"{planned.kind}:{state.id}:{state.version}:{column}:{person_id}"
        connection.execute(_ADD, row | {"once_key": once_key, column: person_id})


def cancel_planned(
    connection: Connection,
    case_id: int,
    kinds: frozenset[ReplyKind],
    *,
    at: datetime,
    because: str,
    cause: int | None = None,
) -> None:
    """Cancel what waits of these kinds (with `cause`: only what that message caused), and say so on record."""
    if not kinds:
        return
    these = {"of_case": case_id, "kinds": sorted(kinds)}
    if cause is None:
        gone = set(connection.execute(_CANCEL, these).scalars())
    else:
        gone = set(connection.execute(_CANCEL_CAUSED, these | {"cause": cause}).scalars())
    names = [kind.words for kind in ReplyKind if kind in gone]
    if names:
        what = f"{join_words(names)} cancelled: {because}"
        add_event(connection, case_id=case_id, at=at, actor="casepost", what=what)


def join_words(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def claim_due(database: Database, *, holder: str, now: datetime, limit: int) -> list[PlannedReply]:
    """Claim up to `limit` replies that are due at `now`, in the order they became due."""
    with database.write() as connection:
        rows = claim(
            database,
            connection,
            planned_replies,
            holder=holder,
            ready=sa.and_(
                planned_replies.c.state == "waiting",
                planned_replies.c.due_at <= now,
                # A kind that only a newer node knows is left to it.
                planned_replies.c.kind.in_(list(ReplyKind)),
            ),
            order_by=(planned_replies.c.due_at, planned_replies.c.id),
            working="working",
            limit=limit,
        )
    if rows:
        reach(Step.REPLY_CLAIMED)
    return [_planned(row) for row in rows]


def renew_due(database: Database, *, holder: str, ids: Sequence[int]) -> None:
    """Ten more seconds for replies that are being rendered."""
    with database.write() as connection:
        renew(database, connection, planned_replies, holder=holder, ids=ids)


def free_lapsed_due(database: Database, *, node: str = "") -> int:
    """Make replies waiting again whose lease is over or was held by an earlier life of `node`; how many."""
    return free_lapsed(database, planned_replies, ready="waiting", node=node)


def record_planned(connection: Connection, planned_id: int, *, holder: str, state: str) -> bool:
    """The end of a planned reply (done, superseded, failed); False when it is no longer ours to end."""
    ended = connection.execute(_END, _FREE | {"of_id": planned_id, "of_holder": holder, "state": state})
    return ended.rowcount == 1


def give_planned_back(connection: Connection, planned_id: int, *, holder: str) -> None:
    """A claimed reply whose case has changed meanwhile waits again, to be written anew."""
    connection.execute(_END, _FREE | {"of_id": planned_id, "of_holder": holder, "state": "waiting"})


def record_render_failure(database: Database, planned: PlannedReply, *, holder: str, error: str, now: datetime) -> None:
    """A reply that could not be written waits and is tried again, later each time; it is never dropped."""
    wait = min(_FIRST_RETRY * 2 ** min(planned.tries, 10), _LONGEST_RETRY)
    with database.write() as connection:
        connection.execute(
            sa.update(planned_replies)
            .where(is_ours(planned_replies, planned.id, holder))
            .values(
                state="waiting",
                due_at=now + wait,
                tries=planned.tries + 1,
                last_error=error,
                lease_holder=None,
                lease_until=None,
            )
        )


def next_due_at(database: Database) -> datetime | None:
    """When the next reply is due."""
    with database.read() as connection:
        return connection.execute(
            sa.select(sa.func.min(planned_replies.c.due_at)).where(planned_replies.c.state == "waiting")
        ).scalar()


def _was_written_to(connection: Connection, state: CaseState, participant_id: int) -> bool:
    """Whether this person has had a word of ours: nobody hears of the state of a case they were never told of."""
    them = {"case_id": state.id, "participant_id": participant_id}
    return connection.execute(_WAS_TOLD, them).first() is not None


def _planned(row: Row[Any]) -> PlannedReply:
    return PlannedReply(
        id=row.id,
        case_id=row.case_id,
        kind=ReplyKind(row.kind),
        cause_message_id=row.cause_message_id,
        participant_id=row.participant_id,
        user_id=row.user_id,
        note=row.note,
        template=row.template,
        due_at=row.due_at,
        not_after=row.not_after,
        tries=row.tries,
    )
