"""Large mails that come in as files: they become files of the store as they are; on both databases."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel, Filed
from ingest.smtp_spool import OwnedFile
from store.errors import StoreUnavailable
from store.ledger_tables import raws
from store.raw import IN_ROW_OCTETS
from store.store import Store
from tests.casework import NOW, SUPPORT

LARGE = bytes(range(256)) * (IN_ROW_OCTETS // 256) + b"one more"


def filed(folder: Path, octets: bytes = LARGE) -> Filed:
    """The octets in a file without a name, whose reader stands at its end."""
    file = OwnedFile(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600), "r+b")
    file.write(octets)
    return Filed(file=file, size=len(octets), sha256=hashlib.sha256(octets).hexdigest())


def arrival(raw: Filed) -> Arrival:
    return Arrival(raw=raw, channel=Channel.SMTP, sender="", recipients=(SUPPORT.address,), received_at=NOW)


def locations(store: Store) -> list[str | None]:
    with store.ledger_database.read() as connection:
        return list(connection.execute(sa.select(raws.c.location).order_by(raws.c.ledger_id)).scalars())


@pytest.mark.parametrize("octets", [b"", LARGE[:IN_ROW_OCTETS], LARGE], ids=["empty", "limit", "large"])
def test_a_mail_in_a_file_comes_back_byte_for_byte(store: Store, tmp_path: Path, octets: bytes) -> None:
    given = filed(tmp_path, octets)
    (ledger_id,) = store.ledger.add([arrival(given)])
    given.file.close()
    entry = store.ledger.find(ledger_id)
    assert entry is not None
    assert (store.ledger.load(ledger_id), entry.raw_size) == (octets, len(octets))


def test_the_file_itself_is_kept_and_nothing_is_copied(store: Store, tmp_path: Path) -> None:
    if not store.ledger_database.is_sqlite:
        pytest.skip("large mails are rows there")
    given = filed(tmp_path)
    store.ledger.add([arrival(given)])
    (location,) = locations(store)
    assert location is not None
    name = location.removeprefix("file:")
    kept = store.blobs.files.folder / name[:2] / name
    assert (kept.stat().st_ino, kept.stat().st_mode & 0o777) == (os.fstat(given.file.fileno()).st_ino, 0o600)


def test_a_file_that_cannot_be_given_a_name_here_is_copied(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (ledger_id,) = store.ledger.add([arrival(filed(tmp_path))])
    assert store.ledger.load(ledger_id) == LARGE


def test_a_full_disk_is_said_and_nothing_is_kept(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not store.ledger_database.is_sqlite:
        pytest.skip("large mails are rows there")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreUnavailable, match="No space left"):
        store.ledger.add([arrival(filed(tmp_path))])
    assert locations(store) == []
    assert list(store.blobs.files.folder.glob("*/*")) == []


def test_a_mail_given_twice_keeps_its_row(store: Store, tmp_path: Path) -> None:
    first, second = (replace(arrival(filed(tmp_path)), source_key="once") for _ in range(2))
    assert store.ledger.add([first]) == store.ledger.add([second])


def test_what_is_not_read_back_as_it_was_written_is_not_taken(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    given = filed(tmp_path)
    os.ftruncate(given.file.fileno(), 100)
    with pytest.raises(StoreUnavailable, match="not read back"):
        store.ledger.add([arrival(given)])
    assert locations(store) == []
