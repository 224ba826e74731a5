"""Hands in the database: as its owner, past the program, one row edited, deleted, swapped with another, or a tail cut.

Each says which rows may be named for it: the row itself, or the record it belongs to.
"""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.vouched import COVERED, MAIL_COLUMNS

Named = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table: its file, its key, the columns that are covered, and who is named when a row is not what it was."""

    file: str
    table: str
    key: str
    columns: tuple[str, ...]
    named: Callable[[dict[str, Any]], Named]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What was done, and what verification has to name for it: one of these."""

    said: str
    named: Named


def _own(table: str, key: str) -> Callable[[dict[str, Any]], Named]:
    return lambda row: frozenset({(table, f"{key} {row[key]}")})


def _of_message(table: str) -> Callable[[dict[str, Any]], Named]:
    return lambda row: frozenset({("messages", f"id {row['message_id']}"), (table, f"id {row['id']}")})


def _of_mail(key: str) -> Callable[[dict[str, Any]], Named]:
    return lambda row: frozenset(
        {("dispositions", f"ledger_id {row[key]}"), ("mails", f"id {row[key]}"), ("raws", f"ledger_id {row[key]}")}
    )


def _of_link(table: str) -> Callable[[dict[str, Any]], Named]:
    return lambda row: frozenset({(table, f"link {row['position']}")})


_RECORDS = {covered.table.name: covered for covered in COVERED}
_CHILDREN = {table.name: columns for covered in COVERED for table, columns in covered.children}
_VOUCHED_MAIL = _RECORDS["dispositions"]
TARGETS = (
    *(
        Target(file="cases.db", table=name, key="id", columns=_RECORDS[name].columns, named=_own(name, "id"))
        for name in ("cases", "messages", "outbox")
    ),
    *(
        Target(file="cases.db", table=name, key="id", columns=_CHILDREN[name], named=_of_message(name))
        for name in ("parts", "identifiers")
    ),
    Target(
        file="cases.db",
        table="dispositions",
        key="ledger_id",
        columns=_VOUCHED_MAIL.columns,
        named=_of_mail("ledger_id"),
    ),
    Target(file="ledger.db", table="mails", key="id", columns=(*MAIL_COLUMNS, "outcome"), named=_of_mail("id")),
    Target(
        file="ledger.db", table="raws", key="ledger_id", columns=("ledger_id", "content"), named=_of_mail("ledger_id")
    ),
    Target(
        file="cases.db",
        table="seals",
        key="position",
        columns=("position", "event_id", "commitment", "hash"),
        named=_of_link("events"),
    ),
    Target(
        file="cases.db",
        table="vouchers",
        key="position",
        columns=("position", "kind", "row_id", "digest", "hash"),
        named=_of_link("vouchers"),
    ),
    Target(
        file="cases.db",
        table="events",
        key="id",
        columns=("id", "case_id", "message_id", "at", "actor", "what", "salt", "sealed"),
        named=lambda row: frozenset({("events", f"link {row['position']}")}),
    ),
)


def tamper(data_dir: Path, dice: random.Random) -> Deed:
    """One deed on a store; what it was."""
    if dice.randrange(7) == 0:
        return _spoil_blob(data_dir, dice)
    deed = dice.choice((_edit, _edit, _edit, _delete, _swap, _cut))
    target = dice.choice(TARGETS)
    with sqlite3.connect(data_dir / target.file) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        done = deed(connection, target, dice)
    connection.close()
    return done


def _rows(connection: sqlite3.Connection, target: Target) -> list[dict[str, Any]]:
    connection.row_factory = sqlite3.Row
    query = f"SELECT * FROM {target.table} ORDER BY {target.key}"
    if target.table == "events":
        query = "SELECT events.*, position FROM events JOIN seals ON event_id = events.id ORDER BY position"
    return [dict(row) for row in connection.execute(query)]


def _edit(connection: sqlite3.Connection, target: Target, dice: random.Random) -> Deed:
    rows = [row for row in _rows(connection, target) if target.table != "raws" or row["content"] is not None]
    row, column = dice.choice(rows), dice.choice(target.columns)
    value = _other(row[column], column, dice)
    _set(connection, target, row, {column: value})
    return Deed(said=f"{target.table} {target.key} {row[target.key]}: {column} edited", named=target.named(row))


def _delete(connection: sqlite3.Connection, target: Target, dice: random.Random) -> Deed:
    row = dice.choice(_rows(connection, target))
    connection.execute(f"DELETE FROM {target.table} WHERE {target.key} = ?", (row[target.key],))
    return Deed(said=f"{target.table} {target.key} {row[target.key]}: deleted", named=target.named(row))


def _swap(connection: sqlite3.Connection, target: Target, dice: random.Random) -> Deed:
    """Two rows change places: each gets the other's key."""
    rows = _rows(connection, target)
    one, other = sorted(dice.sample(rows, 2), key=lambda row: int(row[target.key]))
    if all(one[name] == other[name] for name in target.columns if name != target.key):
        return _delete(connection, target, dice)
    for key, to in ((one[target.key], -1), (other[target.key], one[target.key]), (-1, other[target.key])):
        connection.execute(f"UPDATE {target.table} SET {target.key} = ? WHERE {target.key} = ?", (to, key))
    first = min((one, other), key=lambda row: int(row.get("position", 0)))
    named = target.named(first) if "position" in first else target.named(one) | target.named(other)
    return Deed(said=f"{target.table}: {one[target.key]} and {other[target.key]} swapped", named=named)


def _cut(connection: sqlite3.Connection, target: Target, dice: random.Random) -> Deed:
    """The end of a table is cut off."""
    rows = _rows(connection, target)
    rest = dice.randrange(len(rows))
    first = rows[rest]
    gone = [(row[target.key],) for row in rows[rest:]]
    connection.executemany(f"DELETE FROM {target.table} WHERE {target.key} = ?", gone)
    return Deed(said=f"{target.table} from {target.key} {first[target.key]} on: cut off", named=target.named(first))


def _spoil_blob(data_dir: Path, dice: random.Random) -> Deed:
    file = dice.choice(sorted(path for path in (data_dir / "blobs").rglob("*") if path.is_file()))
    octets = bytearray(file.read_bytes())
    match dice.randrange(3):
        case 0:
            octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
            file.write_bytes(octets)
        case 1:
            file.write_bytes(octets[: dice.randrange(len(octets))])
        case _:
            file.unlink()
    with sqlite3.connect(data_dir / "ledger.db") as ledger, sqlite3.connect(data_dir / "cases.db") as cases:
        where = f"file:{file.name}"
        raws = ledger.execute("SELECT ledger_id FROM raws WHERE location = ?", (where,)).fetchall()
        sent = cases.execute("SELECT id FROM outbox WHERE location = ?", (where,)).fetchall()
    named = {("raws", f"ledger_id {one}") for (one,) in raws} | {("outbox", f"id {one}") for (one,) in sent}
    return Deed(said=f"blob {file.name[:12]}: spoilt", named=frozenset(named))


def _set(connection: sqlite3.Connection, target: Target, row: dict[str, Any], values: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}" = ?' for name in values)
    connection.execute(f"UPDATE {target.table} SET {names} WHERE {target.key} = ?", (*values.values(), row[target.key]))


_FLAGS = frozenset({"sealed", "inline", "attachment", "unconfirmed", "automatic", "trusted"})


def _other(value: Any, column: str, dice: random.Random) -> Any:
    """A value that could stand there as well."""
    match value:
        case bytes():
            at = dice.randrange(len(value))
            return value[:at] + bytes([value[at] ^ (1 << dice.randrange(8))]) + value[at + 1 :]
        case int():
            return 1 - value if column in _FLAGS else value + 1_000_000
        case str() if value.startswith(("[", "{")):
            return "[]" if value != "[]" else '["x"]'
        case str() if column == "at" or column.endswith("_at"):
            return "2019" + value[4:]
        case str():
            return value[:-1] + ("y" if value[-1:] != "y" else "z")
    if column.endswith("_at"):
        return "2019-01-01 00:00:00.000000"
    return 1_000_000 if column.endswith("_id") or column == "inside" else "x"
