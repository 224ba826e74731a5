"""Leads are people of the staff: made by the seed, told of what waits too long, and never nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.model import Reminders
from store.people import User, add_user, agents_of, find_lead, find_user, load_reminders
from store.people_tables import queues, user_queues
from store.seeding import QueueSeed, seed
from store.staff import get_user, remove_user, send_away
from store.store import Store, seed_store
from tests.casework import AGENT, NOW, SUPPORT

LENA = "lena@office.example"
RITA = "rita@office.example"
LED = QueueSeed(queue=replace(SUPPORT, lead=LENA), agents=(AGENT,))


def start(store: Store, one: QueueSeed = LED, others: Reminders = Reminders()) -> None:  # noqa: B008  a frozen value
    """What every start does with what the configuration says."""
    seed_store(store, [one], others, clock=lambda: NOW)


@pytest.fixture
def led(store: Store) -> Store:
    """A store whose first queue has a lead, named after the queue was made."""
    with store.cases.write() as connection:
        connection.execute(sa.update(queues).where(queues.c.id == SUPPORT.id).values(lead=LENA))
    start(store)
    return store


def told(store: Store, queue_id: int = SUPPORT.id) -> list[str]:
    """The addresses of those who hear of an escalation."""
    with store.cases.read() as connection:
        return [user.address for user in find_lead(connection, queue_id, now=NOW)]


def person(store: Store, address: str) -> User | None:
    """The member of staff who has an address."""
    with store.cases.read() as connection:
        return find_user(connection, address)


def test_the_lead_of_a_queue_that_is_there_already_becomes_a_person_who_gets_no_relay(led: Store) -> None:
    lena = person(led, LENA)
    assert lena is not None
    assert (lena.role, lena.queue_ids) == ("agent", ())
    with led.cases.read() as connection:
        assert [agent.address for agent in agents_of(connection, SUPPORT.id)] == [AGENT]
    assert told(led) == [LENA]


def test_a_lead_who_is_on_the_staff_already_stays_what_they_are(store: Store) -> None:
    with store.cases.write() as connection:
        boss = add_user(connection, "Boss@Office.example", role="admin", queue_ids=[2], now=NOW)
        connection.execute(sa.update(queues).where(queues.c.id == SUPPORT.id).values(lead="boss@office.example"))
    start(store)
    kept = person(store, "boss@office.example")
    assert kept is not None
    assert (kept.id, kept.role, kept.queue_ids) == (boss, "admin", (2,))
    assert told(store) == ["Boss@Office.example"]


def test_a_second_start_makes_nobody_twice_and_calls_nobody_back_who_left(led: Store) -> None:
    start(led)
    with led.cases.write() as connection:
        remove_user(connection, get_user(connection, LENA), even_the_last=False, actor="operator", now=NOW)
    start(led)
    assert person(led, LENA) is None


def test_two_nodes_that_start_at_once_make_one_person(store: Store) -> None:
    with store.cases.write() as connection:
        connection.execute(sa.update(queues).where(queues.c.id == SUPPORT.id).values(lead=LENA))
    with ThreadPoolExecutor() as nodes:
        with store.cases.write() as connection:
            seed(connection, [LED], now=NOW)
            other = nodes.submit(start, store)
            wait([other], timeout=0.2)  # it has looked, and found that the lead is nobody yet
        other.result(timeout=20)
    assert told(store) == [LENA]


def leave(connection: Connection) -> None:
    """The lead leaves the staff."""
    remove_user(connection, get_user(connection, LENA), even_the_last=False, actor="operator", now=NOW)


def rest(connection: Connection) -> None:
    """The lead is away, and nobody stands in."""
    send_away(connection, get_user(connection, LENA), until=NOW + timedelta(days=9), delegate=None, now=NOW)


def look_on(connection: Connection) -> None:
    """The lead may look, and not answer."""
    add_user(connection, LENA, role="viewer", queue_ids=[], now=NOW)


def resign(connection: Connection) -> None:
    """The queue has no lead any more."""
    connection.execute(sa.update(queues).where(queues.c.id == SUPPORT.id).values(lead=""))


@pytest.mark.parametrize("happens", [leave, rest, look_on, resign])
def test_the_agents_are_told_where_no_lead_is_at_hand(led: Store, happens: Callable[[Connection], None]) -> None:
    with led.cases.write() as connection:
        happens(connection)
    assert told(led) == [AGENT]


def test_who_stands_in_for_the_lead_is_told(led: Store) -> None:
    with led.cases.write() as connection:
        rita, lena = get_user(connection, RITA), get_user(connection, LENA)
        send_away(connection, lena, until=NOW + timedelta(days=9), delegate=rita, now=NOW)
    assert told(led) == [RITA]


def test_a_lead_who_is_away_is_told_after_all_where_there_are_no_agents(led: Store) -> None:
    with led.cases.write() as connection:
        rest(connection)
        connection.execute(sa.delete(user_queues))
    assert told(led) == [LENA]


def test_reminders_follow_the_configuration_those_of_a_queue_before_those_of_all(store: Store) -> None:
    of_all = Reminders(agent_after="PT2H")
    start(store, replace(LED, reminders=Reminders(agent_after="PT4H", clock="wall")), of_all)
    start(store, replace(LED, reminders=Reminders(agent_after="PT5H", clock="wall")), of_all)
    with store.cases.read() as connection:
        assert load_reminders(connection, SUPPORT.id) == Reminders(agent_after="PT5H", clock="wall")
        assert load_reminders(connection, 2) == of_all
