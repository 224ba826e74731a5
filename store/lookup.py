"""What the store knows of the references in a mail: gathered in one go, so that the decision can be pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.address import fold_address
from cases.model import CaseState, MessageKind, Queue
from store.case_rows import find_state
from store.database import Database
from store.people import User, load_queues, load_users
from store.tables import cases, known_ids, messages, participants


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts:
    """A case that a mail refers to: its state, who takes part (folded address -> participant id), its last word."""

    state: CaseState
    participants: Mapping[str, int]
    last_word_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Everything a decision may ask. Cases stand under every number that leads to them, merged ones followed;
    `users` are those whose signed addresses were written to, `staff` everybody by folded address; `language` is
    the one the author last wrote in, None when nothing is known of them.
    """

    queues: tuple[Queue, ...]
    cases: Mapping[str, CaseFacts]
    numbers_of_ids: Mapping[str, str]
    users: Mapping[int, User]
    staff: Mapping[str, User]
    language: str | None = None


def gather(
    database: Database, *, numbers: Sequence[str], message_ids: Sequence[str], user_ids: Sequence[int], author: str = ""
) -> Known:
    """Look up case numbers, foreign Message-IDs, members of staff and the author's language, all in one read."""
    with database.read() as connection:
        of_ids = _numbers_of_ids(connection, message_ids)
        found: dict[str, CaseFacts] = {}
        for number in dict.fromkeys([*numbers, *of_ids.values()]):
            state = find_state(connection, number)
            if state is not None:
                found[number] = _facts(connection, state)
        staff = load_users(connection)
        return Known(
            queues=load_queues(connection),
            cases=found,
            numbers_of_ids=of_ids,
            users={user.id: user for user in staff if user.id in user_ids},
            staff={fold_address(address): user for user in staff for address in user.addresses},
            language=_language_of(connection, author) if author else None,
        )


def _language_of(connection: Connection, author: str) -> str | None:
    """The language of the newest mail in a case of theirs that had enough words to tell one."""
    return connection.execute(
        sa.select(messages.c.language)
        .join(cases, cases.c.id == messages.c.case_id)
        .where(
            cases.c.requester_key == fold_address(author),
            messages.c.kind == MessageKind.SELLER,
            messages.c.unconfirmed.is_(False),
            messages.c.language.is_not(None),
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    ).scalar()


def _numbers_of_ids(connection: Connection, message_ids: Sequence[str]) -> dict[str, str]:
    if not message_ids:
        return {}
    rows = connection.execute(
        sa.select(known_ids.c.rfc_message_id, cases.c.number)
        .join(cases, cases.c.id == known_ids.c.case_id)
        .where(known_ids.c.rfc_message_id.in_(message_ids))
        .order_by(known_ids.c.message_id)
    )
    return {row.rfc_message_id: row.number for row in rows}


def _facts(connection: Connection, state: CaseState) -> CaseFacts:
    taking_part = connection.execute(
        sa.select(participants.c.address, participants.c.reply_address, participants.c.id)
        .where(participants.c.case_id == state.id, participants.c.left_at.is_(None))
        .order_by(participants.c.id.desc())
    ).all()
    last = connection.execute(sa.select(sa.func.max(messages.c.at)).where(messages.c.case_id == state.id)).scalar()
    return CaseFacts(
        state=state,
        # Who asked to be answered elsewhere writes from there; their own address counts more than another's wish.
        participants={fold_address(row.reply_address): row.id for row in taking_part}
        | {fold_address(row.address): row.id for row in taking_part},
        last_word_at=last or state.updated_at,
    )
