"""The head of the chain of events, noted once a day where a hand in the database does not reach.

It goes into the log and into `heads.log` in data_dir. `casepost verify` looks whether the noted ones are in the chain
still, and `--expect` takes one that was kept elsewhere.
"""

import contextlib
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from store.store import Store
from store.verify_chain import find_head
from store.verify_finding import Head

_log = logging.getLogger(__name__)
_EVERY = timedelta(days=1)
FILE = "heads.log"


def parse_head(text: str) -> Head:
    """A head as it is printed, `1234:64 hexadecimal digits`. Raises ValueError."""
    position, _, digest = text.strip().partition(":")
    if len(digest) != 64 or not position.isdecimal():
        raise ValueError("a head is a number, a colon and 64 hexadecimal digits, as `casepost verify` prints it")
    bytes.fromhex(digest)
    return Head(position=int(position), hash=digest.lower())


def note_head(store: Store, data_dir: Path, *, now: datetime) -> bool:
    """Note the head if none was noted for a day; whether that was so."""
    file = data_dir / FILE
    with contextlib.suppress(FileNotFoundError):
        if now.timestamp() - file.stat().st_mtime < _EVERY.total_seconds():
            return False
    with store.cases.read() as connection:
        head = find_head(connection)
    if head is None:
        return False
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="ascii") as lines:
        lines.write(f"{now.isoformat(timespec='seconds')} {head}\n")
        lines.flush()
        os.fsync(lines.fileno())
        os.utime(lines.fileno(), (now.timestamp(), now.timestamp()))
    _log.info("head of the chain of events", extra={"head": str(head)})
    return True


def noted_heads(data_dir: Path) -> tuple[Head, ...]:
    """All that were noted on this machine; a line that a power cut left unfinished is none."""
    try:
        lines = (data_dir / FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            found.append(parse_head(line.partition(" ")[2]))
    return tuple(found)
