"""`casepost user alias`, `away` and `remove`: what changes about a person of the staff."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.engine import Connection

from casepost.commands.common import Moment, config_option, json_option, open_app, print_json
from casepost.commands.mail_address import MailAddress
from casepost.plain import show_time
from cases.address import fold_address
from store.people import User, find_queue, load_queues, load_users, on_duty
from store.staff import UNTIL_FURTHER_NOTICE, add_alias, bring_back, get_user, remove_user, send_away
from store.views import Document, list_users


class Day(click.ParamType[datetime | date]):
    """A day, or an RFC 3339 instant with zone."""

    name = "day or time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | date:
        """The day or the instant; a usage error says how to write one."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
        try:
            return Moment().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(
                f"{value!r} is no day such as 2026-12-01 and no time such as 2026-12-01T09:00:00+01:00", param, ctx
            )


@click.command()
@click.argument("address", type=MailAddress())
@click.argument("new_address", type=MailAddress())
@json_option
@config_option
def alias(address: str, new_address: str, as_json: bool, config_file: Path | None) -> None:
    """Let the person with ADDRESS write from NEW_ADDRESS as well. Their mail still goes to the first address.

    For a second mailbox, a phone, or the own addresses of those who share one mailbox.
    """
    app = open_app(config_file)
    with app.store.cases.write() as connection:
        if find_queue(load_queues(connection), new_address) is not None:
            raise click.BadParameter(f"{new_address} is a queue: mail to its staff would come back to it for ever")
        user = get_user(connection, address)
        add_alias(connection, user, new_address)
        document = _document(connection, user, app.clock())
    if as_json:
        print_json(document)
    else:
        first, *others = document["addresses"]
        click.echo(f"{first} writes from {', '.join(others) or 'no other address'} too.")


@click.command()
@click.argument("address", type=MailAddress())
@click.option(
    "--until", type=Day(), help="When they are back: a day (it begins at midnight) or a time [when you say --back]."
)
@click.option("--delegate", type=MailAddress(), help="Who gets their mail meanwhile [the other agents of the queue].")
@click.option("--back", is_flag=True, help="They are here again.")
@json_option
@config_option
def away(
    *,
    address: str,
    until: datetime | date | None,
    delegate: str | None,
    back: bool,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """The person with ADDRESS is away from now on: their mail goes to a delegate, or to those who are there.

    Cases that were given to them stay theirs. If nobody else is there, they get their mail all the same.
    """
    if back and (until or delegate):
        raise click.UsageError("--back ends an absence: it goes with neither --until nor --delegate")
    app = open_app(config_file)
    now = app.clock()
    with app.store.cases.write() as connection:
        user = get_user(connection, address)
        if back:
            bring_back(connection, user)
        else:
            ends = _ends(connection, user, until)
            if ends <= now:
                raise click.BadParameter(f"{until} is over already", param_hint="--until")
            stands_in = get_user(connection, delegate) if delegate is not None else None
            send_away(connection, user, until=ends, delegate=stands_in, now=now)
        document = _document(connection, user, now)
        gets_it = _who_gets_mail(connection, user, now)
    app.waker.wake()
    if as_json:
        print_json(document)
    elif back:
        click.echo(f"{user.address} is here again.")
    else:
        click.echo(f"{user.address} is away until {say_until(document['away_until'])}. {gets_it}")


@click.command()
@click.argument("address", type=MailAddress())
@click.option("--force", is_flag=True, help="Also when a queue is left without any agent.")
@json_option
@config_option
def remove(address: str, force: bool, as_json: bool, config_file: Path | None) -> None:
    """Take the person with ADDRESS off the staff: they get nothing more, and what they write has no rights.

    Their open cases go back to all agents of the queue. What they wrote stays on record.
    """
    app = open_app(config_file)
    with app.store.cases.write() as connection:
        user = get_user(connection, address)
        numbers = remove_user(connection, user, even_the_last=force, actor="operator", now=app.clock())
        theirs = {fold_address(known) for known in user.addresses}
        leads = [queue.name for queue in load_queues(connection) if fold_address(queue.lead) in theirs]
    app.waker.wake()
    if as_json:
        print_json({"removed": user.address, "cases": numbers})
        return
    click.echo(f"{user.address} is no longer on the staff.")
    if numbers:
        click.echo(f"Back with the agents of their queue: {', '.join(numbers)}")
    for name in leads:
        mend = f"change `lead` in the file, then: casepost queue adopt {name}"
        click.echo(f"They were the lead of {name}. All its agents are told of what waits too long now; {mend}")


def say_until(at: str | None) -> str | None:
    """When an absence ends, as a person says it."""
    if at is None:
        return None
    return "further notice" if at.startswith(str(UNTIL_FURTHER_NOTICE.year)) else show_time(at, now=None)


def _ends(connection: Connection, user: User, until: datetime | date | None) -> datetime:
    """The instant that `--until` means: a day begins where the person's queue is."""
    if until is None:
        return UNTIL_FURTHER_NOTICE
    if isinstance(until, datetime):
        return until
    zones = [queue.timezone for queue in load_queues(connection) if queue.id in user.queue_ids]
    return datetime.combine(until, time(), tzinfo=ZoneInfo(zones[0] if zones else "UTC"))


def _who_gets_mail(connection: Connection, user: User, now: datetime) -> str:
    everybody = load_users(connection)
    present = next(one for one in everybody if one.id == user.id)
    (stands_in,) = on_duty([present], everybody, now)
    if stands_in.id != user.id:
        return f"{stands_in.address} gets their mail."
    return "Nobody stands in for them: the other agents of the queue get what is for them all."


def _document(connection: Connection, user: User, now: datetime) -> Document:
    return next(one for one in list_users(connection, now=now) if one["id"] == user.id)
