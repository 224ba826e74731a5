"""`casepost user`: the staff."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.engine import Connection

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.commands.mail_address import MailAddress
from casepost.commands.user_changes import alias, away, remove, say_until
from casepost.tables import print_table
from store.errors import NotFound
from store.people import STAFF_ROLES, add_user, find_queue, load_queues, queue_by_name
from store.views import list_users

_COLUMNS = ["role", "addresses", "queues", "away_until", "delegate"]


@click.group()
def user() -> None:
    """Staff: viewers, agents, admins.

    A person has a role, queues, and one or more addresses: the first is written to, from all of them they may write.
    A shared mailbox is one person whose colleagues' own addresses are its aliases.
    """


for command in (alias, away, remove):
    user.add_command(command)


@user.command("list")
@json_option
@config_option
def list_them(as_json: bool, config_file: Path | None) -> None:
    """List the staff with roles, addresses and queues, and who is away."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = list_users(connection, now=app.clock())
    if as_json:
        print_json(rows)
    else:
        shown = [{**row, "away_until": say_until(row["away_until"])} for row in rows]
        some_away = any(row["away_until"] or row["delegate"] for row in rows)
        print_table(
            shown, _COLUMNS if some_away else _COLUMNS[:3], empty="There is no staff yet: see `casepost user add`."
        )


@user.command()
@click.argument("address", type=MailAddress())
@click.option("--role", type=click.Choice(STAFF_ROLES), required=True, help="Viewers look, agents answer, admins both.")
@click.option("--queue", "queues", multiple=True, help="A queue they work for; may be repeated [all queues].")
@json_option
@config_option
def add(address: str, role: str, queues: tuple[str, ...], as_json: bool, config_file: Path | None) -> None:
    """Add ADDRESS to the staff, or give who has it this role and more queues."""
    app = open_app(config_file)
    with app.store.cases.write() as connection:
        if find_queue(load_queues(connection), address) is not None:
            raise click.BadParameter(f"{address} is a queue: mail to its staff would come back to it for ever")
        queue_ids = _queue_ids(connection, queues)
        user_id = add_user(connection, address, role=role, queue_ids=queue_ids, now=app.clock())
        document = next(one for one in list_users(connection, now=app.clock()) if one["id"] == user_id)
    if as_json:
        print_json(document)
    else:
        click.echo(f"{address}: {role} for {', '.join(document['queues'])}")


def _queue_ids(connection: Connection, names: Sequence[str]) -> list[int]:
    """The queues with these names, all when none is named."""
    try:
        return [queue_by_name(connection, name).id for name in names] or [one.id for one in load_queues(connection)]
    except NotFound as error:
        raise click.BadParameter(str(error), param_hint="--queue") from None
