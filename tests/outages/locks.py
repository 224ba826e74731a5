"""A lock on a database of SQLite that somebody else holds: a backup gone wrong, a curious administrator."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.outages.senders import Books, Senders, assert_all_there
from tests.service import Service


@contextmanager
def exclusive_lock(database: Path) -> Iterator[None]:
    """Nobody else can write to the database while the block runs."""
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def hold_and_send(service: Service, name: str, *, seconds: float, clients: int) -> Books:
    """Hold `name` for so long while clients send; then each of their mails is taken, and has its case."""
    with Senders(service, clients=clients) as senders:
        senders.wait_for(lambda books: len(books.promised) >= clients)
        with exclusive_lock(service.folder / "var" / name):
            time.sleep(seconds)
        after = len(senders.books.promised)
        senders.wait_for(lambda books: len(books.promised) >= after + clients)
    assert_all_there(service, senders.books)
    return senders.books
