"""The outbox: mails written once, handed over at least once if automatic, at most once unasked if a person's words.

States: queued -> sending (claimed) -> sent, failed (refused for good, or five days old), uncertain (the answer
to the final dot was lost), held (until somebody releases it) or superseded (no longer wanted). A claim that
lapses before DATA makes it queued again, within DATA uncertain.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.model import Status
from cases.plan import ReplyKind, is_wanted
from store.claims import claim, is_ours, lapsed_and_free, renew
from store.database import Database
from store.errors import NotFound
from store.events import add_event
from store.failpoints import Step, reach
from store.pauses import clear_pauses
from store.raw import Kept
from store.tables import attempts, cases, outbox, planned_replies

SEND_AGAIN_AFTER = timedelta(minutes=15)  # an automatic mail of which nobody knows whether it arrived
_MINUTE = timedelta(minutes=1)
_IN_FLIGHT = ("queued", "sending", "uncertain")

_ADD = sa.insert(outbox).returning(outbox.c.id)
_ADD_ATTEMPT = sa.insert(attempts)
_HOLDERS = sa.and_(outbox.c.id == sa.bindparam("of_id"), outbox.c.lease_holder == sa.bindparam("of_holder"))
_DATA_BEGINS = sa.update(outbox).where(_HOLDERS, outbox.c.state == "sending")
_IS_UNCERTAIN = sa.select(outbox.c.id).where(
    outbox.c.state == "uncertain", outbox.c.automatic, outbox.c.next_try_at <= sa.bindparam("now")
)
_ENDED = {"in_data": False, "attempts": outbox.c.attempts + 1, "lease_holder": None, "lease_until": None}
_END_OF_TRY = sa.update(outbox).where(_HOLDERS).values(_ENDED)
# A 250 that came after the lease had lapsed is still the truth, as long as nobody has tried again since.
_STILL_UNSURE = sa.and_(
    outbox.c.id == sa.bindparam("of_id"),
    outbox.c.state == "uncertain",
    outbox.c.attempts == sa.bindparam("had_attempts"),
)
_END_OF_SENT = sa.update(outbox).where(sa.or_(_HOLDERS, _STILL_UNSURE)).values(_ENDED)
# One of which nobody knows whether it arrived is not tried again either.
_UNSENT = sa.or_(outbox.c.state.in_(("queued", "held")), sa.and_(outbox.c.state == "uncertain", outbox.c.automatic))
_SUPERSEDE_OF_CASE = (
    sa.update(outbox)
    .where(
        outbox.c.case_id == sa.bindparam("of_case"), outbox.c.kind.in_(sa.bindparam("kinds", expanding=True)), _UNSENT
    )
    .values(state="superseded", last_error=sa.bindparam("because"))
    .returning(outbox.c.kind)
)
_SUPERSEDE_AUTOMATIC = _SUPERSEDE_OF_CASE.where(outbox.c.automatic)
_SUPERSEDE_CAUSED = _SUPERSEDE_OF_CASE.where(
    outbox.c.planned_id.in_(
        sa.select(planned_replies.c.id).where(planned_replies.c.cause_message_id == sa.bindparam("cause"))
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOutgoing:
    """A mail to put into the outbox, its bytes kept by `store.raw` before."""

    planned_id: int
    case_id: int
    message_id: int | None
    kind: ReplyKind
    automatic: bool
    rfc_message_id: str
    envelope_from: str
    envelope_to: str
    subject: str
    kept: Kept
    case_version: int
    not_after: datetime | None
    held: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A claimed mail of the outbox; its bytes come from `Raws.load`."""

    id: int
    case_id: int
    message_id: int | None
    kind: ReplyKind
    automatic: bool
    rfc_message_id: str
    envelope_from: str
    envelope_to: str
    kept: Kept
    attempts: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """How a try to hand a mail over ended: the row's next state, when to try again, and the answer's words."""

    result: str
    state: str
    next_try_at: datetime
    code: int | None = None
    response: str = ""


def add_outgoing(connection: Connection, mail: NewOutgoing, *, at: datetime) -> int:
    """Write the outbox row of a planned reply; its id. There is one row a planned reply, by a unique index."""
    row = {
        "planned_id": mail.planned_id,
        "case_id": mail.case_id,
        "message_id": mail.message_id,
        "kind": mail.kind,
        "automatic": mail.automatic,
        "rfc_message_id": mail.rfc_message_id,
        "envelope_from": mail.envelope_from,
        "envelope_to": mail.envelope_to,
        "subject": mail.subject,
        "content": mail.kept.content,
        "location": mail.kept.location,
        "sha256": mail.kept.sha256,
        "size": mail.kept.size,
        "case_version": mail.case_version,
        "not_after": mail.not_after,
        "state": "held" if mail.held else "queued",
        "hold_reason": "[delivery] hold is on" if mail.held else "",
        "in_data": False,
        "attempts": 0,
        "next_try_at": at,
        "last_error": "",
        "created_at": at,
    }
    return int(connection.execute(_ADD, row).scalar_one())


def claim_outgoing(
    database: Database, *, holder: str, now: datetime, limit: int, per_minute: int = 0
) -> list[Outgoing]:
    """Claim mails that can be tried at `now`: one in flight a case and recipient, in their order.

    `per_minute`: no more than so many tries in any minute, over all nodes; 0 = as many as there are.
    Automatic mails that are no longer wanted, by age or by the state of their case, are set aside on the way.
    """
    with database.write() as connection:
        _supersede_unwanted(connection, now)
        if per_minute:
            limit = min(limit, _find_room(database, connection, per_minute, now))
        earlier = sa.alias(outbox)
        first_of_its_kind = ~sa.exists().where(
            earlier.c.case_id == outbox.c.case_id,
            earlier.c.envelope_to == outbox.c.envelope_to,
            earlier.c.id < outbox.c.id,
            earlier.c.state.in_(_IN_FLIGHT),
            sa.or_(earlier.c.automatic, earlier.c.state != "uncertain"),
        )
        rows = claim(
            database,
            connection,
            outbox,
            holder=holder,
            ready=sa.and_(outbox.c.state == "queued", outbox.c.next_try_at <= now, first_of_its_kind),
            order_by=(outbox.c.next_try_at, outbox.c.id),
            working="sending",
            limit=limit,
        )
    if rows:
        reach(Step.DELIVERY_CLAIMED)
    return [_outgoing(row) for row in rows]


def _find_room(database: Database, connection: Connection, per_minute: int, now: datetime) -> int:
    """How many more mails may be tried in the minute that ends now; until the commit nobody else claims any."""
    if not database.is_sqlite:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('casepost delivery rate'))"))
    newest = sa.select(attempts.c.at).where(attempts.c.result != "sent_again").order_by(attempts.c.id.desc())
    tried = connection.execute(newest.limit(per_minute)).scalars()
    under_way = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == "sending")
    used = sum(1 for at in tried if at > now - _MINUTE) + int(connection.execute(under_way).scalar_one())
    return max(0, per_minute - used)


def record_data_begins(database: Database, connection: Connection, *, mail: Outgoing, holder: str) -> bool:
    """Say before DATA that the mail may arrive from now on; False when it is no longer ours to send."""
    begins = _DATA_BEGINS.values(in_data=True, lease_until=database.lease_until())
    return connection.execute(begins, {"of_id": mail.id, "of_holder": holder}).rowcount == 1


def record_attempt(
    connection: Connection,
    mail: Outgoing,
    attempt: Attempt,
    *,
    holder: str,
    now: datetime,
    also: Callable[[Connection], None] | None = None,
) -> bool:
    """Put the end of a try on record; False when the row is no longer ours. `also` is done in the same transaction."""
    is_sent = attempt.state == "sent"
    whose = {"of_id": mail.id, "of_holder": holder} | ({"had_attempts": mail.attempts} if is_sent else {})
    end = {
        "state": attempt.state,
        "next_try_at": attempt.next_try_at,
        "last_error": "" if attempt.result == "sent" else attempt.response,
        "sent_at": now if is_sent else None,
    }
    ended = connection.execute(_END_OF_SENT if is_sent else _END_OF_TRY, whose | end)
    if ended.rowcount != 1:
        return False
    tried = {"outbox_id": mail.id, "at": now, "result": attempt.result}
    connection.execute(_ADD_ATTEMPT, tried | {"code": attempt.code, "response": attempt.response})
    what = f"{mail.kind.words} to {mail.envelope_to}: {attempt.state}"
    if not is_sent:
        what += f" ({attempt.response})"
    add_event(connection, case_id=mail.case_id, at=now, actor="casepost", what=what)
    if also is not None:
        also(connection)
    reach(Step.ATTEMPT_WRITTEN)
    return True


def give_back(database: Database, mail: Outgoing, *, holder: str, error: str) -> None:
    """A claimed mail that could not be tried is queued again; `error` says why it waits."""
    with database.write() as connection:
        connection.execute(
            sa.update(outbox)
            .where(is_ours(outbox, mail.id, holder))
            .values(state="queued", in_data=False, last_error=error, lease_holder=None, lease_until=None)
        )


def renew_outgoing(database: Database, *, holder: str, ids: Sequence[int]) -> None:
    """Ten more seconds for mails that are being sent."""
    with database.write() as connection:
        renew(database, connection, outbox, holder=holder, ids=ids)


def free_lapsed_outgoing(database: Database, *, now: datetime, node: str = "") -> int:
    """Free mails whose sender died: before DATA they are queued again, within DATA nobody knows (uncertain)."""
    gone = lapsed_and_free(database, outbox, working="sending", node=node)
    freed = {"lease_holder": None, "lease_until": None, "in_data": False}
    with database.write() as connection:
        unsure = connection.execute(
            sa.update(outbox)
            .where(gone, outbox.c.in_data)
            .values(
                **freed,
                state="uncertain",
                last_error="the program ended before the answer to the final dot was on record",
                next_try_at=now + SEND_AGAIN_AFTER,
            )
        )
        queued = connection.execute(sa.update(outbox).where(gone).values(**freed, state="queued"))
        return int(unsure.rowcount + queued.rowcount)


def send_uncertain_again(
    database: Database, *, now: datetime, give_up: Callable[[Connection, Row[Any]], None] | None = None
) -> int:
    """Automatic mails of which nobody knows are sent once more, with the same Message-ID; how many.

    A second uncertain end is final: the mail was handed over twice, that is enough of a chance. `give_up` is told of
    each such row, in the same transaction.
    """
    with database.read() as connection:
        if connection.execute(_IS_UNCERTAIN, {"now": now}).first() is None:  # the rule, and no writer waits for a read
            return 0
    with database.write() as connection:
        due = sa.and_(outbox.c.state == "uncertain", outbox.c.automatic, outbox.c.next_try_at <= now)
        twice = sa.exists().where(
            attempts.c.outbox_id == outbox.c.id, attempts.c.result == "sent_again", attempts.c.at <= now
        )
        ended = sa.update(outbox).where(due, twice).values(state="failed", last_error="uncertain after two tries")
        for row in connection.execute(ended.returning(*outbox.c)).all():
            if give_up is not None:
                give_up(connection, row)
        again = connection.execute(
            sa.update(outbox).where(due).values(state="queued", next_try_at=now).returning(outbox.c.id)
        ).scalars()
        ids = list(again)
        for outbox_id in ids:
            connection.execute(
                sa.insert(attempts).values(outbox_id=outbox_id, at=now, result="sent_again", response="")
            )
        return len(ids)


def retry(database: Database, ids: Sequence[int] | None, *, now: datetime) -> list[int]:
    """Try mails again now that wait, failed or are uncertain (None: all that wait or are uncertain); their ids."""
    states = ("queued", "uncertain") if ids is None else ("queued", "uncertain", "failed")
    with database.write() as connection:
        clear_pauses(connection)
        return _move(connection, states, ids, {"state": "queued", "next_try_at": now}, verb="retry", now=now)


def hold(database: Database, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Keep mails that wait from leaving until they are released; their ids. NotFound: then none was changed."""
    values = {"state": "held", "hold_reason": "held by hand"}
    with database.write() as connection:
        return _move(connection, ("queued", "uncertain"), ids, values, verb="hold", now=now)


def release(database: Database, ids: Sequence[int] | None, *, now: datetime) -> list[int]:
    """Let held mails leave now (None: all of them); their ids. NotFound: then none was changed."""
    values = {"state": "queued", "hold_reason": "", "next_try_at": now}
    with database.write() as connection:
        return _move(connection, ("held",), ids, values, verb="release", now=now)


def _move(
    connection: Connection,
    states: Sequence[str],
    ids: Sequence[int] | None,
    values: dict[str, Any],
    *,
    verb: str,
    now: datetime,
) -> list[int]:
    chosen = sa.and_(outbox.c.state.in_(states), sa.true() if ids is None else outbox.c.id.in_(ids))
    moved = connection.execute(
        sa.update(outbox).where(chosen).values(values).returning(outbox.c.id, outbox.c.case_id, outbox.c.envelope_to)
    ).all()
    missing = sorted(set(ids or ()) - {row.id for row in moved})
    if missing:
        raise NotFound(f"nothing to {verb} under {', '.join(map(str, missing))}; see `casepost delivery list`")
    for row in moved:
        what = f"mail to {row.envelope_to}: {verb} by hand"
        add_event(connection, case_id=row.case_id, at=now, actor="operator", what=what)
    return sorted(row.id for row in moved)


def next_try_at(database: Database) -> datetime | None:
    """When the next mail of the outbox can be tried."""
    waits = sa.or_(outbox.c.state == "queued", sa.and_(outbox.c.state == "uncertain", outbox.c.automatic))
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.min(outbox.c.next_try_at)).where(waits)).scalar()


def supersede_unsent(
    connection: Connection,
    case_id: int,
    *,
    cause: int | None,
    because: str,
    kinds: Iterable[ReplyKind] = tuple(ReplyKind),
) -> list[ReplyKind]:
    """Set aside the automatic mails of a case that wait to leave, of these kinds; of which there were some.

    With `cause`: only what that message caused, then a person's words too: they were taken for something else.
    """
    these = {"of_case": case_id, "kinds": sorted(kinds), "because": because}
    if cause is None:
        gone = connection.execute(_SUPERSEDE_AUTOMATIC, these)
    else:
        gone = connection.execute(_SUPERSEDE_CAUSED, these | {"cause": cause})
    return [ReplyKind(kind) for kind in sorted(set(gone.scalars()))]


def _supersede_unwanted(connection: Connection, now: datetime) -> None:
    due = sa.and_(outbox.c.state == "queued", outbox.c.automatic, outbox.c.next_try_at <= now)
    moved = connection.execute(
        sa.select(
            outbox.c.id, outbox.c.case_id, outbox.c.kind, outbox.c.envelope_to, outbox.c.not_after, cases.c.status
        )
        .join(cases, cases.c.id == outbox.c.case_id)
        .where(due, sa.or_(outbox.c.case_version != cases.c.version, outbox.c.not_after < now))
    ).all()
    for row in moved:
        too_old = row.not_after is not None and row.not_after < now
        if too_old or not is_wanted(ReplyKind(row.kind), Status(row.status)):
            why = "not sent in time" if too_old else "no longer wanted"
            changed = connection.execute(
                sa.update(outbox)
                .where(outbox.c.id == row.id, outbox.c.state == "queued")
                .values(state="superseded", last_error=why)
            )
            if changed.rowcount:
                what = f"{ReplyKind(row.kind).words} to {row.envelope_to}: superseded ({why})"
                add_event(connection, case_id=row.case_id, at=now, actor="casepost", what=what)


def _outgoing(row: Row[Any]) -> Outgoing:
    return Outgoing(
        id=row.id,
        case_id=row.case_id,
        message_id=row.message_id,
        kind=ReplyKind(row.kind),
        automatic=row.automatic,
        rfc_message_id=row.rfc_message_id,
        envelope_from=row.envelope_from,
        envelope_to=row.envelope_to,
        kept=Kept(content=row.content, location=row.location, sha256=row.sha256, size=row.size),
        attempts=row.attempts,
        created_at=row.created_at,
    )
