"""Mailboxes that are fetched: how far each was read, and the lease that one reader has over all nodes.

Every write asks whether the lease is still ours, so that a reader who was halted for too long changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.errors import TemporaryError
from store.claims import insert_once
from store.database import Database
from store.ledger_tables import left_mails, mailboxes


class LeaseLost(TemporaryError):
    """Somebody else reads this mailbox now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far a mailbox was read. UIDs hold under `uidvalidity`, None while it was never opened.

    Up to `taken_uid` all mails are in the ledger or among those left, up to `settled_uid` they were moved or marked,
    too; up to `archive_uid` they lay there before casepost came.
    """

    id: int
    uidvalidity: int | None = None
    taken_uid: int = 0
    settled_uid: int = 0
    archive_uid: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftMail:
    """A mail that stays in the mailbox; `size` in octets, 0 if unknown; `next_try_at` None: not tried again."""

    uid: int
    reason: str
    size: int = 0
    tries: int = 0
    next_try_at: datetime | None = None


class Mailboxes:
    """The rows of mailboxes. All methods block; each is one short transaction."""

    def __init__(self, database: Database, *, holder: str) -> None:
        """`holder`: this process's name on its leases."""
        self._database = database
        self._holder = holder

    def claim(self, name: str, *, now: datetime) -> Place | None:
        """Take the lease of a mailbox, whose row is made when it is new; None while somebody else has it."""
        new = {"name": name, "added_at": now, "failures": 0, "trouble": "", "says": ""}
        new |= {"taken_uid": 0, "settled_uid": 0, "archive_uid": 0}
        with self._database.write() as connection:
            insert_once(connection, mailboxes, new)
            free = sa.or_(
                mailboxes.c.lease_holder.is_(None),
                mailboxes.c.lease_holder == self._holder,
                self._database.lease_is_over(mailboxes.c.lease_until),
            )
            row = connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.name == name, free)
                .values(lease_holder=self._holder, lease_until=self._database.lease_until())
                .returning(*mailboxes.c)
            ).first()
        return _place(row) if row else None

    def renew(self, ids: Sequence[int]) -> frozenset[int]:
        """Ten more seconds; the ids of those that are still ours."""
        with self._database.write() as connection:
            renewed = connection.execute(
                sa.update(mailboxes)
                .where(mailboxes.c.id.in_(ids), mailboxes.c.lease_holder == self._holder)
                .values(lease_until=self._database.lease_until())
                .returning(mailboxes.c.id)
            )
            return frozenset(renewed.scalars())

    def require(self, place_id: int) -> None:
        """Go on only if the mailbox is still ours, with ten more seconds. Raises LeaseLost."""
        if not self.renew([place_id]):
            raise LeaseLost("another process reads this mailbox now")

    def give_back(self, place: Place) -> None:
        """Let somebody else have it."""
        self._free(sa.and_(mailboxes.c.id == place.id, mailboxes.c.lease_holder == self._holder))

    def free(self, *, node: str) -> None:
        """Free what an earlier life of this node held; `node` is the beginning of its holders' names."""
        self._free(mailboxes.c.lease_holder.startswith(node, autoescape=True))

    def open(self, place: Place, *, uidvalidity: int, uidnext: int) -> Place:
        """Begin a session: where to go on. Where UIDs hold no more, all is read again, and the ledger knows it.

        A UIDNEXT below what was read (a server that was restored from a backup) says that, too.
        """
        if place.uidvalidity == uidvalidity and (not uidnext or uidnext > place.taken_uid):
            return place
        archive = max(uidnext - 1, 0) if place.uidvalidity is None else 0
        values = {"uidvalidity": uidvalidity, "taken_uid": 0, "settled_uid": 0, "archive_uid": archive}
        with self._database.write() as connection:
            self._update(connection, place.id, values)
            connection.execute(sa.delete(left_mails).where(left_mails.c.mailbox_id == place.id))
        return Place(id=place.id, uidvalidity=uidvalidity, archive_uid=archive)

    def record_taken(
        self, place: Place, *, uid: int, now: datetime, left: Sequence[LeftMail] = (), took: bool = True
    ) -> None:
        """All up to `uid` are in the ledger, but for those `left`; `took`: there was one."""
        values: dict[str, Any] = {"taken_uid": uid} | ({"mail_at": now} if took else {})
        with self._database.write() as connection:
            self._update(connection, place.id, values)
            for one in left:
                self._leave(connection, place, one, now)

    def record_settled(self, place: Place, *, uid: int) -> None:
        """All up to `uid` were moved or marked, or are no more there."""
        with self._database.write() as connection:
            self._update(connection, place.id, {"settled_uid": uid})

    def record_fetched(self, place: Place, *, now: datetime) -> None:
        """The mailbox was looked at, and nothing was wrong."""
        well = {"fetched_at": now, "failures": 0, "failing_since": None, "trouble": "", "says": ""}
        with self._database.write() as connection:
            self._update(connection, place.id, well)

    def record_failure(self, place: Place, *, trouble: str, says: str, now: datetime) -> None:
        """The mailbox could not be read."""
        values = {
            "failures": mailboxes.c.failures + 1,
            "failing_since": sa.func.coalesce(mailboxes.c.failing_since, sa.literal(now, mailboxes.c.added_at.type)),
            "trouble": trouble,
            "says": says,
        }
        with self._database.write() as connection:
            self._update(connection, place.id, values)

    def load_left(self, place: Place) -> list[LeftMail]:
        """The mails that stay in the mailbox, in order."""
        wanted = sa.select(left_mails).where(_left_of(place)).order_by(left_mails.c.uid)
        with self._database.read() as connection:
            return [_left(row) for row in connection.execute(wanted)]

    def forget_left(self, place: Place, uids: Sequence[int]) -> None:
        """These were taken after all, or somebody took them away."""
        with self._database.write() as connection:
            self._update(connection, place.id, {"lease_until": self._database.lease_until()})
            connection.execute(sa.delete(left_mails).where(_left_of(place), left_mails.c.uid.in_(uids)))

    def _free(self, which: sa.ColumnElement[bool]) -> None:
        with self._database.write() as connection:
            connection.execute(sa.update(mailboxes).where(which).values(lease_holder=None, lease_until=None))

    def _update(self, connection: Connection, place_id: int, values: dict[str, Any]) -> None:
        ours = sa.and_(mailboxes.c.id == place_id, mailboxes.c.lease_holder == self._holder)
        if connection.execute(sa.update(mailboxes).where(ours).values(**values)).rowcount != 1:
            raise LeaseLost("another process reads this mailbox now")

    def _leave(self, connection: Connection, place: Place, one: LeftMail, now: datetime) -> None:
        values = {"size": one.size, "reason": one.reason, "tries": one.tries, "next_try_at": one.next_try_at}
        key = {"mailbox_id": place.id, "uidvalidity": place.uidvalidity, "uid": one.uid}
        if insert_once(connection, left_mails, {**key, "since": now, **values}) is None:
            connection.execute(
                sa.update(left_mails).where(_left_of(place), left_mails.c.uid == one.uid).values(**values)
            )


def _left_of(place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(left_mails.c.mailbox_id == place.id, left_mails.c.uidvalidity == place.uidvalidity)


def _place(row: Row[Any]) -> Place:
    return Place(
        id=row.id,
        uidvalidity=row.uidvalidity,
        taken_uid=row.taken_uid,
        settled_uid=row.settled_uid,
        archive_uid=row.archive_uid,
    )


def _left(row: Row[Any]) -> LeftMail:
    return LeftMail(uid=row.uid, reason=row.reason, size=row.size, tries=row.tries, next_try_at=row.next_try_at)
