"""After a power cut: is all there that was promised, and do the books agree?"""

import sqlite3
from collections.abc import Iterator, Set
from pathlib import Path

import sqlalchemy as sa

from cases.errors import CasepostError
from store.events import find_first_break
from store.ledger_tables import mails
from store.store import Store, open_store
from store.tables import cases, dispositions, messages, outbox


def lay_out(files: dict[str, bytes | None], folder: Path) -> None:
    """Write what a disk kept into an empty folder."""
    for name, octets in sorted(files.items()):
        path = folder / name
        if octets is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)


def find_faults(data_dir: Path, promised: Set[str]) -> list[str]:
    """What must not be; `promised` are the SHA-256 of the mails that got their 250 before the cut."""
    if not promised and not data_dir.exists():
        return []
    try:
        store = open_store(data_dir, "")
    except (CasepostError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        return [f"the store does not open: {error}"]
    try:
        return [*_broken_files(store), *_lost(store, promised), *_disagreeing(store), *_unsent(store, data_dir)]
    finally:
        store.close()


def _broken_files(store: Store) -> Iterator[str]:
    for database in (store.ledger_database, store.cases):
        with database.read() as connection:
            said = connection.execute(sa.text("PRAGMA integrity_check")).scalar()
            if said != "ok":
                yield f"integrity: {said}"
            if connection.execute(sa.text("PRAGMA foreign_key_check")).first() is not None:
                yield "integrity: a foreign key leads nowhere"


def _lost(store: Store, promised: Set[str]) -> Iterator[str]:
    with store.ledger_database.read() as connection:
        rows = connection.execute(sa.select(mails.c.id, mails.c.raw_sha256)).all()
    for digest in sorted(promised - {row.raw_sha256 for row in rows}):
        yield f"lost: {digest[:12]} was promised and is not in the ledger"
    for row in rows:  # also those without a promise: what the ledger has it must be able to give
        try:
            store.ledger.load(row.id)
        except CasepostError as error:
            yield f"lost: {error}"


def _disagreeing(store: Store) -> Iterator[str]:
    with store.ledger_database.read() as connection:
        done = set(connection.execute(sa.select(mails.c.id).where(mails.c.state == "done")).scalars())
        known = set(connection.execute(sa.select(mails.c.id)).scalars())
    with store.cases.read() as connection:
        broken = find_first_break(connection)
        if broken is not None:
            yield f"books: the chain breaks at {broken}"
        final = set(connection.execute(sa.select(dispositions.c.ledger_id)).scalars())
        empty = ~sa.exists().where(messages.c.case_id == cases.c.id)
        for number in connection.execute(sa.select(cases.c.number).where(empty)).scalars():
            yield f"books: case {number} has no message"
    for ledger_id in sorted(done - final):
        yield f"books: mail {ledger_id} is done and has no final word"
    for ledger_id in sorted(final - known):
        yield f"books: mail {ledger_id} has a final word and is not in the ledger"


def _unsent(store: Store, data_dir: Path) -> Iterator[str]:
    with store.cases.read() as connection:
        sent = connection.execute(sa.select(outbox.c.rfc_message_id).where(outbox.c.state == "sent")).scalars().all()
    there = b"".join(path.read_bytes() for path in (data_dir / "outbox/new").glob("*"))
    for message_id in sent:
        if message_id.encode() not in there:
            yield f"unsent: {message_id} is said to be sent and is not in the maildir"
