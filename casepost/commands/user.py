"""`casepost user`: the staff."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import Connection

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.config import checks
from casepost.tables import print_table
from store.errors import NotFound
from store.people import STAFF_ROLES, add_user, find_queue, load_queues, queue_by_name
from store.views import list_users


class MailAddress(click.ParamType[str]):
    """A plain mail address."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, its domain lower-cased; a usage error says what is wrong with it."""
        try:
            return checks.address(value)
        except ValueError as error:
            self.fail(f"{value!r} is no plain mail address: {error}", param, ctx)


@click.group()
def user() -> None:
    """List and add staff: viewers, agents, admins."""


@user.command("list")
@json_option
@config_option
def list_them(as_json: bool, config_file: Path | None) -> None:
    """List the staff with roles, addresses and queues."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = list_users(connection)
    if as_json:
        print_json(rows)
    else:
        print_table(rows, ["role", "addresses", "queues"], empty="There is no staff yet: see `casepost user add`.")


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
        document = next(one for one in list_users(connection) if one["id"] == user_id)
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
