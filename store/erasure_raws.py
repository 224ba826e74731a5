"""Erasing in the ledger: a raw mail is replaced by another one, and nothing of the old one stays on the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cases.address import fold_address
from cases.mail import Mail
from cases.model import Outcome
from store.database import Database
from store.derived import part_values
from store.ledger_tables import mails, raws
from store.store import Store
from store.sweep import drop_unnamed
from store.tables import dispositions, messages, parts

BEING_ERASED = "being erased"  # of a mail whose bytes are still there
_GONE = "erased"
TOMBSTONE = b"Subject: [erased]\r\n\r\nThis mail was erased, with all that was read out of it.\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherMail:
    """A mail that somebody else wrote in a case of an erased person."""

    message_id: int
    ledger_id: int
    text: str
    subject: str


def find_mailed(store: Store, address: str) -> list[int]:
    """Mails of the ledger whose envelope sender is this address."""
    sent = sa.select(mails.c.id).where(sa.func.lower(mails.c.sender) == fold_address(address))
    with store.ledger_database.read() as connection:
        return list(connection.execute(sent.order_by(mails.c.id)).scalars())


def find_others(store: Store, message_ids: Sequence[int]) -> list[OtherMail]:
    """The mails behind messages of others, with the words that are left of them."""
    query = sa.select(messages).where(messages.c.id.in_(message_ids), messages.c.ledger_id.is_not(None))
    with store.cases.read() as connection:
        return [
            OtherMail(message_id=row.id, ledger_id=row.ledger_id, text=row.text, subject=row.subject)
            for row in connection.execute(query.order_by(messages.c.id))
        ]


def bury_mails(store: Store, *, now: datetime) -> int:
    """Replace the bytes of every mail that is being erased, and say so in its final word; how many."""
    with store.cases.read() as connection:
        being = sa.select(dispositions.c.ledger_id).where(
            dispositions.c.outcome == Outcome.ERASED, dispositions.c.reason == BEING_ERASED
        )
        ids = list(connection.execute(being.order_by(dispositions.c.ledger_id)).scalars())
    nobody: dict[str, Any] = {
        "sender": "",
        "helo": "",
        "peer": "",
        "last_error": "",
        "reason": _GONE,
        "outcome": Outcome.ERASED,
        "done_at": now,
    }
    for ledger_id in ids:
        replace_raw(store, ledger_id, TOMBSTONE, **nobody)
        with store.cases.write() as connection:
            said = sa.update(dispositions).where(dispositions.c.ledger_id == ledger_id)
            connection.execute(said.values(reason=_GONE))
    return len(ids)


def replace_raw(store: Store, ledger_id: int, octets: bytes, **values: Any) -> None:
    """Put other bytes in the place of a raw mail; `values` are columns of its row that change with it."""
    kept = store.blobs.keep(octets)
    with store.ledger_database.write() as connection:
        before = connection.execute(sa.select(raws.c.location).where(raws.c.ledger_id == ledger_id)).scalar()
        new = {"content": kept.content, "location": kept.location}
        connection.execute(sa.update(raws).where(raws.c.ledger_id == ledger_id).values(new))
        proof = {"raw_sha256": kept.sha256, "raw_size": kept.size}
        connection.execute(sa.update(mails).where(mails.c.id == ledger_id).values(**proof, **values))
    if before is not None:
        drop_unnamed(store, before)


def replace_parts(store: Store, other: OtherMail, mail: Mail) -> None:
    """The parts of a message whose raw mail was replaced; its record is vouched for anew."""
    with store.cases.write() as connection:
        connection.execute(sa.delete(parts).where(parts.c.message_id == other.message_id))
        rows = [part_values(other.message_id, part, mail.reader_version) for part in mail.parts]
        if rows:
            connection.execute(sa.insert(parts), rows)
        # Said anew, so that the mail's record is, too: its hash is another one now.
        mine = dispositions.c.ledger_id == other.ledger_id
        connection.execute(sa.update(dispositions).where(mine).values(reason=dispositions.c.reason))


def tidy(database: Database) -> None:
    """Make what was deleted gone from the files, too: free pages and the log of SQLite, dead rows of PostgreSQL."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if database.is_sqlite:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM")
