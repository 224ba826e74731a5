"""What commands that change a case share: finding it, the one door, and the line that says how it stands."""

import click

from casepost.app import App
from casepost.commands.common import parse_number, print_json
from casepost.plain import inert_line
from cases.change import Applied, Change
from cases.model import CaseState
from store.apply import apply
from store.case_rows import find_state
from store.errors import NotFound, Refused
from store.views import show_case

ACTOR = "operator"


def find_case(app: App, text: str) -> CaseState:
    """The case that is meant; a merged one is named instead of changing one that was not."""
    number = parse_number(text)
    with app.store.cases.read() as connection:
        state = find_state(connection, number)
    if state is None:
        raise NotFound(f"there is no case {number}")
    if state.number != number:
        raise Refused(f"case {number} was merged into {state.number}: name that one")
    return state


def change_case(app: App, change: Change) -> Applied:
    """Do it, and let the worker know that something may be due."""
    applied = apply(app.store.cases, change)
    app.waker.wake()
    return applied


def report_case(app: App, number: str, *, as_json: bool) -> None:
    """How the case stands now."""
    with app.store.cases.read() as connection:
        document = show_case(connection, number)
    if as_json:
        print_json(document)
    else:
        assignee = document["assignee"] or "nobody"
        click.echo(f"Case {number} is {document['status']}, assigned to {inert_line(assignee)}.")
