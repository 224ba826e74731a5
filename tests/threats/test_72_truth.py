"""Threat 72: the raw mail is the truth. Read again, the whole store gives the same cases; one flipped bit is caught."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.read.version import READER_VERSION
from ingest.reread import reread
from store.rereading import find_rereadable
from store.tables import cases, identifiers, messages, parts
from store.verify import verify
from tests.office import Office
from tests.tamper.store import Bench


def _all(office: Office) -> list[list[dict[str, Any]]]:
    kept = []
    for table in (cases, messages, parts, identifiers):
        own = [column for column in table.c if column.name not in ("vouched", "updated_at", "version")]
        rows = [dict(row._mapping) for row in office.rows(sa.select(*own).order_by(table.c.id))]
        kept.append([{name: value for name, value in row.items() if name != "id"} for row in rows])
    return kept


def test_72_reading_the_whole_store_again_gives_identical_cases(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    office = Office(bench.store)
    before = _all(office)
    again = [
        reread(
            one,
            ledger=bench.store.ledger,
            cases=bench.store.cases,
            reader=office.reader,
            now=office.outbox()[0].created_at,
        )
        for one in find_rereadable(bench.store.cases, (), before_version=READER_VERSION + 1)
    ]
    assert len(again) == 4
    assert [one.changes for one in again if one.changes] == []
    assert _all(office) == before
    assert list(verify(bench.store)) == []
    bench.close()


@pytest.mark.parametrize("seed", range(5))
def test_72_one_flipped_bit_of_one_raw_mail_is_caught(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    bench = Bench(tmp_path)
    with closing(sqlite3.connect(bench.data_dir / "ledger.db")) as connection, connection:
        rows = connection.execute("SELECT ledger_id, content FROM raws WHERE content IS NOT NULL").fetchall()
        ledger_id, content = dice.choice(rows)
        octets = bytearray(content)
        octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
        connection.execute("UPDATE raws SET content = ? WHERE ledger_id = ?", (bytes(octets), ledger_id))
    (found,) = verify(bench.store)
    assert (found.table, found.row) == ("raws", f"ledger_id {ledger_id}")
    bench.close()
