"""A mailbox on a small server of our own that is fetched into a store, in this process and without waiting times."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from casepost.mailboxes import watching
from cases.model import Queue, Reminders
from ingest.imap.account import parse_account
from ingest.imap.after import parse_after
from ingest.imap.fetch import Inbox
from ingest.imap.sign_in import Secret
from ingest.imap.watch import Watcher
from store.ledger_tables import left_mails, mailboxes, mails
from store.mailboxes import Mailboxes
from store.people import load_queues
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from store.tables import cases
from tests.casework import AGENT, NOW, SUPPORT
from tests.imap_server import ImapServer
from tests.office import HOLDER, Office
from tests.service import wait_until

PASSWORD = "imapMARKER-pass"
LIMIT = 100_000


@dataclass
class House:
    """A store and what fetches into it; `hours` is what the clock is ahead, `holder` who fetches."""

    store: Store
    server: ImapServer
    user: str = "ann"
    folder: str = "INBOX"
    after: str = "move:Processed"
    secret: Secret = field(default_factory=lambda: Secret(password=PASSWORD))
    hours: float = 0.0
    shortest: float = 0.01
    holder: str = "node-a:mailboxes:1"
    limit: int = LIMIT

    def watcher(self) -> Watcher:
        """The thread of the mailbox, not started."""
        account = parse_account(f"imap://{self.user}@127.0.0.1:{self.server.port}/{self.folder}")
        inbox = Inbox(
            name=account.name,
            user=account.user,
            recipient="",
            after=parse_after(self.after),
            ledger=self.store.ledger,
            mailboxes=Mailboxes(self.store.ledger_database, holder=self.holder),
            queues=self._queues,
            clock=lambda: NOW + timedelta(hours=self.hours),
            wake=bool,
            max_octets=self.limit,
        )
        return Watcher(account, self.secret, inbox, jitter=lambda: 0.0, shortest=self.shortest)

    @contextmanager
    def running(self) -> Iterator[Watcher]:
        """The mailbox is fetched for as long as the block runs."""
        watcher = self.watcher()
        with watching([watcher], watcher.inbox.mailboxes):
            yield watcher
        assert not watcher.is_alive()

    def processed(self) -> list[bytes]:
        """The mails that were moved away."""
        return list(self.server.boxes["Processed"].mails.values())

    def has_moved(self, count: int) -> bool:
        """Whether so many mails were moved away and all faults have happened."""
        return len(self.processed()) == count and not self.server.faults

    def subjects(self) -> list[str]:
        """Of all mails in the ledger, in order."""
        with self.store.ledger_database.read() as connection:
            ids = connection.execute(sa.select(mails.c.id).order_by(mails.c.id)).scalars().all()
        return [self.store.ledger.load(one).split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0].decode() for one in ids]

    def raws(self) -> list[bytes]:
        """All mails of the ledger, byte for byte."""
        with self.store.ledger_database.read() as connection:
            ids = connection.execute(sa.select(mails.c.id).order_by(mails.c.id)).scalars().all()
        return [self.store.ledger.load(one) for one in ids]

    def row(self) -> Any:
        """What is on record of the mailbox, once there is something."""

        def find() -> Any:
            with self.store.ledger_database.read() as connection:
                return connection.execute(sa.select(mailboxes)).first()

        return wait_until(find)

    def left(self) -> dict[int, str]:
        """Why mails were left, by UID."""
        with self.store.ledger_database.read() as connection:
            return {row.uid: row.reason for row in connection.execute(sa.select(left_mails))}

    def cases(self) -> int:
        """Work on all that was fetched; how many cases there are then."""
        take_in = Office(self.store).take_in()
        while claimed := self.store.ledger.claim(holder=HOLDER, now=NOW + timedelta(days=9), limit=50):
            for entry in claimed:
                take_in.take_in(entry, now=NOW + timedelta(hours=self.hours))
        with self.store.cases.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one()

    def _queues(self) -> tuple[Queue, ...]:
        with self.store.cases.read() as connection:
            return load_queues(connection)


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A mailbox on a server that works until it is told not to, and a store on SQLite files."""
    store = open_store(folder / "var", "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    with ImapServer() as server:
        yield House(store=store, server=server)
    store.close()


def letter(subject: str, *, to: str = SUPPORT.address, padding: int = 0) -> bytes:
    """A seller's mail as a server keeps it."""
    return (
        f"Message-ID: <{subject.replace(' ', '.')}@client.example>\r\nFrom: {subject.replace(' ', '')}@shop.example\r\n"
        f"To: {to}\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nWhere is it?\r\n"
    ).encode() + b"x" * padding
