"""Rounds through a folder: what is new goes into the ledger, and only then is it moved, marked or deleted.

A round first settles what an earlier one took and did not move any more, then tries mails that were left, then takes
what is new, in groups. A mail that is fetched again (a crash before the cursor was written, UIDs that hold no more)
has the same bytes and recipients, and so is the same row of the ledger.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.address import fold_address
from cases.arrival import Arrival, Channel
from cases.errors import TemporaryError
from cases.model import Queue
from ingest.imap.after import After, settle
from ingest.imap.folder import Folder
from ingest.imap.left import groups, leave_failed, leave_large, may_be_tried
from ingest.imap.recipients import default_recipient, find_envelope
from ingest.imap.trouble import ConnectionLost, MailboxTrouble, Refused, Trouble
from store.failpoints import Step, reach
from store.ledger import Ledger
from store.mailboxes import LeftMail, Mailboxes, Place

_log = logging.getLogger(__name__)

_GROUP = 50
_GROUP_OCTETS = 8 * 1024 * 1024
_SIZES = 500
_EMPTY = "there is nothing in it"
_WITHHELD = "the server does not give it out"


@dataclass(kw_only=True)
class Inbox:
    """Where mails go, and by which rules.

    `user` and `recipient` say whose a mail is that names no queue; `max_octets` is the largest mail that is fetched;
    `has_room` says whether so many octets may still be kept; `noted` is called after each group. `careful`: a
    connection broke within a group, so they come one by one.
    """

    name: str
    user: str
    recipient: str
    after: After
    ledger: Ledger
    mailboxes: Mailboxes
    queues: Callable[[], Sequence[Queue]]
    clock: Callable[[], datetime]
    wake: Callable[[], object]
    max_octets: int
    has_room: Callable[[int], bool] = lambda _octets: True
    noted: Callable[[], object] = bool
    careful: bool = False


class Reading:
    """One session with an open folder. Methods raise MailboxTrouble, LeaseLost, StoreUnavailable (all temporary)."""

    def __init__(self, inbox: Inbox, folder: Folder, place: Place) -> None:
        self._inbox = inbox
        self._folder = folder
        self._place = place
        self._refused: Refused | None = None

    def fetch_all(self) -> int:
        """One round; how many mails were taken. A fate that the server refuses is told at the end of it."""
        inbox, self._refused = self._inbox, None
        left = inbox.mailboxes.load_left(self._place)
        self._settle_rest(left)
        taken = self._retry(left)
        new = self._folder.find_above(self._place.taken_uid)
        for start in range(0, len(new), _SIZES):
            some = new[start : start + _SIZES]
            sizes = self._folder.find_sizes(some)
            limits = {"count": _GROUP, "octets": _GROUP_OCTETS} if not inbox.careful else {"count": 1, "octets": 0}
            for group in groups(some, sizes, limit=inbox.max_octets, **limits):
                taken += self._take_group(group, sizes)
                inbox.noted()
        inbox.careful = False
        if self._refused is not None:
            raise self._refused
        return taken

    def _settle_rest(self, left: Sequence[LeftMail]) -> None:
        """What was taken, and the process or the connection ended before it was moved."""
        place = self._place
        staying = {one.uid for one in left}
        rest = self._folder.find_between(place.settled_uid, place.taken_uid)
        self._settle([uid for uid in rest if uid not in staying], up_to=place.taken_uid)

    def _retry(self, left: Sequence[LeftMail]) -> int:
        """Try mails that were left whose time has come, and forget those that somebody took away."""
        if not left:
            return 0
        there = set(self._folder.find_among([one.uid for one in left]))
        if gone := [one.uid for one in left if one.uid not in there]:
            self._inbox.mailboxes.forget_left(self._place, gone)
        now = self._inbox.clock()
        return sum(
            self._retry_one(one)
            for one in left
            if one.uid in there and may_be_tried(one, limit=self._inbox.max_octets, now=now)
        )

    def _retry_one(self, one: LeftMail) -> int:
        mails, again = self._fetch([one.uid], {one.uid: one.size}, tries=one.tries)
        if again:
            self._inbox.mailboxes.record_taken(
                self._place, uid=self._place.taken_uid, now=self._inbox.clock(), left=again, took=False
            )
        if not mails:
            return 0
        self._add(mails, tries=one.tries)
        self._settle([one.uid], up_to=None)
        self._inbox.mailboxes.forget_left(self._place, [one.uid])
        return 1

    def _take_group(self, group: list[int], sizes: dict[int, int]) -> int:
        """Fetch, make durable, write the cursor, settle: in this order. How many were taken."""
        inbox = self._inbox
        large = [uid for uid in group if sizes.get(uid, 0) > inbox.max_octets]
        wanted = [uid for uid in group if uid not in large]
        try:
            mails, left = self._fetch(wanted, sizes, tries=0)
        except Refused:
            inbox.careful = True
            return sum(self._take_group([uid], sizes) for uid in group)
        left += [leave_large(uid, size=sizes[uid], limit=inbox.max_octets) for uid in large]
        self._add(mails, tries=0)
        self._advance(group[-1], left, took=bool(mails))
        self._settle(list(mails), up_to=group[-1])
        return len(mails)

    def _fetch(self, uids: list[int], sizes: dict[int, int], *, tries: int) -> tuple[dict[int, bytes], list[LeftMail]]:
        """The mails, and those that stay. A lone mail at which the connection breaks is put aside for the next time.

        Raises Refused for several mails, of which one may be the cause; ConnectionLost.
        """
        if not uids:
            return {}, []
        alone, limit = len(uids) == 1, self._inbox.max_octets
        if not self._inbox.has_room(sum(sizes.get(uid, limit) for uid in uids)):
            raise MailboxTrouble(Trouble.DISK, "there is no room on disk; mails wait on the server")
        octets = limit if alone else 2 * sum(sizes.get(uid, limit) for uid in uids)
        try:
            mails = self._folder.fetch(uids, octets=octets)
        except ConnectionLost as error:
            self._put_aside(uids, sizes, tries, str(error))
            raise
        except Refused as error:
            if not alone:
                raise
            return {}, [self._failed(uids[0], sizes, tries, str(error))]
        empty = [uid for uid, raw in mails.items() if not raw.strip()]
        missing = self._folder.find_among([uid for uid in uids if uid not in mails]) if len(mails) < len(uids) else []
        left = [LeftMail(uid=uid, reason=_EMPTY, tries=tries + 1) for uid in empty]
        left += [self._failed(uid, sizes, tries, _WITHHELD) for uid in missing]
        return {uid: raw for uid, raw in mails.items() if uid not in empty}, left

    def _put_aside(self, uids: list[int], sizes: dict[int, int], tries: int, reason: str) -> None:
        if len(uids) > 1:
            self._inbox.careful = True
            return
        announced, limit = self._folder.announced, self._inbox.max_octets
        if announced > limit:
            left = leave_large(uids[0], size=announced, limit=limit)
        else:
            left = self._failed(uids[0], sizes, tries, reason)
        self._advance(max(uids[0], self._place.taken_uid), [left], took=False)

    def _failed(self, uid: int, sizes: dict[int, int], tries: int, reason: str) -> LeftMail:
        now = self._inbox.clock()
        return leave_failed(uid, size=sizes.get(uid, 0), reason=reason, tries=tries + 1, now=now)

    def _add(self, mails: dict[int, bytes], *, tries: int) -> None:
        """Make them durable. Raises StoreUnavailable; then the cursor stays where it is.

        For any other fault one mail may be to blame, and must not keep the others out: alone, it steps aside.
        """
        try:
            self._make_durable(mails)
        except (TemporaryError, OSError):  # a store that is away, a disk that is full: no fault of a mail
            raise
        except Exception as error:
            self._put_aside(list(mails), {}, tries, f"a fault of the program ({type(error).__name__})")
            raise

    def _make_durable(self, mails: dict[int, bytes]) -> None:
        inbox = self._inbox
        queues = inbox.queues()
        arrivals = {one.source_key: one for uid, raw in mails.items() for one in [self._arrival(uid, raw, queues)]}
        known = inbox.ledger.find_known([key for key in arrivals if key])
        new = [one for key, one in arrivals.items() if key not in known]
        if new:
            reach(Step.MAIL_ACCEPTED)
            inbox.ledger.add(new)
            reach(Step.LEDGER_COMMITTED)
            inbox.wake()
        if mails:
            _log.info("mail fetched", extra={"mailbox": inbox.name, "new": len(new), "known": len(mails) - len(new)})

    def _arrival(self, uid: int, raw: bytes, queues: Sequence[Queue]) -> Arrival:
        """What lay there before casepost came is taken as an import is: old mail is filed and not answered."""
        inbox = self._inbox
        otherwise = default_recipient(queues, given=inbox.recipient, user=inbox.user)
        envelope = find_envelope(raw, queues, otherwise=otherwise)
        return Arrival(
            raw=raw,
            channel=Channel.IMPORT if uid <= self._place.archive_uid else Channel.IMAP,
            sender=envelope.sender,
            recipients=envelope.recipients,
            received_at=inbox.clock(),
            trusted=True,
            source_key=source_key(raw, envelope.recipients),
        )

    def _advance(self, uid: int, left: Sequence[LeftMail], *, took: bool) -> None:
        for one in left:
            _log.warning("mail left in its mailbox", extra={"mailbox": self._inbox.name, "error": one.reason})
        self._inbox.mailboxes.record_taken(self._place, uid=uid, now=self._inbox.clock(), left=left, took=took)
        self._place = replace(self._place, taken_uid=uid)

    def _settle(self, uids: Sequence[int], *, up_to: int | None) -> None:
        """Move, mark or delete what is in the ledger, as long as the mailbox is ours.

        Once the server has refused it, the rest of the round only takes mails in: that matters more.
        """
        if self._refused is not None:
            return
        if uids:
            self._inbox.mailboxes.require(self._place.id)
        try:
            settle(self._folder, uids, self._inbox.after)
        except Refused as error:
            self._refused = error
            return
        if up_to is not None and up_to != self._place.settled_uid:
            self._inbox.mailboxes.record_settled(self._place, uid=up_to)
            self._place = replace(self._place, settled_uid=up_to)


def source_key(raw: bytes, recipients: Iterable[str]) -> str:
    """What makes a mail that is fetched twice one row of the ledger: its bytes and whose it is."""
    to = "\0".join(sorted(fold_address(one) for one in recipients))
    return "imap:" + hashlib.sha256(to.encode() + b"\0" + raw).hexdigest()
