"""`casepost erase`: a person and all that is theirs, gone for good."""

from pathlib import Path

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.commands.mail_address import MailAddress
from casepost.plain import inert_line
from casepost.progress import progress
from cases.errors import PermanentError
from ingest.erase import Erased, look_for
from ingest.erase import erase as erase_person
from store.erasure import Person, numbers_of
from store.junk_list import list_rules
from store.people import find_user


class NotErased(PermanentError):
    """Somebody who may not, or not this way, be erased."""


@click.command()
@click.argument("address", type=MailAddress())
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@config_option
def erase(address: str, yes: bool, as_json: bool, config_file: Path | None) -> None:
    """Erase a person: mails, texts, files, letters; quotations in others' mails.

    What stays is that there was something: numbers of cases, times, links of the chain. Cases with others in them go
    on without the person. It cannot be undone; backups keep the person until they are deleted.
    """
    app = open_app(config_file)
    person = look_for(app.store, address)
    _check(app, person)
    if not yes:
        click.confirm(_say(person), abort=True, err=True)
    with app.readers() as pool, progress("others' mails", lambda: len(person.other_ids)) as advance:
        done = erase_person(app.store, address, reader=pool, actor="operator", now=app.clock(), advance=advance)
    files = _drop_letters(app, person)
    app.waker.wake()
    if as_json:
        print_json({"cases": done.cases, "mails": done.mails, "redacted": done.redacted, "letters": files})
    else:
        _tell(done, files)
        _tell_rule(app, person)


def _check(app: App, person: Person) -> None:
    with app.store.cases.read() as connection:
        if find_user(connection, person.address) is not None:
            raise NotErased(f"{person.address} is on the staff: casepost user remove {person.address} comes first")
    if person.on_hold:
        held = ", ".join(person.on_hold)
        raise NotErased(f"kept by legal hold: {held}; nothing was erased (casepost case legal-hold NUMBER --end)")
    if not (person.case_ids or person.ledger_ids or person.participant_ids):
        raise NotErased(f"nothing of {inert_line(person.address)} is here")


def _say(person: Person) -> str:
    return (
        f"Erase {inert_line(person.address)} for good: {len(person.message_ids)} messages in {len(person.case_ids)} "
        f"cases, {len(person.ledger_ids)} mails; {len(person.other_ids)} messages of others lose what quotes them?"
    )


def _drop_letters(app: App, person: Person) -> int:
    """The local outbox is a maildir in data_dir: letters of these cases in it go, too."""
    with app.store.cases.read() as connection:
        marks = [f"X-Casepost-Case: {number}".encode() for number in numbers_of(connection, person.case_ids)]
    dropped = 0
    for path in (app.config.data_dir / "outbox").rglob("*"):
        if path.is_file() and any(mark in path.read_bytes() for mark in marks):
            path.unlink()
            dropped += 1
    return dropped


def _tell_rule(app: App, person: Person) -> None:
    with app.store.cases.read() as connection:
        rules = {rule.pattern for rule in list_rules(connection)}
    if person.address in rules:
        click.echo(f"A rule names {inert_line(person.address)} still: casepost junk forget {person.address} ends it.")


def _tell(done: Erased, files: int) -> None:
    click.echo(f"Erased: {done.mails} mails in {done.cases} cases; {done.redacted} mails of others were written anew.")
    if files:
        click.echo(f"{files} letters in the local outbox are gone, too.")
    click.echo("Backups keep what was erased until they are deleted. Mail that was delivered is with whoever got it.")
