"""What only the agents' mails show of a case: what was said before, and whom a name could pretend to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.lookalike import KnownNames
from cases.mail import Address
from cases.model import MessageKind
from store.people import find_queue, load_queues, load_users
from store.tables import messages, participants

_NEWEST = 5
_SAID = (MessageKind.SELLER, MessageKind.AGENT, MessageKind.NOTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """A message before the one that is written about; `unconfirmed`: by somebody who takes no part."""

    kind: MessageKind
    author: Address
    at: datetime
    text: str
    unconfirmed: bool


def load_earlier(connection: Connection, case_id: int, *, before: int) -> tuple[Earlier, ...]:
    """The newest five messages of persons before that one, the newest first."""
    rows = connection.execute(
        sa.select(messages)
        .where(messages.c.case_id == case_id, messages.c.id < before, messages.c.kind.in_(_SAID))
        .order_by(messages.c.id.desc())
        .limit(_NEWEST)
    )
    return tuple(_earlier(row) for row in rows)


def _earlier(row: Row[Any]) -> Earlier:
    return Earlier(
        kind=MessageKind(row.kind),
        author=Address(name=row.from_name, address=row.from_address),
        at=row.at,
        text=row.reply_text,
        unconfirmed=row.unconfirmed,
    )


def load_known_names(connection: Connection, author: Address) -> KnownNames:
    """Our queues, our staff, and one seller with the author's name and another address."""
    return KnownNames(
        queues=tuple(Address(name=one.name, address=one.address) for one in load_queues(connection)),
        staff=tuple(
            Address(name=user.name, address=address) for user in load_users(connection) for address in user.addresses
        ),
        sellers=_namesakes(connection, author) if author.name else (),
    )


def _namesakes(connection: Connection, author: Address) -> tuple[Address, ...]:
    rows = connection.execute(
        sa.select(participants.c.name, participants.c.address)
        .where(participants.c.name == author.name, participants.c.address_key != fold_address(author.address))
        .limit(1)
    )
    return tuple(Address(name=row.name, address=row.address) for row in rows)


def load_others(connection: Connection, case_id: int, *, but: int) -> tuple[Address, ...]:
    """Who else takes part and is written to, in the order in which they joined.

    A merge brings people together who do not know of each other: those whom it brought are shown to nobody, and
    nobody is shown to them. Staff and our own addresses are never shown.
    """
    rows = connection.execute(
        sa.select(participants)
        .where(
            participants.c.case_id == case_id,
            participants.c.left_at.is_(None),
            participants.c.hold_reason.is_(None),
            participants.c.joined_by.not_like("merged%"),
        )
        .order_by(participants.c.id)
    ).all()
    if but not in {row.id for row in rows}:
        return ()
    staff = {fold_address(address) for user in load_users(connection) for address in user.addresses}
    queues = load_queues(connection)
    return tuple(
        Address(name=row.name, address=row.reply_address)
        for row in rows
        if row.id != but
        and not {row.address_key, fold_address(row.reply_address)} & staff
        and find_queue(queues, row.reply_address) is None
    )
