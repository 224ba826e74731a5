"""The thread of one mailbox: connects, fetches, waits for news, and connects again when something breaks."""

import logging
import random
import threading
import time
from collections.abc import Callable

from cases.errors import TemporaryError
from ingest.imap.account import Account
from ingest.imap.client import BoundedClient
from ingest.imap.fetch import Inbox, Reading
from ingest.imap.folder import RENEW_SECONDS, Folder
from ingest.imap.pace import SHORTEST, Pace
from ingest.imap.sign_in import Secret, connect
from ingest.imap.trouble import MailboxTrouble, Refused, Trouble
from store.mailboxes import LeaseLost, Place
from store.tally import Tally, count

_log = logging.getLogger(__name__)

POLL_SECONDS = 30.0  # for servers without IDLE
_EXTRA_ROUNDS = 2  # without a wait between: some servers tell of news with each answer
_LONGEST_COMMAND = 600.0  # seconds: the largest mail over a slow line


class Watcher(threading.Thread):
    """Reads one mailbox for as long as this process has its lease."""

    def __init__(
        self,
        account: Account,
        secret: Secret,
        inbox: Inbox,
        *,
        jitter: Callable[[], float] = random.random,
        shortest: float = SHORTEST,
    ) -> None:
        super().__init__(name=f"mailbox {account.name}", daemon=True)
        self.inbox = inbox
        self._account = account
        self._secret = secret
        self._jitter = jitter
        self._shortest = shortest
        self._pace = Pace(shortest=shortest)
        self._stop_asked = threading.Event()
        self._client: BoundedClient | None = None
        self._turned_at: float | None = None
        self.place_id: int | None = None  # while the lease is ours
        inbox.noted = self._note

    @property
    def busy_for(self) -> float:
        """Seconds since it began what it is at; 0 while it waits for news or for its next connect."""
        began = self._turned_at
        return time.monotonic() - began if began is not None else 0.0

    def stop(self) -> None:
        """End at once: what is not in the ledger yet stays in the mailbox."""
        self._stop_asked.set()
        self.cut()

    def cut(self) -> None:
        """End the connection, if there is one."""
        client = self._client
        if client is not None:
            client.cut()

    def cut_if_stuck(self) -> None:
        """End a connection whose server answers a command drop by drop."""
        client = self._client
        if client is not None and client.asked_for > _LONGEST_COMMAND:
            client.cut()

    def run(self) -> None:
        """Until stopped."""
        while not self._stop_asked.is_set():
            began = time.monotonic()
            wait = self._turn()
            self._turned_at = None
            self._stop_asked.wait(max(wait, began + self._shortest - time.monotonic()))

    def _turn(self) -> float:
        """One session, if the mailbox is free; seconds to wait after it."""
        inbox = self.inbox
        try:
            place = inbox.mailboxes.claim(inbox.name, now=inbox.clock())
            if place is None:
                return self._shortest
            self.place_id = place.id
            try:
                return self._try(place)
            finally:
                self.place_id = None
                inbox.mailboxes.give_back(place)  # another node may have more luck meanwhile
        except TemporaryError as error:
            _log.warning("mailbox not read now", extra={"mailbox": inbox.name, "error": error})
            return self._shortest

    def _try(self, place: Place) -> float:
        try:
            self._be_in(place)
        except LeaseLost as error:
            _log.warning("mailbox given up", extra={"mailbox": self.inbox.name, "error": error})
            return self._shortest
        except MailboxTrouble as error:
            return self._failed(place, error.trouble, str(error))
        except TemporaryError:
            raise
        except Exception as error:  # noqa: BLE001  the top of a thread: one fault must not end all fetching
            _log.exception("mailbox not read", extra={"mailbox": self.inbox.name})
            count(Tally.FAULTS, "mailboxes")
            return self._failed(place, Trouble.FAULT, f"a fault of the program ({type(error).__name__}); see the log")
        return 0.0

    def _failed(self, place: Place, trouble: Trouble, says: str) -> float:
        if self._stop_asked.is_set():  # the connection was cut by us
            return 0.0
        wait = self._pace.failed(trouble, jitter=self._jitter())
        self._tell(place, trouble, says, again_in=round(wait))
        return wait

    def _tell(self, place: Place, trouble: Trouble, says: str, *, again_in: int) -> None:
        inbox = self.inbox
        found = {"mailbox": inbox.name, "trouble": trouble.value, "error": says, "again_in": again_in}
        _log.warning("mailbox cannot be read", extra=found)
        inbox.mailboxes.record_failure(place, trouble=trouble.value, says=says, now=inbox.clock())

    def _be_in(self, place: Place) -> None:
        """A session: until the connection ends, the lease is lost or the thread is stopped."""
        self._note()
        client = connect(self._account, self._secret)
        self._client = client
        politely = False
        try:
            self._read(Folder(client, self._account), place)
            politely = True
        finally:
            self._client = None
            client.close(politely=politely)

    def _read(self, folder: Folder, place: Place) -> None:
        opened = folder.open()
        place = self.inbox.mailboxes.open(place, uidvalidity=opened.uidvalidity, uidnext=opened.uidnext)
        reading = Reading(self.inbox, folder, place)
        rounds = 0
        while not self._stop_asked.is_set():
            self._round(reading, place)
            self._turned_at = None
            self._stop_asked.wait(self._shortest / 5)  # whatever the server tells, this is no busy loop
            rounds = rounds + 1 if folder.has_news and rounds < _EXTRA_ROUNDS else 0
            if not rounds:
                self._wait(folder)

    def _round(self, reading: Reading, place: Place) -> None:
        self._note()
        try:
            reading.fetch_all()
        except Refused as error:
            if error.trouble is not Trouble.AFTER:
                raise
            # Mails come in all the same, and that they stay where they are is told of.
            self._tell(place, error.trouble, str(error), again_in=round(RENEW_SECONDS))
        else:
            self.inbox.mailboxes.record_fetched(place, now=self.inbox.clock())
            if self._pace.failures:
                _log.info("mailbox is read again", extra={"mailbox": self.inbox.name})
        self._pace.well()

    def _wait(self, folder: Folder) -> None:
        if self._stop_asked.is_set():
            return
        if folder.can_idle:
            try:
                folder.wait(RENEW_SECONDS)
            except Refused:
                folder.can_idle = False
        else:
            self._stop_asked.wait(POLL_SECONDS)

    def _note(self) -> None:
        self._turned_at = time.monotonic()
