"""Cases with replies that are due, brought there by the one door of the store; what of each is due, and becomes of it.

Every shape of case says how many rows of a kind are due and how many mails they become. The difference is gathered in
another's mail, or superseded, and then the record of the case says why.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from casepost.app import App
from cases.change import Applied, Change, Disposition, NewMessage, Opening
from cases.identity import Identity, Verdict
from cases.mail import Address, Mail
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Strength
from cases.plan import ReplyKind
from store.apply import apply
from store.people import find_user, load_queues
from store.tables import outbox
from tests.casework import make_mail

ADA, BEN, LEAD, RITA = "ada@office.example", "ben@office.example", "lead@office.example", "rita@office.example"
TOGETHER = 8  # cases of one address within an hour; `per_address_hour` is 3, so five acknowledgements wait
_HOUR = timedelta(hours=1)


class Shape(StrEnum):
    """What has happened to a case before the clock is looked at again."""

    OPEN = "open for two days, with a lead"
    LEADERLESS = "open for two days, without a lead"
    ANSWERED = "answered, the seller is silent for two days"
    CLOSING = "answered and reminded, the seller is silent for seven days"
    GATHERED = "one of eight of the same address within an hour"


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """How many rows of a kind one case has that are due, and who gets the mails that they become (address: count)."""

    rows: int
    mails: Mapping[str, int]


SELLER = "the seller"
_TO_SELLER = Due(rows=1, mails={SELLER: 1})
_TO_BOTH = Due(rows=2, mails={ADA: 1, BEN: 1})
EXPECTED: dict[Shape, dict[ReplyKind, Due]] = {
    Shape.OPEN: {
        ReplyKind.ACKNOWLEDGEMENT: _TO_SELLER,
        ReplyKind.AGENT_MAIL: _TO_BOTH,
        ReplyKind.AGENT_REMINDER: _TO_BOTH,
        ReplyKind.ESCALATION: Due(rows=1, mails={LEAD: 1}),
        ReplyKind.STATUS: _TO_SELLER,
    },
    Shape.LEADERLESS: {
        ReplyKind.ACKNOWLEDGEMENT: _TO_SELLER,
        ReplyKind.AGENT_MAIL: Due(rows=1, mails={RITA: 1}),
        # Who is reminded and told at once gets the later mail alone.
        ReplyKind.AGENT_REMINDER: Due(rows=1, mails={}),
        ReplyKind.ESCALATION: Due(rows=1, mails={RITA: 1}),
        ReplyKind.STATUS: _TO_SELLER,
    },
    Shape.ANSWERED: {
        ReplyKind.ACKNOWLEDGEMENT: _TO_SELLER,
        ReplyKind.AGENT_MAIL: _TO_BOTH,
        ReplyKind.ANSWER: _TO_SELLER,
        ReplyKind.REMINDER: _TO_SELLER,
    },
    Shape.CLOSING: {ReplyKind.CLOSING: _TO_SELLER},
}
# Of the eight cases of an address together: five rows, one mail.
EXPECTED_TOGETHER = {ReplyKind.ACKNOWLEDGEMENT: Due(rows=TOGETHER - 3, mails={SELLER: 1})}
_ROUND = (Shape.OPEN, Shape.ANSWERED, Shape.LEADERLESS) * 5


@dataclass
class Filled:
    """What was filled in: cases by shape, and of the gathered ones by address; all replies due `by` are to be done."""

    by: datetime
    rows: int = 0
    cases: dict[int, tuple[Shape, str]] = field(default_factory=dict)


class Filling:
    """Fills the store of an app; all through `apply`, and what was written earlier through the shell that writes."""

    def __init__(self, app: App, *, now: datetime) -> None:
        self._app = app
        self._now = now
        self._numbers = itertools.count(1)
        with app.store.cases.read() as connection:
            self._queues = {queue.name: queue.id for queue in load_queues(connection)}
            ada = find_user(connection, ADA)
        assert ada is not None
        self._ada = ada.id
        self.filled = Filled(by=now)

    def fill(self, rows: int) -> Filled:
        """At least so many rows that are due: a few that have a past, which takes long to make, and the rest."""
        some = max(1, rows // 100)
        for _ in range(some):
            self._answered(self._now - 171 * _HOUR, Shape.CLOSING)
        self._write(self._now - 171 * _HOUR + 49 * _HOUR)
        self._say_sent(self._now - 171 * _HOUR + 49 * _HOUR)
        for group in range(max(1, some // 4)):
            for _ in range(TOGETHER):
                self._open(self._now - 3 * _HOUR, Shape.GATHERED, address=f"together{group}@shops.example")
            self.filled.rows += EXPECTED_TOGETHER[ReplyKind.ACKNOWLEDGEMENT].rows
        self._write(self._now - 3 * _HOUR)
        for shape in self._shapes(rows):
            if shape is Shape.ANSWERED:
                self._answered(self._now - 48 * _HOUR - timedelta(minutes=5), shape)
            else:
                self._open(self._now - 50 * _HOUR, shape)
        return self.filled

    def _shapes(self, rows: int) -> Iterator[Shape]:
        for shape in itertools.cycle(_ROUND):
            if self.filled.rows >= rows:
                return
            yield shape

    def _open(self, at: datetime, shape: Shape, *, address: str = "") -> Applied:
        number = next(self._numbers)
        seller = Address(name="Jan Petersen", address=address or f"seller{number}@shop{number % 500}.example")
        queue = "support" if shape in (Shape.OPEN, Shape.ANSWERED) else "returns"
        mail = make_mail(
            author=seller.address, message_id=f"<{number}@client.example>", subject=f"Order {number} has not arrived"
        )
        applied = apply(self._app.store.cases, _opening(mail, seller, self._queues[queue], number, at))
        assert applied.case_id is not None
        self.filled.cases[applied.case_id] = (shape, seller.address)
        self.filled.rows += sum(due.rows for due in EXPECTED.get(shape, {}).values())
        return applied

    def _answered(self, at: datetime, shape: Shape) -> None:
        opened = self._open(at - timedelta(minutes=5), shape)
        number = next(self._numbers)
        mail = make_mail(author=ADA, message_id=f"<{number}@client.example>", text="It is on its way.")
        message = NewMessage(
            direction=Direction.OUTBOUND,
            kind=MessageKind.AGENT,
            mail=mail,
            text=mail.text,
            ledger_id=number,
            user_id=self._ada,
        )
        change = Change(
            actor=ADA,
            at=at,
            happenings=(Happening.AGENT_ANSWERED,),
            case_id=opened.case_id,
            message=message,
            user_id=self._ada,
            disposition=_word(number, Outcome.APPENDED),
        )
        apply(self._app.store.cases, change)

    def _write(self, at: datetime) -> None:
        due = self._app.due(role="fill")
        while due.write_due(now=at):
            pass

    def _say_sent(self, at: datetime) -> None:
        """What delivery puts on record of a mail that left."""
        with self._app.store.cases.write() as connection:
            connection.execute(sa.update(outbox).values(state="sent", hold_reason="", attempts=1, sent_at=at))


def _opening(mail: Mail, seller: Address, queue_id: int, number: int, at: datetime) -> Change:
    opening = Opening(
        queue_id=queue_id,
        subject=mail.subject,
        topic="order",
        priority=Priority.NORMAL,
        language="en",
        requester=seller,
        reply_address=seller.address,
    )
    message = NewMessage(
        direction=Direction.INBOUND,
        kind=MessageKind.SELLER,
        mail=mail,
        text=mail.reply_text,
        ledger_id=number,
        # Proved, so that the limit on mail to everybody unproved is nobody's matter here.
        identity=Identity(verdict=Verdict.PASS),
    )
    return Change(
        actor=seller.address,
        at=at,
        happenings=(Happening.OPENED,),
        opening=opening,
        message=message,
        disposition=_word(number, Outcome.CREATED),
    )


def _word(number: int, outcome: Outcome) -> Disposition:
    return Disposition(ledger_id=number, outcome=outcome, reason="", key=f"key{number}", strength=Strength.QUEUE)
