"""Old mail out of a mailbox, for `casepost import`: read by date, and nothing on the server is changed by it."""

import time
from collections.abc import Callable, Iterator
from datetime import date

from ingest.archive import ArchivedMail, ArchiveProblem
from ingest.imap.account import Account
from ingest.imap.folder import Folder
from ingest.imap.left import groups
from ingest.imap.sign_in import Secret, connect
from ingest.imap.trouble import ConnectionLost, Refused

_GROUP = 20
_GROUP_OCTETS = 8 * 1024 * 1024
_SIZES = 500
_LOST_IN_A_ROW = 3
_REST = 5.0  # seconds before the next connect

Found = ArchivedMail | ArchiveProblem


def mails_in_mailbox(
    account: Account,
    secret: Secret,
    *,
    since: date | None,
    max_bytes: int,
    rest: Callable[[float], object] = time.sleep,
) -> Iterator[Found]:
    """Every mail of a folder that came at the day `since` or later, by the server's date, or all; oldest first.

    A connection that ends is made again, and goes on where it was. Raises MailboxTrouble when that does not help.
    """
    reader = _Reader(account, since, max_bytes)
    lost = 0
    while True:
        client = connect(account, secret)
        try:
            for found in reader.read(Folder(client, account)):
                lost = 0
                yield found
        except ConnectionLost:
            lost += 1
            if lost == _LOST_IN_A_ROW:
                raise
            rest(_REST)
        else:
            return
        finally:
            client.close(politely=False)


class _Reader:
    """How far it was read; `left` are UIDs that are still to come, None before the first search."""

    def __init__(self, account: Account, since: date | None, max_bytes: int) -> None:
        self._name = account.name
        self._since = since
        self._max_bytes = max_bytes
        self._uidvalidity = 0
        self._left: list[int] | None = None

    def read(self, folder: Folder) -> Iterator[Found]:
        opened = folder.open(readonly=True)
        if self._left is None or opened.uidvalidity != self._uidvalidity:
            self._left, self._uidvalidity = folder.find_since(self._since), opened.uidvalidity
        while some := self._left[:_SIZES]:
            sizes = folder.find_sizes(some)
            for group in groups(some, sizes, limit=self._max_bytes, count=_GROUP, octets=_GROUP_OCTETS):
                found = list(self._read_group(folder, group, sizes))
                self._left = self._left[len(group) :]
                yield from found

    def _read_group(self, folder: Folder, group: list[int], sizes: dict[int, int]) -> Iterator[Found]:
        large = [uid for uid in group if sizes.get(uid, 0) > self._max_bytes]
        wanted = [uid for uid in group if uid in sizes and uid not in large]
        for uid in large:
            yield self._problem(uid, f"larger than {self._max_bytes} octets")
        octets = max(self._max_bytes, 2 * sum(sizes[uid] for uid in wanted))
        try:
            mails = folder.fetch(wanted, octets=octets) if wanted else {}
        except Refused as error:
            if len(wanted) == 1:
                yield self._problem(wanted[0], str(error))
            else:
                for uid in wanted:
                    yield from self._read_group(folder, [uid], sizes)
            return
        for uid, raw in mails.items():
            if raw.strip():
                yield ArchivedMail(raw=raw, where=self._place(uid), date=None)
            else:
                yield self._problem(uid, "the mail is empty")

    def _place(self, uid: int) -> str:
        return f"{self._name} UID {uid}"

    def _problem(self, uid: int, reason: str) -> ArchiveProblem:
        return ArchiveProblem(where=self._place(uid), reason=reason)
