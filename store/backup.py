"""A copy of everything that is kept, taken while the service runs: both SQLite files as of one moment, and the blobs.

The moment is a write lock of milliseconds on the cases: while nobody can commit a disposition, a snapshot of each file
is opened, so that every mail that a case names is in the ledger, and every mail that the ledger calls done has its
disposition. What follows reads these snapshots and keeps nobody from writing.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cases.errors import PermanentError
from store.backup_archive import CASES, FORMAT, HEADS_FILE, LEDGER, Archive, Manifest
from store.database import BUSY_SECONDS, translated

MEGABYTE = 1_000_000
_PAGES = 256  # a megabyte: between two steps others get at the disk
Advance = Callable[[], None]


class BackupRefused(PermanentError):
    """There is nothing to back up, or no room for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """Large bytes that a row names: their file, size and hash."""

    name: str
    size: int
    sha256: str


@dataclass(kw_only=True, slots=True)
class Taken:
    """What was put into a backup; `damaged`: blobs that are gone or are not what was written."""

    blobs: int = 0
    elsewhere: int = 0
    damaged: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What there is to copy: a folder with SQLite files, and the administrator's own templates."""

    data_dir: Path
    templates_dir: Path | None
    version: str

    def megabytes(self) -> int:
        """About how much that is."""
        files = [self.data_dir / name for name in (CASES, LEDGER)]
        blobs = (path for path in (self.data_dir / "blobs").glob("*/*") if path.is_file())
        return 1 + sum(path.stat().st_size for path in (*files, *blobs) if path.exists()) // MEGABYTE


def take_backup(source: Source, target: Path, *, now: datetime, advance: Advance = lambda: None) -> Taken:
    """Write it into the file `target`, whole or not at all. Raises BackupRefused, StoreUnavailable, OSError."""
    _refuse_in_vain(source, target)
    with translated(), ExitStack() as stack:
        archive = stack.enter_context(Archive.writing(target))
        ledger, cases = stack.enter_context(_one_moment(source.data_dir))
        copies = {CASES: cases, LEDGER: ledger}
        for name, snapshot in copies.items():
            copy = _copy(snapshot, archive.draft(name), advance)
            archive.add(name, copy)
            copy.unlink()
        taken = Taken()
        for blob in _blobs(copies.values(), taken):
            _add_blob(archive, source, blob, taken)
            for _ in range(1 + blob.size // MEGABYTE):
                advance()
        _add_beside(archive, source)
        archive.finish(Manifest(format=FORMAT, version=source.version, taken_at=now, files=archive.files))
    return taken


def _refuse_in_vain(source: Source, target: Path) -> None:
    missing = [name for name in (CASES, LEDGER) if not (source.data_dir / name).exists()]
    if missing:
        raise BackupRefused(f"there is no {missing[0]} in {source.data_dir}: nothing was ever taken in here")
    if not target.parent.is_dir():
        raise BackupRefused(f"there is no folder {target.parent}")
    # The copies of the databases lie beside the archive until they are in it.
    need, free = 2 * source.megabytes(), shutil.disk_usage(target.parent).free // MEGABYTE
    if free < need:
        raise BackupRefused(f"{free} MB are free in {target.parent}, and up to {need} MB are needed")


@contextmanager
def _one_moment(data_dir: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Snapshots of ledger and cases that belong together."""
    with closing(_open(data_dir / LEDGER)) as ledger, closing(_open(data_dir / CASES)) as cases:
        with closing(_open(data_dir / CASES)) as gate:
            gate.execute("BEGIN IMMEDIATE")
            for connection in (ledger, cases):
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # BEGIN alone opens no snapshot
            gate.execute("ROLLBACK")
        yield ledger, cases


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


def _copy(snapshot: sqlite3.Connection, target: Path, advance: Advance) -> Path:
    with closing(sqlite3.connect(target)) as copy:
        snapshot.backup(copy, pages=_PAGES, progress=lambda *_: advance())
    return target


def _blobs(snapshots: Iterable[sqlite3.Connection], taken: Taken) -> Iterator[Blob]:
    """All that rows of the snapshots name as files; what is kept in a bucket is counted."""
    queries = (
        "SELECT location, outbox.sha256, size FROM outbox WHERE location IS NOT NULL",
        "SELECT location, raw_sha256, raw_size FROM raws JOIN mails ON mails.id = ledger_id WHERE location IS NOT NULL",
    )
    seen: set[str] = set()
    for snapshot, query in zip(snapshots, queries, strict=True):
        for location, sha256, size in snapshot.execute(query):
            scheme, _, name = location.partition(":")
            if scheme == "s3":
                taken.elsewhere += 1
            elif scheme == "file" and name not in seen:
                seen.add(name)
                yield Blob(name=name, size=size, sha256=sha256)


def _add_blob(archive: Archive, source: Source, blob: Blob, taken: Taken) -> None:
    """A damaged one is no reason to have no backup of all others: it is left out and named."""
    path = source.data_dir / "blobs" / blob.name[:2] / blob.name
    try:
        whole = hashlib.sha256(path.read_bytes()).hexdigest() == blob.sha256
    except FileNotFoundError:
        whole = False
    if whole:
        archive.add(f"blobs/{blob.name[:2]}/{blob.name}", path)
        taken.blobs += 1
    else:
        taken.damaged.append(blob.name)


def _add_beside(archive: Archive, source: Source) -> None:
    if (source.data_dir / HEADS_FILE).exists():
        archive.add(HEADS_FILE, source.data_dir / HEADS_FILE)
    if source.templates_dir is not None and source.templates_dir.is_dir():
        for path in sorted(source.templates_dir.glob("*/*.*")) + sorted(source.templates_dir.glob("*.*")):
            if path.is_file():
                archive.add(f"templates/{path.relative_to(source.templates_dir).as_posix()}", path)
