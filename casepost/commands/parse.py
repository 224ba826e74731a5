"""`casepost parse`: what a mail is read as, without any store."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import click

from casepost.commands.common import config_option, json_option
from casepost.plain import dump_json
from cases.mail import Mail
from ingest.archive import MAX_MAIL
from ingest.parse import to_json
from ingest.read.pool import ReaderFailed, ReaderPool

_MOST_READERS = 4


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
@config_option
def parse(files: tuple[str, ...], as_json: bool, config_file: Path | None) -> None:  # noqa: ARG001  always JSON, no store
    """Print what mails are read as, without any store.

    A line of JSON for each FILE, also for one that cannot be read; "-" is standard input.
    """
    readers = min(len(files), os.cpu_count() or 1, _MOST_READERS)
    with ReaderPool(size=readers) as pool:
        for line in _in_order(files, pool, readers):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _in_order(files: tuple[str, ...], pool: ReaderPool, readers: int) -> Iterator[str]:
    """The lines in the order of the files, only a few mails ahead in memory."""
    ahead: deque[Future[str]] = deque()
    with ThreadPoolExecutor(max_workers=readers) as executor:
        for file in files:
            ahead.append(executor.submit(_line, file, pool))
            if len(ahead) > 2 * readers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _line(file: str, pool: ReaderPool) -> str:
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
