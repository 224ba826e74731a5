"""The file that a backup is: an uncompressed tar of files, closed by a manifest with the SHA-256 of each.

It is written beside its place and renamed once it is whole and synced; readable by its owner alone. Without manifest
at its end it was cut short, and is refused.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cases.errors import PermanentError
from store.raw import sync_folder

FORMAT = 1
CASES, LEDGER, HEADS_FILE = "cases.db", "ledger.db", "heads.log"
_MANIFEST = "manifest.json"
_PIECE = 1_000_000
_NAMES = re.compile(
    r"cases\.db|ledger\.db|heads\.log|blobs/[0-9a-f]{2}/[0-9a-f]{64,80}|templates/([\w-]{1,64}/)?[\w.-]{1,100}"
)


class BadBackup(PermanentError):
    """This is no backup, not a whole one, or one of a newer version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What is in a backup: names to (size, SHA-256)."""

    format: int
    version: str
    taken_at: datetime
    files: dict[str, tuple[int, str]]


class Archive:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile, drafts: Path) -> None:
        self.files: dict[str, tuple[int, str]] = {}
        self._tar = tar
        self._drafts = drafts
        self._finished = False

    @classmethod
    @contextmanager
    def writing(cls, target: Path) -> Iterator[Self]:
        """Takes the name `target` at the end, unless it fails or is not finished."""
        drafts = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        drafts.mkdir(mode=0o700)
        try:
            whole = drafts / "whole"
            with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    archive = cls(tar, drafts)
                    yield archive
                file.flush()
                os.fsync(file.fileno())
            assert archive._finished
            whole.rename(target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(drafts, ignore_errors=True)

    def draft(self, name: str) -> Path:
        """A place for a file that is made only to be added: made, and its owner's alone."""
        path = self._drafts / name
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return path

    def add(self, name: str, path: Path) -> None:
        """Add a file; its hash is of the bytes that were added."""
        with path.open("rb") as file:
            self._add(name, _Hashed(file.read), os.fstat(file.fileno()).st_size)

    def finish(self, manifest: Manifest) -> None:
        """Close it with its manifest."""
        document = {
            "format": manifest.format,
            "casepost": manifest.version,
            "taken_at": manifest.taken_at.isoformat(),
            "files": [{"name": name, "size": size, "sha256": sha} for name, (size, sha) in manifest.files.items()],
        }
        octets = json.dumps(document, indent=1).encode()
        path = self.draft(_MANIFEST)
        path.write_bytes(octets)
        self.add(_MANIFEST, path)
        self._finished = True

    def _add(self, name: str, content: "_Hashed", size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)  # type: ignore[arg-type]  # all it asks for is `read`
        self.files[name] = (size, content.hash.hexdigest())


class _Hashed:
    """Reads, and hashes what was read."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.hash = hashlib.sha256()
        self._read = read

    def read(self, size: int) -> bytes:
        octets = self._read(size)
        self.hash.update(octets)
        return octets


def read_manifest(file: Path) -> Manifest:
    """What a backup says is in it. Raises BadBackup."""
    with _reading(file) as tar:
        try:
            content = tar.extractfile(_MANIFEST)
            assert content is not None
            document = json.load(content)
            manifest = Manifest(
                format=document["format"],
                version=document["casepost"],
                taken_at=datetime.fromisoformat(document["taken_at"]),
                files={one["name"]: (one["size"], one["sha256"]) for one in document["files"]},
            )
        except (KeyError, ValueError, TypeError, AssertionError) as error:
            raise BadBackup(f"{file} is no whole backup: it has no manifest at its end") from error
    if manifest.format != FORMAT:
        raise BadBackup(f"{file} was made by casepost {manifest.version}, and this version does not know its form")
    strange = [name for name in manifest.files if not _NAMES.fullmatch(name) or ".." in name]
    if strange or not {CASES, LEDGER} <= manifest.files.keys():
        raise BadBackup(f"{file} is no backup of casepost")
    return manifest


def extract(file: Path, manifest: Manifest, folder: Path, *, advance: Callable[[], None] = lambda: None) -> None:
    """Everything into an empty folder, each file proved by its hash and synced. Raises BadBackup."""
    missing = dict(manifest.files)
    with _reading(file) as tar:
        for member in tar:
            expected = missing.pop(member.name, None)
            if expected is None or not member.isreg():
                continue  # the manifest itself, or what nobody has put on it
            content = tar.extractfile(member)
            assert content is not None
            hashed = _Hashed(content.read)
            _write(folder / member.name, hashed, advance)
            if (member.size, hashed.hash.hexdigest()) != expected:
                raise BadBackup(f"{member.name} in {file} is not what was backed up")
    if missing:
        raise BadBackup(f"{next(iter(missing))} is not in {file}")


@contextmanager
def _reading(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as error:
        raise BadBackup(f"{file} is no whole backup: {error}") from error
    except FileNotFoundError as error:
        raise BadBackup(f"there is no file {file}") from error


def _write(path: Path, content: _Hashed, advance: Callable[[], None]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while octets := content.read(_PIECE):
            file.write(octets)
            advance()
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(PermissionError):
        sync_folder(path.parent)
