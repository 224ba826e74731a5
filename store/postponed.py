"""Acknowledgements and status mails over a limit: each moved to its slot, all for one address gathered into one mail.

A postponed reply is a waiting row of `planned_replies` whose `last_error` is the limit, and has a place in `sendings`.
All places of an address whose time has come move together: what waits for one address goes out in one mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.limits import CAPPED, Going, Slot
from cases.plan import ReplyKind
from store.claims import is_ours
from store.due_times import whole_second
from store.events import add_event
from store.planned import PlannedReply, record_planned
from store.sendings import PLACES, RESERVED, WAITS, add_row
from store.tables import cases, participants, planned_replies, sendings

# In one mail at most: more wait for the mail after it. Each is an event in the transaction that writes the mail.
_MOST_TOGETHER = 5000
_IN_HAND = ("waiting", "working")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Others of the kind that wait for the same address: their rows, the numbers of their cases, oldest first.

    `not_after` is the last instant at which one of them is still of use.
    """

    planned_ids: tuple[int, ...] = ()
    case_ids: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    not_after: datetime | None = None


NOBODY_ELSE = Gathered()


def postpone(
    connection: Connection, planned: PlannedReply, going: Going, slot: Slot, *, holder: str, now: datetime
) -> None:
    """A claimed reply waits for its slot; nothing happens when it is not ours any more.

    A reply that would only go out after its `not_after` is superseded, as one that waited too long for the way out is.
    """
    at, reason = whole_second(slot.at), slot.reason
    is_acknowledgement = planned.kind is ReplyKind.ACKNOWLEDGEMENT
    ahead = _place_ahead(connection, going, now) if is_acknowledgement else None
    if ahead is not None and ahead <= at:
        at, slot = ahead, Slot(at=ahead, reason=reason)
    if planned.not_after is not None and at > planned.not_after:
        _end_too_late(connection, planned, reason, holder=holder, now=now)
        return
    moved = connection.execute(
        sa.update(planned_replies)
        .where(is_ours(planned_replies, planned.id, holder), planned_replies.c.state == "working")
        .values(state="waiting", due_at=at, last_error=reason, lease_holder=None, lease_until=None)
    )
    if moved.rowcount != 1:
        return
    had_a_place = is_acknowledgement and _take_place(connection, planned, going, slot, at=at, now=now)
    if not had_a_place:
        what = f"{planned.kind.words} postponed to {at:%Y-%m-%d %H:%M:%S} UTC ({reason})"
        add_event(connection, case_id=planned.case_id, at=now, actor="casepost", what=what)


def gather(connection: Connection, planned: PlannedReply, going: Going, *, now: datetime) -> Gathered:
    """What else waits for the address of an acknowledgement or status mail that may go out."""
    if planned.kind not in CAPPED:
        return NOBODY_ELSE
    these = {"of_planned": planned.id, "of_case": planned.case_id, "kind": planned.kind}
    if planned.kind is ReplyKind.ACKNOWLEDGEMENT:
        rows = connection.execute(_WAIT_FOR_ADDRESS, these | {"of_address": going.address_key}).all()
    else:
        rows = connection.execute(_DUE_TO_SAME, these | {"now": now, "participant_id": planned.participant_id}).all()
    return Gathered(
        planned_ids=tuple(row.id for row in rows),
        case_ids=tuple(row.case_id for row in rows),
        numbers=tuple(row.number for row in rows),
        not_after=max((row.not_after for row in rows if row.not_after), default=None),
    )


def end_together(
    connection: Connection, planned: PlannedReply, going: Going, gathered: Gathered, *, number: str, now: datetime
) -> None:
    """The mail of case `number` goes out: it has no place any more, and those gathered in it are done with it."""
    if planned.kind not in CAPPED:
        return
    if planned.kind is ReplyKind.ACKNOWLEDGEMENT:
        gone = [planned.case_id, *gathered.case_ids]
        connection.execute(_DROP_PLACES, {"of_address": going.address_key, "of_cases": gone})
    if not gathered.planned_ids:
        return
    done = connection.execute(
        sa.update(planned_replies)
        .where(planned_replies.c.id.in_(gathered.planned_ids), planned_replies.c.state.in_(_IN_HAND))
        .values(state="done", lease_holder=None, lease_until=None)
        .returning(planned_replies.c.case_id)
    ).scalars()
    said = "acknowledged" if planned.kind is ReplyKind.ACKNOWLEDGEMENT else "told how it stands"
    what = f"{said} together with CP-{number}, in one mail"
    for case_id in sorted(done):
        add_event(connection, case_id=case_id, at=now, actor="casepost", what=what)


def _take_place(
    connection: Connection, planned: PlannedReply, going: Going, slot: Slot, *, at: datetime, now: datetime
) -> bool:
    """The place of the reply, to which all for its address move whose time has come; whether it had one before."""
    its_own = (*_places_of(going), sendings.c.at <= now, sendings.c.case_id == planned.case_id)
    had = connection.execute(sa.delete(sendings).where(*its_own)).rowcount > 0
    if had:
        _move_due_places(connection, going, slot, at=at, now=now)
    kind = RESERVED if slot.in_all else WAITS
    add_row(connection, going, kind=kind, case_id=planned.case_id, at=at, proved=not slot.in_all)
    return had


def _move_due_places(connection: Connection, going: Going, slot: Slot, *, at: datetime, now: datetime) -> None:
    """With one whose slot is taken all move that would have gone out with it, in one go: there may be thousands."""
    due = (*_places_of(going), sendings.c.at <= now)
    of_due_places = planned_replies.c.case_id.in_(sa.select(sendings.c.case_id).where(*due))
    theirs = (of_due_places, *_is_waiting_acknowledgement())
    for case_id in _supersede(connection, [*theirs, planned_replies.c.not_after < at]):
        _say_too_late(connection, case_id, slot.reason, now)
    connection.execute(
        sa.update(planned_replies)
        .where(*theirs)
        .values(state="waiting", due_at=at, last_error=slot.reason, lease_holder=None, lease_until=None)
    )
    wanted = sa.exists().where(planned_replies.c.case_id == sendings.c.case_id, *_is_waiting_acknowledgement())
    connection.execute(sa.delete(sendings).where(*due, ~wanted))
    connection.execute(sa.update(sendings).where(*due).values(at=at, kind=WAITS, proved=True))


def _place_ahead(connection: Connection, going: Going, now: datetime) -> datetime | None:
    """When the next mail to the address goes out that others can go with."""
    ahead = sa.select(sendings.c.at).where(*_places_of(going), sendings.c.at > now).order_by(sendings.c.at)
    return connection.execute(ahead.limit(1)).scalar()


def _places_of(going: Going) -> Sequence[sa.ColumnElement[bool]]:
    return (sendings.c.address_key == going.address_key, sendings.c.kind.in_(PLACES))


def _is_waiting_acknowledgement() -> Sequence[sa.ColumnElement[bool]]:
    """Claimed ones too: whoever has claimed one finds it done when they want to write theirs."""
    return (planned_replies.c.kind == ReplyKind.ACKNOWLEDGEMENT, planned_replies.c.state.in_(_IN_HAND))


def _supersede(connection: Connection, which: Sequence[sa.ColumnElement[bool]]) -> list[int]:
    ended = sa.update(planned_replies).where(*which).values(state="superseded", lease_holder=None, lease_until=None)
    return list(connection.execute(ended.returning(planned_replies.c.case_id)).scalars())


def _end_too_late(connection: Connection, planned: PlannedReply, reason: str, *, holder: str, now: datetime) -> None:
    if record_planned(connection, planned.id, holder=holder, state="superseded"):
        _say_too_late(connection, planned.case_id, reason, now, kind=planned.kind)


def _say_too_late(
    connection: Connection, case_id: int, reason: str, now: datetime, *, kind: ReplyKind = ReplyKind.ACKNOWLEDGEMENT
) -> None:
    what = f"{kind.words} superseded: it would have gone out too late ({reason})"
    add_event(connection, case_id=case_id, at=now, actor="casepost", what=what)


# What the writing of each mail asks, built once.
_OTHERS = (
    sa.select(planned_replies.c.id, planned_replies.c.case_id, planned_replies.c.not_after, cases.c.number)
    .join(cases, cases.c.id == planned_replies.c.case_id)
    .where(
        planned_replies.c.id != sa.bindparam("of_planned"),
        cases.c.id != sa.bindparam("of_case"),
        planned_replies.c.kind == sa.bindparam("kind"),
        planned_replies.c.state.in_(_IN_HAND),
    )
    .order_by(planned_replies.c.id)
    .limit(_MOST_TOGETHER)
)
_PLACES_OF_ADDRESS = (sendings.c.address_key == sa.bindparam("of_address"), sendings.c.kind.in_(PLACES))
# Claimed ones too: whoever has claimed one finds it done when they want to write theirs.
_WAIT_FOR_ADDRESS = _OTHERS.join(sendings, sendings.c.case_id == planned_replies.c.case_id).where(*_PLACES_OF_ADDRESS)
_DROP_PLACES = sa.delete(sendings).where(
    *_PLACES_OF_ADDRESS, sendings.c.case_id.in_(sa.bindparam("of_cases", expanding=True))
)


def _due_to_same() -> sa.Select[Any]:
    """Replies of the kind that are due to the same person about other cases."""
    one, other = participants.alias(), participants.alias()
    same = (
        sa.select(other.c.id)
        .join(one, one.c.address_key == other.c.address_key)
        .where(one.c.id == sa.bindparam("participant_id"), other.c.reply_address == one.c.reply_address)
    )
    return _OTHERS.where(planned_replies.c.due_at <= sa.bindparam("now"), planned_replies.c.participant_id.in_(same))


_DUE_TO_SAME = _due_to_same()
