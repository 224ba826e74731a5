"""The chain of events: whole when it is whole, and any change of the past is named; on both databases."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from store.events import _BATCH, add_event, find_first_break, seal_events
from store.store import Store
from store.tables import events, leases, seals
from tests.casework import NOW

COUNT = 6


def add(store: Store, count: int = COUNT) -> None:
    with store.cases.write() as connection:
        for n in range(count):
            add_event(connection, case_id=None, message_id=n, at=NOW, actor=f"actor {n}", what=f"did {n} ünï")


def first_break(store: Store) -> int | None:
    with store.cases.read() as connection:
        return find_first_break(connection)


def change(store: Store, statement: Any) -> None:
    with store.cases.write() as connection:
        assert connection.execute(statement).rowcount == 1


def event_at(store: Store, position: int) -> int:
    with store.cases.read() as connection:
        found = sa.select(seals.c.event_id).where(seals.c.position == position)
        return int(connection.execute(found).scalar_one())


@pytest.fixture
def sealed(store: Store) -> Store:
    """A store with six events, chained in two batches."""
    add(store, COUNT - 2)
    assert seal_events(store.cases, holder="a") == COUNT - 2
    add(store, 2)
    assert seal_events(store.cases, holder="a") == 2
    return store


def test_a_chain_that_nobody_touched_holds_and_so_does_an_empty_one(store: Store, sealed: Store) -> None:
    assert first_break(sealed) is None
    assert seal_events(sealed.cases, holder="a") == 0
    with sealed.cases.write() as connection:
        connection.execute(sa.delete(seals))
        connection.execute(sa.delete(events))
    assert first_break(sealed) is None


def test_events_that_wait_to_be_chained_are_no_break(sealed: Store) -> None:
    add(sealed)
    assert first_break(sealed) is None


def test_more_events_than_a_batch_are_chained_batch_by_batch(store: Store) -> None:
    add(store, _BATCH + 5)
    assert [seal_events(store.cases, holder="a") for _ in range(3)] == [_BATCH, 5, 0]
    assert first_break(store) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("what", "did nothing"),
        ("actor", "somebody else"),
        ("at", NOW + timedelta(microseconds=1)),
        ("message_id", 99),
        ("salt", b"x" * 16),
        ("salt", b""),
        ("id", 10_000_000_000),
    ],
)
@pytest.mark.parametrize("position", [1, 3, COUNT])
def test_a_changed_event_is_named(sealed: Store, column: str, value: object, position: int) -> None:
    change(sealed, sa.update(events).where(events.c.id == event_at(sealed, position)).values({column: value}))
    assert first_break(sealed) == position


@pytest.mark.parametrize("position", [1, 3, COUNT])
def test_an_event_that_is_gone_is_named(sealed: Store, position: int) -> None:
    change(sealed, sa.delete(events).where(events.c.id == event_at(sealed, position)))
    assert first_break(sealed) == position


@pytest.mark.parametrize("position", [1, 3, COUNT])
def test_a_link_that_is_gone_is_named_also_at_the_end(sealed: Store, position: int) -> None:
    change(sealed, sa.delete(seals).where(seals.c.position == position))
    assert first_break(sealed) == position


@pytest.mark.parametrize("column", ["commitment", "hash"])
@pytest.mark.parametrize("position", [1, 3, COUNT])
def test_a_changed_link_is_named(sealed: Store, column: str, position: int) -> None:
    change(sealed, sa.update(seals).where(seals.c.position == position).values({column: b"x" * 32}))
    assert first_break(sealed) == position


def test_two_events_that_change_places_are_named(sealed: Store) -> None:
    one, two = event_at(sealed, 2), event_at(sealed, 5)
    for position, event_id in ((5, -1), (2, two), (5, one)):
        change(sealed, sa.update(seals).where(seals.c.position == position).values(event_id=event_id))
    assert first_break(sealed) == 2


def test_two_events_that_swap_their_words_are_named(sealed: Store) -> None:
    one, two = event_at(sealed, 2), event_at(sealed, 5)
    change(sealed, sa.update(events).where(events.c.id == one).values(what="did 0 ünï"))
    change(sealed, sa.update(events).where(events.c.id == two).values(what="did 1 ünï"))
    assert first_break(sealed) == 2


def test_a_tombstone_leaves_the_chain_whole_but_never_excuses_other_words(sealed: Store) -> None:
    erased = event_at(sealed, 3)
    change(sealed, sa.update(events).where(events.c.id == erased).values(salt=b"", what="", actor=""))
    assert first_break(sealed) is None
    change(sealed, sa.update(events).where(events.c.id == erased).values(what="did something else"))
    assert first_break(sealed) == 3


def test_only_the_holder_of_the_lease_seals(store: Store) -> None:
    add(store)
    with store.cases.write() as connection:
        far = NOW + timedelta(days=36_500)
        connection.execute(sa.insert(leases).values(name="sealer", holder="another node", until=far))
    assert seal_events(store.cases, holder="a") == 0
    with store.cases.write() as connection:
        connection.execute(sa.update(leases).values(until=NOW - timedelta(days=36_500)))
    assert seal_events(store.cases, holder="a") == COUNT
