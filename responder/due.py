"""What is due becomes a mail: claim, write outside any transaction, put it into the outbox if it is still wanted."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from cases.change import Change, NewMessage
from cases.errors import CasepostError
from cases.limits import Going, Limits
from cases.mail import Address, Mail
from cases.model import Direction, Happening, Reminders
from cases.plan import TRAITS, WAIT_FOR_AGENT, WAIT_FOR_SELLER, ReplyKind, is_wanted
from responder.compose import ComposeFailed, Letter, compose
from responder.letters import Desk, write_letter
from responder.mishap import report_mishap
from responder.render import TemplateFailed
from responder.templates import TemplateMissing
from store.apply import change_case
from store.case_rows import lock_case
from store.claims import in_work
from store.closing import PutOff, find_closing_time, find_put_off, is_overtaken, move_closing, put_off
from store.correspondence import Correspondence, load_correspondence
from store.database import Database
from store.events import add_event
from store.failpoints import Step, reach
from store.messages import record_sent_text
from store.outbox import NewOutgoing, add_outgoing
from store.people import load_reminders
from store.planned import PlannedReply, claim_due, give_planned_back, record_planned, record_render_failure, renew_due
from store.postponed import NOBODY_ELSE, Gathered, end_together, gather, postpone
from store.raw import Kept, Raws
from store.sendings import describe, find_slot, hold_address, record_sending
from store.slips import tell_administrators
from store.tally import Tally, Timing, count, timed

_log = logging.getLogger(__name__)


def leave_unsigned(content: bytes) -> bytes:
    """The mail as it is, where there is no key to sign with."""
    return content


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Everything that writing needs; `hold`: mails wait in the outbox until they are released; `active`: in work.

    `limits` says how much automatic mail goes where; what is over one waits for its slot.
    """

    cases: Database
    blobs: Raws
    desk: Desk
    holder: str
    limits: Limits = field(default_factory=Limits)
    hold: bool = False
    sign: Callable[[bytes], bytes] = leave_unsigned
    active: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ten more seconds for what is in work."""
        if self.active:
            renew_due(self.cases, holder=self.holder, ids=list(self.active))

    def write_due(self, *, now: datetime, limit: int = 50) -> int:
        """Write what is due at `now`, at most `limit` replies; how many were claimed."""
        claimed = claim_due(self.cases, holder=self.holder, now=now, limit=limit)
        with in_work(self.active, claimed) as each:
            for planned in each:
                with timed(Timing.WRITE):
                    self._write(planned, now)
        return len(claimed)

    def _write(self, planned: PlannedReply, now: datetime) -> None:
        try:
            with self.cases.read() as connection:
                going, gathered = self._weigh(connection, planned, now)
                found = _find(connection, planned, now) if gathered is not None else None
            if gathered is None or found is None:
                self._postpone(planned, going, now)
                return
            facts = self._check(planned, found, now)
            if facts is None:
                return
            facts = replace(facts, also=gathered.numbers)
            letter = write_letter(self.desk, planned, facts, found.reminders, now=now)
            reach(Step.REPLY_RENDERED)
            kept = self.blobs.keep(self.sign(compose(letter)))
            reach(Step.REPLY_KEPT)
            self._keep(_Written(planned, facts, letter, kept, going, gathered), now)
            reach(Step.REPLY_WRITTEN)
            count(Tally.REPLIES_WRITTEN, planned.kind)
            self._tell_slips(planned, letter.slips, now)
        except ComposeFailed as error:
            self._give_up(planned, str(error), now)
        except TemplateFailed as error:
            self._tell_slips(planned, (str(error),), now, held_up=True)
            record_render_failure(self.cases, planned, holder=self.holder, error=str(error), now=now)
        except (TemplateMissing, CasepostError) as error:
            _log.warning("reply not written", extra=_ids(planned) | {"error": error})
            record_render_failure(self.cases, planned, holder=self.holder, error=str(error), now=now)
        except Exception as error:  # noqa: BLE001  one reply that cannot be written must not stop those behind it
            _log.exception("reply not written", extra=_ids(planned))
            fault = f"fault: {type(error).__name__}"
            record_render_failure(self.cases, planned, holder=self.holder, error=fault, now=now)

    def _check(self, planned: PlannedReply, found: "_Found", now: datetime) -> Correspondence | None:
        """What the letter is written from; None when it is not wanted, or not yet, which is on record then."""
        if found.facts is None or found.overtaken or not is_wanted(planned.kind, found.facts.case.status):
            self._supersede(planned, now, "something later is due to them as well" if found.overtaken else "")
            return None
        if found.delay is not None:
            with self.cases.write() as connection:
                put_off(connection, planned, found.delay, holder=self.holder, now=now)
            return None
        return found.facts

    def _tell_slips(self, planned: PlannedReply, slips: Sequence[str], now: datetime, *, held_up: bool = False) -> None:
        if slips:
            with self.cases.write() as connection:
                tell_administrators(connection, slips, case_id=planned.case_id, held_up=held_up, now=now)

    def _give_up(self, planned: PlannedReply, error: str, now: datetime) -> None:
        """The fault is in the letter itself, so trying again helps nothing; an agent is told of an answer."""
        _log.warning("reply cannot be written", extra=_ids(planned))
        what = f"{planned.kind.words} cannot be written: {error}"
        with self.cases.write() as connection:
            if not record_planned(connection, planned.id, holder=self.holder, state="failed"):
                return
            if planned.kind is not ReplyKind.ANSWER:
                add_event(connection, case_id=planned.case_id, at=now, actor="casepost", what=what)
                return
            report_mishap(
                connection,
                case_id=planned.case_id,
                message_id=planned.cause_message_id,
                happening=Happening.ANSWER_FAILED,
                report=f"Your answer was not sent: {error}",
                now=now,
            )

    def _supersede(self, planned: PlannedReply, now: datetime, because: str) -> None:
        with self.cases.write() as connection:
            if record_planned(connection, planned.id, holder=self.holder, state="superseded"):
                what = f"{planned.kind.words} no longer wanted" + (f": {because}" if because else "")
                add_event(connection, case_id=planned.case_id, at=now, actor="casepost", what=what)

    def _weigh(
        self, connection: Connection, planned: PlannedReply, now: datetime
    ) -> tuple[Going | None, Gathered | None]:
        """What the limits ask about the reply and what goes out together with it; no Gathered: it has to wait.

        Looked at before anything is loaded or rendered: of a flood most are postponed. `_keep` looks again, exactly.
        """
        going = describe(connection, planned)
        if going is None:
            return None, NOBODY_ELSE
        if find_slot(connection, self.limits, going, now=now) is not None:
            return going, None
        return going, gather(connection, planned, going, now=now)

    def _postpone(self, planned: PlannedReply, going: Going | None, now: datetime) -> None:
        with self.cases.write() as connection:
            if going is None or not self._is_postponed(connection, planned, going, now):
                give_planned_back(connection, planned.id, holder=self.holder)

    def _is_postponed(self, connection: Connection, planned: PlannedReply, going: Going, now: datetime) -> bool:
        """Whether the mail is over a limit, and then it waits; whatever else, nobody weighs this address meanwhile."""
        hold_address(self.cases, connection, self.limits, going)
        slot = find_slot(connection, self.limits, going, now=now)
        if slot is not None:
            postpone(connection, planned, going, slot, holder=self.holder, now=now)
        return slot is not None

    def _keep(self, written: "_Written", now: datetime) -> None:
        """The outbox row, and the message of the case it is; all given back if the case has changed meanwhile."""
        planned, facts, letter, going = written.planned, written.facts, written.letter, written.going
        with self.cases.write() as connection:
            if going is not None and self._is_postponed(connection, planned, going, now):
                return
            if lock_case(connection, planned.case_id).version != facts.case.version:
                give_planned_back(connection, planned.id, holder=self.holder)
                return
            if not record_planned(connection, planned.id, holder=self.holder, state="done"):
                return
            message_id, version = _put_on_record(connection, planned, facts, letter, now)
            mail = NewOutgoing(
                planned_id=planned.id,
                case_id=planned.case_id,
                message_id=message_id,
                kind=planned.kind,
                automatic=TRAITS[planned.kind].automatic,
                rfc_message_id=letter.message_id,
                envelope_from=letter.from_address,
                envelope_to=letter.to.address,
                subject=letter.subject,
                kept=written.kept,
                case_version=version,
                not_after=_not_after(planned, written.gathered, now) if TRAITS[planned.kind].automatic else None,
                held=self.hold,
            )
            add_outgoing(connection, mail, at=now)
            move_closing(connection, planned, now=now)
            if going is not None:
                end_together(connection, planned, going, written.gathered, number=facts.case.number, now=now)
                record_sending(connection, self.limits, going, case_id=planned.case_id, at=now)
            reach(Step.OUTBOX_WRITTEN)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a letter is written from, and whether and when it may go out; no facts: nobody is left to write to."""

    facts: Correspondence | None
    reminders: Reminders
    overtaken: bool
    delay: PutOff | None


def _find(connection: Connection, planned: PlannedReply, now: datetime) -> _Found:
    facts = load_correspondence(connection, planned)
    if facts is not None:
        facts = replace(facts, closes=find_closing_time(connection, planned, now=now))
    return _Found(
        facts=facts,
        reminders=load_reminders(connection, facts.case.queue_id) if facts is not None else Reminders(),
        overtaken=is_overtaken(connection, planned, now=now),
        delay=find_put_off(connection, planned, now=now),
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A reply as it is about to be put into the outbox."""

    planned: PlannedReply
    facts: Correspondence
    letter: Letter
    kept: Kept
    going: Going | None
    gathered: Gathered


def _ids(planned: PlannedReply) -> dict[str, object]:
    """What a line of the log says of it."""
    return {"planned": planned.id, "kind": planned.kind.value}


def _not_after(planned: PlannedReply, gathered: Gathered, now: datetime) -> datetime | None:
    """The mail is of use for as long as one of those gathered in it is; one of a wait, as long as the wait goes on.

    After an outage of a week nobody has been reminded, and whoever is waited for still is. A closing notice is never
    too old: its case would wait for ever.
    """
    if planned.kind is ReplyKind.CLOSING:
        return None
    if planned.kind in WAIT_FOR_AGENT | WAIT_FOR_SELLER:
        return now + timedelta(days=TRAITS[planned.kind].days_of_use)
    return max((at for at in (planned.not_after, gathered.not_after) if at is not None), default=None)


def _put_on_record(
    connection: Connection, planned: PlannedReply, facts: Correspondence, letter: Letter, now: datetime
) -> tuple[int | None, int]:
    """The message of the case that the mail is, and the case's version then.

    Mail to staff is none, and an agent's answer is one already: the words the agent sent in.
    """
    kind = TRAITS[planned.kind].message_kind
    if kind is None:
        return None, facts.case.version
    if not TRAITS[planned.kind].automatic:
        if planned.template and planned.cause_message_id is not None:
            record_sent_text(connection, planned.cause_message_id, letter.text)
        return planned.cause_message_id, facts.case.version
    message = NewMessage(
        direction=Direction.OUTBOUND,
        kind=kind,
        mail=Mail(
            fingerprint="",
            reader_version=0,
            message_id=letter.message_id,
            in_reply_to=(letter.in_reply_to,) if letter.in_reply_to else (),
            references=letter.references,
            subject=letter.subject,
            sender=Address(name=letter.from_name, address=letter.from_address),
            to=(letter.to,),
            language=letter.language,
            text=letter.text,
            html=letter.html,
        ),
        text=letter.text,
        participant_id=planned.participant_id,
    )
    applied = change_case(connection, Change(actor="casepost", at=now, case_id=planned.case_id, message=message))
    return applied.message_id, facts.case.version + 1
