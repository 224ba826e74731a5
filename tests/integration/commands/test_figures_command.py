"""`casepost figures`: a table that is read at a glance, and the same as JSON."""

from datetime import timedelta

import pytest

from casepost.app import App
from casepost.commands.figures import say_length
from tests.command_line import MAIL, Run, take_in


def test_queues_without_answers_say_so_and_have_no_numbers_that_mean_nothing(run: Run) -> None:
    screen = run("figures").out
    assert "open hours of the queue" in screen
    assert screen.count("none yet") == 6  # two queues and all, first and later
    assert "None" not in screen


def test_json_has_an_object_for_each_queue_and_nulls_where_there_is_nothing(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    documents = run("figures", "--json").json
    assert [one["queue"] for one in documents] == ["support", "returns"]
    support = documents[0]
    assert (support["opened"], support["waiting"], support["first_answers"]["median"]) == (1, 1, None)
    assert [one["queue"] for one in run("figures", "--queue", "returns", "--json").json] == ["returns"]


def test_a_period_that_ends_before_it_begins_and_an_unknown_queue_are_refused(run: Run) -> None:
    turned = run("figures", "--since", "2026-11-12T10:00:00Z", "--until", "2026-11-11T10:00:00Z")
    assert (turned.code, "before --until" in turned.err) == (2, True)
    unknown = run("figures", "--queue", "refunds")
    assert (unknown.code, "support, returns" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), "under 1 min"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=1, hours=2), "26 h"),
    ],
)
def test_a_length_is_said_in_hours_and_minutes(length: timedelta, said: str) -> None:
    assert say_length(length) == said
