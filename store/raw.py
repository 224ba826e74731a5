"""Raw mails and composed mails: small ones in their row, large ones as files named by their hash.

Only this module knows where the bytes are. A file is synced, and its folder too, before the row that names it
is committed; a file without a row is harmless.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreDamaged

IN_ROW_OCTETS = 256 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Where bytes are kept: `content` in the row, or `location` for this module; and what proves them."""

    content: bytes | None
    location: str | None
    sha256: str
    size: int


class Raws:
    """Keeps bytes and gives them back unaltered. Without a folder all bytes stay in their rows."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, octets: bytes) -> Kept:
        """Make `octets` durable as far as they do not fit in the row; call before the row's transaction."""
        digest = hashlib.sha256(octets).hexdigest()
        if self._folder is None or len(octets) <= IN_ROW_OCTETS:
            return Kept(content=octets, location=None, sha256=digest, size=len(octets))
        self._write(self._path(digest), octets)
        return Kept(content=None, location=f"file:{digest}", sha256=digest, size=len(octets))

    def load(self, kept: Kept) -> bytes:
        """The bytes, proved by their hash; StoreDamaged when they are gone or altered."""
        octets = kept.content
        if octets is None:
            octets = self._read(kept)
        if hashlib.sha256(octets).hexdigest() != kept.sha256:
            raise StoreDamaged(f"the bytes kept as {kept.sha256[:12]}… are not what was written")
        return octets

    def _read(self, kept: Kept) -> bytes:
        if self._folder is None or kept.location != f"file:{kept.sha256}":
            raise StoreDamaged(f"the bytes {kept.sha256[:12]}… are kept in a place this node does not have")
        try:
            return self._path(kept.sha256).read_bytes()
        except FileNotFoundError as error:
            raise StoreDamaged(f"the file of the bytes {kept.sha256[:12]}… is gone") from error

    def _path(self, digest: str) -> Path:
        assert self._folder is not None
        return self._folder / digest[:2] / digest

    def _write(self, path: Path, octets: bytes) -> None:
        if path.exists() and path.read_bytes() == octets:  # a damaged file would else stand for a mail just promised
            self._sync_folders(path)
            return
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
        self._sync_folders(path)

    def _sync_folders(self, path: Path) -> None:
        """The file's name is durable too, and those of the folders it is in, which may be new."""
        for folder in path.parents[:3]:
            sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a synced file whose name is not on disk is gone after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
