"""What the store knows of a mail that came to an agent's signed address: gathered once, so that deciding is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.address import domain_of, fold_address
from cases.model import CaseState, MessageKind
from cases.plan import ReplyKind
from store.case_rows import find_state
from store.people_tables import user_addresses
from store.tables import messages, outbox, planned_replies

_NEWEST = 20
_NOT_SENT = ("held", "cancelled", "superseded")


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherAnswer:
    """An answer that a colleague gave meanwhile."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffFacts:
    """`other_answer`: the newest by somebody else since the mail of ours that is answered; `has_held`: something of
    this member of staff is held in the case; `targets`: the cases that numbers lead to, to their end; `must_pass`:
    mail from the author's domain was proved before, so this one has to be.
    """

    other_answer: OtherAnswer | None = None
    has_held: bool = False
    targets: Mapping[str, CaseState] = field(default_factory=dict)
    must_pass: bool = False


NOT_STAFF = StaffFacts()


def gather_staff(
    connection: Connection,
    *,
    number: str,
    user_id: int,
    author: str,
    our_ids: Sequence[str],
    targets: Sequence[str],
) -> StaffFacts:
    """Look up what concerns this agent in case `number`; `our_ids` of the thread headers, the newest first."""
    case = find_state(connection, number)
    found = ((one, find_state(connection, one)) for one in targets)
    return StaffFacts(
        other_answer=_other_answer(connection, case.id, author, our_ids) if case is not None else None,
        has_held=case is not None and _has_held(connection, case.id, user_id),
        targets={one: state for one, state in found if state is not None},
        must_pass=must_pass(connection, author),
    )


def must_pass(connection: Connection, author: str) -> bool:
    """Whether mail from the author's domain was proved before, when staff wrote it, so that this one has to be."""
    proved = connection.execute(
        sa.select(user_addresses.c.address_key).where(user_addresses.c.passed_at.is_not(None))
    ).scalars()
    return domain_of(author) in {domain_of(one) for one in proved}


def _other_answer(connection: Connection, case_id: int, author: str, our_ids: Sequence[str]) -> OtherAnswer | None:
    since = _answered_at(connection, our_ids)
    if since is None:
        return None
    left = sa.exists().where(
        planned_replies.c.cause_message_id == messages.c.id,
        planned_replies.c.kind == ReplyKind.ANSWER,
        planned_replies.c.state.not_in(_NOT_SENT),
    )
    rows = connection.execute(
        sa.select(messages.c.from_name, messages.c.from_address, messages.c.at, messages.c.reply_text)
        .where(messages.c.case_id == case_id, messages.c.kind == MessageKind.AGENT, messages.c.at > since, left)
        .order_by(messages.c.id.desc())
        .limit(_NEWEST)
    )
    for row in rows:
        # By address, not by person: two who share a mailbox are one member of staff, and can still collide.
        if fold_address(row.from_address) != fold_address(author):
            return OtherAnswer(author=row.from_name or row.from_address, at=row.at, text=row.reply_text)
    return None


def _answered_at(connection: Connection, our_ids: Sequence[str]) -> datetime | None:
    """When the mail of ours was written that is answered: the newest in the thread headers that is known."""
    rows = connection.execute(
        sa.select(outbox.c.rfc_message_id, outbox.c.created_at).where(outbox.c.rfc_message_id.in_(our_ids))
    ).all()
    written = {row.rfc_message_id: row.created_at for row in rows}
    return next((written[one] for one in our_ids if one in written), None)


def _has_held(connection: Connection, case_id: int, user_id: int) -> bool:
    return connection.execute(held_answers(case_id, user_id).limit(1)).first() is not None


def held_answers(case_id: int, user_id: int) -> sa.Select[int]:
    """The ids of planned answers of this member of staff in this case that wait for `#send`."""
    return (
        sa.select(planned_replies.c.id)
        .join(messages, messages.c.id == planned_replies.c.cause_message_id)
        .where(
            planned_replies.c.case_id == case_id,
            planned_replies.c.kind == ReplyKind.ANSWER,
            planned_replies.c.state == "held",
            messages.c.user_id == user_id,
        )
    )
