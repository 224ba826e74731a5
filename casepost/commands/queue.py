"""`casepost queue`: the queues as the store has them, which hold, and how they follow the file again."""

from pathlib import Path

import click

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import inert_line
from casepost.tables import print_table
from store.errors import NotFound
from store.seeding import adopt
from store.views import list_queues

_COLUMNS = ["name", "address", "lead", "hours", "timezone", "country", "language"]


@click.group()
def queue() -> None:
    """Queues: one support address each, with its hours and its lead.

    What the file says of a queue counts when it is made. Later changes of the file are taken over by `adopt`.
    """


@queue.command("list")
@json_option
@config_option
def list_them(as_json: bool, config_file: Path | None) -> None:
    """List the queues with hours, lead and reminders as they hold."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = list_queues(connection)
    if as_json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS, empty="There are no queues yet: casepost serve makes those of the file.")


@queue.command("adopt")
@click.argument("name")
@json_option
@config_option
def adopt_it(name: str, as_json: bool, config_file: Path | None) -> None:
    """Take over what the file says of the queue NAME: address, hours, closing days, lead and the rest.

    Agents stay as they are: `casepost user` changes those. Mail that is planned already keeps its time.
    """
    app = open_app(config_file)
    seed = next((one for one in app.seeds() if one.queue.name == name), None)
    if seed is None:
        names = ", ".join(one.queue.name for one in app.seeds())
        raise NotFound(f"the file has no queue {inert_line(name)}; it has: {names}")
    with app.store.cases.write() as connection:
        taken = adopt(connection, seed, actor="operator", now=app.clock())
    app.waker.wake()
    if as_json:
        print_json([{"key": one.key, "before": one.kept, "now": one.wanted} for one in taken])
        return
    for one in taken:
        click.echo(f"{one.key}: {inert_line(str(one.kept))} -> {inert_line(str(one.wanted))}")
    if not taken:
        click.echo(f"The queue {name} is as the file says.")
