"""A smarthost that is down for two days while cases wait: by a simulated clock, with the real shells."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from responder.delivery import Delivery
from responder.outcome import Failed, Outcome, OutgoingMail, Sent
from store.outbox import next_try_at
from store.planned import next_due_at
from store.store import Store
from store.tables import outbox, pauses
from tests.casework import NOW
from tests.office import HOLDER, Office
from tests.service import mail

DOWN_FOR = timedelta(hours=48)
_STEP = timedelta(seconds=5)


@dataclass(kw_only=True, slots=True)
class Report:
    """What left, in order: (when, case, kind, to whom, row of the outbox); and the tries while the relay was down."""

    left: list[tuple[datetime, int, str, str, int]] = field(default_factory=list)
    tries_down: list[datetime] = field(default_factory=list)
    waited: int = 0
    pauses: list[float] = field(default_factory=list)

    def busiest_minute(self) -> int:
        """The most mails that left within sixty seconds."""
        times = [at for at, *_ in self.left]
        first, most = 0, 0
        for last, at in enumerate(times):
            while at - times[first] >= timedelta(minutes=1):
                first += 1
            most = max(most, last - first + 1)
        return most

    def drained_in(self) -> timedelta:
        """From the relay's return to the last mail."""
        return self.left[-1][0] - (NOW + DOWN_FOR)

    def faults(self, *, cases: int, per_minute: int) -> list[str]:
        """What must not be."""
        found = []
        counted = Counter((case, kind, to) for _, case, kind, to, _ in self.left)
        found += [f"{times} times: {one}" for one, times in counted.items() if times > 1]
        acknowledged = {case for _, case, kind, _, _ in self.left if kind == "acknowledgement"}
        if len(acknowledged) != cases:
            found.append(f"{len(acknowledged)} cases of {cases} were acknowledged")
        order: dict[tuple[int, str], int] = {}
        for _, case, _, to, row in self.left:
            if row < order.get((case, to), 0):
                found.append(f"case {case}: out of order to {to}")
            order[case, to] = row
        if per_minute and self.busiest_minute() > per_minute:
            found.append(f"{self.busiest_minute()} mails in a minute")
        return found


class RelayDown:
    """A case office with `cases` new cases whose relay is down from the first moment."""

    def __init__(self, store: Store, *, cases: int, per_minute: int, tell: Callable[[str], None]) -> None:
        self._office = Office(store)
        self._store = store
        self._cases = cases
        self._now = NOW
        self._tell = tell
        self._report = Report()
        self._office.way.answer = self._answer
        self._delivery = Delivery(
            cases=store.cases,
            blobs=store.blobs,
            transport=self._office.way,
            holder=HOLDER,
            way="smtp://relay.example",
            per_minute=per_minute,
        )

    def play(self) -> Report:
        """Take in, wait two days, deliver."""
        for number in range(self._cases):
            address = f"seller{number}@client.example"
            question = mail(f"Question {number}", "Where is my order?", sender=address)
            assert self._office.receive(question, sender=address, now=NOW) is not None
        self._tell(f"{self._cases} cases wait")
        while self._now < NOW + DOWN_FOR:
            self._do()
            self._note_pause()
            self._now = min(self._next(), NOW + DOWN_FOR)
        self._report.waited = self._count_waiting()
        self._tell(f"{self._report.waited} mails wait when the relay is back, {len(self._report.tries_down)} tries")
        while self._count_waiting():
            self._do()
            self._now += _STEP
        return self._report

    def _do(self) -> None:
        self._office.write(now=self._now)
        while asyncio.run(self._delivery.deliver_due(now=self._now)):
            pass

    def _answer(self, mail: OutgoingMail) -> Outcome:
        if self._now < NOW + DOWN_FOR:
            self._report.tries_down.append(self._now)
            return Failed(temporary=True, code=None, enhanced="", text="connection refused", way_down=True)
        (row,) = self._office.rows(sa.select(outbox).where(outbox.c.rfc_message_id == mail.id))
        self._report.left.append((self._now, row.case_id, row.kind, mail.envelope_to, row.id))
        return Sent(response="250 OK")

    def _next(self) -> datetime:
        """When something is due, or the pause is over; a moment later at least."""
        until = self._until()
        after = self._now + timedelta(seconds=1)
        due = [one for one in (next_due_at(self._store.cases), next_try_at(self._store.cases)) if one is not None]
        soonest = min([one for one in due if one > self._now], default=until or after)
        return max(after, min(soonest, until) if until and until > self._now else soonest)

    def _until(self) -> datetime | None:
        rows = self._office.rows(sa.select(pauses.c.until))
        until: datetime | None = rows[0].until if rows else None
        return until

    def _note_pause(self) -> None:
        until = self._until()
        if until is not None and until > self._now:
            self._report.pauses.append((until - self._now).total_seconds())

    def _count_waiting(self) -> int:
        waits = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state.in_(("queued", "sending")))
        return int(self._office.rows(waits)[0][0])
