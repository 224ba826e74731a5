"""Automatic mail that went out, and the places of what waits: the memory of the limits, which survives a restart.

A row is a mail that went out (its kind is the reply's), or a place: RESERVED is one in the line of all
acknowledgements to unproved senders, WAITS waits with or behind another mail to its address and takes none. Rows older
than any limit are swept as new ones come. `proved` is false only for what counts among the unproved.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.address import strip_tag
from cases.change import Change
from cases.identity import Verdict
from cases.limits import (
    ANSWERED_WITHIN,
    CAPPED,
    DAY,
    HOUR,
    Going,
    History,
    Limits,
    Sent,
    Slot,
    decide_slot,
    key_subject,
)
from cases.mail import Source
from cases.model import MessageKind
from cases.plan import TRAITS, ReplyKind
from store.database import Database
from store.people_tables import user_addresses
from store.planned import PlannedReply
from store.tables import cases, identifiers, messages, participants, sendings

RESERVED, WAITS = "reserved", "waits"
PLACES = (RESERVED, WAITS)

_KEPT = timedelta(days=2)
_SWEPT = 20
_ADD = sa.insert(sendings)
_CAUSE = sa.select(messages.c.id, messages.c.authentication, messages.c.subject).where(
    messages.c.id == sa.bindparam("message_id")
)
_ADDRESS_OF_PARTICIPANT = sa.select(participants.c.reply_address).where(
    participants.c.id == sa.bindparam("participant_id")
)
_ADDRESS_OF_USER = (
    sa.select(user_addresses.c.address)
    .where(user_addresses.c.user_id == sa.bindparam("user_id"))
    .order_by(user_addresses.c.id)
    .limit(1)
)
_MARK_ANSWERED = (
    sa.update(sendings)
    .where(
        sendings.c.address_key.in_(sa.bindparam("authors", expanding=True)),
        sendings.c.at.between(sa.bindparam("since"), sa.bindparam("until")),
        sendings.c.kind.not_in(PLACES),
    )
    .values(answered=True)
)
# Mails that went to an address, newest first; places do not count, they lie ahead.
_SENT_TO = (
    sa.select(sendings.c.at, sendings.c.answered)
    .where(
        sendings.c.address_key == sa.bindparam("address_key"),
        sendings.c.at > sa.bindparam("since"),
        sendings.c.at <= sa.bindparam("now"),
        sendings.c.kind.not_in(PLACES),
    )
    .order_by(sendings.c.at.desc())
    .limit(sa.bindparam("most"))
)
_SAME_KIND = _SENT_TO.where(sendings.c.kind == sa.bindparam("kind"))
_SAME_SUBJECT = _SENT_TO.where(
    sendings.c.kind == ReplyKind.ACKNOWLEDGEMENT, sendings.c.subject_key == sa.bindparam("subject_key")
)
_UNPROVED = (
    sa.select(sendings.c.at)
    .where(sendings.c.proved.is_(False), sendings.c.at > sa.bindparam("since"))
    .order_by(sendings.c.at.desc())
    .limit(1)
    .offset(sa.bindparam("ahead"))
)
_UNPROVED_AND_GONE = _UNPROVED.where(sendings.c.kind != RESERVED)
_PLACE_THAT_HAS_COME = (
    sa.select(sendings.c.id)
    .where(
        sendings.c.address_key == sa.bindparam("address_key"),
        sendings.c.at <= sa.bindparam("now"),
        sendings.c.kind == RESERVED,
    )
    .limit(1)
)
_FROM_OUTSIDE = (MessageKind.SELLER, MessageKind.AUTO_REPLY, MessageKind.BOUNCE)


def describe(connection: Connection, planned: PlannedReply) -> Going | None:
    """What the limits ask about a reply; None for a person's words, which no limit holds up, and for one to nobody."""
    address = _find_address(connection, planned) if TRAITS[planned.kind].automatic else None
    if address is None:
        return None
    if planned.kind is not ReplyKind.ACKNOWLEDGEMENT:
        return Going(kind=planned.kind, address_key=strip_tag(address))
    cause = connection.execute(_CAUSE, {"message_id": planned.cause_message_id}).first()
    proved = cause is not None and cause.authentication == Verdict.PASS
    return Going(
        kind=planned.kind,
        address_key=strip_tag(address),
        proved=proved,
        subject_key=key_subject(cause.subject) if cause is not None else "",
        fresh=cause is not None and not proved and _brings_something_new(connection, cause.id, planned.case_id),
    )


def _find_address(connection: Connection, planned: PlannedReply) -> str | None:
    if planned.user_id is None:
        return connection.execute(_ADDRESS_OF_PARTICIPANT, {"participant_id": planned.participant_id}).scalar()
    return connection.execute(_ADDRESS_OF_USER, {"user_id": planned.user_id}).scalar()


def hold_address(database: Database, connection: Connection, limits: Limits, going: Going) -> None:
    """Nobody else weighs a mail to this address, or to anybody unproved, until the transaction ends.

    On SQLite the transaction alone sees to that. Taken before any row is locked, and always in this order.
    """
    if database.is_sqlite:
        return
    names = [f"address {going.address_key}"]
    if not going.proved and limits.unproved_hour:
        names.append("unproved")
    for name in names:
        number = int.from_bytes(hashlib.sha256(f"sendings {name}".encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(number, sa.BigInteger))))


def find_slot(connection: Connection, limits: Limits, going: Going, *, now: datetime) -> Slot | None:
    """None when the mail may go out now, else when and why not before; exact after `hold_address`."""
    history = History(
        same_kind=_same_kind(connection, limits, going, now),
        all_mail=_all_mail(connection, limits, going, now),
        same_subject=_same_subject(connection, limits, going, now),
        unproved=_unproved(connection, limits, going, now),
    )
    return decide_slot(limits, going, history, now=now)


def record_sending(connection: Connection, limits: Limits, going: Going, *, case_id: int, at: datetime) -> None:
    """Remember that the mail goes out."""
    add_row(connection, going, kind=going.kind, case_id=case_id, at=at, proved=going.proved)
    _sweep(connection, at - max(_KEPT, limits.same_subject_hours * HOUR))


def add_row(connection: Connection, going: Going, *, kind: str, case_id: int, at: datetime, proved: bool) -> None:
    """One row of a mail or a place."""
    row = {"address_key": going.address_key, "subject_key": going.subject_key, "kind": kind, "case_id": case_id}
    connection.execute(_ADD, row | {"at": at, "proved": proved, "answered": False})


def mark_answered(connection: Connection, change: Change) -> None:
    """A mail from outside came: what went to its author within the last minute counts as answered.

    A member of staff who writes from their own signed address is no robot, whatever the pace.
    """
    message = change.message
    if message is None or message.user_id is not None or message.kind not in _FROM_OUTSIDE:
        return
    mail = message.mail
    authors = {strip_tag(one.address) for one in (mail.sender, mail.author, *mail.reply_to[:3]) if one is not None}
    lately = {"authors": sorted(authors), "since": change.at - ANSWERED_WITHIN, "until": change.at}
    connection.execute(_MARK_ANSWERED, lately)


def _same_kind(connection: Connection, limits: Limits, going: Going, now: datetime) -> tuple[datetime, ...]:
    most = max(limits.per_address_hour, limits.per_address_day)
    if going.kind not in CAPPED or not most:
        return ()
    theirs = {"address_key": going.address_key, "since": now - DAY, "now": now, "most": most, "kind": going.kind}
    return tuple(row.at for row in connection.execute(_SAME_KIND, theirs))


def _all_mail(connection: Connection, limits: Limits, going: Going, now: datetime) -> tuple[Sent, ...]:
    if not limits.robot_pair_day:
        return ()
    theirs = {"address_key": going.address_key, "since": now - DAY, "now": now, "most": limits.robot_pair_day}
    return tuple(Sent(at=row.at, answered=row.answered) for row in connection.execute(_SENT_TO, theirs))


def _same_subject(connection: Connection, limits: Limits, going: Going, now: datetime) -> datetime | None:
    if going.kind is not ReplyKind.ACKNOWLEDGEMENT or going.proved or not limits.same_subject_hours:
        return None
    lately = {"since": now - limits.same_subject_hours * HOUR, "now": now, "most": 1}
    same = {"address_key": going.address_key, "subject_key": going.subject_key}
    return connection.execute(_SAME_SUBJECT, lately | same).scalar()


def _unproved(connection: Connection, limits: Limits, going: Going, now: datetime) -> datetime | None:
    """The place that has to be an hour old; one whose own reserved place has come looks at what really went out."""
    if going.proved or not limits.unproved_hour:
        return None
    counted = _UNPROVED_AND_GONE if _has_come(connection, going, now) else _UNPROVED
    return connection.execute(counted, {"since": now - HOUR, "ahead": limits.unproved_hour - 1}).scalar()


def _has_come(connection: Connection, going: Going, now: datetime) -> bool:
    return connection.execute(_PLACE_THAT_HAS_COME, {"address_key": going.address_key, "now": now}).first() is not None


def _brings_something_new(connection: Connection, message_id: int, case_id: int) -> bool:
    """Whether a message names what no earlier message in a case of the same requester does; signatures say nothing."""
    return connection.execute(_SOMETHING_NEW, {"message_id": message_id, "case_id": case_id}).first() is not None


def _something_new() -> sa.Select[Any]:
    before, of_case, theirs = identifiers.alias(), cases.alias(), cases.alias()
    known = (
        sa.exists()
        .where(
            before.c.value == identifiers.c.value,
            before.c.kind == identifiers.c.kind,
            before.c.message_id < sa.bindparam("message_id"),
            of_case.c.id == before.c.case_id,
            theirs.c.id == sa.bindparam("case_id"),
            of_case.c.requester_key == theirs.c.requester_key,
        )
        .correlate(identifiers)
    )
    return (
        sa.select(identifiers.c.id)
        .where(identifiers.c.message_id == sa.bindparam("message_id"), identifiers.c.source != Source.SIGNATURE, ~known)
        .limit(1)
    )


_SOMETHING_NEW = _something_new()
_OLD = sa.select(sendings.c.id).where(sendings.c.at < sa.bindparam("before")).order_by(sendings.c.at).limit(_SWEPT)
# Two nodes sweep at once: each takes what the other has not. SQLite has one writer and knows no such clause.
_SWEEP = sa.delete(sendings).where(sendings.c.id.in_(_OLD.with_for_update(skip_locked=True)))


def _sweep(connection: Connection, before: datetime) -> None:
    connection.execute(_SWEEP, {"before": before})
