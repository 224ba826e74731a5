"""The outbox is handed over: claim, still ours before DATA, send outside any transaction, put the end on record."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection, Row

from cases.model import Happening
from cases.plan import WAIT_FOR_SELLER, ReplyKind
from responder.mishap import report_mishap, report_unreachable
from responder.together import Together
from responder.transport import Failed, NotSent, Outcome, OutgoingMail, Sent, Transport, Uncertain
from store.closing import close_case
from store.database import Database
from store.errors import StoreDamaged
from store.failpoints import Step, reach
from store.outbox import (
    SEND_AGAIN_AFTER,
    Attempt,
    Outgoing,
    claim_outgoing,
    give_back,
    record_attempt,
    record_data_begins,
    renew_outgoing,
    send_uncertain_again,
)
from store.pauses import end_pause, pause_until, record_pause
from store.raw import Raws
from store.tally import Tally, Timing, count, timed

_log = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 section 4.5.4.1: at least 4-5 days
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Everything that handing over needs. `way` names the way out for its pauses; `active` are the ids in work.

    `per_minute` is the most that is tried in any minute, over all nodes; 0 = no limit.
    """

    cases: Database
    blobs: Raws
    transport: Transport
    holder: str
    way: str
    per_minute: int = 0
    jitter: Callable[[], float] = random.random
    active: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ten more seconds for what is in work."""
        if self.active:
            renew_outgoing(self.cases, holder=self.holder, ids=list(self.active))

    async def deliver_due(self, *, now: datetime, limit: int = 16) -> int:
        """Try what can be tried at `now`, at most `limit` mails side by side; how many were tried."""
        claimed = await asyncio.to_thread(self._claim, now, limit)
        self.active.update(mail.id for mail in claimed)
        together = Together(self.cases)
        try:
            ends = await asyncio.gather(
                *(self._deliver(mail, together, now) for mail in claimed), return_exceptions=True
            )
        finally:
            self.active.difference_update(mail.id for mail in claimed)
        # Only when all have ended: a fault of one must not leave the others in DATA with nobody to renew their claim.
        for fault in (end for end in ends if isinstance(end, BaseException)):
            raise fault
        return len(claimed)

    def _claim(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        send_uncertain_again(self.cases, now=now, give_up=partial(_give_up, now=now))
        pause = pause_until(self.cases, self.way)
        if pause is not None and pause > now:
            return ()
        # One first: when the way out is down, one mail finds out for all.
        batch = 1 if pause is not None else limit
        return claim_outgoing(self.cases, holder=self.holder, now=now, limit=batch, per_minute=self.per_minute)

    async def _deliver(self, mail: Outgoing, together: Together, now: datetime) -> None:
        async def before_data() -> bool:
            begin = partial(record_data_begins, self.cases, mail=mail, holder=self.holder)
            ours = await together.write(begin)
            reach(Step.DATA_BEGINS)
            return ours

        try:
            content = await self._load(mail)
        except StoreDamaged as error:
            await self._record(mail, Failed(temporary=False, code=None, enhanced="", text=str(error)), together, now)
            return
        outgoing = OutgoingMail(
            envelope_from=mail.envelope_from, envelope_to=mail.envelope_to, content=content, id=mail.rfc_message_id
        )
        with timed(Timing.DELIVER):
            outcome = await self.transport.send(outgoing, before_data=before_data)
        reach(Step.HANDED_OVER)
        await self._record(mail, outcome, together, now)

    async def _load(self, mail: Outgoing) -> bytes:
        if mail.kept.content is not None:  # it came with the row, and is small
            return self.blobs.load(mail.kept)
        return await asyncio.to_thread(self.blobs.load, mail.kept)

    async def _record(self, mail: Outgoing, outcome: Outcome, together: Together, now: datetime) -> None:
        if isinstance(outcome, NotSent):
            _log.info("delivery lost its claim", extra={"outbox": mail.id})
            return
        if isinstance(outcome, Failed) and outcome.way_down:
            await asyncio.to_thread(self._pause, mail, outcome, now)
            return
        attempt = plan_next(mail, outcome, now=now, jitter=self.jitter())

        def record(connection: Connection) -> None:
            end_pause(connection, self.way)
            self._put_on_record(connection, mail, attempt, now)

        await together.write(record)
        reach(Step.ATTEMPT_RECORDED)
        count(Tally.DELIVERIES, attempt.state)
        _log.info("delivery", extra={"outbox": mail.id, "case": mail.case_id, "state": attempt.state})

    def _put_on_record(self, connection: Connection, mail: Outgoing, attempt: Attempt, now: datetime) -> None:
        also = _plan_consequence(mail, attempt, now)
        record_attempt(connection, mail, attempt, holder=self.holder, now=now, also=also)

    def _pause(self, mail: Outgoing, outcome: Failed, now: datetime) -> None:
        """The way out does not answer: that is no fault of this mail, so it only waits with all others.

        Unless it has waited five days, in which case it has failed like any other.
        """
        if now - mail.created_at > GIVE_UP_AFTER:
            attempt = plan_next(mail, outcome, now=now, jitter=0)
            with self.cases.write() as connection:
                self._put_on_record(connection, mail, attempt, now)
        else:
            give_back(self.cases, mail, holder=self.holder, error=outcome.text)
        wait = partial(_pause_length, jitter=self.jitter())
        until = record_pause(self.cases, self.way, now=now, wait=wait, reason=outcome.text)
        if until is not None:
            _log.warning("the way out does not answer", extra={"way": self.way, "next_try": until.isoformat()})


def _pause_length(failures: int, *, jitter: float) -> timedelta:
    """Not to the second: a relay that comes back must not be met by all its clients at one moment."""
    return min(_FIRST_PAUSE * (1 << min(failures, 10)), _LONGEST_PAUSE) * (0.8 + 0.4 * jitter)


def _plan_consequence(mail: Outgoing, attempt: Attempt, now: datetime) -> Callable[[Connection], None] | None:
    """What follows for the case from the end of a try, in the same transaction; None when nothing does."""
    if mail.kind is ReplyKind.CLOSING and attempt.state == "sent":
        return partial(close_case, case_id=mail.case_id, now=now)
    if mail.kind in WAIT_FOR_SELLER and attempt.state == "failed":
        report = f"The {mail.kind.words} to {mail.envelope_to} did not arrive: {attempt.response}"
        return partial(report_unreachable, case_id=mail.case_id, report=report, now=now)
    return _plan_report(mail, attempt, now)


def _give_up(connection: Connection, row: Row[Any], *, now: datetime) -> None:
    """What follows when nobody will ever know whether a mail arrived: a seller is not waited for on such a ground."""
    kind = ReplyKind(row.kind)
    if kind in WAIT_FOR_SELLER:
        report = f"Nobody knows whether the {kind.words} to {row.envelope_to} arrived, it was handed over twice"
        report_unreachable(connection, case_id=row.case_id, report=report, now=now)


def _plan_report(mail: Outgoing, attempt: Attempt, now: datetime) -> Callable[[Connection], None] | None:
    """What the agent has to be told when their words did not arrive, or when nobody knows; None when all is well."""
    if mail.kind is not ReplyKind.ANSWER or attempt.state not in ("failed", "uncertain"):
        return None
    failed = attempt.state == "failed"
    report = (
        f"Your answer to {mail.envelope_to} did not arrive: {attempt.response}"
        if failed
        else f"Nobody knows whether your answer to {mail.envelope_to} arrived: {attempt.response}\n\n"
        f"It is not sent twice unasked. Whoever runs casepost sends it again with: casepost delivery retry {mail.id}"
    )
    return partial(
        report_mishap,
        case_id=mail.case_id,
        message_id=mail.message_id,
        happening=Happening.ANSWER_FAILED if failed else Happening.COMMANDED,
        report=report,
        now=now,
    )


def plan_next(mail: Outgoing, outcome: Outcome, *, now: datetime, jitter: float) -> Attempt:
    """What an outcome means for the row: its state, and when to try again; `jitter` is 0 to 1."""
    match outcome:
        case Sent(response=response):
            return Attempt(result="sent", state="sent", next_try_at=now, response=response)
        case Uncertain(text=text):
            return Attempt(result="uncertain", state="uncertain", next_try_at=now + SEND_AGAIN_AFTER, response=text)
        case Failed(temporary=True, code=code, text=text) if now - mail.created_at <= GIVE_UP_AFTER:
            wait = min(_FIRST_WAIT * 2 ** min(mail.attempts, 12), _LONGEST_WAIT) * (0.8 + 0.4 * jitter)
            return Attempt(result="deferred", state="queued", next_try_at=now + wait, code=code, response=text)
        case Failed(code=code, text=text):
            return Attempt(result="failed", state="failed", next_try_at=now, code=code, response=text)
    raise AssertionError(outcome)
