"""What somebody who takes part in a case may see of it: what was said from when they took part, where it was said.

A merge, a Cc or a forward shows nobody what was before: a message keeps its origin, and only those who took part
there, then, see it.
"""

from typing import Any

import sqlalchemy as sa

from cases.model import MessageKind
from store.tables import messages, participants

# What is said between a seller and us; a note, a report on a mail and a stranger's word are the agents'.
SAID = (
    MessageKind.SELLER,
    MessageKind.AGENT,
    MessageKind.ACKNOWLEDGEMENT,
    MessageKind.REMINDER,
    MessageKind.STATUS,
)


def seen_by(address_key: str | sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the one with this folded address may see a message: what was said in their presence, or by them."""
    took_part = sa.exists().where(
        participants.c.case_id == messages.c.origin_case_id,
        participants.c.address_key == address_key,
        participants.c.joined_at <= messages.c.at,
        sa.or_(participants.c.left_at.is_(None), participants.c.left_at > messages.c.at),
    )
    wrote = sa.exists().where(participants.c.id == messages.c.participant_id, participants.c.address_key == address_key)
    return sa.and_(messages.c.kind.in_(SAID), messages.c.unconfirmed.is_(False), sa.or_(took_part, wrote))
