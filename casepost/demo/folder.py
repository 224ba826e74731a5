"""The demo's folder: emptied at each start, locked while a demo runs in it."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from cases.errors import PermanentError

NAME = ".demo"
QUEUE = "support@casepost.example"
AGENT = "agent@casepost.example"
_LOCK = "demo.lock"
USUAL_PORT = 2525
_CONFIG = """\
# Made by `casepost demo`, which empties this folder at its next start. Keys that are not here have their defaults.
data_dir = "var"

[smtp]
listen = "127.0.0.1:{port}"

[web]
listen = ""

[delivery]
url = "smtp://127.0.0.1:{inbox_port}"        # the demo's own mailboxes

[[queues]]
name = "support"
address = "{queue}"
agents = ["{agent}"]
"""


class DemoFailed(PermanentError):
    """The demo cannot start or go on; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder that is this demo's alone. `lock` is held by the demo and by its service, whoever lives longer."""

    path: Path
    lock: TextIOWrapper

    @property
    def config(self) -> Path:
        """The configuration of the service."""
        return self.path / "casepost.toml"

    @property
    def log(self) -> Path:
        """What the service says."""
        return self.path / "service.log"

    @property
    def mailboxes(self) -> Path:
        """Where the mails that went out are kept, a folder for each address."""
        return self.path / "mailboxes"

    def write_config(self, *, port: int, inbox_port: int) -> None:
        """The configuration of a service that listens on `port` and hands its mail to the inbox."""
        text = _CONFIG.format(port=port, inbox_port=inbox_port, queue=QUEUE, agent=AGENT)
        self.config.write_text(text, encoding="utf-8")


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """The folder, emptied. Raises DemoFailed when a demo runs in it or somebody else's things are in it."""
    lock_file = path / _LOCK
    if path.is_symlink() or (path.exists() and not lock_file.is_file() and (not path.is_dir() or any(path.iterdir()))):
        raise DemoFailed(f"{path} is there already and not the demo's; move it away, or start in another folder")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = lock_file.open("a+", encoding="utf-8")
    except OSError as error:
        raise DemoFailed(f"{path} cannot be made here: {error.strerror}; start in a folder you may write to") from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DemoFailed(f"a demo runs in {path} already ({lock.read().strip()}); end that one first") from None
        _empty(path)
        note_processes(lock, f"process {os.getpid()}")
        yield Folder(path=path, lock=lock)


def note_processes(lock: TextIOWrapper, text: str) -> None:
    """Say in the lock file who holds it, for the one who finds it taken."""
    lock.truncate(0)
    lock.write(text)
    lock.flush()


def find_port() -> int:
    """The usual port if it is free, else any that is."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the service binds it
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("no port of 127.0.0.1 is free")


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.name == _LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
