"""Threat 35: the relay is down for two days. All is kept, nobody is flooded afterwards, each case keeps its order.

With 5,000 cases: `python -m tests.outages relay --cases 5000`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cases.model import Reminders
from store.outbox import claim_outgoing
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from tests.casework import AGENT, NOW, SUPPORT
from tests.office import Office
from tests.outages.relay_down import RelayDown
from tests.service import mail


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with one queue, on each of the databases."""
    new: Callable[[], str] = request.getfixturevalue("new_postgresql") if request.param == "postgresql" else str
    opened = open_store(tmp_path / "var", new(), clock=lambda: NOW)
    seed_store(opened, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    yield opened
    opened.close()


def test_35_after_two_days_without_a_relay_each_case_has_one_of_each_mail_in_order_and_below_the_cap(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path / "var", "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    report = RelayDown(store, cases=25, per_minute=60, tell=lambda _words: None).play()
    store.close()
    assert report.faults(cases=25, per_minute=60) == []
    assert report.busiest_minute() == 60
    assert report.drained_in() <= timedelta(
        minutes=len(report.left) / 60 + 2 + 18
    )  # the last pause, 15 minutes and jitter, is waited for
    assert len(report.tries_down) < 250  # at the most one every twelve minutes, once it is known
    assert len(set(report.pauses[-20:])) > 10  # jitter: no two pauses are the same
    assert all(700 <= seconds <= 1081 for seconds in report.pauses[-20:-1])
    reminders = {kind for _, _, kind, to, _ in report.left if to != AGENT}
    assert reminders <= {"acknowledgement", "status"}


def test_35_the_cap_is_over_all_nodes_and_what_is_under_way_counts(store: Store) -> None:
    office = Office(store)
    for number in range(6):
        address = f"seller{number}@client.example"
        office.receive(mail(f"Question {number}", "Where is it?", sender=address), sender=address)
    office.write()

    def claim(holder: str, seconds: float) -> int:
        now = NOW + timedelta(seconds=seconds)
        return len(claim_outgoing(store.cases, holder=holder, now=now, limit=16, per_minute=5))

    assert (claim("one", 0), claim("another", 0), claim("one", 59)) == (5, 0, 0)
    assert len(claim_outgoing(store.cases, holder="free", now=NOW, limit=16)) > 0


def test_35_a_minute_later_the_next_ones_have_their_turn(store: Store) -> None:
    office = Office(store)
    for number in range(6):
        address = f"seller{number}@client.example"
        office.receive(mail(f"Question {number}", "Where is it?", sender=address), sender=address)
    office.write()
    assert office.deliver(limit=5) == 5
    late = [
        len(claim_outgoing(store.cases, holder="x", now=NOW + timedelta(seconds=s), limit=3, per_minute=5))
        for s in (59, 60)
    ]
    assert late == [0, 3]
