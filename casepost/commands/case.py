"""`casepost case`: look at cases and change them, through the same door as everything else."""

from pathlib import Path

import click
from sqlalchemy.engine import Connection

from casepost.commands.case_change import ACTOR, change_case, find_case, report_case
from casepost.commands.case_export import export
from casepost.commands.case_hold import legal_hold
from casepost.commands.case_merge import merge, split
from casepost.commands.common import config_option, json_option, open_app, parse_number, print_json
from casepost.plain import inert_line
from casepost.tables import print_table
from cases.change import Change, Settings
from cases.model import Happening, Status
from ingest.commands import parse_wait
from store.errors import NotFound, Refused
from store.people import find_user, queue_by_name
from store.views import list_cases, show_case

_COLUMNS = ["number", "status", "priority", "queue", "requester", "subject"]


@click.group()
def case() -> None:
    """List, show, export and change cases."""


for command in (merge, split, export, legal_hold):
    case.add_command(command)


@case.command("list")
@click.option("--limit", type=click.IntRange(min=1), help="No more than this many [all].")
@click.option("--status", type=click.Choice([one.value for one in Status]), help="Only cases in this state [all].")
@click.option("--queue", help="Only cases of this queue [all].")
@json_option
@config_option
def list_them(
    limit: int | None, status: str | None, queue: str | None, as_json: bool, config_file: Path | None
) -> None:
    """List cases, newest first."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        if queue is not None:
            _check_queue(connection, queue)
        rows = list_cases(connection, limit=limit, status=status, queue=queue)
    if as_json:
        print_json(rows)
    else:
        chosen = status or queue
        print_table(rows, _COLUMNS, empty="There is no such case." if chosen else "There are no cases yet.")


@case.command()
@click.argument("number")
@json_option
@config_option
def show(number: str, as_json: bool, config_file: Path | None) -> None:
    """Show one case: what was said, what is missing, what comes next. NUMBER may be CP-4821773099 too."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        document = show_case(connection, parse_number(number))
    if as_json:
        print_json(document)
    else:
        from casepost.case_screen import print_case

        print_case(document, now=app.clock())


@case.command()
@click.argument("number")
@json_option
@config_option
def close(number: str, as_json: bool, config_file: Path | None) -> None:
    """Close a case; nobody is written to."""
    app = open_app(config_file)
    state = find_case(app, number)
    if state.status is not Status.CLOSED:
        change_case(app, Change(actor=ACTOR, at=app.clock(), case_id=state.id, happenings=(Happening.CLOSED,)))
    report_case(app, state.number, as_json=as_json)


@case.command()
@click.argument("number")
@json_option
@config_option
def reopen(number: str, as_json: bool, config_file: Path | None) -> None:
    """Reopen a closed case. It waits for an agent again, who is reminded in time."""
    app = open_app(config_file)
    state = find_case(app, number)
    if state.status is Status.CLOSED:
        change_case(app, Change(actor=ACTOR, at=app.clock(), case_id=state.id, happenings=(Happening.REOPENED,)))
    report_case(app, state.number, as_json=as_json)


@case.command()
@click.argument("number")
@click.argument("time")
@json_option
@config_option
def wait(number: str, time: str, as_json: bool, config_file: Path | None) -> None:
    """Keep an open case with its agents, who are reminded in TIME: 2d, 4h, 1w, in the queue's working hours."""
    app = open_app(config_file)
    length = parse_wait(time)
    if length is None:
        raise click.BadParameter(f"{time!r} is no time such as 2d, 4h or 1w, a year at most", param_hint="TIME")
    state = find_case(app, number)
    if state.status is Status.CLOSED:
        raise Refused(f"case {state.number} is closed and waits for nobody; `casepost case reopen` it first")
    settings, put_off = Settings(wait=length), (Happening.PUT_OFF,)
    change_case(app, Change(actor=ACTOR, at=app.clock(), case_id=state.id, happenings=put_off, settings=settings))
    report_case(app, state.number, as_json=as_json)


@case.command()
@click.argument("number")
@click.argument("address")
@json_option
@config_option
def assign(number: str, address: str, as_json: bool, config_file: Path | None) -> None:
    """Give a case to the agent with this ADDRESS."""
    app = open_app(config_file)
    state = find_case(app, number)
    with app.store.cases.read() as connection:
        agent = find_user(connection, address)
    if agent is None:
        raise NotFound(f"nobody on the staff has the address {inert_line(address)}; see `casepost user list`")
    if agent.role == "viewer":
        raise Refused(f"{agent.address} is a viewer: only agents and admins can be given a case")
    if state.assignee_id != agent.id:
        settings = Settings(assignee_id=agent.id)
        change_case(app, Change(actor=ACTOR, at=app.clock(), case_id=state.id, settings=settings))
    report_case(app, state.number, as_json=as_json)


def _check_queue(connection: Connection, name: str) -> None:
    try:
        queue_by_name(connection, name)
    except NotFound as error:
        raise click.BadParameter(str(error), param_hint="--queue") from None
