"""Whom a planned reply is for, when it is planned: participants, agents who are there, or the one who acted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.address import fold_address, strip_tag
from cases.change import Change
from cases.model import CaseState, ParticipantRole
from cases.plan import Audience
from store.people import User, find_lead, staff_of_case
from store.tables import participants

# The column of a planned reply that names a person, and the id in it.
Person = tuple[str, int]

_PARTICIPANTS = (
    sa.select(participants.c.id)
    .where(
        participants.c.case_id == sa.bindparam("case_id"),
        participants.c.left_at.is_(None),
        participants.c.hold_reason.is_(None),
    )
    .order_by(participants.c.id)
)
_REQUESTER = _PARTICIPANTS.where(participants.c.role == ParticipantRole.REQUESTER)
_OF_STAFF = (Audience.AGENTS, Audience.COLLEAGUES, Audience.LEAD)


def find_people(connection: Connection, state: CaseState, audience: Audience, change: Change) -> list[Person]:
    """The people of an audience; may be nobody."""
    if audience is Audience.ACTOR:
        return [("user_id", change.user_id)] if change.user_id is not None else []
    if audience in _OF_STAFF:
        but = change.user_id if audience is Audience.COLLEAGUES else None
        staff = find_staff(connection, state, audience, now=change.at)
        return [("user_id", user.id) for user in staff if user.id != but and not _would_loop(user, change)]
    wanted = _REQUESTER if audience is Audience.REQUESTER else _PARTICIPANTS
    return [("participant_id", found) for found in connection.execute(wanted, {"case_id": state.id}).scalars()]


def find_staff(connection: Connection, state: CaseState, audience: Audience, *, now: datetime) -> tuple[User, ...]:
    """The members of staff of an audience: the lead's place is never empty."""
    if audience is Audience.LEAD:
        return find_lead(connection, state.queue_id, now=now)
    return find_agents(connection, state, now=now)


def find_agents(connection: Connection, state: CaseState, *, now: datetime) -> tuple[User, ...]:
    """Those who are written to about a case: whoever has it, else all agents of its queue, but nobody who is away."""
    return staff_of_case(connection, queue_id=state.queue_id, assignee_id=state.assignee_id, now=now)


def _would_loop(user: User, change: Change) -> bool:
    """Whether the mail came from a signed address of the very mailbox that it would be passed on to.

    Two installations whose agents are each other's queues would else open cases with each other for ever: the relay
    of one is a seller's mail to the other.
    """
    author = change.message.mail.author if change.message is not None else None
    if author is None or fold_address(author.address) == fold_address(user.address):
        return False
    return strip_tag(author.address) == strip_tag(user.address)
