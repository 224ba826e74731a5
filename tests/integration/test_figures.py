"""Answer times in open hours, promises and reminders that were kept: after whole conversations and of bare rows."""

from datetime import timedelta

import pytest

from store.figures import QueueFigures, find_quantile, load_figures
from store.store import Store
from tests.casework import AGENT
from tests.office import Office
from tests.rehearsal import Rehearsal, berlin
from tests.service import mail

MONDAY = berlin(2026, 11, 23, 10)
FRIDAY_EVENING = berlin(2026, 11, 27, 17)
HOUR = timedelta(hours=1)


@pytest.fixture
def rehearsal(store: Store) -> Rehearsal:
    return Rehearsal(Office(store))


def opened(rehearsal: Rehearsal, at: object, subject: str, *to: str) -> None:
    assert rehearsal.office.receive(mail(subject, "Where is it?"), *to, now=at) is not None  # type: ignore[arg-type]
    rehearsal.do(at)  # type: ignore[arg-type]


def figures(rehearsal: Rehearsal, *, days: int = 7, after: int = 0) -> dict[str | None, QueueFigures]:
    since = MONDAY - HOUR + timedelta(days=after)
    until = since + timedelta(days=days)
    with rehearsal.office.store.cases.read() as connection:
        return {one.queue: one for one in load_figures(connection, since=since, until=until, now=until)}


def test_an_answer_after_the_weekend_took_the_hours_that_the_queue_was_open(rehearsal: Rehearsal) -> None:
    opened(rehearsal, FRIDAY_EVENING, "Where is my order?")
    rehearsal.says(AGENT, "It is on its way.", berlin(2026, 11, 30, 10))
    support = figures(rehearsal, days=14)["support"]
    assert (support.opened, support.waiting, support.unanswered) == (1, 0, 0)
    assert (support.first.count, support.first.median, support.first.slow) == (1, 2 * HOUR, 2 * HOUR)
    assert (support.first.promised, support.first.kept) == (1, 1)
    assert support.later.median is None


def test_first_answers_later_ones_and_waits_without_any_are_told_apart(rehearsal: Rehearsal) -> None:
    opened(rehearsal, MONDAY, "One")
    rehearsal.says(AGENT, "Which address?", MONDAY + HOUR)
    rehearsal.says("jan@petersen.example", "Berlin.", MONDAY + 2 * HOUR)
    rehearsal.says(AGENT, "Thank you.", MONDAY + 5 * HOUR)
    opened(rehearsal, MONDAY + 6 * HOUR, "Two")
    rehearsal.says(AGENT, "#close", MONDAY + 7 * HOUR)
    opened(rehearsal, MONDAY + timedelta(days=1), "Three")
    support = figures(rehearsal)["support"]
    assert (support.first.count, support.first.median) == (1, HOUR)
    assert (support.later.count, support.later.median) == (1, 3 * HOUR)
    assert (support.opened, support.unanswered, support.waiting, support.overdue) == (3, 1, 1, 1)
    assert support.oldest == MONDAY + timedelta(days=1)


def test_a_promise_that_was_broken_is_counted_as_such_and_so_is_a_reminder_that_left_late(
    rehearsal: Rehearsal,
) -> None:
    opened(rehearsal, MONDAY, "One")
    rehearsal.run(MONDAY + timedelta(days=1))  # reminded on time
    rehearsal.do(MONDAY + timedelta(days=2, minutes=30))  # the rest half an hour late
    rehearsal.says(AGENT, "At last.", MONDAY + timedelta(days=2, hours=1))
    support = figures(rehearsal)["support"]
    assert (support.first.promised, support.first.kept) == (1, 0)
    assert (support.reminders.left, support.reminders.on_time) == (3, 1)
    assert support.reminders.overdue == 1  # the seller's, after this week was over
    again = figures(rehearsal, days=30)["support"].reminders
    assert (again.left, again.overdue) == (3, 2)


def test_what_was_answered_in_time_needed_no_reminder(rehearsal: Rehearsal) -> None:
    opened(rehearsal, MONDAY, "One")
    rehearsal.says(AGENT, "#close\n\nIt is done.", MONDAY + HOUR)
    reminders = figures(rehearsal)["support"].reminders
    assert (reminders.left, reminders.not_needed, reminders.overdue) == (0, 3, 0)


def test_each_queue_has_its_own_figures_and_all_have_them_together(rehearsal: Rehearsal) -> None:
    opened(rehearsal, MONDAY, "One")
    opened(rehearsal, MONDAY, "Two", "returns@casepost.example")
    found = figures(rehearsal)
    assert {name: one.opened for name, one in found.items()} == {"support": 1, "returns": 1, None: 2}
    assert figures(rehearsal, after=7)["support"].opened == 0


def test_a_quantile_is_the_shortest_length_that_so_many_do_not_exceed() -> None:
    lengths = [timedelta(minutes=one) for one in range(1, 11)]
    assert find_quantile(lengths, 50) == timedelta(minutes=5)
    assert find_quantile(lengths, 90) == timedelta(minutes=9)
    assert find_quantile(lengths[:1], 90) == timedelta(minutes=1)
    assert find_quantile([], 50) is None
