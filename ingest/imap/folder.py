"""One open folder of a mailbox: which mails are there, their bytes, and what happens to those that were taken.

Nothing is ever marked as read by looking (BODY.PEEK), and no mail is expunged that we have not taken: EXPUNGE and CLOSE
would take away what others have deleted, so without UIDPLUS a mail only gets its \\Deleted.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.imap.account import Account
from ingest.imap.client import TALK_OCTETS, BoundedClient
from ingest.imap.names import find_names
from ingest.imap.trouble import ConnectionLost, MailboxTrouble, Refused, Trouble, spoken

SEARCH_OCTETS = 16 * 1024 * 1024
RENEW_SECONDS = 240.0  # RFC 2177 says 29 minutes at most; routers forget a silent connection after 5 and more
_OCTETS_A_LINE = 512  # of an answer that gives a mail's size
_SLACK = 64 * 1024  # around a mail's content


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What the server says of the folder; `uidnext` is 0 where it does not say."""

    uidvalidity: int
    uidnext: int
    exists: int


class Folder:
    """A folder that is selected. Methods raise ConnectionLost when only a new connection can go on, Refused on NO."""

    def __init__(self, client: BoundedClient, account: Account) -> None:
        self._client = client
        with spoken("listing folders"):
            self._names = find_names(client)
            client.begin()
            self.can_move = client.has_capability("MOVE")
            self.can_expunge = client.has_capability("UIDPLUS")
            self.can_idle = client.has_capability("IDLE")
            client.rest()
        self.name = self._names.on_server(account.folder)

    @property
    def announced(self) -> int:
        """The size in octets of what the server wanted to send and was not allowed to; 0 when there is nothing."""
        return int(self._client._imap.announced)

    def open(self, *, readonly: bool = False) -> Opened:
        """Select it. Raises MailboxTrouble (FOLDER) when it is not there."""
        self._client.begin()
        try:
            with spoken("opening the folder", Trouble.FOLDER):
                said = self._client.select_folder(self.name, readonly=readonly)
        except Refused as error:
            raise MailboxTrouble(Trouble.FOLDER, str(error)) from None
        self._client.rest()
        return Opened(
            uidvalidity=int(said.get(b"UIDVALIDITY", 0)),
            uidnext=int(said.get(b"UIDNEXT", 0)),
            exists=int(said.get(b"EXISTS", 0)),
        )

    def find_above(self, uid: int) -> list[int]:
        """The UIDs above `uid`, in order. `n:*` names the last mail even where it is below n (RFC 3501 6.4.8)."""
        self._client.begin()
        self._client.told = False
        return [one for one in self._search(["UID", f"{uid + 1}:*"]) if one > uid]

    @property
    def has_news(self) -> bool:
        """Whether the server has told of new mail since `find_above`: it does so once, in the answer to anything."""
        self._client.begin()
        self._client.rest()
        return self._client.told

    def find_between(self, low: int, high: int) -> list[int]:
        """The UIDs above `low` and up to `high` that are there, in order."""
        return self._search(["UID", f"{low + 1}:{high}"]) if low < high else []

    def find_among(self, uids: Sequence[int]) -> list[int]:
        """Those of the UIDs that are there, in order."""
        found: list[int] = []
        for start in range(0, len(uids), 200):  # a command line has bounds, too
            found += self._search(["UID", ",".join(map(str, uids[start : start + 200]))])
        return [one for one in found if one in set(uids)]

    def find_since(self, day: date | None) -> list[int]:
        """The UIDs of mails that came at that day or later, by the server's date; None: all."""
        return self._search(["SINCE", day] if day else ["ALL"])

    def find_sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The sizes in octets of those that are there."""
        self._client.begin(TALK_OCTETS + _OCTETS_A_LINE * len(uids))
        with spoken("asking for sizes"):
            found = self._client.fetch(list(uids), ["RFC822.SIZE"])
            sizes = {uid: int(said[b"RFC822.SIZE"]) for uid, said in found.items() if b"RFC822.SIZE" in said}
        self._client.rest()
        return sizes

    def fetch(self, uids: Sequence[int], *, octets: int) -> dict[int, bytes]:
        """The mails, byte for byte, all together of `octets` at most; those that are gone are left out."""
        self._client.begin(octets + _SLACK + _OCTETS_A_LINE * len(uids))
        with spoken("fetching"):
            found = self._client.fetch(list(uids), ["BODY.PEEK[]"])
            mails = {uid: said[b"BODY[]"] for uid, said in found.items() if isinstance(said.get(b"BODY[]"), bytes)}
        self._client.rest()
        return mails

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark them as read."""
        self._ask("marking as read", lambda: self._client.add_flags(list(uids), [rb"\Seen"], silent=True))

    def delete(self, uids: Sequence[int]) -> None:
        """Delete them, and only them."""
        self._ask("deleting", lambda: self._client.add_flags(list(uids), [rb"\Deleted"], silent=True))
        if self.can_expunge:
            self._ask("deleting", lambda: self._client.uid_expunge(list(uids)))

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move them to another folder, which is made when it is not there."""
        name = self._names.on_server(target)
        try:
            self._move(uids, name)
        except Refused:
            self.make(target)
            self._move(uids, name)

    def make(self, target: str) -> None:
        """Make a folder if it is not there, and subscribe to it, so that people see it."""
        name = self._names.on_server(target)
        if not self._ask("looking for a folder", lambda: self._client.folder_exists(name)):
            self._ask("making a folder", lambda: self._client.create_folder(name))
            self._ask("subscribing to a folder", lambda: self._client.subscribe_folder(name))

    def wait(self, seconds: float) -> bool:
        """Wait until the server tells of new mail, by IDLE, or the time is over; whether it told of some."""
        deadline = time.monotonic() + seconds
        with spoken("waiting"):
            self._client.begin()
            told = self._client.start_idle()
        try:
            with spoken("waiting"):
                self._client.rest()
                while not told and (left := deadline - time.monotonic()) > 0:
                    told = self._look(left)
                self._client.begin()
                self._client.idle_done()
                self._client.rest()
        except Refused as error:  # what was said within IDLE is not understood, so nothing behind it is either
            raise ConnectionLost(str(error)) from None
        return told

    def _look(self, seconds: float) -> bool:
        """Look for what the server says within IDLE; whether it tells of new mail."""
        began = time.monotonic()
        events = self._client.idle_check(timeout=seconds)
        if not events and time.monotonic() < began + seconds - 0.1:
            # The library answers so at once, and for ever, when the other side is gone.
            raise ConnectionLost("waiting: the connection ended")
        if any(event[0] == b"BYE" for event in events):
            raise ConnectionLost("waiting: the server said good-bye")
        return any(b"EXISTS" in event[1:2] for event in events)

    def _move(self, uids: Sequence[int], name: str) -> None:
        if self.can_move:
            self._ask("moving", lambda: self._client.move(list(uids), name))
        else:
            self._ask("copying", lambda: self._client.copy(list(uids), name))
            self.delete(uids)

    def _search(self, criteria: list[str | date]) -> list[int]:
        self._client.begin(SEARCH_OCTETS)
        with spoken("searching"):
            found = sorted(set(self._client.search(criteria)))
        self._client.rest()
        return found

    def _ask(self, what: str, command: Callable[[], object]) -> object:
        self._client.begin()
        with spoken(what, Trouble.AFTER):
            answer = command()
        self._client.rest()
        return answer
