"""Mails in quarantine are read once more by a newer reader: what it can read is taken in as if it had just come."""

import logging
from dataclasses import dataclass
from datetime import datetime

from cases.errors import TemporaryError
from ingest.child_pool import ReaderFailed
from ingest.read.version import READER_VERSION
from ingest.take_in import Reader
from store.errors import NotFound, StoreDamaged
from store.quarantine import find_read_by_older, note_unreadable, release
from store.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadAgain:
    """Everything that trying again after an upgrade needs."""

    store: Store
    reader: Reader
    reader_version: int = READER_VERSION

    def read_one(self, *, now: datetime) -> int:
        """Try one mail that only older readers have tried; 0 when there is none. As long as it fails nothing changes.

        Two nodes may try the same one at once: letting it go is decided by its row, trying twice harms nothing.
        Raises StoreUnavailable, ReaderUnavailable (temporary).
        """
        ledger_id = find_read_by_older(self.store, self.reader_version)
        if ledger_id is None:
            return 0
        try:
            self.reader.read(self.store.ledger.load(ledger_id))
        except TemporaryError:
            raise
        except (ReaderFailed, StoreDamaged) as error:
            note_unreadable(self.store, ledger_id, reader_version=self.reader_version)
            _log.info("mail still not readable", extra={"ledger": ledger_id, "error": str(error)})
            return 1
        try:
            release(self.store, ledger_id, now=now, actor="casepost")
        except NotFound:  # somebody else was at it
            return 1
        _log.info("mail out of quarantine, read by a newer reader", extra={"ledger": ledger_id})
        return 1
