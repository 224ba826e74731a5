"""The shell of taking in: a mail of the ledger is read, decided and applied, and gets its one final word."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy.engine import Connection

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
from ingest.in_hand import in_hand
from ingest.question import Question
from ingest.read.version import READER_VERSION
from ingest.report import find_reported
from ingest.staff import find_own_words
from ingest.virus import Clamd, scan_files
from store.apply import apply, find_taken, is_taken
from store.database import Database
from store.failpoints import Step, reach
from store.junk_list import JunkFacts, gather_junk
from store.ledger import TRIES, DoneMail, Entry, Ledger
from store.lookup import gather
from store.people import find_queue, load_queues
from store.staff_lookup import NOT_STAFF, StaffFacts, gather_staff, must_pass
from store.tally import Timing, timed

_log = logging.getLogger(__name__)

_SOON = 0.25  # seconds that the last word of a mail waits for those of others


class Reader(Protocol):
    """Reads raw bytes where it can be stopped; raises ReaderFailed when it had to be."""

    def read(self, raw: bytes) -> Mail:
        """The mail as a person would read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What this installation has decided: see the fields of the same names in `Question`.

    `relays_find_spam`: what a trusted relay says of spam is believed.
    """

    templates: Callable[[], frozenset[str]] = frozenset
    agents_need_pass: bool = False
    agent_signatures: bool = False
    relay_domains: frozenset[str] = frozenset()
    relays_find_spam: bool = True


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


# The mail with the verdict of a virus scanner on each of its files; raises TemporaryError while it has to wait.
ScanFiles = Callable[[bytes, Mail, Entry, datetime], Mail]


def nobody_scans(_raw: bytes, mail: Mail, _entry: Entry, _now: datetime) -> Mail:
    """There is no scanner."""
    return mail


def scans_by(clamd: Clamd) -> ScanFiles:
    """What `clamd` says of the files of a mail of the ledger."""

    def scan(raw: bytes, mail: Mail, entry: Entry, now: datetime) -> Mail:
        return scan_files(clamd, raw, mail, received_at=entry.received_at, now=now)

    return scan


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeIn:
    """Everything that taking in needs; `holder` is this worker's name on its claims, `active` the ids in work."""

    ledger: Ledger
    cases: Database
    keyring: Keyring
    reader: Reader
    holder: str
    check_identity: CheckIdentity = nobody_checks
    scan: ScanFiles = nobody_scans
    policy: Policy = Policy()
    active: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ten more seconds for what is in work."""
        if self.active:
            self.ledger.renew(holder=self.holder, ids=list(self.active))

    def take_in_some(self, *, clock: Callable[[], datetime], limit: int) -> int:
        """Claim up to `limit` mails and work on them, oldest first; how many were claimed."""
        claimed = self.ledger.claim(holder=self.holder, now=clock(), limit=limit)
        taken, done = find_taken(self.cases, [entry.id for entry in claimed]), _Done(self.ledger)
        with in_hand(self.active, claimed, let_go=partial(self.ledger.let_go, holder=self.holder)) as each:
            try:
                for entry in each:
                    with timed(Timing.TAKE_IN):
                        now = clock()
                        done.add(entry, taken.get(entry.id) or self._work_on(entry, now), now)
            finally:
                done.record()
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
        done = _Done(self.ledger)
        applied = is_taken(self.cases, entry.id) or self._work_on(entry, now)
        done.add(entry, applied, now)
        done.record()
        return applied

    def _work_on(self, entry: Entry, now: datetime) -> Applied | None:
        try:
            applied = apply(self.cases, self._decide(entry, now))
            reach(Step.CASE_COMMITTED)
        except (TemporaryError, OSError) as error:  # a disk that is full or fails is no fault of the mail either
            self.ledger.record_failure(entry, holder=self.holder, error=str(error), counts=False, now=now)
            return None
        except Exception as error:  # noqa: BLE001  one bad mail must not stop the others, whatever is wrong with it
            return self._record_failure(entry, error, now)
        return applied

    def _decide(self, entry: Entry, now: datetime) -> Change:
        raw = self.ledger.load(entry.id)
        mail = self.scan(raw, self.reader.read(raw), entry, now)
        reach(Step.MAIL_READ)
        envelope = Envelope(sender=entry.sender, recipients=entry.recipients)
        evidence = find_evidence(mail, envelope, self.keyring)
        with self.cases.read() as connection:
            known = gather(
                connection,
                numbers=evidence.numbers,
                message_ids=[*evidence.message_ids, *_forwarded_ids(mail)],
                user_ids=evidence.user_ids,
                participant_ids=evidence.participant_ids,
                author=mail.author.address if mail.author else "",
                shared=mail.identifiers,
                now=now,
            )
            staff = _gather_staff(connection, mail, evidence)
            reported = find_reported(connection, self.keyring, mail, evidence, envelope)
            junk = self._gather_junk(connection, mail, entry)
        identity = self.check_identity(raw, mail, entry)
        reach(Step.IDENTITY_CHECKED)
        decided = decide(
            Question(
                mail=mail,
                envelope=envelope,
                evidence=evidence,
                known=known,
                ledger_id=entry.id,
                key=self.keyring.digest("mail", mail.fingerprint),
                now=now,
                identity=identity,
                staff=staff,
                templates=self.policy.templates() if evidence.user_ids else frozenset(),
                agents_need_pass=self.policy.agents_need_pass,
                agent_signatures=self.policy.agent_signatures,
                from_archive=entry.channel == Channel.IMPORT,
                reported=reported,
                junk=junk,
            )
        )
        reach(Step.MAIL_DECIDED)
        return decided

    def _gather_junk(self, connection: Connection, mail: Mail, entry: Entry) -> JunkFacts:
        author = mail.author or mail.sender
        believed = entry.trusted and self.policy.relays_find_spam
        return gather_junk(connection, author.address if author else "", entry.id, relay_is_believed=believed)

    def _record_failure(self, entry: Entry, fault: Exception, now: datetime) -> Applied | None:
        error = str(fault) if isinstance(fault, ReaderFailed | CasepostError) else f"fault: {type(fault).__name__}"
        _log.warning("mail not taken in", exc_info=fault, extra={"ledger": entry.id, "error": error})
        tries = self.ledger.record_failure(entry, holder=self.holder, error=error, counts=True, now=now)
        return apply(self.cases, _quarantine(self, entry, error, now)) if tries >= TRIES else None


class _Done:
    """Mails with their last word: it is on record with the case, and soon in the ledger, of several in one commit.

    Whoever dies before that finds the disposition of the mail when it is claimed again.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[DoneMail] = []
        self._since = 0.0

    def add(self, entry: Entry, applied: Applied | None, now: datetime) -> None:
        if applied is None or applied.outcome is None:
            return
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(DoneMail(id=entry.id, outcome=applied.outcome, reason=applied.reason, at=now))
        if time.monotonic() - self._since > _SOON:
            self.record()

    def record(self) -> None:
        if self._waiting:
            self._ledger.record_done(self._waiting)
            reach(Step.MAIL_DONE)
        self._waiting = []


def _gather_staff(connection: Connection, mail: Mail, evidence: Evidence) -> StaffFacts:
    signed = next((one for one in evidence.signed if one.role is not Role.SELLER), None)
    if mail.author is None or (signed is None and mail.forwarded is None):
        return NOT_STAFF
    if signed is None:
        return StaffFacts(must_pass=must_pass(connection, mail.author.address))
    return gather_staff(
        connection,
        number=signed.number,
        user_id=signed.subject_id,
        author=mail.author.address,
        our_ids=[one for one, _ in evidence.our_ids],
        targets=parse_commands(find_own_words(mail)).arguments("merge"),
    )


def _forwarded_ids(mail: Mail) -> tuple[str, ...]:
    one = mail.forwarded.message_id if mail.forwarded is not None else None
    return (one,) if one is not None else ()


def _quarantine(work: TakeIn, entry: Entry, error: str, now: datetime) -> Change:
    """A mail nobody could read becomes a case with nothing in it but where to find the raw mail."""
    with work.cases.read() as connection:
        queues = load_queues(connection)
    queue = next((found for one in entry.recipients if (found := find_queue(queues, one))), queues[0])
    words = f"This mail could not be read ({error}). It is kept whole: casepost quarantine show {entry.id}"
    mail = Mail(
        fingerprint=hashlib.sha256(f"quarantine {entry.id}".encode()).hexdigest(),
        reader_version=READER_VERSION,
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
