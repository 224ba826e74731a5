"""A store worth tampering with: cases, notes, answers, files, a large mail, mail that has left; all vouched for."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cases.model import Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from store.vouchers import seal
from tests.casework import AGENT, NOW, SELLER, SUPPORT
from tests.office import Office
from tests.service import mail

_FILES = ("ledger.db", "cases.db")


def build(folder: Path) -> Path:
    """Play it in `folder`; the data_dir, with nothing open and nothing waiting to be vouched for."""
    data_dir = folder / "var"
    store = open_store(data_dir, "", clock=lambda: NOW)
    seed_store(store, (QueueSeed(queue=SUPPORT, agents=(AGENT,)),), Reminders(), clock=lambda: NOW)
    _play(Office(store))
    seal(store.cases, store.ledger_database, holder="test", clock=lambda: NOW)
    store.close()
    return data_dir


class Bench:
    """A built store that stays open, and is as it was again whenever it is made so: quicker than a new one."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = build(folder)
        self._good = {name: _in_memory(self.data_dir / name) for name in _FILES}
        self._blobs = {file: file.read_bytes() for file in (self.data_dir / "blobs").rglob("*") if file.is_file()}
        self.store = open_store(self.data_dir, "", clock=lambda: NOW)

    def mend(self) -> None:
        """Undo whatever was done to it."""
        for name, good in self._good.items():
            with closing(sqlite3.connect(self.data_dir / name)) as connection:
                good.backup(connection)
        for file, octets in self._blobs.items():
            if not file.exists() or file.read_bytes() != octets:
                file.write_bytes(octets)

    def close(self) -> None:
        """Give everything back."""
        self.store.close()
        for good in self._good.values():
            good.close()


def _in_memory(file: Path) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(file)) as connection:
        connection.backup(memory)
    return memory


def _play(office: Office) -> None:
    for number in range(3):
        words = f"Order 302-1234567-765432{number} and B00EXAMPL{number} have not come."
        first = mail(f"Where is order {number}?", words, sender=SELLER)
        first.add_attachment(b"%PDF " + bytes([number]) * 400, maintype="application", subtype="pdf", filename="a.pdf")
        office.receive(first, sender=SELLER)
        seal(office.store.cases, office.store.ledger_database, holder="test", clock=lambda: NOW)
        office.write()
        office.deliver()
    large = mail("A large one", "With a large file.", sender=SELLER)
    large.add_attachment(b"\x01\x02\x03" * 90_000, maintype="image", subtype="png", filename="big.png")
    office.receive(large, sender=SELLER)
    office.write()
    agents = [row.envelope_from for row in office.outbox() if row.envelope_to == AGENT]
    office.receive(mail("Re: a", "#note\nLooks odd to me.", sender=AGENT), agents[0], sender=AGENT)
    office.receive(mail("Re: b", "It is on its way.", sender=AGENT), agents[1], sender=AGENT)
    office.write()
    office.deliver()
