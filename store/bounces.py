"""What did not arrive: which mail of ours a report is about, what that means for its reader, and who is told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.change import Change
from cases.model import CaseState, Happening, MessageKind, ParticipantRole, Status
from cases.plan import Audience, Planned, ReplyKind
from cases.reference import Role, SignedAddress
from cases.undelivered import Fate, Undelivered
from store.audience import find_agents
from store.holds import end_hold, put_on_hold, release_words, tell_who_is_on_hold
from store.messages import find_staff_author
from store.people import agents_of
from store.planned import add_planned
from store.tables import attempts, cases, outbox, participants, planned_replies

HOLD_AFTER = 5  # mails in a row that were lost or late, without a word of their reader in between
_BOUNCED = "bounced"


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """A mail of ours that a report is about: its row, its case, whom it was to, and how it was found."""

    outbox_id: int
    case_id: int
    address: str
    participant_id: int | None
    user_id: int | None
    by_message_id: bool

    @property
    def sender(self) -> tuple[bool, int | None]:
        """What its signed address says: whether it is a seller's, and the id of the person."""
        return (True, self.participant_id) if self.user_id is None else (False, self.user_id)

    def is_to(self, addresses: Iterable[str]) -> bool:
        """Whether one of these addresses is the one it was sent to."""
        return fold_address(self.address) in {fold_address(one) for one in addresses}


def find_sent(connection: Connection, rfc_message_id: str) -> SentMail | None:
    """The mail with this Message-ID of ours in any case, or None."""
    row = connection.execute(
        _sent().where(outbox.c.rfc_message_id == "<" + rfc_message_id.strip("<> \t").lower() + ">")
    ).first()
    return _sent_mail(row, by_message_id=True) if row is not None else None


def find_newest_sent(connection: Connection, signed: SignedAddress) -> SentMail | None:
    """The newest mail that was sent from a signed address, or None."""
    person = planned_replies.c.participant_id if signed.role is Role.SELLER else planned_replies.c.user_id
    row = connection.execute(
        _sent()
        .join(cases, cases.c.id == outbox.c.case_id)
        .where(
            cases.c.number == signed.number,
            person == signed.subject_id,
            sa.or_(outbox.c.attempts > 0, outbox.c.in_data),
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    ).first()
    return _sent_mail(row, by_message_id=False) if row is not None else None


def settle_delivery(connection: Connection, state: CaseState, change: Change, message_id: int | None) -> Change:
    """Do what `change` means for addresses on hold; the change with what follows from that.

    A report is put down to its mail; a participant who writes is on hold no longer, nor is one whom an agent adds
    anew; an agent who writes to somebody on hold is told so.
    """
    if change.undelivered is not None:
        return _record_report(connection, state, change, change.undelivered, message_id)
    if change.people.confirm:
        release_words(connection, state.id, at=change.at)
    if Happening.AGENT_ANSWERED in change.happenings:
        return tell_who_is_on_hold(connection, state, change)
    author = _writing_participant(change)
    if author is not None:
        end_hold(connection, state.id, author, at=change.at)
    return change


def _writing_participant(change: Change) -> int | None:
    message = change.message
    if message is None or message.kind is not MessageKind.SELLER or message.unconfirmed:
        return None
    return message.participant_id


def _record_report(
    connection: Connection, state: CaseState, change: Change, report: Undelivered, message_id: int | None
) -> Change:
    sent = connection.execute(_sent().where(outbox.c.id == report.outbox_id)).one()
    if sent.user_id is not None:
        if report.fate in (Fate.LOST, Fate.REFUSED):
            _tell_colleagues(connection, state, change, sent, message_id)
        return change
    person = connection.execute(sa.select(participants).where(participants.c.id == sent.participant_id)).one()
    # In the case that theirs was merged into meanwhile too.
    here = sa.and_(participants.c.case_id == state.id, participants.c.address_key == person.address_key)
    them = sa.or_(participants.c.id == person.id, here)
    if report.fate is Fate.ARRIVED:
        connection.execute(sa.update(participants).where(them).values(soft_bounces=0))
        return change
    counted = connection.execute(
        sa.update(participants)
        .where(them)
        .values(soft_bounces=participants.c.soft_bounces + 1)
        .returning(participants.c.soft_bounces)
    ).scalars()
    if report.fate is Fate.DELAYED:
        return change
    hold = report.fate is Fate.REFUSED or max(counted, default=0) >= HOLD_AFTER
    answer_lost = _record_loss(connection, sent, report, change.at)
    reason = f"{_BOUNCED}: {report.words} on {change.at:%Y-%m-%d}"
    held = hold and put_on_hold(connection, state.id, them, reason=reason, at=change.at)
    if answer_lost or held:
        on_hold = person.address if held else ""
        _tell_agents(connection, state, change, sent, message_id, answer_lost=answer_lost, on_hold=on_hold)
    # A seller who cannot be reached is not waited for any longer.
    unreachable = held and state.status is Status.WAITING and person.role == ParticipantRole.REQUESTER
    failed = (Happening.ANSWER_FAILED,) if answer_lost or unreachable else ()
    return replace(change, happenings=(*change.happenings, *failed))


def _record_loss(connection: Connection, sent: Row[Any], report: Undelivered, at: datetime) -> bool:
    """Put it on record with the mail; whether it was an agent's answer that was believed to have arrived."""
    add_attempt = sa.insert(attempts).values(outbox_id=sent.id, at=at, result=_BOUNCED, response=report.words)
    connection.execute(add_attempt)
    believed = sa.or_(outbox.c.state.in_(("sent", "uncertain")), sa.and_(outbox.c.state == "sending", outbox.c.in_data))
    mail = sa.update(outbox).where(outbox.c.id == sent.id, believed)
    words = f"{_BOUNCED}: {report.words}"
    if sent.automatic:
        connection.execute(mail.values(last_error=words))
        return False
    lost = connection.execute(mail.values(state="failed", last_error=words, lease_holder=None, lease_until=None))
    return lost.rowcount == 1


def _tell_agents(
    connection: Connection,
    state: CaseState,
    change: Change,
    sent: Row[Any],
    message_id: int | None,
    *,
    answer_lost: bool,
    on_hold: str,
) -> None:
    assert change.undelivered is not None
    what = f"The answer to {sent.envelope_to}" if answer_lost else f"Mail to {sent.envelope_to}"
    report = f"{what} did not arrive: {change.undelivered.words}"
    if on_hold:
        report += (
            f"\n\nNothing more is sent to that address in this case until its owner writes again. To try it once more, "
            f"write: #add {on_hold}\nA better address joins the same way."
        )
    author = find_staff_author(connection, sent.message_id) if answer_lost and sent.message_id is not None else None
    people = [author] if author is not None else []
    if on_hold or not people:
        people += [user.id for user in find_agents(connection, state, now=change.at)]
    _report_to(connection, state, change, people, report=report, message_id=message_id)


def _tell_colleagues(
    connection: Connection, state: CaseState, change: Change, sent: Row[Any], message_id: int | None
) -> None:
    """Mail to an agent came back: the others learn of it once for a case, so that no report breeds reports."""
    assert change.undelivered is not None
    again = connection.execute(
        sa.select(attempts.c.id)
        .join(outbox, outbox.c.id == attempts.c.outbox_id)
        .join(planned_replies, planned_replies.c.id == outbox.c.planned_id)
        .where(
            attempts.c.result == _BOUNCED,
            planned_replies.c.user_id == sent.user_id,
            outbox.c.case_id == sent.case_id,
        )
        .limit(1)
    ).first()
    add_attempt = sa.insert(attempts).values(
        outbox_id=sent.id, at=change.at, result=_BOUNCED, response=change.undelivered.words
    )
    connection.execute(add_attempt)
    if again is not None:
        return
    colleagues = [
        user.id for user in (*find_agents(connection, state, now=change.at), *agents_of(connection, state.queue_id))
    ]
    report = (
        f"Mail to {sent.envelope_to}, who works on this case, did not arrive: {change.undelivered.words}\n\n"
        "Whoever runs casepost can change that address: casepost user alias"
    )
    others = [user_id for user_id in colleagues if user_id != sent.user_id]
    _report_to(connection, state, change, others, report=report, message_id=message_id)


def _report_to(
    connection: Connection, state: CaseState, change: Change, people: list[int], *, report: str, message_id: int | None
) -> None:
    # The version that the case is about to have: what is planned once for it is planned once.
    saved = replace(state, version=state.version + 1)
    one = Planned(kind=ReplyKind.AGENT_REPORT, audience=Audience.ACTOR)
    for user_id in dict.fromkeys(people):
        to_them = replace(change, user_id=user_id, report=report)
        add_planned(connection, saved, one, to_them, message_id=message_id)


def _sent() -> sa.Select[Any]:
    person = (planned_replies.c.participant_id, planned_replies.c.user_id)
    return sa.select(outbox, *person).join(planned_replies, planned_replies.c.id == outbox.c.planned_id)


def _sent_mail(row: Row[Any], *, by_message_id: bool) -> SentMail:
    return SentMail(
        outbox_id=row.id,
        case_id=row.case_id,
        address=row.envelope_to,
        participant_id=row.participant_id,
        user_id=row.user_id,
        by_message_id=by_message_id,
    )
