"""How the store is: what waits, since when, and what became of all that came; for metrics and alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.plan import WAIT_FOR_AGENT, WAIT_FOR_SELLER
from store.ledger_tables import mails
from store.store import Store
from store.tables import cases, events, looks, outbox, pauses, planned_replies

TIMED = frozenset(kind.value for kind in WAIT_FOR_AGENT | WAIT_FOR_SELLER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many wait now, and since when the one that has waited longest does (None when none waits)."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vitals:
    """One look at everything.

    `ledger` counts mails by (state, outcome or ""), `cases` by status, `outbox` by state; `due` are replies that are
    due and not written yet, by kind; `unread` mails that are promised and not decided; `unsent` mails that may leave
    and have not; `held` those that somebody holds; `looks` pictures not looked at; `unsealed` events not chained;
    `pauses` ways out that are given a rest, by name, with its end.
    """

    at: datetime
    ledger: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unread: Waiting = Waiting()
    quarantined: Waiting = Waiting()
    cases: Mapping[str, int] = field(default_factory=dict)
    due: Mapping[str, Waiting] = field(default_factory=dict)
    outbox: Mapping[str, int] = field(default_factory=dict)
    unsent: Waiting = Waiting()
    held: Waiting = Waiting()
    uncertain: Waiting = Waiting()
    looks: Waiting = Waiting()
    unsealed: Waiting = Waiting()
    pauses: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def late_reminders(self) -> int:
        """Reminders, escalations, status mails and closings whose time has come and that are not written."""
        return sum(waiting.count for kind, waiting in self.due.items() if kind in TIMED)


def load_vitals(store: Store, *, now: datetime) -> Vitals:
    """Look at both databases. Raises StoreUnavailable (temporary)."""
    with store.ledger_database.read() as connection:
        ledger = connection.execute(
            sa.select(mails.c.state, mails.c.outcome, sa.func.count()).group_by(mails.c.state, mails.c.outcome)
        ).all()
        unread = _waiting(connection, mails.c.received_at, mails.c.state.in_(("new", "working")))
        quarantined = _waiting(connection, mails.c.received_at, mails.c.state == "quarantined")
    with store.cases.read() as connection:
        return Vitals(
            at=now,
            ledger={(state, outcome or ""): count for state, outcome, count in ledger},
            unread=unread,
            quarantined=quarantined,
            cases=_count_by(connection, cases.c.status),
            due=_due(connection, now),
            outbox=_count_by(connection, outbox.c.state),
            unsent=_waiting(connection, outbox.c.created_at, outbox.c.state.in_(("queued", "sending"))),
            held=_waiting(connection, outbox.c.created_at, outbox.c.state == "held"),
            uncertain=_waiting(connection, outbox.c.created_at, outbox.c.state == "uncertain"),
            looks=_waiting(connection, looks.c.due_at, looks.c.state.in_(("waiting", "working"))),
            unsealed=_waiting(connection, events.c.at, events.c.sealed.is_(False)),
            pauses=_pauses(connection, now),
        )


def _waiting(connection: Connection, since: sa.Column[Any], which: sa.ColumnElement[bool]) -> Waiting:
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(since)).where(which)).one()
    return Waiting(count=row[0], since=row[1])


def _count_by(connection: Connection, column: sa.Column[Any]) -> dict[str, int]:
    rows = connection.execute(sa.select(column, sa.func.count()).group_by(column)).all()
    return {str(value): count for value, count in rows}


def _due(connection: Connection, now: datetime) -> dict[str, Waiting]:
    rows = connection.execute(
        sa.select(planned_replies.c.kind, sa.func.count(), sa.func.min(planned_replies.c.due_at))
        .where(planned_replies.c.state.in_(("waiting", "working")), planned_replies.c.due_at <= now)
        .group_by(planned_replies.c.kind)
    ).all()
    return {kind: Waiting(count=count, since=since) for kind, count, since in rows}


def _pauses(connection: Connection, now: datetime) -> dict[str, datetime]:
    rows = connection.execute(sa.select(pauses).where(pauses.c.until > now)).all()
    return {row.name: row.until for row in rows}
