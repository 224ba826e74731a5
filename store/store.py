"""The store as a whole: opened once a process, migrated, with its keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.model import Reminders
from cases.reference import Keyring
from store.clock import Clock, real_clock
from store.database import Database, open_postgresql, open_sqlite, translated
from store.folders import make_folder
from store.keys import load_keyring
from store.ledger import Ledger
from store.raw import Raws
from store.schema import is_settled, migrate
from store.seeding import QueueSeed, is_seeded, seed, store_reminders
from store.vouched import note_writes


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """Two databases (on PostgreSQL one and the same) and the large bytes beside them."""

    ledger_database: Database
    cases: Database
    blobs: Raws
    ledger: Ledger
    keyring: Keyring

    def close(self) -> None:
        """Give all connections back."""
        self.ledger_database.close()
        self.cases.close()


def open_store(data_dir: Path, database_url: str, *, blob_url: str = "", clock: Clock = real_clock) -> Store:
    """Open what is kept, making and migrating it when needed; large mails go to `blob_url` if there is one.

    Raises StoreUnavailable (temporary), SchemaTooNew (permanent).
    """
    with translated():
        make_folder(data_dir)
        data_dir.chmod(0o700)
        ledger_database = open_postgresql(database_url) if database_url else open_sqlite(data_dir / "ledger.db")
        cases = ledger_database if database_url else open_sqlite(data_dir / "cases.db")
    try:
        standing = migrate(ledger_database, "ledger")
        migrate(cases, "cases")
        note_writes(cases)
        keyring = load_keyring(cases, now=clock())
        blobs = Raws(
            ledger_database,
            folder=data_dir / "blobs",
            blob_url=blob_url,
            rows_from=lambda: is_settled(standing, now=clock()),
        )
    except BaseException:
        ledger_database.close()
        cases.close()
        raise
    return Store(
        ledger_database=ledger_database,
        cases=cases,
        blobs=blobs,
        ledger=Ledger(ledger_database, blobs),
        keyring=keyring,
    )


def seed_store(store: Store, seeds: Sequence[QueueSeed], reminders: Reminders, *, clock: Clock = real_clock) -> None:
    """Queues and agents of the configuration become rows when they are new; reminders are taken as they are.

    Looks first: taking mail in must not wait for somebody who writes to the cases.
    """
    with store.cases.read() as connection:
        if is_seeded(connection, seeds, reminders):
            return
    with store.cases.write() as connection:
        seed(connection, seeds, now=clock())
        store_reminders(connection, reminders, seeds)
