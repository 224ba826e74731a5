"""Proof that every mail, part and event is there and unaltered, while the service goes on.

Read page by page, each in one snapshot, so that memory is bounded and nobody waits. What is in work is no fault: a
page with a finding is read once more before it is believed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain as joined

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from store.store import Store
from store.tables import events, seals, vouchers
from store.verify_chain import check_events, check_heads, check_vouchers, find_head
from store.verify_finding import Advance, Finding, Head
from store.verify_links import check_files, check_links
from store.verify_mails import check_mails, count_mails
from store.verify_outgoing import check_outgoing, count_outgoing
from store.verify_records import check_records
from store.vouched import COVERED, Kind
from store.vouchers import find_pending

_Check = Callable[[], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much there is to check, and how much is committed but not chained yet, which only the next seconds prove."""

    rows: int
    mails: int
    events: int
    head: Head | None
    events_unsealed: int
    records_unsealed: dict[Kind, int]


def measure(store: Store) -> Extent:
    """What a verification has before it."""
    with store.cases.read() as connection:

        def count(table: sa.Table, *which: sa.ColumnElement[bool]) -> int:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*which)).scalar_one())

        records = sum(count(covered.table) for covered in COVERED)
        chained = count(seals) + count(vouchers)
        unsealed = count(events, events.c.sealed.is_(False))
        pending = find_pending(connection)
        head, said = find_head(connection), count(events)
    mails, letters = count_mails(store), count_outgoing(store)
    return Extent(
        rows=records + chained + mails + letters,
        mails=mails,
        events=said,
        head=head,
        events_unsealed=unsealed,
        records_unsealed=pending,
    )


def verify(store: Store, *, expected: tuple[Head, ...] = (), advance: Advance = lambda: None) -> Iterator[Finding]:
    """Every fault there is, the first bad row of a chain first; `expected`: heads that must still be in the chain."""
    checks: tuple[_Check, ...] = (
        lambda: check_files(store),
        lambda: check_events(store.cases, advance),
        lambda: check_heads(store.cases, expected),
        lambda: check_vouchers(store.cases, advance),
        *((lambda covered=covered: check_records(store, covered, advance)) for covered in COVERED),
        lambda: check_mails(store, advance),
        lambda: check_outgoing(store, advance),
        lambda: check_links(store),
    )
    return joined.from_iterable(map(_whole, checks))


def _whole(check: _Check) -> Iterator[Finding]:
    """A database that cannot be read is a finding, and the other checks go on."""
    try:
        yield from check()
    except DatabaseError as error:
        said = next(iter(str(error.orig).splitlines()), "")[:200]
        yield Finding(table="database", row="", says=f"it cannot be read: {said}", mend="restore the last good backup")
