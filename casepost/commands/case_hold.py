"""`casepost case legal-hold`: a case that the law wants kept, whatever erases and however long ago it was closed."""

from pathlib import Path

import click

from casepost.commands.case_change import ACTOR, find_case
from casepost.commands.common import config_option, open_app
from store.case_rows import set_legal_hold


@click.command("legal-hold")
@click.argument("number")
@click.option("--end", is_flag=True, help="It may be erased again.")
@config_option
def legal_hold(number: str, end: bool, config_file: Path | None) -> None:
    """Keep a case by legal hold: nothing of it is erased until that ends."""
    app = open_app(config_file)
    state = find_case(app, number)
    with app.store.cases.write() as connection:
        set_legal_hold(connection, state.id, on=not end, actor=ACTOR, now=app.clock())
    click.echo(f"Case {state.number} {'may be erased again' if end else 'is kept by legal hold'}.")
