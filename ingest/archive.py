"""Old mail on disk: mbox files, maildirs, single mails, and folders of any of them, read one mail at a time.

What a thing is, is seen by its look, not asked: a folder with `cur` and `new` is a maildir (its subfolders are looked
into as well), a file that begins with "From " an mbox, anything else that begins with a header field one mail. Folders
are walked in the order of their names, without following links to folders. A thing that cannot be read becomes an
`ArchiveProblem`, and the rest goes on.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.mbox import count_mbox, looks_like_header, mails_in_mbox

MAX_MAIL = 256 * 1024 * 1024  # octets; a larger thing is no mail but a mistake
_CHEAP_TO_COUNT = 64 * 1024 * 1024  # octets of mbox that a count may read
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchivedMail:
    """One mail. `where` is its path, in an mbox `path:offset` of its "From " line.

    `date` is when it was delivered: the mbox's "From " line or the age of a maildir's file; None if not known.
    """

    raw: bytes
    where: str
    date: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveProblem:
    """Something that is no mail or cannot be read, and why."""

    where: str
    reason: str


def mails_in(path: Path, *, max_bytes: int = MAX_MAIL) -> Iterator[ArchivedMail | ArchiveProblem]:
    """Give every mail at `path`, always in the same order; holds one mail at a time, never more than `max_bytes`."""
    for found in _things_at(path):
        if isinstance(found, ArchiveProblem):
            yield found
            continue
        try:
            yield from _mails_in_file(found, max_bytes)
        except OSError as error:
            yield ArchiveProblem(where=str(found.path), reason=_reason(error))


def count_mails(path: Path) -> int | None:
    """Count what mails_in will give, for a progress bar; None where that would take long."""
    total = read = 0
    for found in _things_at(path):
        if isinstance(found, ArchiveProblem) or found.in_maildir or _first_octets(found.path) != b"From ":
            total += 1
            continue
        try:
            read += found.path.stat().st_size
            total += count_mbox(found.path) if read <= _CHEAP_TO_COUNT else 0
        except OSError:
            total += 1
        if read > _CHEAP_TO_COUNT:
            return None
    return total


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    path: Path
    in_maildir: bool = False


def _things_at(path: Path) -> Iterator[_File | ArchiveProblem]:
    """Walk to the files. A fifo or a device is never opened: that could wait for ever."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            yield from _things_in_folder(path)
        elif stat.S_ISREG(mode):
            yield _File(path=path)
        else:
            yield ArchiveProblem(where=str(path), reason="neither a file nor a folder")
    except OSError as error:
        yield ArchiveProblem(where=str(path), reason=_reason(error))


def _things_in_folder(folder: Path) -> Iterator[_File | ArchiveProblem]:
    """Hidden things are left out, save for the folders of a maildir, which begin with a dot (Maildir++)."""
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    for entry in sorted(folder.iterdir()):
        is_folder = entry.is_dir() and not entry.is_symlink()
        if is_maildir and entry.name in {"cur", "new"}:
            yield from _things_in_maildir(entry)
        elif is_folder and entry.name != "tmp":
            if is_maildir or not entry.name.startswith("."):
                yield from _things_at(entry)
        elif not (is_maildir or is_folder or entry.is_dir() or entry.name.startswith(".")):
            yield from _things_at(entry)


def _things_in_maildir(folder: Path) -> Iterator[_File | ArchiveProblem]:
    """Give a maildir's `cur` or `new`; `tmp` and the index files beside them hold nothing that was delivered."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_file():
            yield _File(path=entry, in_maildir=True)
        else:
            yield ArchiveProblem(where=str(entry), reason="not a file")


def _mails_in_file(found: _File, max_bytes: int) -> Iterator[ArchivedMail | ArchiveProblem]:
    where, size = str(found.path), found.path.stat().st_size
    if size == 0:
        yield ArchiveProblem(where=where, reason="the file is empty")
    elif not found.in_maildir and _first_octets(found.path) == b"From ":
        for mail in mails_in_mbox(found.path, max_bytes):
            place = f"{where}:{mail.offset}"
            if mail.raw is None:
                yield ArchiveProblem(where=place, reason=f"larger than {max_bytes} octets")
            elif not mail.raw.strip():
                yield ArchiveProblem(where=place, reason="the mail is empty")
            else:
                yield ArchivedMail(raw=mail.raw, where=place, date=mail.date)
    elif size > max_bytes:
        yield ArchiveProblem(where=where, reason=f"larger than {max_bytes} octets")
    else:
        raw = found.path.read_bytes()
        if found.in_maildir or found.path.suffix.lower() == ".eml" or _begins_like_a_mail(raw):
            date = datetime.fromtimestamp(found.path.stat().st_mtime, UTC) if found.in_maildir else None
            yield ArchivedMail(raw=raw, where=where, date=date)
        else:
            yield ArchiveProblem(where=where, reason="not a mail: it does not begin with a header")


def _first_octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(5)
    except OSError:
        return b""


def _begins_like_a_mail(raw: bytes) -> bool:
    leading = _LEADING.match(raw[:4096])
    start = leading.end() if leading else 0
    return looks_like_header(raw[start : start + 1000])


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
