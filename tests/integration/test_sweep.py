"""What killed processes left behind is taken away after a day, and nothing that a row names, on both databases."""

import os
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from store import ledger_tables, tables
from store.errors import StoreDamaged, StoreUnavailable
from store.group_commit import LedgerWriter
from store.ledger_tables import raw_pieces, raws
from store.raw import IN_ROW_OCTETS
from store.store import Store
from store.sweep import drop_unnamed, sweep
from tests.casework import NOW
from tests.office import Office

LARGE = b"x" * (IN_ROW_OCTETS * 2 + 1)


def _age(store: Store, folder: Path, days: float) -> datetime:
    """All that is kept, as if it were so many days old; the time of the sweep."""
    with store.ledger_database.write() as connection:
        connection.execute(sa.update(raw_pieces).values(kept_at=datetime.now(UTC) - timedelta(days=days)))
    for path in folder.rglob("*"):
        os.utime(path, times=((NOW - timedelta(days=days)).timestamp(),) * 2)
    return NOW


def test_bytes_without_a_row_go_after_a_day_and_the_others_stay(store: Store, tmp_path: Path) -> None:
    arrival = Arrival(raw=LARGE, channel=Channel.SMTP, sender=None, recipients=(), received_at=NOW)
    (ledger_id,) = store.ledger.add([arrival])
    orphan = store.blobs.keep(LARGE)
    assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 0.9)) == 0
    assert store.blobs.load(orphan) == LARGE
    assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 1.1)) == 1
    with pytest.raises(StoreDamaged, match="gone"):
        store.blobs.load(orphan)
    assert store.ledger.load(ledger_id) == LARGE


def test_a_large_mail_of_the_outbox_stays(store: Store, tmp_path: Path) -> None:
    office = Office(store)
    mail = b"From: jan@petersen.example\r\nSubject: x\r\n\r\nhelp me with my order please\r\n"
    office.receive(mail)
    office.write()
    kept = store.blobs.keep(LARGE)
    named = {"content": None, "location": kept.location, "sha256": kept.sha256, "size": kept.size}
    first = sa.select(sa.func.min(tables.outbox.c.id)).scalar_subquery()
    with store.cases.write() as connection:
        assert connection.execute(sa.update(tables.outbox).where(tables.outbox.c.id == first).values(named)).rowcount
    assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 3)) == 0
    assert store.blobs.load(kept) == LARGE


def test_half_written_files_go_and_what_is_not_ours_stays(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "var" / "blobs" / "ab"
    folder.mkdir(parents=True)
    draft = folder / f"{'ab' * 40}.77.0123abcd.tmp"
    foreign = folder / "README"
    for path in (draft, foreign):
        path.write_bytes(b"half")
    assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 0.9)) == 0
    assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 1.1)) == 1
    assert (draft.exists(), foreign.exists()) == (False, True)


def test_files_beside_postgresql_are_those_of_a_sqlite_installation_and_stay(store: Store, tmp_path: Path) -> None:
    location = store.blobs.files.write("ab" * 40, LARGE)
    swept = sweep(store, now=_age(store, tmp_path / "var" / "blobs", 30))
    assert swept == (1 if store.cases.is_sqlite else 0)
    assert bool(list((tmp_path / "var" / "blobs").glob("*/*"))) is not store.cases.is_sqlite
    assert location == f"file:{'ab' * 40}"


@pytest.mark.parametrize("tree", ["ledger", "cases"])
def test_nothing_goes_where_a_newer_version_may_name_it_in_tables_of_its_own(
    store: Store, tmp_path: Path, tree: str
) -> None:
    orphan = store.blobs.keep(LARGE)
    database = store.ledger_database if tree == "ledger" else store.cases
    said = sa.text(f"SELECT version_num FROM {tree}_schema")
    put = sa.text(f"UPDATE {tree}_schema SET version_num = :revision")
    with database.write() as connection:
        before = connection.execute(said).scalar_one()
        connection.execute(put, {"revision": f"{tree}_9999"})
    try:
        assert sweep(store, now=_age(store, tmp_path / "var" / "blobs", 30)) == 0
        assert store.blobs.load(orphan) == LARGE
    finally:
        with database.write() as connection:
            connection.execute(put, {"revision": before})
    assert sweep(store, now=NOW) == 1


def test_every_table_that_keeps_bytes_elsewhere_names_the_place_in_a_column_of_that_name() -> None:
    """The sweep looks at these columns, so bytes beside a row under any other name would be taken away."""
    for metadata in (tables.metadata, ledger_tables.metadata):
        for table in metadata.tables.values():
            if "content" in table.c and table.name != "raw_pieces":
                assert "location" in table.c, table.name


def test_a_file_that_two_mails_share_goes_with_the_second_of_them(store: Store) -> None:
    """As the versions before kept equal mails: under their hash alone."""
    kept = store.blobs.keep(LARGE)
    shared = store.blobs.files.write(kept.sha256, LARGE)
    arrival = Arrival(raw=LARGE, channel=Channel.SMTP, sender=None, recipients=(), received_at=NOW)
    first, second = store.ledger.add([arrival, arrival])
    with store.ledger_database.write() as connection:
        connection.execute(sa.update(raws).values(location=shared, content=None))
    assert store.ledger.load(first) == LARGE

    def forget(ledger_id: int) -> None:
        with store.ledger_database.write() as connection:
            connection.execute(sa.update(raws).where(raws.c.ledger_id == ledger_id).values(location=None))

    forget(first)
    assert not drop_unnamed(store, shared)
    assert store.ledger.load(second) == LARGE
    forget(second)
    assert drop_unnamed(store, shared)
    with pytest.raises(StoreDamaged):
        store.ledger.load(second)


def test_a_row_is_never_written_for_bytes_that_a_clock_let_be_swept(store: Store) -> None:
    arrival = Arrival(raw=LARGE, channel=Channel.SMTP, sender=None, recipients=("a@b.example",), received_at=NOW)
    kept = store.ledger.keep(arrival)
    if not (kept.location or "").startswith("file:"):
        pytest.skip("bytes in the database are in one transaction with nothing else that could take them away")
    assert kept.location is not None
    store.blobs.drop(kept.location)
    with pytest.raises(StoreUnavailable):
        store.ledger.add([arrival], kept=[kept])
    assert store.ledger.add([arrival]) == [1]


def test_bytes_of_a_mail_that_nobody_waits_for_any_more_are_taken_away(store: Store) -> None:
    commit = LedgerWriter(store.ledger, committed=lambda: None)
    arrival = Arrival(raw=LARGE, channel=Channel.SMTP, sender=None, recipients=("a@b.example",), received_at=NOW)
    kept, future = store.ledger.keep(arrival), Future[int]()
    assert future.cancel()
    assert kept.location is not None
    assert not commit._is_awaited(arrival, future, kept)
    commit.close()
    with pytest.raises(StoreDamaged):
        store.ledger._raws.load(kept)
