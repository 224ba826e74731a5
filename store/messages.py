"""Rows of messages, with everything that was read out of a mail."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change, NewMessage
from cases.mail import Address, Mail
from cases.model import CaseState, MessageKind
from cases.reference import has_form_of_ours
from store.columns import clean_text
from store.derived import add_looks, insert_derived, is_seller_word, update_missing
from store.events import add_event
from store.tables import cases, known_ids, messages, participants, referred_ids

# The newest and the oldest of a thread are what other mails of it refer to as well.
_NEWEST_REFERENCES = 10

_FIRST_PARTICIPANT = sa.select(sa.func.min(participants.c.id)).where(participants.c.case_id == sa.bindparam("case_id"))
_ADD = sa.insert(messages).returning(messages.c.id)
_ADD_KNOWN_ID = sa.insert(known_ids)
_NUMBER_OF_USED_ID = (
    sa.select(cases.c.number)
    .join(known_ids, known_ids.c.case_id == cases.c.id)
    .where(known_ids.c.rfc_message_id == sa.bindparam("rfc_message_id"))
)
_KNOWN_OF_THESE = sa.select(known_ids.c.rfc_message_id).where(
    known_ids.c.rfc_message_id.in_(sa.bindparam("ids", expanding=True))
)


def insert_message(connection: Connection, state: CaseState, change: Change) -> int:
    """Add the change's message to the case, with parts, identifiers and its Message-ID; its id."""
    message = change.message
    assert message is not None
    participant_id = message.participant_id
    if participant_id is None and change.opening is not None:
        participant_id = connection.execute(_FIRST_PARTICIPANT, {"case_id": state.id}).scalar()
    values = _message_values(state, change, message) | {"participant_id": participant_id}
    message_id = connection.execute(_ADD, values).scalar_one()
    insert_derived(connection, state.id, message_id, message.mail)
    if message.mail.message_id:
        _note_used_id(connection, state, change, message.mail.message_id, message_id)
        add_known_id(connection, message.mail.message_id, message_id=message_id, case_id=state.id)
    if is_seller_word(message.kind, unconfirmed=message.unconfirmed):
        _add_referred_ids(connection, message.mail, message_id=message_id, case_id=state.id)
    if message.kind is MessageKind.SELLER:
        add_looks(connection, message_id, message.mail.to_look_at, at=change.at)
    # What an opening has missing was found in this very mail.
    if change.opening is None and is_seller_word(message.kind, unconfirmed=message.unconfirmed):
        update_missing(connection, state.id)
    return int(message_id)


def _note_used_id(
    connection: Connection, state: CaseState, change: Change, rfc_message_id: str, message_id: int
) -> None:
    """Say so where another mail has the same Message-ID: a program's fault, or somebody who plays somebody's mail."""
    number = connection.execute(_NUMBER_OF_USED_ID, {"rfc_message_id": clean_text(rfc_message_id)}).scalar()
    if number is not None:
        what = f"another mail, of case {number}, has the same Message-ID"
        add_event(connection, case_id=state.id, at=change.at, actor=change.actor, what=what, message_id=message_id)


def add_known_id(connection: Connection, rfc_message_id: str, *, message_id: int, case_id: int) -> None:
    """Remember to which message and case a Message-ID belongs."""
    row = {"rfc_message_id": rfc_message_id, "message_id": message_id, "case_id": case_id}
    connection.execute(_ADD_KNOWN_ID, row)


def _add_referred_ids(connection: Connection, mail: Mail, *, message_id: int, case_id: int) -> None:
    """Remember which mails that are not here this one refers to: one of them, or another answer, may come later."""
    thread = [*mail.in_reply_to, *mail.references[-_NEWEST_REFERENCES:], *mail.references[:1]]
    wanted = {clean_text(one) for one in thread if not has_form_of_ours(one) and one != mail.message_id}
    if wanted:
        wanted -= set(connection.execute(_KNOWN_OF_THESE, {"ids": sorted(wanted)}).scalars())
    if wanted:
        rows = [{"rfc_message_id": one, "message_id": message_id, "case_id": case_id} for one in sorted(wanted)]
        connection.execute(sa.insert(referred_ids), rows)


def find_staff_author(connection: Connection, message_id: int) -> int | None:
    """The member of staff who wrote a message, None when a seller did."""
    return connection.execute(sa.select(messages.c.user_id).where(messages.c.id == message_id)).scalar()


def find_last_word(connection: Connection, case_id: int) -> int | None:
    """The newest message of a seller in a case: what whoever is given the case has to answer."""
    return connection.execute(
        sa.select(sa.func.max(messages.c.id)).where(
            messages.c.case_id == case_id, messages.c.kind == MessageKind.SELLER
        )
    ).scalar()


def record_sent_text(connection: Connection, message_id: int, text: str) -> None:
    """What went out of an answer by a template: `text` is what was sent, `reply_text` stays the agent's own words."""
    connection.execute(sa.update(messages).where(messages.c.id == message_id).values(text=text))


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
        "authentication": message.identity.verdict,
        "authentication_detail": message.identity.detail,
        "unconfirmed": message.unconfirmed,
        "why": [{"step": step.step, "hit": step.hit, "detail": step.detail} for step in message.why],
        "defects": list(mail.defects),
        "reader_version": mail.reader_version,
        "references": list(mail.references),
    }
