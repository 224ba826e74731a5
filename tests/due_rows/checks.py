"""What has to hold when all is done: each row ended once, each mail written once, and the record says why and whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.plan import TRAITS, ReplyKind
from store.database import Database
from store.events import find_first_break, seal_events
from store.tables import events, messages, outbox, planned_replies, sendings
from tests.due_rows.filling import EXPECTED, EXPECTED_TOGETHER, SELLER, Filled, Shape

_IN_HAND = ("waiting", "working")


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The rows that were due when the work began, and what was there already."""

    due: tuple[Any, ...]
    planned: int
    last_outbox: int
    last_event: int
    last_sending: int


def look_before(connection: Connection, filled: Filled) -> Before:
    """What there is to do."""
    return Before(
        due=tuple(connection.execute(_due(filled)).all()),
        planned=_count(connection, planned_replies),
        last_outbox=_last(connection, outbox),
        last_event=_last(connection, events),
        last_sending=_last(connection, sendings),
    )


def count_left(database: Database, filled: Filled) -> int:
    """How many of the rows that were due are not done; one that failed for now, too, whenever it is tried again."""
    left = planned_replies.c.state.in_(_IN_HAND)
    tried = sa.or_(planned_replies.c.due_at <= filled.by, planned_replies.c.tries > 0)
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(left, tried)).scalar_one())


def find_faults(connection: Connection, before: Before, filled: Filled) -> Iterator[str]:
    """In words, what does not hold; nothing when all does."""
    yield from _find_twice(connection)
    yield from _find_wrong_ends(connection, before, filled)
    yield from _find_wrong_mails(connection, before, filled)
    yield from _find_wrong_record(connection, before)


def find_break(database: Database) -> Iterator[str]:
    """Whether the chain of events holds, all of them chained."""
    while seal_events(database, holder="check"):
        pass
    with database.read() as connection:
        broken = find_first_break(connection)
    if broken is not None:
        yield f"the chain of events breaks at {broken}"


def count_mails(connection: Connection, before: Before) -> int:
    """The mails that were written since."""
    return len(_written(connection, before))


def count_failures(connection: Connection) -> Counter[str]:
    """How often a row could not be written for now, by what the last failure was."""
    failed = sa.select(planned_replies.c.last_error, planned_replies.c.tries).where(planned_replies.c.tries > 0)
    return Counter({row.last_error: row.tries for row in connection.execute(failed)})


def _find_twice(connection: Connection) -> Iterator[str]:
    """Unique indexes forbid most of it; they are looked at all the same."""
    for column in (outbox.c.planned_id, outbox.c.rfc_message_id, messages.c.rfc_message_id):
        twice = sa.select(column).where(column.is_not(None)).group_by(column).having(sa.func.count() > 1)
        yield from (f"twice in {column}: {value}" for value in connection.execute(twice).scalars())
    automatic = sa.and_(outbox.c.automatic, outbox.c.message_id.is_not(None))
    twice = sa.select(outbox.c.message_id).where(automatic).group_by(outbox.c.message_id).having(sa.func.count() > 1)
    yield from (f"two mails of one message: {value}" for value in connection.execute(twice).scalars())
    kinds = {traits.message_kind for traits in TRAITS.values() if traits.automatic and traits.message_kind}
    alone = sa.select(messages.c.id).where(
        messages.c.kind.in_(kinds), ~sa.exists().where(outbox.c.message_id == messages.c.id)
    )
    yield from (f"a message without a mail: {value}" for value in connection.execute(alone).scalars())


def _find_wrong_ends(connection: Connection, before: Before, filled: Filled) -> Iterator[str]:
    """Every row is done with a mail, gathered, or superseded; of each shape as many as there have to be."""
    ids = [row.id for row in before.due]
    rows = connection.execute(sa.select(planned_replies).where(planned_replies.c.id.between(min(ids), max(ids)))).all()
    now = {row.id: row for row in rows}
    yield from (f"{row.kind} {row.id} is {now[row.id].state}" for row in before.due if not _has_ended(now[row.id]))
    yield from (f"{row.kind} {row.id} has a lease" for row in before.due if now[row.id].lease_holder)
    if _count(connection, planned_replies) != before.planned:
        yield f"{before.planned} replies were planned, now there are {_count(connection, planned_replies)}"
    overtaken = {row.case_id for row in before.due if now[row.id].state == "superseded"}
    leaderless = {case_id for case_id, (shape, _) in filled.cases.items() if shape is Shape.LEADERLESS}
    yield from (f"wrongly superseded or not, in case {case_id}" for case_id in overtaken ^ leaderless)


def _has_ended(row: Any) -> bool:
    return row.state in ("done", "superseded")


def _find_wrong_mails(connection: Connection, before: Before, filled: Filled) -> Iterator[str]:
    """Who got how many mails of which kind."""
    got = Counter((row.kind, row.envelope_to) for row in _written(connection, before))
    expected: Counter[tuple[str, str]] = Counter()
    together = {address for shape, address in filled.cases.values() if shape is Shape.GATHERED}
    for shape, address in filled.cases.values():
        expected.update(_expect(EXPECTED.get(shape, {}), address))
    for address in together:
        expected.update(_expect(EXPECTED_TOGETHER, address))
    for kind, address in sorted(got.keys() | expected.keys()):
        if got[kind, address] != expected[kind, address]:
            yield f"{address} got {got[kind, address]} {kind}, not {expected[kind, address]}"


def _expect(due: Any, address: str) -> Iterator[tuple[str, str]]:
    for kind, one in due.items():
        for to, count in one.mails.items():
            yield from [(str(kind), address if to == SELLER else to)] * count


def _find_wrong_record(connection: Connection, before: Before) -> Iterator[str]:
    """What became no mail is on record, once, and nothing else is; the limits remember each automatic mail once."""
    mailed = {row.planned_id for row in _written(connection, before)}
    rest = Counter(row.case_id for row in before.due if row.id not in mailed)
    of_cases = events.c.case_id.is_not(None)  # others are the ends of chains
    said = connection.execute(
        sa.select(events.c.case_id, events.c.what).where(events.c.id > before.last_event, of_cases)
    ).all()
    on_record = Counter(row.case_id for row in said)
    yield from (f"case {one}: {rest[one]} to say, {on_record[one]} said" for one in rest | on_record
                if rest[one] != on_record[one])  # fmt: skip
    known = ("no longer wanted: something later is due", "acknowledged together with CP-")
    yield from (f"on record: {row.what}" for row in said if not any(words in row.what for words in known))
    remembered = _count(connection, sendings, sendings.c.id > before.last_sending)
    automatic = sum(row.automatic for row in _written(connection, before))
    if remembered != automatic:
        yield f"{automatic} automatic mails, {remembered} remembered"
    left = _count(connection, sendings, sendings.c.kind.not_in(list(ReplyKind)))
    if left:
        yield f"{left} places are kept for mails that are gone"


def _written(connection: Connection, before: Before) -> Sequence[Any]:
    columns = (outbox.c.planned_id, outbox.c.kind, outbox.c.envelope_to, outbox.c.automatic)
    return connection.execute(sa.select(*columns).where(outbox.c.id > before.last_outbox)).all()


def _due(filled: Filled) -> sa.Select[Any]:
    columns = (planned_replies.c.id, planned_replies.c.case_id, planned_replies.c.kind)
    return sa.select(*columns).where(planned_replies.c.state == "waiting", planned_replies.c.due_at <= filled.by)


def _count(connection: Connection, table: sa.Table, which: sa.ColumnElement[bool] | None = None) -> int:
    found = sa.select(sa.func.count()).select_from(table).where(sa.true() if which is None else which)
    return int(connection.execute(found).scalar_one())


def _last(connection: Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one())
