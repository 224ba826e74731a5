"""Plays generated conversations on a case office, and counts which mails came to the right case."""

import heapq
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.change import Applied, Change
from cases.identity import UNKNOWN, Identity, Verdict
from cases.mail import Address, Mail
from cases.model import Happening, Outcome
from cases.reference import Keyring
from ingest.read.reader import read
from store.apply import apply
from store.case_rows import find_state
from store.ledger import Entry
from store.tables import messages
from tests.conversations.people import Written
from tests.office import HOLDER, Here, Office

_NOBODY = -1
PASS = Identity(verdict=Verdict.PASS, detail="dmarc=pass")


@dataclass(frozen=True, kw_only=True, slots=True)
class Arriving:
    """A mail that arrives, and the label: what has to become of it. `case` is the number of the case it belongs to.

    `expected`: "joins" that case, opens a "new" one, or is kept "aside": in a case of its author's own, or shown
    to agents only. `what` names the situation in the figures; `hostile`: by an attacker, whose cases nobody else
    belongs in.
    """

    written: Written
    mail: Mail
    expected: str
    case: str
    what: str
    hostile: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Doing:
    """Something that is done to a case: "close" it, or "merge" it into `into`."""

    at: datetime
    number: str
    into: str = ""


Talk = Generator[Arriving | Doing, str, None]


@dataclass(kw_only=True)
class Score:
    """How many mails there were in each situation, and how many of them came to another case than they belong to."""

    total: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    failing: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Right mails of all."""
        mails = sum(self.total.values())
        return 1 - sum(self.wrong.values()) / mails if mails else 1.0


class _Known(Here):
    """A reader that knows the mails it is given, but reads every so-manieth for true."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: dict[bytes, Mail] = {}

    def read(self, raw: bytes) -> Mail:
        known = self.mails.pop(raw, None)
        return known if known is not None else read(raw)


class Player:
    """One office in which all conversations go on at once, in the order of time. One mail in `read_each` is made into
    octets and read by the real reader; 0 none.
    """

    def __init__(self, office: Office, *, read_each: int = 20) -> None:
        self.office = office
        self.score = Score()
        self._reader = _Known()
        self._read_each = read_each
        self._count = 0
        self._owners: dict[str, int] = {}
        self._aside: dict[str, str] = {}

    @property
    def keyring(self) -> Keyring:
        """The office's keys, for mails of ours."""
        return self.office.store.keyring

    def play(self, talks: dict[int, Talk]) -> Score:
        """Let all conversations go on to their end; `talks` by family: cases of one may be merged."""
        heap: list[tuple[datetime, int, Arriving | Doing]] = []
        for family, talk in talks.items():
            self._push(heap, family, next(talk, None))
        while heap:
            _, family, step = heapq.heappop(heap)
            said = self._do(step) if isinstance(step, Doing) else self._take_in(step, family)
            try:
                following = talks[family].send(said)
            except StopIteration:
                continue
            self._push(heap, family, following)
        return self.score

    def _push(
        self, heap: list[tuple[datetime, int, Arriving | Doing]], family: int, step: Arriving | Doing | None
    ) -> None:
        if step is not None:
            at = step.at if isinstance(step, Doing) else step.written.at
            heapq.heappush(heap, (at, family, step))

    def _do(self, step: Doing) -> str:
        with self.office.store.cases.read() as connection:
            state = find_state(connection, step.number)
        assert state is not None
        happening = Happening.MERGED if step.into else Happening.CLOSED
        change = Change(
            actor="casepost", at=step.at, case_id=state.id, happenings=(happening,), merge_into=step.into, silent=True
        )
        apply(self.office.store.cases, change)
        return ""

    def _take_in(self, step: Arriving, family: int) -> str:
        self._count += 1
        sender = step.written.person.address
        raw = str(self._count).encode()
        if self._read_each and self._count % self._read_each == 0:
            raw = to_octets(step.mail)
        else:
            self._reader.mails[raw] = step.mail
        arrival = Arrival(
            raw=raw,
            channel=Channel.SMTP,
            sender=sender,
            recipients=(step.written.recipient,),
            received_at=step.written.at,
        )
        (ledger_id,) = self.office.store.ledger.add([arrival])
        entry = self.office.store.ledger.claim_one(ledger_id, holder=HOLDER)
        assert entry is not None

        def check(_raw: bytes, _mail: Mail, _entry: Entry) -> Identity:
            return PASS if step.written.person.proved else UNKNOWN

        work = replace(self.office.take_in(), reader=self._reader, check_identity=check)
        applied = work.take_in(entry, now=step.written.at)
        assert applied is not None
        assert applied.number is not None, applied
        self._judge(step, applied, family)
        self._owners.setdefault(applied.number, _NOBODY if step.hostile else family)
        if step.expected == "aside" and applied.outcome is Outcome.CREATED:
            self._aside[applied.number] = step.written.person.address
        return applied.number

    def _judge(self, step: Arriving, applied: Applied, family: int) -> None:
        assert applied.number is not None
        joined = applied.outcome is Outcome.APPENDED
        unconfirmed = joined and self._is_unconfirmed(applied)
        is_home = joined and applied.number == self._end_of(step.case)
        right = {
            "joins": is_home and not unconfirmed,
            "new": applied.outcome is Outcome.CREATED,
            "aside": applied.outcome is Outcome.CREATED
            or (is_home and unconfirmed)
            or self._aside.get(applied.number) == step.written.person.address,
        }[step.expected]
        self.score.total[step.what] += 1
        if joined and self._owners[applied.number] != (_NOBODY if step.hostile else family):
            self.score.strangers += 1
        if not right:
            self.score.wrong[step.what] += 1
            mail = step.mail
            self.score.failing.append(
                f"{step.what}: {step.expected} {self._end_of(step.case)}, but {applied.outcome} {applied.number}: "
                f"{applied.reason} | {sorted(step.written.alive)} {mail.subject!r}"
            )

    def _end_of(self, number: str) -> str:
        with self.office.store.cases.read() as connection:
            state = find_state(connection, number)
        return state.number if state is not None else ""

    def _is_unconfirmed(self, applied: Applied) -> bool:
        (row,) = self.office.rows(sa.select(messages.c.unconfirmed).where(messages.c.id == applied.message_id))
        return bool(row.unconfirmed)


def to_octets(mail: Mail) -> bytes:
    """A mail as it goes over the wire."""
    message = EmailMessage()
    assert mail.sender is not None
    message["From"] = _mailbox(mail.sender)
    message["To"] = ", ".join(map(_mailbox, mail.to))
    if mail.cc:
        message["Cc"] = ", ".join(map(_mailbox, mail.cc))
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    if mail.in_reply_to:
        message["In-Reply-To"] = " ".join(mail.in_reply_to)
    if mail.references:
        message["References"] = " ".join(mail.references)
    if mail.date is not None:
        message["Date"] = mail.date
    message.set_content(mail.text)
    return message.as_bytes(policy=SMTP)


def _mailbox(one: Address) -> str:
    return f"{one.name} <{one.address}>" if one.name else one.address
