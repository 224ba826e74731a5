"""Keeping no longer than is wanted: closed cases and junk are erased whole, days after; a legal hold keeps a case.

Each case is a transaction of its own, so that a stop in between loses nothing; what is left is done the next time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.model import Outcome, Status
from cases.redaction import ERASED
from store.case_rows import ERASED_KEY
from store.erasure import drop_outbox, wipe_case_row, wipe_messages, wipe_participants
from store.erasure_raws import BEING_ERASED, bury_mails
from store.events import add_event
from store.store import Store
from store.sweep import drop_unnamed
from store.tables import cases, dispositions, events, junk, messages, participants, planned_replies
from store.vouched import Kind
from store.vouchers import forget_salts


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """How long after closing a case is kept, and junk after it came; None: for ever."""

    closed: timedelta | None = None
    junk: timedelta | None = None


def keep_within_bounds(store: Store, retention: Retention, *, now: datetime, limit: int = 100) -> int:
    """Erase what is kept longer than is wanted, at most `limit` cases and junk mails; how many."""
    if retention == Retention():
        return 0
    done = 0
    if retention.closed is not None:
        for case_id in _due_cases(store, now - retention.closed, limit):
            done += _erase_case(store, case_id, before=now - retention.closed, now=now)
    if retention.junk is not None:
        done += _erase_junk(store, before=now - retention.junk, limit=limit)
    bury_mails(store, now=now)  # also those of an earlier time that was stopped in between
    return done


def _is_due(before: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        cases.c.status == Status.CLOSED,
        cases.c.merged_into_id.is_(None),
        cases.c.closed_at < before,
        cases.c.legal_hold.is_(False),
        cases.c.requester_key.not_like(f"{ERASED_KEY}%"),
    )


def _due_cases(store: Store, before: datetime, limit: int) -> Sequence[int]:
    with store.cases.read() as connection:
        due = sa.select(cases.c.id).where(_is_due(before)).order_by(cases.c.closed_at).limit(limit)
        return connection.execute(due).scalars().all()


def _erase_case(store: Store, case_id: int, *, before: datetime, now: datetime) -> bool:
    """The case with those that were merged into it; False when it is no longer due, a reply may have come."""
    with store.cases.write() as connection:
        still = sa.select(cases.c.id).where(cases.c.id == case_id, _is_due(before)).with_for_update()
        if connection.execute(still).first() is None:
            return False
        everything = [case_id, *_merged_into(connection, case_id)]
        locations = _wipe_cases(connection, everything, now)
        add_event(connection, case_id=case_id, at=now, actor="casepost", what="erased: its time of retention is over")
    for location in locations:
        drop_unnamed(store, location)
    return True


def _merged_into(connection: Connection, case_id: int) -> list[int]:
    found, waiting = list[int](), [case_id]
    while waiting:
        into = sa.select(cases.c.id).where(cases.c.merged_into_id.in_(waiting), cases.c.id.not_in([case_id, *found]))
        waiting = list(connection.execute(into).scalars())
        found += waiting
    return found


def _wipe_cases(connection: Connection, case_ids: Sequence[int], now: datetime) -> tuple[str, ...]:
    rows = connection.execute(sa.select(messages.c.id).where(messages.c.case_id.in_(case_ids))).scalars()
    locations = drop_outbox(connection, case_ids)
    wipe_messages(connection, case_ids, list(rows))
    connection.execute(
        sa.update(planned_replies)
        .where(planned_replies.c.case_id.in_(case_ids), planned_replies.c.state.in_(("waiting", "working", "held")))
        .values(state="cancelled")
    )
    connection.execute(
        sa.update(planned_replies).where(planned_replies.c.case_id.in_(case_ids)).values(note="", last_error="")
    )
    people = sa.select(participants.c.id).where(participants.c.case_id.in_(case_ids))
    wipe_participants(connection, list(connection.execute(people).scalars()), now=now)
    for case_id in case_ids:
        wipe_case_row(connection, case_id)
    gone = sa.update(events).where(events.c.case_id.in_(case_ids), events.c.salt != b"")
    connection.execute(gone.values(actor="", what="", salt=b""))
    _mark(connection, dispositions.c.case_id.in_(case_ids))
    return locations


def _mark(connection: Connection, which: sa.ColumnElement[bool]) -> None:
    """Their final word: erased; the bytes of the ledger go next."""
    marked = connection.execute(
        sa.update(dispositions)
        .where(which, dispositions.c.outcome != Outcome.ERASED)
        .values(outcome=Outcome.ERASED, reason=BEING_ERASED)
        .returning(dispositions.c.ledger_id)
    ).scalars()
    forget_salts(connection, Kind.MAIL, list(marked))


def _erase_junk(store: Store, *, before: datetime, limit: int) -> int:
    with store.cases.write() as connection:
        due = sa.select(junk.c.ledger_id).where(
            junk.c.at < before, junk.c.rescued_at.is_(None), junk.c.reason != ERASED
        )
        ids = list(connection.execute(due.order_by(junk.c.ledger_id).limit(limit)).scalars())
        nobody = {"author": "", "subject": ERASED, "reason": ERASED}
        connection.execute(sa.update(junk).where(junk.c.ledger_id.in_(ids)).values(nobody))
        _mark(connection, dispositions.c.ledger_id.in_(ids))
    return len(ids)
