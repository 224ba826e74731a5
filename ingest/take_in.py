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
from cases.identity import UNKNOWN, Identity
from cases.mail import Address, Mail
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Strength
from cases.reference import Keyring, Role
from ingest.child_pool import ReaderFailed
from ingest.commands import parse_commands
from ingest.decide import decide
from ingest.evidence import Envelope, Evidence, find_evidence
from ingest.identity.check import Checker
from ingest.identity.facts import Route
from ingest.question import Question
from ingest.report import find_reported
from ingest.staff import find_own_words
from store.apply import apply, is_taken
from store.claims import in_work
from store.database import Database
from store.failpoints import Step, reach
from store.ledger import TRIES, Entry, Ledger
from store.lookup import gather
from store.people import find_queue
from store.staff_lookup import NOT_STAFF, StaffFacts, gather_staff, must_pass

_log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads raw bytes where it can be stopped; raises ReaderFailed when it had to be."""

    def read(self, raw: bytes) -> Mail:
        """The mail as a person would read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What this installation has decided: see the fields of the same names in `Question`."""

    templates: Callable[[], frozenset[str]] = frozenset
    agents_need_pass: bool = False
    agent_signatures: bool = False
    relay_domains: frozenset[str] = frozenset()


# How far the author of a mail is proved: asks the DNS, within seconds, and never raises.
CheckIdentity = Callable[[bytes, Mail, Entry], Identity]


def nobody_checks(_raw: bytes, _mail: Mail, _entry: Entry) -> Identity:
    """Nothing is known of any author."""
    return UNKNOWN


def checks_by(checker: Checker) -> CheckIdentity:
    """What `checker` says of a mail of the ledger."""

    def check(raw: bytes, mail: Mail, entry: Entry) -> Identity:
        route = Route(
            channel=entry.channel,
            peer=entry.peer,
            helo=entry.helo,
            sender=entry.sender,
            trusted=entry.trusted,
            received_at=entry.received_at,
        )
        return checker.check(raw, author=mail.author, route=route)

    return check


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeIn:
    """Everything that taking in needs; `holder` is this worker's name on its claims, `active` the ids in work."""

    ledger: Ledger
    cases: Database
    keyring: Keyring
    reader: Reader
    holder: str
    check_identity: CheckIdentity = nobody_checks
    policy: Policy = Policy()
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
        raw = self.ledger.load(entry.id)
        mail = self.reader.read(raw)
        envelope = Envelope(sender=entry.sender, recipients=entry.recipients)
        evidence = find_evidence(mail, envelope, self.keyring)
        known = gather(
            self.cases,
            numbers=evidence.numbers,
            message_ids=[*evidence.message_ids, *_forwarded_ids(mail)],
            user_ids=evidence.user_ids,
            participant_ids=evidence.participant_ids,
            author=mail.author.address if mail.author else "",
            shared=mail.identifiers,
            now=now,
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
                identity=self.check_identity(raw, mail, entry),
                staff=self._gather_staff(mail, evidence),
                templates=self.policy.templates() if evidence.user_ids else frozenset(),
                agents_need_pass=self.policy.agents_need_pass,
                agent_signatures=self.policy.agent_signatures,
                from_archive=entry.channel == Channel.IMPORT,
                reported=find_reported(self.cases, self.keyring, mail, evidence, envelope),
            )
        )

    def _gather_staff(self, mail: Mail, evidence: Evidence) -> StaffFacts:
        signed = next((one for one in evidence.signed if one.role is not Role.SELLER), None)
        if mail.author is None or (signed is None and mail.forwarded is None):
            return NOT_STAFF
        if signed is None:
            return StaffFacts(must_pass=must_pass(self.cases, mail.author.address))
        return gather_staff(
            self.cases,
            number=signed.number,
            user_id=signed.subject_id,
            author=mail.author.address,
            our_ids=[one for one, _ in evidence.our_ids],
            targets=parse_commands(find_own_words(mail)).arguments("merge"),
        )

    def _record_failure(self, entry: Entry, fault: Exception, now: datetime) -> Applied | None:
        error = str(fault) if isinstance(fault, ReaderFailed | CasepostError) else f"fault: {type(fault).__name__}"
        _log.warning("mail not taken in ledger=%d error=%s", entry.id, error, exc_info=fault)
        tries = self.ledger.record_failure(entry, holder=self.holder, error=error, counts=True, now=now)
        return apply(self.cases, _quarantine(self, entry, error, now)) if tries >= TRIES else None


def _forwarded_ids(mail: Mail) -> tuple[str, ...]:
    one = mail.forwarded.message_id if mail.forwarded is not None else None
    return (one,) if one is not None else ()


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
