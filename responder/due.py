"""What is due becomes a mail: claim, write outside any transaction, put it into the outbox if it is still wanted."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection

from cases.change import Change, NewMessage
from cases.errors import CasepostError
from cases.mail import Address, Mail
from cases.model import Direction, Happening, Reminders
from cases.plan import TRAITS, ReplyKind, is_wanted
from responder.compose import ComposeFailed, Letter, compose
from responder.letters import Desk, write_letter
from responder.mishap import report_mishap
from responder.render import TemplateFailed
from responder.templates import TemplateMissing
from store.apply import change_case
from store.case_rows import lock_case
from store.claims import in_work
from store.correspondence import Correspondence, load_correspondence
from store.database import Database
from store.events import add_event
from store.failpoints import Step, reach
from store.outbox import NewOutgoing, add_outgoing
from store.people import load_reminders
from store.planned import PlannedReply, claim_due, give_planned_back, record_planned, record_render_failure, renew_due
from store.raw import Kept, Raws

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Everything that writing needs; `hold`: mails wait in the outbox until they are released; `active`: in work."""

    cases: Database
    blobs: Raws
    desk: Desk
    holder: str
    hold: bool = False
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
                self._write(planned, now)
        return len(claimed)

    def _write(self, planned: PlannedReply, now: datetime) -> None:
        try:
            with self.cases.read() as connection:
                facts = load_correspondence(connection, planned)
                reminders = load_reminders(connection, facts.case.queue_id) if facts else Reminders()
            if facts is None or not is_wanted(planned.kind, facts.case.status):
                self._supersede(planned, now)
                return
            letter = write_letter(self.desk, planned, facts, reminders, now=now)
            kept = self.blobs.keep(compose(letter))
            self._keep(planned, facts, letter, kept, now)
            reach(Step.REPLY_WRITTEN)
        except ComposeFailed as error:
            self._give_up(planned, str(error), now)
        except (TemplateFailed, TemplateMissing, CasepostError) as error:
            _log.warning("reply not written planned=%d kind=%s error=%s", planned.id, planned.kind, error)
            record_render_failure(self.cases, planned, holder=self.holder, error=str(error), now=now)
        except Exception as error:  # noqa: BLE001  one reply that cannot be written must not stop those behind it
            _log.exception("reply not written planned=%d kind=%s", planned.id, planned.kind)
            fault = f"fault: {type(error).__name__}"
            record_render_failure(self.cases, planned, holder=self.holder, error=fault, now=now)

    def _give_up(self, planned: PlannedReply, error: str, now: datetime) -> None:
        """The fault is in the letter itself, so trying again helps nothing; an agent is told of an answer."""
        _log.warning("reply cannot be written planned=%d kind=%s", planned.id, planned.kind)
        what = f"{planned.kind.value.replace('_', ' ')} cannot be written: {error}"
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

    def _supersede(self, planned: PlannedReply, now: datetime) -> None:
        with self.cases.write() as connection:
            if record_planned(connection, planned.id, holder=self.holder, state="superseded"):
                what = f"{planned.kind.value.replace('_', ' ')} no longer wanted"
                add_event(connection, case_id=planned.case_id, at=now, actor="casepost", what=what)

    def _keep(self, planned: PlannedReply, facts: Correspondence, letter: Letter, kept: Kept, now: datetime) -> None:
        """The outbox row, and the message of the case it is; all given back if the case has changed meanwhile."""
        with self.cases.write() as connection:
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
                kept=kept,
                case_version=version,
                not_after=planned.not_after if TRAITS[planned.kind].automatic else None,
                held=self.hold,
            )
            add_outgoing(connection, mail, at=now)


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
