"""Rows of messages, with everything that was read out of a mail."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change, NewMessage
from cases.mail import Address
from cases.model import CaseState, MessageKind
from store.derived import add_looks, insert_derived, is_seller_word, update_missing
from store.tables import known_ids, messages, participants


def insert_message(connection: Connection, state: CaseState, change: Change) -> int:
    """Add the change's message to the case, with parts, identifiers and its Message-ID; its id."""
    message = change.message
    assert message is not None
    participant_id = message.participant_id
    if participant_id is None and change.opening is not None:
        participant_id = connection.execute(
            sa.select(sa.func.min(participants.c.id)).where(participants.c.case_id == state.id)
        ).scalar()
    values = _message_values(state, change, message) | {"participant_id": participant_id}
    message_id = connection.execute(sa.insert(messages).values(values).returning(messages.c.id)).scalar_one()
    insert_derived(connection, state.id, message_id, message.mail)
    if message.mail.message_id:
        add_known_id(connection, message.mail.message_id, message_id=message_id, case_id=state.id)
    if message.kind is MessageKind.SELLER:
        add_looks(connection, message_id, message.mail.to_look_at, at=change.at)
    if is_seller_word(message.kind, unconfirmed=message.unconfirmed):
        update_missing(connection, state.id)
    return int(message_id)


def add_known_id(connection: Connection, rfc_message_id: str, *, message_id: int, case_id: int) -> None:
    """Remember to which message and case a Message-ID belongs."""
    connection.execute(
        sa.insert(known_ids).values(rfc_message_id=rfc_message_id, message_id=message_id, case_id=case_id)
    )


def find_staff_author(connection: Connection, message_id: int) -> int | None:
    """The member of staff who wrote a message, None when a seller did."""
    return connection.execute(sa.select(messages.c.user_id).where(messages.c.id == message_id)).scalar()


def addresses_json(addresses: Sequence[Address]) -> list[dict[str, str]]:
    """Addresses as they are kept and shown: [{"name", "address"}]."""
    return [{"name": one.name, "address": one.address} for one in addresses]


def _message_values(state: CaseState, change: Change, message: NewMessage) -> dict[str, Any]:
    mail = message.mail
    sender = mail.sender or Address(address="")
    return {
        "case_id": state.id,
        "origin_case_id": state.id,
        "ledger_id": message.ledger_id,
        "direction": message.direction,
        "kind": message.kind,
        "at": change.at,
        "user_id": message.user_id,
        "rfc_message_id": mail.message_id,
        "from_name": sender.name,
        "from_address": sender.address,
        "to": addresses_json(mail.to),
        "cc": addresses_json(mail.cc),
        "subject": mail.subject,
        "text": mail.text,
        "reply_text": message.text,
        "html": mail.html,
        "language": mail.language,
        "authentication": message.authentication,
        "unconfirmed": message.unconfirmed,
        "why": [{"step": step.step, "hit": step.hit, "detail": step.detail} for step in message.why],
        "defects": list(mail.defects),
        "reader_version": mail.reader_version,
        "references": list(mail.references),
    }
