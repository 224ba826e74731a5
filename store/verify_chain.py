"""The two chains: events, and vouchers whose end is an event."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from store.database import Database
from store.events import find_first_break
from store.tables import events, seals, vouchers
from store.verify_finding import Advance, Finding, Head
from store.vouchers import ANCHOR, link

_PAGE = 1000


def find_head(connection: Connection) -> Head | None:
    """The end of the chain of events now; None when nothing was chained yet."""
    row = connection.execute(sa.select(seals).order_by(seals.c.position.desc()).limit(1)).first()
    return Head(position=row.position, hash=bytes(row.hash).hex()) if row else None


def check_events(database: Database, advance: Advance) -> Iterator[Finding]:
    """The first event that is not what was chained."""
    with database.read() as connection:
        position = find_first_break(connection, advance)
        if position is None:
            return
        event_id = connection.execute(sa.select(seals.c.event_id).where(seals.c.position == position)).scalar()
    which = f"event {event_id}" if event_id is not None else "its event is not named any more"
    yield Finding(
        table="events",
        row=f"link {position}, {which}",
        says="from here on the chain of events does not hold: this row was altered, taken out or put elsewhere",
    )


def check_heads(database: Database, expected: Sequence[Head]) -> Iterator[Finding]:
    """Heads that were noted earlier must still be in the chain: else its end was cut off, or it was made anew."""
    with database.read() as connection:
        for head in expected:
            row = connection.execute(sa.select(seals.c.hash).where(seals.c.position == head.position)).first()
            if row is None:
                says = "the chain of events is shorter than it was when this head was noted: its end was cut off"
            elif bytes(row.hash).hex() != head.hash:
                says = "the chain of events is not the one of which this head was noted: it was made anew"
            else:
                continue
            yield Finding(table="seals", row=f"link {head.position}", says=says)


def check_vouchers(database: Database, advance: Advance) -> Iterator[Finding]:
    """The first voucher that is not what was chained, and whether the chain goes as far as the events say."""
    after, previous = 0, b""
    with database.read() as connection:
        anchors = _anchors(connection)
        said = next(anchors, None)
        for row in _vouchers(connection):
            advance()
            in_place = row.position == after + 1
            if not in_place or link(previous, row) != row.hash:
                yield _broken(after + 1, row if in_place else None)
                return
            after, previous = row.position, row.hash
            if said is not None and said.position == after:
                if said.hash != previous.hex():
                    yield _broken(after, row)
                    return
                said = next(anchors, None)
        if said is not None:
            yield _broken(after + 1, None)


def _vouchers(connection: Connection) -> Iterator[Row[Any]]:
    after = 0
    while True:
        page = sa.select(vouchers).where(vouchers.c.position > after).order_by(vouchers.c.position).limit(_PAGE)
        rows = connection.execute(page).all()
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1].position


def _anchors(connection: Connection) -> Iterator[Head]:
    """What events say of the chain of vouchers: one a batch, in their order."""
    after = 0
    mine = sa.and_(events.c.case_id.is_(None), events.c.what.startswith(ANCHOR, autoescape=True))
    while True:
        page = sa.select(events.c.id, events.c.what).where(mine, events.c.id > after).order_by(events.c.id)
        rows = connection.execute(page.limit(_PAGE)).all()
        for row in rows:
            position, _, digest = row.what.removeprefix(ANCHOR).partition(": ")
            yield Head(position=int(position), hash=digest)
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def _broken(position: int, row: Row[Any] | None) -> Finding:
    return Finding(
        table="vouchers",
        row=f"link {position}" + (f", {row.kind} {row.row_id}" if row is not None else ""),
        says="from here on the chain of vouchers does not hold: this row was altered, taken out or cut off",
    )
