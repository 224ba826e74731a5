"""Sees what happens: in the store what became of each mail, in the inbox what went out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casepost.app import App
from casepost.demo.inbox import Delivered, Inbox
from store.ledger import Entry
from store.tables import cases, dispositions, events, messages, outbox
from store.views import show_case

Document = Mapping[str, Any]
_NEWEST = 200


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A mail got its final word. `case` is what `case show` prints of its case, `message` the mail in it, if any."""

    at: datetime
    entry: Entry
    rfc_message_id: str | None
    outcome: str
    reason: str
    case: Document | None
    message: Document | None
    decided: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something else was put on record of a case."""

    at: datetime
    number: str
    actor: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A mail arrived at whom it was sent to; `kind` is what it is in the outbox."""

    at: datetime
    kind: str
    delivered: Delivered


News = Taken | Happened | Arrived


class Watch:
    """Gives what is new in the demo's store and inbox, in the order in which it happened."""

    def __init__(self, app: App, inbox: Inbox) -> None:
        self._app = app
        self._inbox = inbox
        self._seen: set[int] = set()
        self._last_event = 0

    def look(self) -> list[News]:
        """What is new since the last look."""
        delivered = self._inbox.take_new()  # before the store: what caused it is there by now
        with self._app.store.cases.read() as connection:
            happened = self._new_events(connection)
            taken = [self._taken(connection, row, happened) for row in self._new_dispositions(connection)]
            arrived = [Arrived(at=one.at, kind=_kind_of(connection, one), delivered=one) for one in delivered]
        told = {(one.case["number"], one.at) for one in taken if one.case is not None}
        others = [one for one in happened if (one.number, one.at) not in told]
        return sorted([*taken, *others, *arrived], key=lambda news: news.at)

    def _new_events(self, connection: Connection) -> list[Happened]:
        rows = connection.execute(
            sa.select(events.c.id, events.c.at, events.c.actor, events.c.what, cases.c.number)
            .join(cases, cases.c.id == events.c.case_id)
            .where(events.c.id > self._last_event)
            .order_by(events.c.id)
        ).all()
        self._last_event = rows[-1].id if rows else self._last_event
        found = (Happened(at=row.at, number=row.number, actor=row.actor, what=row.what) for row in rows)
        return [one for one in found if not one.what.endswith(": sent")]  # the inbox tells of those

    def _new_dispositions(self, connection: Connection) -> Sequence[sa.Row[Any]]:
        rows = connection.execute(
            sa.select(dispositions, cases.c.number, messages.c.rfc_message_id)
            .join(cases, cases.c.id == dispositions.c.case_id, isouter=True)
            .join(messages, messages.c.id == dispositions.c.message_id, isouter=True)
            .order_by(dispositions.c.ledger_id.desc())
            .limit(_NEWEST)
        ).all()
        new = [row for row in reversed(rows) if row.ledger_id not in self._seen]
        self._seen.update(row.ledger_id for row in new)
        return new

    def _taken(self, connection: Connection, row: sa.Row[Any], happened: Sequence[Happened]) -> Taken:
        entry = self._app.store.ledger.find(row.ledger_id)
        assert entry is not None
        case = show_case(connection, row.number) if row.number else None
        said = [one for one in case["messages"] if one["id"] == row.message_id] if case else []
        return Taken(
            at=row.at,
            entry=entry,
            rfc_message_id=row.rfc_message_id,
            outcome=row.outcome,
            reason=row.reason,
            case=case,
            message=said[0] if said else None,
            decided=tuple(one.what for one in happened if (one.number, one.at) == (row.number, row.at)),
        )


def _kind_of(connection: Connection, delivered: Delivered) -> str:
    known = sa.select(outbox.c.kind).where(outbox.c.rfc_message_id == str(delivered.mail["Message-ID"]))
    return str(connection.execute(known).scalar() or "mail")
