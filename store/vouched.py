"""What is vouched for, and how every change of it by the program is noted, so that it is vouched for anew.

A change that comes another way, by a hand in the database, is not noted: `casepost verify` finds it. Not covered is
working state: leases, tries, what waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from store.database import Database
from store.tables import cases, dispositions, identifiers, messages, outbox, parts, redactions, withdrawn


class Kind(StrEnum):
    """The kinds of records."""

    CASE = "case"
    MESSAGE = "message"
    MAIL = "mail"  # a mail of the ledger with its one disposition
    OUTGOING = "outgoing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """A table whose rows are vouched for: its key, the columns of it, and rows of other tables that belong to a row.

    Columns are named one by one: one that comes later must not change what was said of older rows.
    """

    kind: Kind
    table: sa.Table
    key: sa.Column[Any]
    columns: tuple[str, ...]
    children: tuple[tuple[sa.Table, tuple[str, ...]], ...] = ()


def _names(said: str) -> tuple[str, ...]:
    return tuple(said.split())


_PARTS = _names(
    "id path start length encoding inside content_type charset filename content_id inline attachment size sha256"
    " reader_version"
)
_IDENTIFIERS = _names("id case_id kind value source path reader_version")
_REDACTIONS = _names("id field start end reason at")
_MESSAGE = _names(
    "id case_id origin_case_id ledger_id direction kind at participant_id user_id rfc_message_id from_name from_address"
    " to cc subject text reply_text html language authentication authentication_detail unconfirmed why defects"
    " reader_version references"
)
_OUTGOING = _names(
    "id planned_id case_id message_id kind automatic rfc_message_id envelope_from envelope_to subject sha256 size"
    " created_at sent_at"
)
MAIL_COLUMNS = _names(
    "id received_at channel peer helo trusted sender recipients source_key raw_sha256 raw_size replaces_id"
)

COVERED = (
    Covered(kind=Kind.CASE, table=cases, key=cases.c.id, columns=("id", "number", "created_at")),
    Covered(
        kind=Kind.MESSAGE,
        table=messages,
        key=messages.c.id,
        columns=_MESSAGE,
        children=((parts, _PARTS), (identifiers, _IDENTIFIERS), (redactions, _REDACTIONS)),
    ),
    Covered(
        kind=Kind.MAIL,
        table=dispositions,
        key=dispositions.c.ledger_id,
        columns=("ledger_id", "outcome", "case_id", "message_id", "reason", "at"),
    ),
    Covered(kind=Kind.OUTGOING, table=outbox, key=outbox.c.id, columns=_OUTGOING),
)
_BY_TABLE = {one.table: one for one in COVERED}
_CHILDREN = {table for one in COVERED for table, _ in one.children}
# An execution option of who writes rows that belong to a message that is new, or noted already, in the transaction.
PARENT_IS_NOTED = "casepost_parent_is_noted"
# Whether it is marked already is not asked: only a write waits for a node that is just vouching for the row.
_UNVOUCH = sa.update(messages).where(messages.c.id.in_(sa.bindparam("of_ids", expanding=True))).values(vouched=False)


def note_writes(database: Database) -> None:
    """From now on every change of a covered row over `database` is noted in its own transaction."""
    event.listen(database.engine, "before_execute", _before, retval=True)


def _before(connection: Connection, statement: Any, many: Any, one: Any, options: Any) -> tuple[Any, Any, Any]:
    if isinstance(statement, sa.Update | sa.Delete | sa.Insert):
        table = statement.table
        if table in _CHILDREN and not options.get(PARENT_IS_NOTED):
            _note_parents(connection, statement, many, one)
        elif table in _BY_TABLE:
            statement = _note_own(connection, statement, _BY_TABLE[table], (many or [one or {}])[0])
    return statement, many, one


def _note_own(connection: Connection, statement: Any, covered: Covered, parameters: Mapping[str, Any]) -> Any:
    if isinstance(statement, sa.Delete):
        going = sa.select(sa.literal(covered.kind.value), covered.key).where(_where(statement))
        connection.execute(sa.insert(withdrawn).from_select(["kind", "row_id"], going), parameters)
    elif isinstance(statement, sa.Update) and not (_sets(statement) | parameters.keys()).isdisjoint(covered.columns):
        return _unvouching(statement)
    return statement  # a new row is not vouched for by its default


@lru_cache(maxsize=64)
def _unvouching(statement: Any) -> Any:
    return statement.values(vouched=False)


def _note_parents(connection: Connection, statement: Any, many: Any, one: Any) -> None:
    if isinstance(statement, sa.Insert):
        rows = [*many, one] if many or one else [statement.compile().params]
        connection.execute(_UNVOUCH, {"of_ids": sorted({row["message_id"] for row in rows if row})})
    else:
        whose = sa.select(statement.table.c.message_id).where(_where(statement))
        of_whose = sa.update(messages).where(messages.c.id.in_(whose)).values(vouched=False)
        connection.execute(of_whose, one or {})


def _where(statement: Any) -> Any:
    return statement.whereclause if statement.whereclause is not None else sa.true()


def _sets(statement: sa.Update) -> set[str]:
    """The names of the columns that an UPDATE sets."""
    return {
        column if isinstance(column, str) else column.name for column in statement._values or ()
    }  # it says so nowhere else
