"""`casepost reparse`: the raw mails are read again with today's code."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, parse_number, print_json
from casepost.plain import inert_line
from casepost.progress import progress
from cases.errors import PermanentError
from ingest.read.version import READER_VERSION
from ingest.reread import Reread, reread
from store.rereading import count_rereadable, find_rereadable

_SHOWN = 60


class NotAll(PermanentError):
    """Some mails could not be read again."""


@click.command()
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--older", is_flag=True, help="Only mails that an older reader has read: goes on where it was stopped.")
@json_option
@config_option
def reparse(numbers: tuple[str, ...], older: bool, as_json: bool, config_file: Path | None) -> None:
    """Read the raw mails again and print what changed.

    Of the cases with these numbers, or of all. What agents decided stays as it is, and nobody is written to.
    """
    app = open_app(config_file)
    done: list[Reread] = []
    wanted = tuple(map(parse_number, numbers))
    for one in _reread(app, wanted, READER_VERSION if older else None):
        if as_json:
            done.append(one)
        else:
            _print(one)
            done.append(replace(one, changes=dict.fromkeys(one.changes)))  # the words themselves may be many
    problems = [one for one in done if one.problem]
    changed = [one for one in done if one.changes]
    if as_json:
        print_json(
            {
                "read": len(done),
                "changed": [
                    {"case": one.message.number, "message": one.message.message_id, "changes": one.changes}
                    for one in changed
                ],
                "problems": [
                    {"case": one.message.number, "message": one.message.message_id, "reason": one.problem}
                    for one in problems
                ],
            }
        )
    else:
        click.echo(f"{len(done)} mails read again, {len(changed)} changed, {len(problems)} left as they are")
    if problems:
        raise NotAll(f"{len(problems)} of {len(done)} mails could not be read again; they are as they were")


def _reread(app: App, numbers: tuple[str, ...], before_version: int | None) -> Iterator[Reread]:
    store = app.store

    def count() -> int:
        return count_rereadable(store.cases, numbers, before_version=before_version)

    with app.readers() as pool, progress("Reading again", count) as advance:
        for message in find_rereadable(store.cases, numbers, before_version=before_version):
            yield reread(message, ledger=store.ledger, cases=store.cases, reader=pool, now=app.clock())
            advance()
    app.waker.wake()


def _print(one: Reread) -> None:
    where = f"{one.message.number} message {one.message.message_id}"
    if one.problem:
        click.echo(f"{where}: {inert_line(one.problem)}", err=True)
    for name, change in one.changes.items():
        if "added" in change:
            said = [f"+ {value}" for value in change["added"]] + [f"- {value}" for value in change["removed"]]
        else:
            said = [f"{_short(change['before'])} -> {_short(change['after'])}"]
        for line in said:
            click.echo(f"{where}: {name} {inert_line(line)}")


def _short(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else "none"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
