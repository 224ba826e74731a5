"""A week in a second: a case office whose clock goes from one instant at which something is due to the next."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cases.plan import AT_ONCE, ReplyKind
from responder.outcome import OutgoingMail
from store.planned import next_due_at
from store.tables import planned_replies
from tests.office import Office
from tests.service import answer

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Berlin, where the queues of the tests are."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@dataclass
class Rehearsal:
    """The office, and (when, kind, to whom) of each mail that left."""

    office: Office
    left: list[tuple[datetime, str, str]] = field(default_factory=list)

    def run(self, until: datetime) -> None:
        """Do all that is due up to and at `until`, each at its own instant."""
        for now in self._instants(until):
            self.do(now)

    def do(self, now: datetime) -> None:
        """Do all that is due at `now`, as after an outage: nothing was done since."""
        while self.office.write(now=now) + self._deliver(now):
            pass

    def timed(self) -> list[tuple[datetime, str, str]]:
        """What left of reminders, escalations, status mails and closings; of one instant by kind."""
        return sorted(one for one in self.left if ReplyKind(one[1]) not in AT_ONCE)

    def sent_to(self, address: str) -> list[EmailMessage]:
        """The mails that went to an address."""
        return [parsed(one) for one in self.office.way.tried if one.envelope_to == address]

    def says(self, who: str, text: str, now: datetime) -> None:
        """Somebody answers the newest mail of ours to them, and what follows at once is done."""
        reply, address = answer(self.sent_to(who)[-1], text, sender=who)
        self.office.receive(reply, address, sender=who, now=now)
        self.do(now)

    def _instants(self, until: datetime) -> Iterator[datetime]:
        while (due := next_due_at(self.office.store.cases)) is not None and due <= until:
            yield due

    def _deliver(self, now: datetime) -> int:
        before = len(self.office.way.tried)
        tried = self.office.deliver(now=now)
        for one in self.office.way.tried[before:]:
            kind = next(row.kind for row in self.office.outbox() if row.rfc_message_id == one.id)
            self.left.append((now, kind, one.envelope_to))
        return tried

    def plans(self) -> list[tuple[str, str]]:
        """(kind, state) of the planned replies that wait for a time."""
        rows = self.office.rows(sa.select(planned_replies).order_by(planned_replies.c.id))
        return [(row.kind, row.state) for row in rows if row.due_at > row.planned_at]


def parsed(outgoing: OutgoingMail) -> EmailMessage:
    """A mail that left, as its reader's program sees it."""
    message: Any = message_from_bytes(outgoing.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
