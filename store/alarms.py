"""What waits too long, and who was told: each trouble once a day, by one of the nodes, and once when it is over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.claims import insert_once, take_lease
from store.database import Database
from store.tables import alarms
from store.vitals import Vitals, Waiting

AGAIN_AFTER = timedelta(days=1)
_OVER_AFTER = timedelta(minutes=10)  # what comes and goes within minutes is one trouble, not many


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmLimits:
    """How long something may wait; None: that is no trouble."""

    undecided: timedelta | None
    unsent: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A trouble: its name, which stays the same while it lasts, what is wrong, and what to do."""

    name: str
    says: str
    mend: str


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What people have to be told: troubles that are new or a day old, and names of those that are over."""

    begun: tuple[Alarm, ...] = ()
    over: tuple[str, ...] = ()


def find_alarms(vitals: Vitals, limits: AlarmLimits) -> list[Alarm]:
    """All that waits longer than it may."""
    return list(_find(vitals, limits))


def _find(vitals: Vitals, limits: AlarmLimits) -> Iterator[Alarm]:
    due = [waiting for waiting in vitals.due.values() if waiting.since is not None]
    oldest_due = min((waiting.since for waiting in due if waiting.since), default=None)
    for name, waiting, limit, what, mend in (
        (
            "undecided",
            vitals.unread,
            limits.undecided,
            "mails came in and have no case yet",
            "Does `casepost serve` run, and what does its log say? `casepost doctor` looks at the installation.",
        ),
        (
            "unwritten",
            Waiting(count=sum(waiting.count for waiting in due), since=oldest_due),
            limits.undecided,
            "mails are due and not written",
            "`casepost template check` tries the templates, the log of `casepost serve` names what fails.",
        ),
        (
            "unsent",
            vitals.unsent,
            limits.unsent,
            "mails are written and have not left",
            "`casepost delivery list` says why. Once the way out works again: `casepost delivery retry all`.",
        ),
        (
            "quarantine",
            vitals.quarantined,
            timedelta(),
            "mails could not be processed; they are kept whole",
            "`casepost quarantine list` has the reasons.",
        ),
    ):
        if limit is not None and waiting.since is not None and (age := vitals.at - waiting.since) >= limit:
            yield Alarm(name=name, says=f"{waiting.count} {what}, the oldest for {say_age(age)}", mend=mend)


def say_age(age: timedelta) -> str:
    """How long ago, for people: in minutes up to two hours, in hours up to two days."""
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


def book_alarms(database: Database, found: Sequence[Alarm], *, holder: str, now: datetime) -> News:
    """Put on record what is wrong now; what people have to be told, nothing where another node is at it."""
    with database.write() as connection:
        if not take_lease(database, connection, "alarms", holder=holder):
            return News()
        for alarm in found:
            insert_once(connection, alarms, {"name": alarm.name, "since": now, "seen_at": now})
            connection.execute(sa.update(alarms).where(alarms.c.name == alarm.name).values(seen_at=now))
        over = _end(connection, now)
        quiet = connection.execute(sa.select(alarms.c.name).where(alarms.c.told_at > now - AGAIN_AFTER)).scalars().all()
    return News(begun=tuple(alarm for alarm in found if alarm.name not in quiet), over=over)


def record_told(database: Database, told: Sequence[Alarm], *, now: datetime) -> None:
    """People were told of these; they are told again in a day."""
    with database.write() as connection:
        names = [alarm.name for alarm in told]
        connection.execute(sa.update(alarms).where(alarms.c.name.in_(names)).values(told_at=now))


def _end(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Forget what has not been seen for a while; the names of those that people were told of."""
    ended = sa.delete(alarms).where(alarms.c.seen_at < now - _OVER_AFTER).returning(alarms.c.name, alarms.c.told_at)
    return tuple(sorted(row.name for row in connection.execute(ended).all() if row.told_at is not None))
