"""`casepost delivery`: what waits to go out, and an operator's hand on it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import show_wait
from casepost.tables import print_table
from store import outbox
from store.views import list_deliveries

_COLUMNS = ["id", "case", "kind", "state", "since", "to"]


class OutboxId(click.ParamType[int | None]):
    """The id of a mail in the outbox, or the word `all` (None)."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The id; a usage error says where to find one."""
        if value == "all":
            return None
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is no id of `casepost delivery list`, nor `all`", param, ctx)


_ids_or_all = click.argument("ids", nargs=-1, required=True, type=OutboxId(), metavar="ID...|all")


@click.group()
def delivery() -> None:
    """Show what waits to go out, try it again, hold or release it."""


@delivery.command("list")
@click.option("--all", "everything", is_flag=True, help="What has gone out, or was no longer wanted, too.")
@json_option
@config_option
def list_them(everything: bool, as_json: bool, config_file: Path | None) -> None:
    """List what waits, failed or is held, oldest first."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = list_deliveries(connection, everything=everything)
    if as_json:
        print_json(rows)
    else:
        empty = "Nothing was ever sent." if everything else "Nothing waits: all mail has left."
        noted = [{**row, "note": _note(row, now=app.clock())} for row in rows]
        print_table(noted, _COLUMNS, empty=empty, note="note", now=app.clock())


@delivery.command()
@_ids_or_all
@json_option
@config_option
def retry(ids: tuple[int | None, ...], as_json: bool, config_file: Path | None) -> None:
    """Try mails again now. A way out that rested after failures is tried at once; `all` leaves failed mails alone."""
    app = open_app(config_file)
    done = outbox.retry(app.store.cases, _chosen(ids), now=app.clock())
    _report(app, "retried", done, as_json=as_json, leaves=True)


@delivery.command()
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@json_option
@config_option
def hold(ids: tuple[int, ...], as_json: bool, config_file: Path | None) -> None:
    """Keep mails that wait from leaving until they are released."""
    app = open_app(config_file)
    done = outbox.hold(app.store.cases, ids, now=app.clock())
    _report(app, "held", done, as_json=as_json, leaves=False)


@delivery.command()
@_ids_or_all
@json_option
@config_option
def release(ids: tuple[int | None, ...], as_json: bool, config_file: Path | None) -> None:
    """Let held mails leave now."""
    app = open_app(config_file)
    done = outbox.release(app.store.cases, _chosen(ids), now=app.clock())
    _report(app, "released", done, as_json=as_json, leaves=True)


def _note(row: dict[str, Any], *, now: datetime) -> str:
    """What is behind a state: why it has not left, how often it was tried, when it is tried or goes out next."""
    tries = row["attempts"]
    counted = f" ({tries} tries)" if tries > 1 else ""
    next_try = ""
    if row["next_try_at"] and (tries or row["state"] == "postponed"):
        waits = datetime.fromisoformat(row["next_try_at"]) > now
        word = "next try" if tries else "goes out"
        next_try = f"; {word} {show_wait(row['next_try_at'], now=now) if waits else 'now'}"
    return f"{row['last_error']}{counted}{next_try}" if row["last_error"] else ""


def _chosen(ids: tuple[int | None, ...]) -> list[int] | None:
    """None for `all`, which stands alone: beside ids it would be a slip of the hand."""
    numbers = [one for one in ids if one is not None]
    if len(numbers) == len(ids):
        return numbers
    if numbers or len(ids) > 1:
        raise click.UsageError("`all` stands alone")
    return None


def _report(app: App, word: str, done: list[int], *, as_json: bool, leaves: bool) -> None:
    heard = app.waker.wake() if leaves and done else True
    if as_json:
        print_json({word: done})
        return
    counted = f"{len(done)} mail{'s' if len(done) != 1 else ''} {word}"
    click.echo(f"{counted}: {', '.join(map(str, done))}" if done else f"Nothing {word}: there is none.")
    if not heard:
        click.echo("No worker runs on this machine; `casepost run-due` makes one try now.", err=True)
