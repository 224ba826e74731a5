"""`casepost due` lists what waits for its time; `casepost run-due` does it."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from casepost.commands.common import Moment, config_option, json_option, open_app, print_json
from casepost.tables import print_table
from store.views import list_due


@click.command()
@click.option("--at", type=Moment(), help="As of this time [now].")
@json_option
@config_option
def due(at: datetime | None, as_json: bool, config_file: Path | None) -> None:
    """List the reminders that are due.

    Escalations and closings too; what is due at once is not among them. Nothing is sent.
    """
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = list_due(connection, at=at or app.clock())
    if as_json:
        print_json(rows)
    else:
        print_table(rows, ["at", "kind", "case", "to", "subject"], empty="Nothing is due.")


@click.command("run-due")
@click.option("--at", type=Moment(), help="As if it were this time [now].")
@json_option
@config_option
def run_due(at: datetime | None, as_json: bool, config_file: Path | None) -> None:
    """Do all work that is due now.

    Also what that work makes due, and one try to deliver it.
    """
    from casepost.work import do_due

    app = open_app(config_file)
    done = do_due(app, at=at or app.clock())
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(
            f"{done.taken_in} mails taken in, {done.written} replies written, {done.tried} deliveries tried,"
            f" {done.looked_at} pictures looked at"
        )
