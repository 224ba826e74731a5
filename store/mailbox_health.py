"""How mailboxes are: when each was last read, what keeps it from being read, and which of these troubles to tell of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from store.alarms import Alarm, say_age
from store.database import Database
from store.ledger_tables import left_mails, mailboxes

_UNREAD_TOO_LONG = timedelta(minutes=15)
# A password or a token that is refused does not mend itself, so two in a row are told of at once.
_TOLD_AT_ONCE = frozenset({"login", "token", "after"})
_FAILURES = 2
_TRIES = 3  # after so many a mail that is left is told of


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxHealth:
    """One look at a mailbox.

    `fetched_at`: when it was last read, `mail_at`: when a mail last came, None for never; `trouble` and `says` are ""
    while all is well; `left` counts mails that stay there and are told of, `left_reason` is the oldest one's.
    """

    name: str
    added_at: datetime
    fetched_at: datetime | None = None
    mail_at: datetime | None = None
    failures: int = 0
    trouble: str = ""
    says: str = ""
    left: int = 0
    left_reason: str = ""


def load_health(database: Database, *, names: Sequence[str] | None = None) -> list[MailboxHealth]:
    """The mailboxes by these names, None for all there are; those that nobody has begun to read are not among them."""
    wanted = sa.select(mailboxes).order_by(mailboxes.c.name)
    with database.read() as connection:
        rows = connection.execute(wanted if names is None else wanted.where(mailboxes.c.name.in_(names))).all()
        staying = sa.or_(left_mails.c.next_try_at.is_(None), left_mails.c.tries >= _TRIES)
        left = connection.execute(sa.select(left_mails).where(staying).order_by(left_mails.c.since)).all()
    return [_health(row, [one for one in left if one.mailbox_id == row.id]) for row in rows]


def _health(row: Row[Any], left: Sequence[Row[Any]]) -> MailboxHealth:
    return MailboxHealth(
        name=row.name,
        added_at=row.added_at,
        fetched_at=row.fetched_at,
        mail_at=row.mail_at,
        failures=row.failures,
        trouble=row.trouble,
        says=row.says,
        left=len(left),
        left_reason=left[0].reason if left else "",
    )


def find_mailbox_alarms(
    health: Sequence[MailboxHealth], quiet_after: Mapping[str, timedelta | None], *, now: datetime
) -> list[Alarm]:
    """All that is wrong with mailboxes; `quiet_after`: by name, how long no mail may come (None: for ever)."""
    return [alarm for one in health for alarm in _find(one, quiet_after.get(one.name), now)]


def _find(one: MailboxHealth, quiet_after: timedelta | None, now: datetime) -> Iterator[Alarm]:
    # Ten thousand mails are one look, which takes its time: as long as they come, it is read.
    unread = now - max(at for at in (one.fetched_at, one.mail_at, one.added_at) if at is not None)
    at_once = one.trouble in _TOLD_AT_ONCE and one.failures >= _FAILURES
    if at_once or unread >= _UNREAD_TOO_LONG:
        says = f": {one.says}" if one.says else ""
        what = f"The mailbox {one.name} cannot be read, the last time was {_say_when(one.fetched_at, now)}"
        if one.trouble == "after":
            what = f"What was taken from the mailbox {one.name} stays where it was"
        yield Alarm(
            name=_name("unread", one.name),
            says=f"{what}{says}",
            mend="`casepost doctor` tries it and says what to mend. Its mails wait on the server; none is lost.",
        )
    if one.left:
        yield Alarm(
            name=_name("left", one.name),
            says=f"{one.left} mails stay in the mailbox {one.name} and are not taken in, the oldest: {one.left_reason}",
            mend="Look at them there. What is too large comes once [smtp] max_message_bytes allows it.",
        )
    silent = now - (one.mail_at or one.added_at)
    if quiet_after is not None and silent >= quiet_after:
        yield Alarm(
            name=_name("quiet", one.name),
            says=f"No mail has come into the mailbox {one.name} for {say_age(silent)}",
            mend="Send one there: does it arrive? Forwarding rules, filters and full mailboxes end in silence.",
        )


def _say_when(at: datetime | None, now: datetime) -> str:
    return f"{say_age(now - at)} ago" if at is not None else "never"


def _name(what: str, mailbox: str) -> str:
    return f"mailbox-{what} {mailbox}"[:100]
