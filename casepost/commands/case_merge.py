"""`casepost case merge` and `split`: two cases that are one matter, and one that is two."""

from pathlib import Path

import click

from casepost.app import App
from casepost.commands.case_change import ACTOR, change_case, find_case, report_case
from casepost.commands.common import config_option, json_option, open_app, parse_number, print_json
from cases.change import Change, Splitting
from cases.model import CaseState, Happening
from store.case_rows import find_state
from store.errors import NotFound
from store.splitting import plan_split
from store.views import Document, show_case


@click.command()
@click.argument("number")
@click.argument("into")
@json_option
@config_option
def merge(number: str, into: str, as_json: bool, config_file: Path | None) -> None:
    """Put case NUMBER into case INTO, where it goes on.

    What was said in NUMBER stands in INTO from then on, and replies to it land there. Who took part in it takes part
    in INTO, and sees nothing that was said there before. `casepost case split NUMBER` undoes it.
    """
    app = open_app(config_file)
    state = _find(app, number)
    if not _is_part_of(app, state, into):
        change = Change(
            actor=ACTOR,
            at=app.clock(),
            case_id=find_case(app, number).id,
            happenings=(Happening.MERGED,),
            merge_into=parse_number(into),
        )
        change_case(app, change)
    document = _show(app, _end_of(app, into).number)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Case {state.number} is part of case {document['number']} now, which is {document['status']}.")
        click.echo(f"casepost case split {state.number}   undoes it")


@click.command()
@click.argument("number")
@click.option(
    "--message",
    "message_ids",
    type=int,
    multiple=True,
    metavar="ID",
    help="A message that becomes a new case, with the others named; `case show --json` has the ids.",
)
@json_option
@config_option
def split(number: str, message_ids: tuple[int, ...], as_json: bool, config_file: Path | None) -> None:
    """Undo the merge of case NUMBER, or make a new case of some of its messages.

    A new case belongs to whoever wrote the first of its messages. They are told its number, and the agents get it as
    a new case; what we sent stays where it is.
    """
    app = open_app(config_file)
    if message_ids:
        _split_messages(app, number, message_ids, as_json=as_json)
    else:
        _undo_merge(app, number, as_json=as_json)


def _split_messages(app: App, number: str, message_ids: tuple[int, ...], *, as_json: bool) -> None:
    state = find_case(app, number)
    with app.store.cases.read() as connection:
        change = plan_split(connection, state, message_ids, actor=ACTOR, at=app.clock())
    applied = change_case(app, change)
    assert applied.number is not None
    document = _show(app, applied.number)
    if as_json:
        print_json(document)
        return
    requester = document["requester"]["address"] or "nobody known"
    told = "who is told its number" if not change.silent else "who is not written to, as the address is not certain"
    click.echo(f"Case {applied.number} is new, split off case {state.number}. Requester: {requester}, {told}.")


def _undo_merge(app: App, number: str, *, as_json: bool) -> None:
    state = _find(app, number)
    change_case(
        app,
        Change(
            actor=ACTOR,
            at=app.clock(),
            case_id=state.id,
            happenings=(Happening.REOPENED,),
            splitting=Splitting(),
        ),
    )
    report_case(app, state.number, as_json=as_json)


def _is_part_of(app: App, state: CaseState, into: str) -> bool:
    """Whether the case went there before, also by way of others."""
    return state.merged_into_id is not None and _end_of(app, state.number).id == _end_of(app, into).id


def _end_of(app: App, text: str) -> CaseState:
    """The case where the one with this number goes on."""
    return _found(app, parse_number(text), follow=True)


def _find(app: App, text: str) -> CaseState:
    """The very case with this number, merged or not."""
    return _found(app, parse_number(text), follow=False)


def _found(app: App, number: str, *, follow: bool) -> CaseState:
    with app.store.cases.read() as connection:
        state = find_state(connection, number, follow=follow)
    if state is None:
        raise NotFound(f"there is no case {number}")
    return state


def _show(app: App, number: str) -> Document:
    with app.store.cases.read() as connection:
        return show_case(connection, number)
