"""Raw mails and composed mails: small ones in their row, large ones as files, as rows of their own, or in a bucket.

Only this module and the places it asks know where the bytes are. They are durable before the row that names them is
committed. Each keeping has a name of its own, so that what no row names never will be named: `store/sweep.py` may
take it away, and whoever gives up a row may give up its bytes, without asking who else needs them.
"""

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cases.arrival import Filed
from store.blob_bucket import Bucket, split_location
from store.blob_rows import Rows
from store.database import Database, translated
from store.errors import StoreDamaged, StoreUnavailable
from store.failpoints import Step, reach

IN_ROW_OCTETS = 256 * 1024
_NAME = re.compile("[0-9a-f]{64,80}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Where bytes are kept: `content` in the row, or `location` for this module; and what proves them."""

    content: bytes | None
    location: str | None
    sha256: str
    size: int


class Place(Protocol):
    """Where large bytes are. All methods raise StoreUnavailable (temporary) or OSError when it does not answer."""

    def write(self, name: str, octets: bytes) -> str:
        """Make the bytes durable; the location under which they are found."""

    def read(self, name: str) -> bytes:
        """The bytes; StoreDamaged when they are gone for good."""

    def drop(self, name: str) -> None:
        """Take them away; nothing happens when they are gone."""


class Raws:
    """Keeps bytes and gives them back unaltered, also those that were kept in another place before."""

    def __init__(
        self,
        database: Database,
        *,
        folder: Path,
        blob_url: str = "",
        rows_from: Callable[[], bool] = lambda: True,
    ) -> None:
        """`database` is the ledger's, `folder` that of the files; `rows_from`: whether all nodes read rows by now."""
        self.files = Files(folder)
        self.rows = Rows(database)
        self._database = database
        self._blob_url = blob_url
        self._rows_from = rows_from
        self._buckets = {blob_url: Bucket(blob_url)} if blob_url else {}

    def keep(self, octets: bytes) -> Kept:
        """Make `octets` durable as far as they do not fit in the row; call before the row's transaction.

        Raises StoreUnavailable (temporary).
        """
        digest = hashlib.sha256(octets).hexdigest()
        place = self._place() if len(octets) > IN_ROW_OCTETS else None
        if place is None:
            return Kept(content=octets, location=None, sha256=digest, size=len(octets))
        with translated():
            location = place.write(_make_name(digest), octets)
            reach(Step.BLOB_WRITTEN)
        return Kept(content=None, location=location, sha256=digest, size=len(octets))

    def keep_file(self, filed: Filed) -> Kept:
        """As `keep`, of octets that lie in a file already: where files are kept it becomes one of them."""
        place = self._place() if filed.size > IN_ROW_OCTETS else None
        if not isinstance(place, Files):
            with translated():
                octets = read_filed(filed)
            return self.keep(octets)
        with translated():
            location = place.adopt(_make_name(filed.sha256), filed)
            reach(Step.BLOB_WRITTEN)
        return Kept(content=None, location=location, sha256=filed.sha256, size=filed.size)

    def load(self, kept: Kept) -> bytes:
        """The bytes, proved by their hash; StoreDamaged when they are gone or altered, StoreUnavailable (temporary)."""
        octets = kept.content
        if octets is None:
            place, name = self._find(kept.location or "")
            with translated():
                octets = place.read(name)
        if hashlib.sha256(octets).hexdigest() != kept.sha256:
            raise StoreDamaged(f"the bytes kept as {kept.sha256[:12]}… are not what was written")
        return octets

    def require(self, kept: Kept) -> None:
        """Go on only if a file is still there: a clock that jumped may have had it swept. Raises StoreUnavailable."""
        if kept.location is not None and kept.location.startswith("file:"):
            place, name = self._find(kept.location)
            if isinstance(place, Files) and not place.has(name):
                raise StoreUnavailable("the bytes of a mail were taken away before its row was written")

    def drop(self, location: str) -> None:
        """Take away what is kept there, after the row that named it is gone."""
        place, name = self._find(location)
        with translated():
            place.drop(name)

    def probe(self) -> None:
        """Keep some bytes where large mails go, get them back, drop them. Raises StoreUnavailable, StoreDamaged."""
        kept = self.keep(os.urandom(IN_ROW_OCTETS + 1))
        if kept.location is not None:
            self.load(kept)
            self.drop(kept.location)

    def _place(self) -> Place | None:
        """Where large bytes go now; None is their row, where a node of the version before finds them, too."""
        if self._blob_url:
            return self._bucket(self._blob_url)
        if self._database.is_sqlite:
            return self.files
        return self.rows if self._rows_from() else None

    def _find(self, location: str) -> tuple[Place, str]:
        scheme, _, rest = location.partition(":")
        match scheme:
            case "file":
                return self.files, rest
            case "rows":
                return self.rows, rest
            case "s3":
                url, name = split_location(location)
                return self._bucket(url), name
        raise StoreDamaged(f"bytes are kept in a place this version does not know: {scheme}")

    def _bucket(self, url: str) -> Bucket:
        if url not in self._buckets:
            self._buckets[url] = Bucket(url)
        return self._buckets[url]


class Files:
    """Files in a folder. A file is synced, and its folders too, before `write` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, octets: bytes) -> str:
        """Make the bytes durable; the location under which they are found."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()
            raise
        _sync_names(path)
        return f"file:{name}"

    def adopt(self, name: str, filed: Filed) -> str:
        """Give a file that has no name one here, its octets durable; where it lies on another disk it is copied."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.fsync(filed.file.fileno())
        try:
            _name_file(filed.file.fileno(), path)
        except OSError as error:
            if error.errno in _FULL:
                raise
            return self.write(name, read_filed(filed))
        _sync_names(path)
        return f"file:{name}"

    def read(self, name: str) -> bytes:
        """The bytes; StoreDamaged when the file is gone."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise StoreDamaged(f"the file of the bytes {name[:12]}… is gone") from error

    def drop(self, name: str) -> None:
        """Take the file away; nothing happens when it is gone."""
        path = self._path(name)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return self._path(name).exists()

    def drop_drafts(self, *, before: datetime) -> int:
        """Take away what was being written when its process was killed before that time; how many."""
        dropped = 0
        for path in self.folder.glob("*/*.tmp"):
            with contextlib.suppress(FileNotFoundError):  # its process has just finished it
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    dropped += 1
        return dropped

    def find(self, *, before: datetime) -> Iterator[str]:
        """The locations of all whole files written before that time."""
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                if _NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp():
                    yield f"file:{path.name}"

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise StoreDamaged("a row names a file that is none of the store's")
        return self.folder / name[:2] / name


def read_filed(filed: Filed) -> bytes:
    """The octets of the file, wherever its reader stands; StoreUnavailable where they are not what was written."""
    descriptor, pieces, at = filed.file.fileno(), [], 0
    while piece := os.pread(descriptor, filed.size - at, at):
        pieces.append(piece)
        at += len(piece)
    octets = b"".join(pieces)
    if hashlib.sha256(octets).hexdigest() != filed.sha256:
        raise StoreUnavailable("the bytes of a mail were not read back as they were written")
    return octets


def _name_file(descriptor: int, path: Path) -> None:
    """Give a file that is open a name (open(2), O_TMPFILE)."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Without a folder's descriptor Python calls link(2), which names the link in /proc and not what it leads to.
        os.link(f"/proc/self/fd/{descriptor}", path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _make_name(digest: str) -> str:
    return digest + os.urandom(8).hex()


def _sync_names(path: Path) -> None:
    for folder in path.parents[:3]:  # they may be new
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file whose name is not on disk is gone after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
