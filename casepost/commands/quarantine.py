"""`casepost quarantine`: mails that could not be read, kept whole."""

import getpass
import re
import sys
from pathlib import Path

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import inert_line, show_size, show_time
from casepost.tables import print_table
from cases.errors import PermanentError
from cases.model import Outcome
from store.quarantine import Document, drop, find_quarantined, list_quarantined, release, show_quarantined

_COLUMNS = ["id", "received_at", "sender", "recipients", "size", "tries", "case"]
_HEADER_LINES = 40
_LINE_OCTETS = 200
_FAILURES = {
    "time": "reading it took too long",
    "memory": "reading it took too much memory",
    "died": "the reader died of it",
}


@click.group()
def quarantine() -> None:
    """Show mails that could not be read, read them again, or give them up."""


@quarantine.command("list")
@json_option
@config_option
def list_them(as_json: bool, config_file: Path | None) -> None:
    """List the mails in quarantine, oldest first."""
    app = open_app(config_file)
    rows = list_quarantined(app.store)
    if as_json:
        print_json(rows)
    else:
        said = [{**row, "reason": _explain(row["reason"])} for row in rows]
        print_table(said, _COLUMNS, empty="Nothing is in quarantine.", note="reason", now=app.clock())


@quarantine.command()
@click.argument("ledger_id", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Write the mail itself, byte for byte.")
@json_option
@config_option
def show(ledger_id: int, raw: bool, as_json: bool, config_file: Path | None) -> None:
    """Show envelope, reason and how the header begins."""
    if raw and as_json:
        raise click.UsageError("--raw writes the mail, not JSON: choose one")
    if raw and sys.stdout.isatty():
        raise click.UsageError("the mail may hold what a terminal obeys: write it to a file, `--raw > mail.eml`")
    app = open_app(config_file)
    document = show_quarantined(app.store, ledger_id)
    octets = app.store.ledger.load(ledger_id)
    if raw:
        sys.stdout.buffer.write(octets)
        return
    header = _show_header(octets)
    if as_json:
        print_json({**document, "header": header})
    else:
        _print(app, document, header)


@quarantine.command()
@click.argument("ledger_id", metavar="ID", type=int)
@json_option
@config_option
def retry(ledger_id: int, as_json: bool, config_file: Path | None) -> None:
    """Read a mail again. As long as it cannot be read, nothing is changed."""
    from casepost.work import wait_for_disposition
    from store.views import show_disposition

    app = open_app(config_file)
    _try_to_read(app, ledger_id)
    release(app.store, ledger_id, now=app.clock())
    applied = wait_for_disposition(app, ledger_id)
    with app.store.cases.read() as connection:
        document = show_disposition(connection, applied)
    if as_json:
        print_json(document)
    else:
        where = f" in case {applied.number}" if applied.number else ""
        click.echo(f"Mail {ledger_id}: {document['outcome']}{where} ({inert_line(applied.reason)})")
    if applied.outcome is Outcome.QUARANTINED:
        raise Unreadable(f"mail {ledger_id} was read, but failed again: {inert_line(applied.reason)}")


@quarantine.command("drop")
@click.argument("ledger_id", metavar="ID", type=int)
@click.option("--reason", required=True, help="Why nobody needs to read it; kept on record.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@config_option
def drop_one(ledger_id: int, reason: str, yes: bool, as_json: bool, config_file: Path | None) -> None:
    """Give a mail up: nobody will read it. It stays in the ledger as it came; who dropped it and why is on record."""
    why = inert_line(reason).strip()
    if not why:
        raise click.UsageError("--reason says why nobody needs to read the mail")
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: add --yes")
    app = open_app(config_file)
    document = show_quarantined(app.store, ledger_id)
    if not yes:
        _print(app, document, _show_header(app.store.ledger.load(ledger_id)))
        if not click.confirm(f"\nDrop mail {ledger_id}? Nobody will read it"):
            click.echo("Nothing was changed.")
            click.get_current_context().exit(1)
    dropped = drop(app.store, ledger_id, by=getpass.getuser(), why=why, now=app.clock())
    if as_json:
        print_json(dropped)
    else:
        case = f", case {dropped['case']} is closed" if dropped["case"] else ""
        click.echo(f"Mail {ledger_id} is dropped{case}.")


class Unreadable(PermanentError):
    """The mail stays in quarantine."""


def _try_to_read(app: App, ledger_id: int) -> None:
    from ingest.child_pool import ReaderFailed

    find_quarantined(app.store, ledger_id)
    with app.readers() as pool:
        try:
            pool.read(app.store.ledger.load(ledger_id))
        except ReaderFailed as error:
            raise Unreadable(
                f"mail {ledger_id} still cannot be read: {_explain(error.reason)}; nothing was changed"
            ) from error


def _show_header(octets: bytes) -> list[str]:
    """The first lines of the header, made inert and cut."""
    header = re.split(rb"\r?\n\r?\n", octets[: _HEADER_LINES * _LINE_OCTETS * 4], maxsplit=1)[0]
    lines = header.splitlines()[:_HEADER_LINES]
    return [inert_line(line[:_LINE_OCTETS].decode("utf-8", "replace")) for line in lines]


def _explain(reason: str) -> str:
    """The reader's word for a failure as a person says it; other reasons are sentences already."""
    return _FAILURES.get(reason) or inert_line(reason)


def _print(app: App, document: Document, header: list[str]) -> None:
    received = show_time(document["received_at"], now=app.clock() if sys.stdout.isatty() else None)
    sender = "unknown" if document["sender"] is None else inert_line(document["sender"]) or "the null sender <>"
    click.echo(f"Mail {document['id']}, received {received} by {document['channel']}, {show_size(document['size'])}")
    click.echo(f"  reason  {_explain(document['reason'])}, {document['tries']} times")
    click.echo(f"  from    {sender}")
    click.echo(f"  to      {inert_line(', '.join(document['recipients']))}")
    click.echo(f"  case    {document['case'] or 'none'}")
    click.echo("\nIts header begins:")
    for line in header:
        click.echo(f"  {line}")
    click.echo(f"\ncasepost quarantine retry {document['id']}   reads it again")
    click.echo(f"casepost quarantine show {document['id']} --raw > mail.eml   saves it as it came")
    click.echo(f"casepost quarantine drop {document['id']} --reason WHY   gives it up")
