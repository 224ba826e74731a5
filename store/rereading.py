"""Messages that can be read again, and what is on record of them: to compare before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.model import MessageKind, Outcome
from store.database import Database
from store.derived import LISTED
from store.errors import NotFound
from store.tables import cases, dispositions, identifiers, messages, parts, redactions

# An agent's answer and a note are what was done with a mail, not what was read in it.
_READ = (MessageKind.SELLER, MessageKind.AUTO_REPLY, MessageKind.BOUNCE)
_PAGE = 200

Derived = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rereadable:
    """A message, the case it is in, the mail of the ledger it was; `redacted`: something was taken out of it."""

    message_id: int
    case_id: int
    number: str
    ledger_id: int
    kind: MessageKind
    reader_version: int
    redacted: bool


def find_rereadable(database: Database, numbers: Sequence[str], *, before_version: int | None) -> Iterator[Rereadable]:
    """The mails of these cases (none named: of all) in the order they came, a page at a time.

    `before_version`: only those that an older reader has read. Raises NotFound for a number that is no case's.
    """
    case_ids = _case_ids(database, numbers)
    after = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(_page(case_ids, before_version).where(messages.c.id > after)).all()
        yield from map(_rereadable, rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def count_rereadable(database: Database, numbers: Sequence[str], *, before_version: int | None) -> int:
    """How many they are."""
    wanted = _page(_case_ids(database, numbers), before_version).limit(None).subquery()
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(wanted)).scalar_one())


def load_derived(database: Database, message: Rereadable) -> Derived:
    """What is on record of a message: its texts, its identifiers, its attachments, and its case's topic and needs."""
    with database.read() as connection:
        row = connection.execute(sa.select(messages).where(messages.c.id == message.message_id)).one()
        case = connection.execute(sa.select(cases).where(cases.c.id == message.case_id)).one()
        return {
            "subject": row.subject,
            "language": row.language,
            "text": row.text,
            "reply_text": row.reply_text,
            "html": row.html,
            "defects": list(row.defects),
            "attachments": _attachments(connection, message.message_id),
            "identifiers": _identifiers(connection, message.message_id),
            "topic": case.topic,
            "missing": list(case.missing),
        }


def _attachments(connection: Connection, message_id: int) -> list[str]:
    shown = sa.select(parts).where(parts.c.message_id == message_id, LISTED).order_by(parts.c.id)
    return [f"{row.path} {row.content_type} {row.filename} {row.sha256}" for row in connection.execute(shown)]


def _identifiers(connection: Connection, message_id: int) -> list[str]:
    """Those read with the mail; what was seen in pictures is seen again later."""
    found = sa.select(identifiers).where(identifiers.c.message_id == message_id, identifiers.c.path.is_(None))
    return sorted(f"{row.kind} {row.value} ({row.source})" for row in connection.execute(found))


def _case_ids(database: Database, numbers: Sequence[str]) -> list[int] | None:
    if not numbers:
        return None
    with database.read() as connection:
        rows = connection.execute(sa.select(cases.c.id, cases.c.number).where(cases.c.number.in_(numbers))).all()
    unknown = sorted(set(numbers) - {row.number for row in rows})
    if unknown:
        raise NotFound(f"there is no case {', '.join(unknown)}")
    return [row.id for row in rows]


def _page(case_ids: list[int] | None, before_version: int | None) -> sa.Select[Any]:
    redacted = sa.exists().where(redactions.c.message_id == messages.c.id)
    given_up = sa.exists().where(
        dispositions.c.ledger_id == messages.c.ledger_id,
        dispositions.c.outcome.in_((Outcome.QUARANTINED, Outcome.IGNORED)),
    )
    return (
        sa.select(messages, cases.c.number, redacted.label("redacted"))
        .join(cases, cases.c.id == messages.c.case_id)
        .where(
            messages.c.ledger_id.is_not(None),
            messages.c.kind.in_(_READ),
            messages.c.reader_version > 0,  # 0: erased
            ~given_up,  # in quarantine, or dropped there: the message says so and was read out of nothing
            messages.c.reader_version < before_version if before_version is not None else sa.true(),
            messages.c.case_id.in_(case_ids) if case_ids is not None else sa.true(),
        )
        .order_by(messages.c.id)
        .limit(_PAGE)
    )


def _rereadable(row: Row[Any]) -> Rereadable:
    return Rereadable(
        message_id=row.id,
        case_id=row.case_id,
        number=row.number,
        ledger_id=row.ledger_id,
        kind=MessageKind(row.kind),
        reader_version=row.reader_version,
        redacted=bool(row.redacted),
    )
