"""Addresses on hold: written to no more in their case, because mail to them came back.

A hold ends when the owner writes again, who then evidently has a mailbox, or when an agent adds the address anew. What
is automatic and waits for such an address is dropped; a person's words wait with it.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change
from cases.model import CaseState, Happening
from cases.plan import TRAITS
from store.events import add_event
from store.tables import outbox, participants, planned_replies

_ON_HOLD = "the address is on hold: "
_AUTOMATIC = [kind for kind, traits in TRAITS.items() if traits.automatic]


def put_on_hold(
    connection: Connection, case_id: int, them: sa.ColumnElement[bool], *, reason: str, at: datetime
) -> bool:
    """No more mail to these rows of a participant; whether that is new."""
    held = connection.execute(
        sa.update(participants)
        .where(them, participants.c.hold_reason.is_(None))
        .values(hold_reason=reason)
        .returning(participants.c.id, participants.c.case_id, participants.c.reply_address)
    ).all()
    if not held:
        return False
    theirs = sa.and_(
        planned_replies.c.case_id.in_({one.case_id for one in held}),
        planned_replies.c.participant_id.in_([one.id for one in held]),
    )
    waiting = planned_replies.c.state.in_(("waiting", "working"))
    connection.execute(
        sa.update(planned_replies)
        .where(theirs, planned_replies.c.kind.in_(_AUTOMATIC), waiting)
        .values(state="cancelled", lease_holder=None)
    )
    for_them = outbox.c.planned_id.in_(sa.select(planned_replies.c.id).where(theirs))
    dropped = sa.and_(for_them, outbox.c.automatic, outbox.c.state.in_(("queued", "held", "uncertain")))
    connection.execute(sa.update(outbox).where(dropped).values(state="superseded", last_error=_ON_HOLD + reason))
    kept = sa.and_(for_them, outbox.c.automatic.is_(False), outbox.c.state == "queued")
    connection.execute(sa.update(outbox).where(kept).values(state="held", hold_reason=_ON_HOLD + reason))
    what = f"nothing more is sent to {held[0].reply_address}: {reason}"
    add_event(connection, case_id=case_id, at=at, actor="casepost", what=what)
    return True


def end_hold(connection: Connection, case_id: int, participant_id: int, *, at: datetime) -> None:
    """Who writes has a mailbox: the count begins anew, and what a person wrote to them leaves now."""
    them = participants.c.id == participant_id
    row = connection.execute(sa.select(participants).where(them)).first()
    if row is None or (row.hold_reason is None and not row.soft_bounces):
        return
    connection.execute(sa.update(participants).where(them).values(hold_reason=None, soft_bounces=0))
    if row.hold_reason is not None:
        what = f"mail to {row.reply_address} is sent again: they wrote"
        add_event(connection, case_id=case_id, at=at, actor="casepost", what=what)
        release_words(connection, case_id, at=at)


def release_words(connection: Connection, case_id: int, *, at: datetime) -> None:
    """What a person wrote to somebody of this case who is on hold no longer leaves now."""
    free = sa.select(participants.c.id).where(participants.c.case_id == case_id, participants.c.hold_reason.is_(None))
    connection.execute(
        sa.update(outbox)
        .where(
            outbox.c.state == "held",
            outbox.c.hold_reason.startswith(_ON_HOLD),
            outbox.c.planned_id.in_(
                sa.select(planned_replies.c.id).where(
                    planned_replies.c.case_id == case_id, planned_replies.c.participant_id.in_(free)
                )
            ),
        )
        .values(state="queued", hold_reason="", next_try_at=at)
    )


def tell_who_is_on_hold(connection: Connection, state: CaseState, change: Change) -> Change:
    """The agent whose answer does not go to everybody is told; one that goes to nobody leaves the case open."""
    here = connection.execute(
        sa.select(participants.c.address, participants.c.hold_reason)
        .where(participants.c.case_id == state.id, participants.c.left_at.is_(None))
        .order_by(participants.c.id)
    ).all()
    held = [one for one in here if one.hold_reason is not None]
    if not held:
        return change
    told = "\n".join(
        f"Your answer did not go to {one.address}: {one.hold_reason}. To try that address once more, write your "
        f"answer again below the line: #add {one.address}"
        for one in held
    )
    failed = (Happening.ANSWER_FAILED,) if len(held) == len(here) else ()
    return replace(
        change,
        happenings=(*change.happenings, *failed, Happening.COMMANDED),
        report="\n\n".join(one for one in (change.report, told) if one),
        notes=(*change.notes, *(f"no answer to {one.address}: {one.hold_reason}" for one in held)),
    )
