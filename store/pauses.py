"""Pauses: a way out of the machine that is down is not tried again before its pause is over.

So 5,000 mails that wait cost one connection a try, and none of them uses up its own attempts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.claims import insert_once
from store.database import Database
from store.tables import pauses

_UNTIL = sa.select(pauses.c.until).where(pauses.c.name == sa.bindparam("of_name"))


def pause_until(database: Database, name: str) -> datetime | None:
    """Until when nothing is tried over the way out called `name`."""
    with database.read() as connection:
        return connection.execute(_UNTIL, {"of_name": name}).scalar()


def record_pause(
    database: Database, name: str, *, now: datetime, wait: Callable[[int], timedelta], reason: str
) -> datetime | None:
    """Begin a pause of a way out that has just failed; its end, None if it is in one already.

    `wait` says how long, from how often the way out has failed in a row before. Several mails of one batch, and
    several nodes, find out the same thing at the same moment: it counts once.
    """
    with database.write() as connection:
        begun = {"name": name, "until": now, "failures": 0, "reason": reason}
        insert_once(connection, pauses, begun)
        row = connection.execute(sa.select(pauses).where(pauses.c.name == name).with_for_update()).one()
        if row.until > now:
            return None
        until = now + wait(row.failures)
        connection.execute(
            sa.update(pauses).where(pauses.c.name == name).values(until=until, failures=row.failures + 1, reason=reason)
        )
        return until


def end_pause(connection: Connection, name: str) -> None:
    """The way out works: nothing waits for it any more, and its failures are forgotten."""
    if connection.execute(_UNTIL, {"of_name": name}).first() is not None:  # there is none, as a rule
        connection.execute(sa.delete(pauses).where(pauses.c.name == name))


def clear_pauses(connection: Connection) -> None:
    """End all pauses: somebody says that it is worth a try."""
    connection.execute(sa.delete(pauses))
