"""The shell of taking in: a mail of the ledger is read, decided and applied, and gets its one final word."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cases.arrival import Channel
from cases.change import Applied, Change, Disposition, NewMessage, Opening
from cases.errors import CasepostError, TemporaryError
from cases.mail import Address, Mail
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Strength
from cases.reference import Keyring, find_message_id
from ingest.child_pool import ReaderFailed
from ingest.decide import decide
from ingest.evidence import Envelope, find_evidence
from ingest.question import Question
from store.apply import apply, is_taken
from store.claims import in_work
from store.database import Database
from store.failpoints import Step, reach
from store.ledger import TRIES, Entry, Ledger
from store.lookup import gather
from store.people import find_queue

_log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads raw bytes where it can be stopped; raises ReaderFailed when it had to be."""

    def read(self, raw: bytes) -> Mail:
        """The mail as a person would read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeIn:
    """Everything that taking in needs; `holder` is this worker's name on its claims, `active` the ids in work."""

    ledger: Ledger
    cases: Database
    keyring: Keyring
    reader: Reader
    holder: str
    active: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ten more seconds for what is in work."""
        if self.active:
            self.ledger.renew(holder=self.holder, ids=list(self.active))

    def take_in_some(self, *, clock: Callable[[], datetime], limit: int) -> int:
        """Claim up to `limit` mails and work on them, oldest first; how many were claimed."""
        claimed = self.ledger.claim(holder=self.holder, now=clock(), limit=limit)
        with in_work(self.active, claimed) as each:
            for entry in each:
                self.take_in(entry, now=clock())
        return len(claimed)

    def take_in_one(self, ledger_id: int, *, now: datetime) -> Applied | None:
        """Work on this mail if nobody else does; None when it has no final word after that."""
        entry = self.ledger.claim_one(ledger_id, holder=self.holder)
        if entry is None:
            return is_taken(self.cases, ledger_id)
        self.active.add(entry.id)
        try:
            return self.take_in(entry, now=now)
        finally:
            self.active.discard(entry.id)

    def take_in(self, entry: Entry, *, now: datetime) -> Applied | None:
        """Work on a claimed mail until it has its disposition; None when it has to be tried again.

        A mail that cannot be read is tried three times, then quarantined whole, as a case that agents see.
        """
        applied = is_taken(self.cases, entry.id)
        if applied is None:
            try:
                applied = apply(self.cases, self._decide(entry, now))
                reach(Step.CASE_COMMITTED)
            except TemporaryError as error:
                self.ledger.record_failure(entry, holder=self.holder, error=str(error), counts=False, now=now)
            except Exception as error:  # noqa: BLE001  one bad mail must not stop the others, whatever is wrong with it
                applied = self._record_failure(entry, error, now)
        if applied is None or applied.outcome is None:
            return None
        self.ledger.record_done(entry.id, outcome=applied.outcome, reason=applied.reason, now=now)
        return applied

    def _decide(self, entry: Entry, now: datetime) -> Change:
        mail = self.reader.read(self.ledger.load(entry.id))
        envelope = Envelope(sender=entry.sender, recipients=entry.recipients)
        evidence = find_evidence(mail, envelope, self.keyring)
        bounced = _bounced_number(mail, self.keyring)
        known = gather(
            self.cases,
            numbers=[*evidence.numbers, *([bounced] if bounced else [])],
            message_ids=evidence.foreign_ids,
            user_ids=evidence.user_ids,
            author=mail.author.address if mail.author else "",
        )
        return decide(
            Question(
                mail=mail,
                envelope=envelope,
                evidence=evidence,
                known=known,
                ledger_id=entry.id,
                key=self.keyring.digest("mail", mail.fingerprint),
                now=now,
                from_archive=entry.channel == Channel.IMPORT,
                bounced_number=bounced,
            )
        )

    def _record_failure(self, entry: Entry, fault: Exception, now: datetime) -> Applied | None:
        error = str(fault) if isinstance(fault, ReaderFailed | CasepostError) else f"fault: {type(fault).__name__}"
        _log.warning("mail not taken in ledger=%d error=%s", entry.id, error, exc_info=fault)
        tries = self.ledger.record_failure(entry, holder=self.holder, error=error, counts=True, now=now)
        return apply(self.cases, _quarantine(self, entry, error, now)) if tries >= TRIES else None


def _bounced_number(mail: Mail, keyring: Keyring) -> str | None:
    original = mail.bounce.original_message_id if mail.bounce else None
    found = find_message_id(keyring, original) if original else None
    return found[0] if found else None


def _quarantine(work: TakeIn, entry: Entry, error: str, now: datetime) -> Change:
    """A mail nobody could read becomes a case with nothing in it but where to find the raw mail."""
    queues = gather(work.cases, numbers=(), message_ids=(), user_ids=()).queues
    queue = next((found for one in entry.recipients if (found := find_queue(queues, one))), queues[0])
    words = f"This mail could not be read ({error}). It is kept whole: casepost quarantine show {entry.id}"
    mail = Mail(
        fingerprint=hashlib.sha256(f"quarantine {entry.id}".encode()).hexdigest(),
        reader_version=0,
        subject="A mail that could not be read",
        sender=Address(address=entry.sender or ""),
        text=words,
        defects=(error,),
    )
    return Change(
        actor="casepost",
        at=now,
        happenings=(Happening.OPENED,),
        opening=Opening(
            queue_id=queue.id,
            subject=mail.subject,
            topic="other",
            priority=Priority.HIGH,
            language=None,
            requester=Address(address=entry.sender or ""),
            reply_address=entry.sender or "",
        ),
        message=NewMessage(
            direction=Direction.INBOUND, kind=MessageKind.SELLER, mail=mail, text=words, ledger_id=entry.id
        ),
        disposition=Disposition(
            ledger_id=entry.id,
            outcome=Outcome.QUARANTINED,
            reason=error,
            key=work.keyring.digest("mail", mail.fingerprint),
            strength=Strength.QUEUE,
        ),
        silent=True,
    )
