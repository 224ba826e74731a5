"""Vouchers: salted commitments to what rows say, in a chain of their own whose end is an event of the chain of events.

Behind the commit, one node at a time vouches for rows that are new or that the program has changed. A voucher is
SHA-256(salt + row), so that a row and its salts can be erased and the chain still holds. `casepost verify` compares
every row with its last voucher.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from store.claims import take_lease
from store.clock import Clock, real_clock
from store.database import Database
from store.events import add_event, chain, seal_events
from store.ledger_tables import mails
from store.tables import vouchers, withdrawn
from store.vouched import COVERED, MAIL_COLUMNS, Covered, Kind

_BATCH = 250
ANCHOR = "records vouched for up to "
GONE = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One row with all that belongs to it, in one fixed form; None: it was taken away."""

    kind: Kind
    row_id: int
    form: bytes | None


def seal(cases: Database, ledger: Database, *, holder: str, clock: Clock = real_clock) -> int:
    """Vouch for all that is committed and chain it; how many links. 0 also when another node is at it."""
    links = 0
    while done := _vouch(cases, ledger, holder=holder, now=clock()):
        links += done
        if done < _BATCH:
            break
    while done := seal_events(cases, holder=holder):
        links += done
    return links


def commit_to(salt: bytes, form: bytes) -> bytes:
    """The commitment to a record."""
    return hashlib.sha256(salt + form).digest()


def link(previous: bytes, row: Row[Any]) -> bytes:
    """The hash that the row of `vouchers` must have behind `previous`; its salt is not in it, it may be erased."""
    return _link(previous, row.position, row.kind, row.row_id, row.digest)


def forget_salts(connection: Connection, kind: Kind, row_ids: Sequence[int]) -> None:
    """Erase what would let a guess at a record's former words be proved; call it once its words are gone.

    The row's next voucher has a salt of its own.
    """
    mine = sa.and_(vouchers.c.kind == kind.value, vouchers.c.row_id.in_(row_ids))
    connection.execute(sa.update(vouchers).where(mine).values(salt=b""))


def load_records(
    connection: Connection, ledger: Database, covered: Covered, which: sa.ColumnElement[bool], *, limit: int | None
) -> Iterator[tuple[Record, bool]]:
    """Rows of a table as they are now, in the order of their key, each with whether it is vouched for."""
    rows = connection.execute(sa.select(covered.table).where(which).order_by(covered.key).limit(limit)).all()
    ids = [getattr(row, covered.key.name) for row in rows]
    more = _mails(ledger, ids) if covered.kind is Kind.MAIL else _children(connection, covered, ids)
    for row_id, row in zip(ids, rows, strict=True):
        form = _canonical([_values(row, covered.columns), *more.get(row_id, [])])
        yield Record(kind=covered.kind, row_id=row_id, form=form), row.vouched


def find_pending(connection: Connection) -> dict[Kind, int]:
    """How many rows of each kind wait to be vouched for."""
    found = {}
    for covered in COVERED:
        waiting = sa.select(sa.func.count()).select_from(covered.table).where(covered.table.c.vouched.is_(False))
        found[covered.kind] = int(connection.execute(waiting).scalar_one())
    return found


def _vouch(cases: Database, ledger: Database, *, holder: str, now: datetime) -> int:
    with cases.read() as connection:
        if not _is_anything_pending(connection):
            return 0
    with cases.write() as connection:
        if not take_lease(cases, connection, "sealer", holder=holder):
            return 0
        records = _take_withdrawn(connection)
        for covered in COVERED:
            if room := _BATCH - len(records):
                records += _take_rows(connection, ledger, covered, room)
        if records:
            _insert(connection, records, now)
        return len(records)


def _is_anything_pending(connection: Connection) -> bool:
    waiting = [sa.exists().where(covered.table.c.vouched.is_(False)) for covered in COVERED]
    return bool(connection.execute(sa.select(sa.or_(*waiting, sa.exists(withdrawn.select())))).scalar())


def _take_withdrawn(connection: Connection) -> list[Record]:
    """First of all: what is taken away and comes again must end as here."""
    rows = connection.execute(sa.select(withdrawn).order_by(withdrawn.c.id).limit(_BATCH)).all()
    connection.execute(sa.delete(withdrawn).where(withdrawn.c.id.in_([row.id for row in rows])))
    return [Record(kind=Kind(row.kind), row_id=row.row_id, form=None) for row in rows]


def _take_rows(connection: Connection, ledger: Database, covered: Covered, room: int) -> list[Record]:
    waiting = sa.select(covered.key).where(covered.table.c.vouched.is_(False)).order_by(covered.key).limit(room)
    # Locked before they are read: what is written to them meanwhile is noted behind our mark, not under it.
    ids = connection.execute(waiting.with_for_update(skip_locked=True)).scalars().all()
    if not ids:
        return []
    mine = covered.key.in_(ids)
    records = [record for record, _ in load_records(connection, ledger, covered, mine, limit=None)]
    connection.execute(sa.update(covered.table).where(mine).values(vouched=True))
    return records


def _insert(connection: Connection, records: Sequence[Record], now: datetime) -> None:
    last = connection.execute(sa.select(vouchers).order_by(vouchers.c.position.desc()).limit(1)).first()
    position, previous = (last.position, last.hash) if last is not None else (0, b"")
    rows = []
    for record in records:
        position += 1
        salt = secrets.token_bytes(16)
        digest = GONE if record.form is None else commit_to(salt, record.form)
        previous = _link(previous, position, record.kind.value, record.row_id, digest)
        mine = {"kind": record.kind.value, "row_id": record.row_id, "salt": salt, "digest": digest}
        rows.append({"position": position, "hash": previous, **mine})
    connection.execute(sa.insert(vouchers), rows)
    what = f"{ANCHOR}{position}: {previous.hex()}"
    add_event(connection, case_id=None, at=now, actor="casepost", what=what)


def _link(previous: bytes, position: int, kind: str, row_id: int, digest: bytes) -> bytes:
    return chain(previous, hashlib.sha256(_canonical([position, kind, row_id, bytes(digest).hex()])).digest())


def _children(connection: Connection, covered: Covered, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {row_id: [] for row_id in ids}
    for table, columns in covered.children:
        of_table: dict[int, list[Any]] = {row_id: [] for row_id in ids}
        rows = connection.execute(sa.select(table).where(table.c.message_id.in_(ids)).order_by(table.c.id))
        for row in rows:
            of_table[row.message_id].append(_values(row, columns))
        for row_id, values in of_table.items():
            found[row_id].append(values)
    return found


def _mails(ledger: Database, ids: Sequence[int]) -> dict[int, list[Any]]:
    with ledger.read() as connection:
        rows = connection.execute(sa.select(mails).where(mails.c.id.in_(ids)))
        return {row.id: [_values(row, MAIL_COLUMNS)] for row in rows}


def _values(row: Row[Any], columns: Sequence[str]) -> list[Any]:
    return [_plain(row._mapping[name]) for name in columns]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
