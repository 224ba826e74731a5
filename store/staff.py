"""Changes of staff: another address, an absence with or without a delegate, a farewell.

Whoever goes leaves nothing behind that waits for them alone: their cases and reminders go to those who are there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.address import fold_address
from cases.change import Change, Settings
from cases.model import Happening, Status
from cases.plan import ReplyKind
from store.apply import change_case
from store.errors import NotFound, Refused
from store.people import User, agents_of, find_lead, find_user, forget_people, load_queues, load_users, staff_of_case
from store.people_tables import user_addresses, user_queues, users
from store.tables import cases, outbox, planned_replies

# An absence of which nobody knows when it ends.
UNTIL_FURTHER_NOTICE = datetime(9999, 12, 31, tzinfo=UTC)
_OPEN_PLANS = ("waiting", "working")


def get_user(connection: Connection, address: str) -> User:
    """The member of staff who has this address; NotFound when nobody has."""
    user = find_user(connection, address)
    if user is None:
        raise NotFound(f"nobody on the staff has the address {address}; see `casepost user list`")
    return user


def add_alias(connection: Connection, user: User, address: str) -> None:
    """Let a member of staff write from one more address; nothing when they have it. Refused: somebody else has it."""
    key = fold_address(address)
    row = connection.execute(sa.select(user_addresses).where(user_addresses.c.address_key == key)).first()
    if row is None:
        connection.execute(sa.insert(user_addresses).values(user_id=user.id, address=address, address_key=key))
        forget_people(connection)
        return
    if row.user_id == user.id:
        return
    owner = next(iter(load_users(connection, ids=[row.user_id])), None)
    if owner is not None:
        raise Refused(f"{address} belongs to {owner.address} already")
    # Who is gone writes from nowhere.
    connection.execute(
        sa.update(user_addresses).where(user_addresses.c.id == row.id).values(user_id=user.id, passed_at=None)
    )
    forget_people(connection)


def send_away(connection: Connection, user: User, *, until: datetime, delegate: User | None, now: datetime) -> None:
    """Until `until` the mail of a member of staff goes to the delegate, else to the others of the queue."""
    if delegate is not None and delegate.id == user.id:
        raise Refused(f"{user.address} cannot stand in for themselves")
    if delegate is not None and delegate.role == "viewer":
        raise Refused(f"{delegate.address} is a viewer: only agents and admins can stand in for somebody")
    absence = {"away_until": until, "delegate_id": delegate.id if delegate is not None else None}
    connection.execute(sa.update(users).where(users.c.id == user.id).values(absence))
    forget_people(connection)
    _aim_elsewhere(connection, user, now=now)


def bring_back(connection: Connection, user: User) -> None:
    """A member of staff gets their own mail again; nobody stands in for them any more."""
    connection.execute(sa.update(users).where(users.c.id == user.id).values(away_until=None, delegate_id=None))
    forget_people(connection)


def remove_user(connection: Connection, user: User, *, even_the_last: bool, actor: str, now: datetime) -> list[str]:
    """Somebody leaves the staff: they get nothing more, and their signed addresses have no rights.

    What was given to them goes back to all agents of its queue; the numbers of these cases. Raises Refused when a
    queue would be left without any agent, unless `even_the_last`.
    """
    left = [] if even_the_last else _queues_without(connection, user)
    if left:
        raise Refused(
            f"{user.address} is the only agent of the queue {', '.join(left)}: add another one first, or say --force"
        )
    connection.execute(sa.update(users).where(users.c.delegate_id == user.id).values(delegate_id=None))
    connection.execute(sa.delete(user_queues).where(user_queues.c.user_id == user.id))
    gone = {"removed_at": now, "away_until": None, "delegate_id": None}
    connection.execute(sa.update(users).where(users.c.id == user.id).values(gone))
    forget_people(connection)
    _set_aside_mail(connection, user)
    numbers = _give_back(connection, user, actor=actor, now=now)
    _aim_elsewhere(connection, user, now=now)
    return numbers


def _queues_without(connection: Connection, user: User) -> list[str]:
    """The queues that only this member of staff looks after."""
    return [
        queue.name
        for queue in load_queues(connection)
        if queue.id in user.queue_ids and {one.id for one in agents_of(connection, queue.id)} == {user.id}
    ]


def _set_aside_mail(connection: Connection, user: User) -> None:
    """Mail to somebody who is gone, written and not sent yet, does not leave."""
    theirs = sa.select(planned_replies.c.id).where(planned_replies.c.user_id == user.id)
    connection.execute(
        sa.update(outbox)
        .where(outbox.c.planned_id.in_(theirs), outbox.c.state.in_(("queued", "held")))
        .values(state="superseded", last_error=f"{user.address} left the staff")
    )


def _give_back(connection: Connection, user: User, *, actor: str, now: datetime) -> list[str]:
    """Cases that were given to somebody who is gone; the agents of the queue are sent what waits for an answer."""
    theirs = connection.execute(
        sa.select(cases.c.id, cases.c.number, cases.c.status)
        .where(cases.c.assignee_id == user.id, cases.c.status != Status.CLOSED)
        .order_by(cases.c.id)
    ).all()
    for row in theirs:
        change = Change(
            actor=actor,
            at=now,
            case_id=row.id,
            happenings=(Happening.HANDED_OVER,) if row.status == Status.OPEN else (),
            settings=Settings(unassign=True),
            notes=(f"{user.address} left the staff",),
        )
        change_case(connection, change)
    return [row.number for row in theirs]


def _aim_elsewhere(connection: Connection, user: User, *, now: datetime) -> None:
    """What waits to be written to somebody who is not there is written to those who are."""
    theirs = sa.and_(
        planned_replies.c.user_id == user.id,
        planned_replies.c.kind != ReplyKind.AGENT_REPORT,
        planned_replies.c.state.in_(_OPEN_PLANS),
    )
    rows = connection.execute(
        sa.select(planned_replies, cases.c.queue_id, cases.c.assignee_id)
        .join(cases, cases.c.id == planned_replies.c.case_id)
        .where(theirs)
        .order_by(planned_replies.c.id)
    ).all()
    staff: dict[tuple[int, int | None, bool], Sequence[User]] = {}
    for row in rows:
        to_lead = row.kind == ReplyKind.ESCALATION
        desk = (row.queue_id, row.assignee_id, to_lead)
        if desk not in staff:
            staff[desk] = (
                find_lead(connection, row.queue_id, now=now)
                if to_lead
                else staff_of_case(connection, queue_id=row.queue_id, assignee_id=row.assignee_id, now=now)
            )
        people = {one.id for one in staff[desk]}
        if user.id in people or not people:
            continue
        for person_id in sorted(people - _written_to(connection, row)):
            copied = {name: row._mapping[name] for name in planned_replies.c.keys() if name != "id"}  # noqa: SIM118
            fresh = {"user_id": person_id, "once_key": f"in place of {row.id}:{person_id}", "state": "waiting"}
            free = {"lease_holder": None, "lease_until": None}
            connection.execute(sa.insert(planned_replies).values({**copied, **fresh, **free}))
        connection.execute(
            sa.update(planned_replies)
            .where(planned_replies.c.id == row.id)
            .values(state="cancelled", lease_holder=None, lease_until=None)
        )


def _written_to(connection: Connection, row: sa.Row[tuple[object, ...]]) -> set[int]:
    """Who gets, or has got, the same for the same reason."""
    same = sa.select(planned_replies.c.user_id).where(
        planned_replies.c.case_id == row.case_id,
        planned_replies.c.kind == row.kind,
        planned_replies.c.cause_message_id.is_not_distinct_from(row.cause_message_id),
        planned_replies.c.user_id.is_not(None),
        planned_replies.c.state.in_(("waiting", "working", "done")),
        planned_replies.c.planned_at >= row.planned_at,
    )
    return set(connection.execute(same).scalars())
