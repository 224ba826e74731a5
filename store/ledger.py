"""The ledger: one row for every mail that was promised, claimed once, done once.

States of a row: new -> working (claimed) -> done, or quarantined after three failed readings. A claim that
lapses makes it new again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from cases.arrival import Arrival, Filed
from store.claims import claim, free_lapsed, is_ours, renew
from store.database import Database
from store.errors import NotFound, StoreDamaged
from store.failpoints import Step, reach
from store.ledger_rows import insert_mails
from store.ledger_tables import mails, raws
from store.raw import Kept, Raws
from store.tally import Tally, count

TRIES = 3
_BACK_OFF = timedelta(seconds=5)

_LOAD = (
    sa.select(raws.c.content, raws.c.location, mails.c.raw_sha256, mails.c.raw_size)
    .join(mails, mails.c.id == raws.c.ledger_id)
    .where(raws.c.ledger_id == sa.bindparam("ledger_id"))
)
_RECORD_DONE = sa.update(mails).where(mails.c.id == sa.bindparam("of_id"), mails.c.state != "done")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One mail of the ledger with its envelope; the raw bytes come from `Ledger.load`."""

    id: int
    received_at: datetime
    channel: str
    peer: str
    helo: str
    trusted: bool
    sender: str | None
    recipients: tuple[str, ...]
    raw_sha256: str
    raw_size: int
    state: str
    tries: int
    last_error: str
    outcome: str | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DoneMail:
    """What became of one mail, and when."""

    id: int
    outcome: str
    reason: str
    at: datetime


class Ledger:
    """What was taken in. All methods block; each is one short transaction."""

    def __init__(self, database: Database, blobs: Raws) -> None:
        self._database = database
        self._raws = blobs

    def keep(self, arrival: Arrival) -> Kept:
        """Make the bytes of a mail durable before its row, for `add`. Raises StoreUnavailable (temporary)."""
        raw = arrival.raw
        return self._raws.keep_file(raw) if isinstance(raw, Filed) else self._raws.keep(raw)

    def drop(self, kept: Kept) -> None:
        """Take away bytes that no row names and none will. Raises StoreUnavailable (temporary)."""
        if kept.location is not None:
            self._raws.drop(kept.location)

    def add(self, arrivals: Sequence[Arrival], *, kept: Sequence[Kept | None] = ()) -> list[int]:
        """Make mails durable, all in one transaction: their ledger ids, in order.

        `kept` says of each what `keep` said, where it was called. An arrival whose `source_key` is there already keeps
        the id it had. Raises StoreUnavailable (temporary); then none of them was taken.
        """
        given = kept or [None] * len(arrivals)
        with_bytes = [(arrival, one or self.keep(arrival)) for arrival, one in zip(arrivals, given, strict=True)]
        with self._database.write() as connection:
            for _, one in with_bytes:
                self._raws.require(one)
            ids = insert_mails(self._database, connection, with_bytes)
            reach(Step.LEDGER_WRITTEN)
        for arrival in arrivals:
            count(Tally.MAILS_ACCEPTED, arrival.channel)
        return ids

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the next to write, so that what gathers meanwhile goes into the same transaction; see `store/turn.py`."""
        with self._database.turn():
            yield

    def claim(self, *, holder: str, now: datetime, limit: int) -> list[Entry]:
        """Claim up to `limit` mails that wait for their disposition, oldest first."""
        return self._claim(mails.c.next_try_at <= now, holder=holder, limit=limit)

    def claim_one(self, ledger_id: int, *, holder: str) -> Entry | None:
        """Claim this mail if it is new; None when somebody else has it or it is done."""
        return next(iter(self._claim(mails.c.id == ledger_id, holder=holder, limit=1)), None)

    def renew(self, *, holder: str, ids: Sequence[int]) -> None:
        """Ten more seconds for mails that are being worked on."""
        with self._database.write() as connection:
            renew(self._database, connection, mails, holder=holder, ids=ids)

    def let_go(self, ids: Sequence[int], *, holder: str) -> None:
        """Give claimed mails back that nobody has begun to work on: whoever is free takes them."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(mails)
                .where(mails.c.id.in_(ids), mails.c.state == "working", mails.c.lease_holder == holder)
                .values(state="new", lease_holder=None, lease_until=None)
            )

    def free_lapsed(self, *, node: str = "") -> int:
        """Make mails new again whose lease is over or was held by an earlier life of `node`; how many."""
        return free_lapsed(self._database, mails, ready="new", node=node)

    def record_done(self, done: Sequence[DoneMail]) -> None:
        """The dispositions of mails, after the cases' side of them is committed; may be said twice."""
        rows = [
            {
                "of_id": one.id,
                "state": "quarantined" if one.outcome == "quarantined" else "done",
                "outcome": one.outcome,
                "reason": one.reason,
                "done_at": one.at,
                "lease_holder": None,
                "lease_until": None,
            }
            for one in done
        ]
        with self._database.write() as connection:
            connection.execute(_RECORD_DONE, rows)

    def record_failure(self, entry: Entry, *, holder: str, error: str, counts: bool, now: datetime) -> int:
        """Give a mail back that could not be read or decided; how often it has failed by its own fault."""
        tries = entry.tries + counts
        with self._database.write() as connection:
            connection.execute(
                sa.update(mails)
                .where(is_ours(mails, entry.id, holder))
                .values(
                    state="new",
                    tries=tries,
                    last_error=error,
                    next_try_at=now + (_BACK_OFF if not counts else timedelta()),
                    lease_holder=None,
                    lease_until=None,
                )
            )
        return tries

    def load(self, ledger_id: int) -> bytes:
        """The raw mail, byte for byte, proved by its hash; StoreDamaged if it is not what was taken in."""
        with self._database.read() as connection:
            row = connection.execute(_LOAD, {"ledger_id": ledger_id}).first()
        if row is None:
            raise StoreDamaged(f"the raw bytes of mail {ledger_id} are not in the ledger")
        kept = Kept(content=row.content, location=row.location, sha256=row.raw_sha256, size=row.raw_size)
        return self._raws.load(kept)

    def find(self, ledger_id: int) -> Entry | None:
        """One mail of the ledger."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(mails).where(mails.c.id == ledger_id)).first()
        return _entry(row) if row else None

    def find_known(self, source_keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys under which a mail was taken in before."""
        with self._database.read() as connection:
            known = sa.select(mails.c.source_key).where(mails.c.source_key.in_(source_keys))
            return frozenset(connection.execute(known).scalars())

    def quarantined(self) -> list[Entry]:
        """The mails that could not be read, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(mails).where(mails.c.state == "quarantined").order_by(mails.c.id))
            return [_entry(row) for row in rows]

    def retry_quarantined(self, ledger_id: int, *, now: datetime) -> None:
        """Make a quarantined mail new again; NotFound when it is not in quarantine."""
        with self._database.write() as connection:
            changed = connection.execute(
                sa.update(mails)
                .where(mails.c.id == ledger_id, mails.c.state == "quarantined")
                .values(state="new", tries=0, next_try_at=now, outcome=None, reason="", done_at=None)
            )
            if not changed.rowcount:
                raise NotFound(f"mail {ledger_id} is not in quarantine; `casepost quarantine list` shows what is")

    def decide_again(self, ledger_id: int, *, outcome: str, now: datetime) -> bool:
        """Make a mail with this final word new again; whether it was. Its disposition has been taken back before."""
        with self._database.write() as connection:
            again = connection.execute(
                sa.update(mails)
                .where(mails.c.id == ledger_id, mails.c.state == "done", mails.c.outcome == outcome)
                .values(state="new", outcome=None, reason="", done_at=None, tries=0, next_try_at=now)
            )
        return again.rowcount == 1

    def next_at(self) -> datetime | None:
        """When the next mail that waits can be tried."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(sa.func.min(mails.c.next_try_at)).where(mails.c.state == "new")
            ).scalar()

    def _claim(self, which: sa.ColumnElement[bool], *, holder: str, limit: int) -> list[Entry]:
        with self._database.write() as connection:
            rows = claim(
                self._database,
                connection,
                mails,
                holder=holder,
                ready=sa.and_(mails.c.state == "new", which),
                order_by=(mails.c.next_try_at, mails.c.id),
                working="working",
                limit=limit,
            )
        if rows:
            reach(Step.MAIL_CLAIMED)
        return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        received_at=row.received_at,
        channel=row.channel,
        peer=row.peer,
        helo=row.helo,
        trusted=row.trusted,
        sender=row.sender,
        recipients=tuple(row.recipients),
        raw_sha256=row.raw_sha256,
        raw_size=row.raw_size,
        state=row.state,
        tries=row.tries,
        last_error=row.last_error,
        outcome=row.outcome,
        reason=row.reason,
    )
