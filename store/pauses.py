"""Pauses: a way out of the machine that is down is not tried again before its pause is over.

So 5,000 mails that wait cost one connection a try, and none of them uses up its own attempts.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.database import Database
from store.tables import pauses


def pause_until(database: Database, name: str) -> datetime | None:
    """Until when nothing is tried over the way out called `name`."""
    with database.read() as connection:
        return connection.execute(sa.select(pauses.c.until).where(pauses.c.name == name)).scalar()


def record_pause(database: Database, name: str, *, until: datetime | None, reason: str) -> None:
    """Set or (None) clear the pause of a way out; each one set counts as a failure in a row."""
    with database.write() as connection:
        failures = connection.execute(sa.select(pauses.c.failures).where(pauses.c.name == name)).scalar() or 0
        connection.execute(sa.delete(pauses).where(pauses.c.name == name))
        if until is not None:
            connection.execute(sa.insert(pauses).values(name=name, until=until, failures=failures + 1, reason=reason))


def count_failures(database: Database, name: str) -> int:
    """How often in a row the way out has failed."""
    with database.read() as connection:
        return connection.execute(sa.select(pauses.c.failures).where(pauses.c.name == name)).scalar() or 0


def clear_pauses(connection: Connection) -> None:
    """End all pauses: somebody says that it is worth a try."""
    connection.execute(sa.delete(pauses))
