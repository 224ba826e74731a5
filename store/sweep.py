"""Takes away what killed processes left behind: half-written files, and large bytes that no row names.

Whoever keeps large bytes writes them before the row that names them, within minutes. What is older than a day and has
no row has none to come, since each keeping has a name of its own. Objects in a bucket stay: see `store/blob_bucket.py`.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import islice

import sqlalchemy as sa

from store import ledger_tables, tables
from store.database import Database, translated
from store.schema import HEADS, Tree, load_standing
from store.store import Store

_log = logging.getLogger(__name__)

AGE = timedelta(days=1)
_BATCH = 500


def sweep(store: Store, *, now: datetime) -> int:
    """Take away what nobody will ever ask for; how many. Raises StoreUnavailable (temporary)."""
    if not _knows_all_tables(store):
        return 0
    blobs = store.blobs
    before = now - AGE
    with translated():
        dropped = blobs.files.drop_drafts(before=before)
        # On PostgreSQL files are those of a SQLite installation that was here before, and may be wanted again.
        here = blobs.files.find(before=before) if store.ledger_database.is_sqlite else blobs.rows.find(older_than=AGE)
        dropped += sum(_drop_unnamed_of(store, some) for some in _batches(here))
    if dropped:
        _log.info("bytes that no row names were taken away", extra={"count": dropped})
    return dropped


def _batches(locations: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(locations)
    while some := list(islice(rest, _BATCH)):
        yield some


def _drop_unnamed_of(store: Store, locations: list[str]) -> int:
    # With SQLite no row may come between the question and the end of its file: a clock that jumped makes it look old.
    with store.ledger_database.write() if store.ledger_database.is_sqlite else nullcontext():
        unnamed = list(_unnamed(store, locations))
        for location in unnamed:
            store.blobs.drop(location)
    return len(unnamed)


def _knows_all_tables(store: Store) -> bool:
    """A newer version that has migrated may name bytes in tables that this one has never heard of."""
    trees: tuple[tuple[Tree, Database], ...] = (("ledger", store.ledger_database), ("cases", store.cases))
    standings = ((tree, load_standing(database, tree)) for tree, database in trees)
    return all(standing is not None and standing.revision == HEADS[tree] for tree, standing in standings)


def _unnamed(store: Store, some: Sequence[str]) -> list[str]:
    named = _named(store.ledger_database, ledger_tables.metadata, some) | _named(store.cases, tables.metadata, some)
    return [location for location in some if location not in named]


def _named(database: Database, metadata: sa.MetaData, locations: Sequence[str]) -> set[str]:
    """Those that some row names: every column `location` counts, so that no later table can be forgotten."""
    columns = [table.c.location for table in metadata.tables.values() if "location" in table.c]
    with database.read() as connection:
        return {
            location
            for column in columns
            for location in connection.execute(sa.select(column).where(column.in_(locations))).scalars()
        }


def drop_unnamed(store: Store, location: str) -> bool:
    """Take away what is kept there, once no row names it any more; whether it is gone now.

    Files of versions before had their hash for a name, so that equal mails share one. Raises StoreUnavailable.
    """
    if _unnamed(store, [location]):
        store.blobs.drop(location)
        return True
    return False
