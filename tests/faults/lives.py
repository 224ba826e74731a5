"""Lives of an installation: each a process that a failpoint may kill, forked from one that has everything loaded.

An edge life is the real edge, until SIGTERM. A worker life does the work of all stations of the real worker, one after
the other, until nothing is left to do at its time; what a fault of one of them left undone is for the next life.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from casepost.app import App
from casepost.config import load
from casepost.edge import run_edge
from casepost.worker import Worker
from cases.arrival import Arrival, Channel
from ingest.files.picture_pool import PicturePool
from ingest.read.pool import ReaderPool
from store.failpoints import set_failpoints
from tests.office import Eyes, Here
from tests.service import ROOT

EDGE, WORKER = "edge", "worker"


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """What a life is, on which configuration, which steps fail in it, and for a worker the time it believes in."""

    role: str
    config: str
    failpoints: str = ""
    spent: str = ""
    at: str = ""


class Cradle:
    """A context manager: a process without threads that forks lives and waits for them."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.lives"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate("")

    def begin(self, life: Life) -> int:
        """Start a life; its process id, for an edge once it listens (or has died before)."""
        return self._ask(asdict(life))

    def wait(self, pid: int) -> int:
        """How a life ended: its exit code, or minus the signal that killed it."""
        return self._ask({"wait": pid})

    def _ask(self, said: dict[str, object]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def main() -> None:
    """Do what standard input asks for, a line each."""
    _load_everything()
    for line in sys.stdin:
        said = json.loads(line)
        answer = _wait(said["wait"]) if "wait" in said else _fork(Life(**said))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _load_everything() -> None:
    """Import what a worker's life imports on its way, found out in a process of its own: it may start threads."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            with tempfile.TemporaryDirectory() as folder:
                _live_through(Path(folder))
            os.write(write_end, "\n".join(list(sys.modules)).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as names:
        found = names.read().split("\n")
    os.waitpid(pid, 0)
    for name in found:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _live_through(folder: Path) -> None:
    """A mail comes in, is answered, and finds nobody who takes what is written."""
    config = folder / "casepost.toml"
    config.write_text('[identity]\ncheck = "off"\n[delivery]\nurl = "smtp://127.0.0.1:9"\n')
    app = App(load(config, {}), {})
    raw = b"From: a@shop.example\r\nTo: support@casepost.example\r\nSubject: Order lost\r\n\r\nMy order is lost.\r\n"
    recipients = ("support@casepost.example",)
    app.store.ledger.add(
        [
            Arrival(
                raw=raw, channel=Channel.SMTP, sender="a@shop.example", recipients=recipients, received_at=app.clock()
            )
        ]
    )
    _work(app)


def _wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork(life: Life) -> int:
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write_end)
        if life.role == EDGE:
            os.read(read_end, 1)
        os.close(read_end)
        return pid
    status = 1
    try:
        os.close(read_end)
        _live(life, lambda: os.close(write_end))
        status = 0
    finally:
        os._exit(status)


def _live(life: Life, ready: Callable[[], None]) -> None:
    set_failpoints(life.failpoints, spent=Path(life.spent) if life.spent else None)
    config = load(Path(life.config), {})
    if life.role == EDGE:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        run_edge(App(config, {}), ready, name=EDGE, first=True)
    else:
        at = datetime.fromisoformat(life.at)
        _work(App(config, {}, clock=lambda: at))


def _work(app: App) -> None:
    worker = Worker(app, cast("ReaderPool", Here()), cast("PicturePool", Eyes(sees={"asin": "B00EXAMPLE"})))
    _outlive(worker._free_earlier_life)
    _outlive(worker._renew)
    stations = (worker._read, worker._write, worker._deliver, worker._look)
    while any(tuple(map(_outlive, stations))):
        pass
    _outlive(worker._seal)
    app.close()


def _outlive(work: Callable[[], int | None]) -> int | None:
    """What a station or the ticker does with a fault: it goes on."""
    try:
        return work()
    except Exception as fault:  # noqa: BLE001  as in the worker
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        return 0


if __name__ == "__main__":
    main()
