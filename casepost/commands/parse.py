"""`casepost parse`: what a mail is read as, without any store."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import click

from casepost.commands.common import config_option, json_option, open_app
from casepost.plain import dump_json
from cases.mail import Mail
from ingest.archive import MAX_MAIL
from ingest.child_pool import ReaderFailed
from ingest.files.look_at import NO_RECOGNITION, look_at
from ingest.files.picture_pool import PicturePool, can_look
from ingest.parse import to_json
from ingest.read.pool import ReaderPool

_MOST_READERS = 4


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
@config_option
def parse(files: tuple[str, ...], as_json: bool, config_file: Path | None) -> None:  # noqa: ARG001  always JSON
    """Print what mails are read as, without any store.

    A line of JSON for each FILE, also for one that cannot be read; "-" is standard input. Of the configuration only
    the rules of reading count: own identifiers and topics.
    """
    readers = min(len(files), os.cpu_count() or 1, _MOST_READERS)
    app = open_app(config_file)
    with app.readers(readers) as pool, app.eyes(readers) as pictures:
        for line in _in_order(files, _Readers(mails=pool, pictures=pictures if can_look() else None), readers):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Readers:
    """Who reads: mails, and the pictures in them (None: text recognition is not installed)."""

    mails: ReaderPool
    pictures: PicturePool | None

    def read(self, raw: bytes) -> Mail:
        """All that a mail says and shows."""
        mail = self.mails.read(raw)
        if self.pictures is None:
            return replace(mail, defects=(*mail.defects, NO_RECOGNITION)) if mail.to_look_at else mail
        for path in mail.to_look_at:
            mail = look_at(mail, raw, path, self.pictures)
        return mail


def _in_order(files: tuple[str, ...], pool: _Readers, readers: int) -> Iterator[str]:
    """The lines in the order of the files, only a few mails ahead in memory."""
    ahead: deque[Future[str]] = deque()
    with ThreadPoolExecutor(max_workers=readers) as executor:
        for file in files:
            ahead.append(executor.submit(_line, file, pool))
            if len(ahead) > 2 * readers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _line(file: str, pool: _Readers) -> str:
    try:
        mail = pool.read(_load(file))
    except OSError as error:
        mail = _unread(f"the file cannot be read: {error.strerror or type(error).__name__}")
    except ValueError as error:  # a NUL in the name, or more octets than a mail has
        mail = _unread(f"the file cannot be read: {error}")
    except ReaderFailed as error:
        mail = _unread(f"the reader was stopped: {error.reason}")
    return dump_json(to_json(file, mail))


def _load(file: str) -> bytes:
    if file == "-":
        raw = sys.stdin.buffer.read(MAX_MAIL + 1)
    else:
        with Path(file).open("rb") as source:
            raw = source.read(MAX_MAIL + 1)
    if len(raw) > MAX_MAIL:
        raise ValueError(f"larger than {MAX_MAIL} octets")
    return raw


def _unread(defect: str) -> Mail:
    """A mail of which only the defect is known."""
    return Mail(fingerprint="", reader_version=0, defects=(defect,))
