"""`casepost junk`: what was set aside, taking it back, and who is blocked or allowed."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import inert_line
from casepost.tables import print_table
from store.junk import rescue as take_back
from store.junk_list import JunkMail, JunkRule, forget_rule, list_junk, list_rules, set_rule
from store.views import to_rfc3339

_ACTOR = "operator"


@click.group()
def junk() -> None:
    """Show junk mail, take it back, block and allow senders."""


@junk.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were taken back, too.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many [all].")
@json_option
@config_option
def list_them(everything: bool, limit: int | None, as_json: bool, config_file: Path | None) -> None:
    """List what was set aside, newest first."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = [_as_document(one) for one in list_junk(connection, everything=everything, limit=limit)]
    if as_json:
        print_json(rows)
    else:
        columns = ["id", "at", "from", "subject", *(["rescued_at"] if everything else [])]
        print_table(rows, columns, empty="No mail is set aside as junk.", note="reason", now=app.clock())


@junk.command()
@click.argument("ledger_id", metavar="ID", type=int)
@click.option("--allow", is_flag=True, help="Allow its sender from now on, too.")
@json_option
@config_option
def rescue(ledger_id: int, allow: bool, as_json: bool, config_file: Path | None) -> None:
    """Take a mail back: it becomes a case as if it came now."""
    from casepost.work import wait_for_disposition
    from store.views import show_disposition

    app = open_app(config_file)
    mail = take_back(app.store, ledger_id, actor=_ACTOR, now=app.clock())
    if allow:
        with app.store.cases.write() as connection:
            set_rule(connection, mail.author, blocks=False, actor=_ACTOR, now=app.clock())
    applied = wait_for_disposition(app, ledger_id)
    with app.store.cases.read() as connection:
        document = show_disposition(connection, applied)
    if as_json:
        print_json(document)
        return
    where = f" in case {applied.number}" if applied.number else ""
    click.echo(f"Mail {ledger_id}: {document['outcome']}{where} ({inert_line(applied.reason)})")
    if allow:
        click.echo(f"Mail from {inert_line(mail.author)} is never junk from now on.")


@junk.command()
@click.argument("senders", metavar="ADDRESS|DOMAIN...", nargs=-1, required=True)
@config_option
def block(senders: tuple[str, ...], config_file: Path | None) -> None:
    """Call all mail of these addresses or domains junk from now on."""
    _rule(config_file, senders, blocks=True)


@junk.command()
@click.argument("senders", metavar="ADDRESS|DOMAIN...", nargs=-1, required=True)
@config_option
def allow(senders: tuple[str, ...], config_file: Path | None) -> None:
    """Never call mail that is really from these addresses or domains junk."""
    _rule(config_file, senders, blocks=False)


@junk.command()
@click.argument("senders", metavar="ADDRESS|DOMAIN...", nargs=-1, required=True)
@config_option
def forget(senders: tuple[str, ...], config_file: Path | None) -> None:
    """Neither block nor allow these any more."""
    app = open_app(config_file)
    for sender in senders:
        with app.store.cases.write() as connection:
            pattern = forget_rule(connection, sender, actor=_ACTOR, now=app.clock())
        click.echo(f"{inert_line(pattern)}: no rule any more")


@junk.command()
@json_option
@config_option
def rules(as_json: bool, config_file: Path | None) -> None:
    """List who is blocked or allowed."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = [_as_rule(one) for one in list_rules(connection)]
    if as_json:
        print_json(rows)
    else:
        print_table(
            rows, ["sender", "rule", "added_at", "added_by"], empty="Nobody is blocked or allowed.", now=app.clock()
        )


def _rule(config_file: Path | None, senders: tuple[str, ...], *, blocks: bool) -> None:
    app = open_app(config_file)
    for sender in senders:
        with app.store.cases.write() as connection:
            pattern = set_rule(connection, sender, blocks=blocks, actor=_ACTOR, now=app.clock())
        click.echo(f"{inert_line(pattern)}: {'junk' if blocks else 'never junk'} from now on")


def _as_document(mail: JunkMail) -> dict[str, Any]:
    return {
        "id": mail.ledger_id,
        "at": to_rfc3339(mail.at),
        "from": mail.author,
        "subject": mail.subject,
        "reason": mail.reason,
        "rescued_at": _time(mail.rescued_at),
    }


def _as_rule(rule: JunkRule) -> dict[str, Any]:
    return {
        "sender": rule.pattern,
        "rule": "block" if rule.blocks else "allow",
        "added_at": to_rfc3339(rule.added_at),
        "added_by": rule.added_by,
    }


def _time(at: datetime | None) -> str | None:
    return to_rfc3339(at) if at is not None else None
