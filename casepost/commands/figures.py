"""`casepost figures`: how long answers took, and whether promises and reminders were kept, by queue."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from casepost.commands.common import Moment, config_option, json_option, open_app, print_json
from casepost.tables import print_table
from store.figures import Answers, QueueFigures, load_figures
from store.people import queue_by_name
from store.views import to_rfc3339

_PERIOD = timedelta(days=30)
_ALL = "all"
_ANSWERS = ["queue", "answers", "count", "median", "90 %", "as promised"]
_REST = ["queue", "opened", "unanswered", "waiting", "overdue", "oldest", "reminders", "on time", "not needed", "late"]


@click.command()
@click.option("--since", type=Moment(), help="From this time [30 days before --until].")
@click.option("--until", type=Moment(), help="Before this time [now].")
@click.option("--queue", "name", help="Only this queue [all].")
@json_option
@config_option
def figures(
    since: datetime | None, until: datetime | None, name: str | None, as_json: bool, config_file: Path | None
) -> None:
    """Show answer times and kept reminders by queue.

    Times are counted in the open hours of the queue. 90 % of the answers took no longer than the time named there.
    """
    app = open_app(config_file)
    now = app.clock()
    end = until or now
    begin = since or end - _PERIOD
    if begin >= end:
        raise click.BadParameter("takes a time before --until", param_hint="--since")
    with app.store.cases.read() as connection:
        if name is not None:
            queue_by_name(connection, name)
        found = load_figures(connection, since=begin, until=end, now=now)
    found = [one for one in found if name is None or one.queue == name]
    if as_json:
        print_json([_document(one) for one in found if one.queue is not None])
        return
    click.echo(f"{begin:%d %B %Y} to {end:%d %B %Y}. Times are open hours of the queue.\n")
    print_table([row for one in found for row in _answer_rows(one)], _ANSWERS, empty="There are no queues yet.")
    click.echo()
    print_table([_rest_row(one) for one in found], _REST, empty="")


def say_length(length: timedelta) -> str:
    """A length in hours and minutes, as one says it: "3 h 20 min", "26 h", "4 min", "under 1 min"."""
    total = int(length.total_seconds()) // 60
    parts = [f"{total // 60} h" if total >= 60 else "", f"{total % 60} min" if total % 60 else ""]
    return " ".join(part for part in parts if part) or "under 1 min"


def _answer_rows(one: QueueFigures) -> list[dict[str, Any]]:
    rows = []
    for what, answers in (("first", one.first), ("later", one.later)):
        none = answers.count == 0 or answers.median is None or answers.slow is None
        rows.append(
            {
                "queue": one.queue or _ALL,
                "answers": what,
                "count": answers.count or "none yet",
                "median": None if none else say_length(answers.median or timedelta()),
                "90 %": None if none else say_length(answers.slow or timedelta()),
                "as promised": _say_share(answers.kept, answers.promised),
            }
        )
    return rows


def _rest_row(one: QueueFigures) -> dict[str, Any]:
    reminders = one.reminders
    return {
        "queue": one.queue or _ALL,
        "opened": one.opened,
        "unanswered": one.unanswered,
        "waiting": one.waiting,
        "overdue": one.overdue,
        "oldest": f"{one.oldest:%Y-%m-%d}" if one.oldest is not None else None,
        "reminders": reminders.left,
        "on time": _say_share(reminders.on_time, reminders.left),
        "not needed": reminders.not_needed,
        "late": reminders.overdue,
    }


def _say_share(part: int, whole: int) -> str | None:
    return f"{100 * part // whole} %" if whole else None


def _document(one: QueueFigures) -> dict[str, Any]:
    return {
        "queue": one.queue,
        "opened": one.opened,
        "first_answers": _answers_document(one.first),
        "later_answers": _answers_document(one.later),
        "unanswered": one.unanswered,
        "waiting": one.waiting,
        "overdue": one.overdue,
        "oldest": to_rfc3339(one.oldest) if one.oldest is not None else None,
        "reminders": {
            "left": one.reminders.left,
            "on_time": one.reminders.on_time,
            "not_needed": one.reminders.not_needed,
            "overdue": one.reminders.overdue,
        },
    }


def _answers_document(answers: Answers) -> dict[str, Any]:
    """Lengths in seconds of open time."""
    return {
        "count": answers.count,
        "median": answers.median.total_seconds() if answers.median is not None else None,
        "slow": answers.slow.total_seconds() if answers.slow is not None else None,
        "promised": answers.promised,
        "kept": answers.kept,
    }
