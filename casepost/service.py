"""The supervisor: a process without threads that starts the edges and the worker, and starts anew what dies.

Order at the start: the store is migrated here, once; then the children are forked, each opens what it needs.
Order at the end: the edges drain first, so that nobody is promised anything more; then the worker finishes.
"""

import contextlib
import fcntl
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from casepost.app import App
from casepost.pulse import send_pulse
from cases.errors import CasepostError, PermanentError
from store.folders import make_folder
from store.tally import Tally, count, forget

_log = logging.getLogger(__name__)

Run = Callable[[App, Callable[[], None]], None]
_READY_SECONDS = 60.0
_END_SECONDS = 40.0
_LONGEST_BACK_OFF = 30.0
_STEADY_SECONDS = 60.0


class CannotServe(PermanentError):
    """The service cannot start: a port is taken, another one runs, a file is missing."""


@dataclass(kw_only=True)
class Child:
    """One process under supervision."""

    name: str
    run: Run
    pid: int = 0
    failures: int = 0
    started_at: float = 0.0
    restart_at: float | None = None
    ready_pipe: int = -1


def serve(config_app: Callable[[], App], *, on_ready: Callable[[], None]) -> None:
    """Run everything until SIGTERM or SIGINT; returns once all is drained. Raises CannotServe."""
    from casepost.edge import run_edge
    from casepost.worker import run_worker

    os.umask(0o077)  # before the first file: the lock tells others on this machine that, and by whom, we run
    app = config_app()
    with _only_one(app.config.data_dir):
        _ = app.store.keyring, app.node  # migrations and keys are made once, before there are several processes
        app.store.close()
        children = [Child(name="worker", run=run_worker)]
        children += [
            Child(name=f"edge-{number}", run=partial(run_edge, name=f"edge-{number}", first=number == 0))
            for number in range(app.config.smtp.processes)
        ]
        if app.config.imap:
            from casepost.mailboxes import NAME, run_mailboxes

            children.append(Child(name=NAME, run=run_mailboxes))
        if app.config.web.listen:
            from casepost.web.server import run_web

            roles = [child.name for child in children]
            children.append(Child(name="web", run=partial(run_web, roles=roles)))
        Supervisor(config_app, children, data_dir=app.config.data_dir).run(on_ready)


class Supervisor:
    """Starts children, watches them, ends them in order."""

    def __init__(self, make_app: Callable[[], App], children: list[Child], *, data_dir: Path) -> None:
        self._make_app = make_app
        self._data_dir = data_dir
        self._children = children
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self, on_ready: Callable[[], None]) -> None:
        """Until a signal says to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        try:
            for child in self._children:
                self._start(child)
            for child in self._children:
                self._await_ready(child)
            if not self._stopping:
                on_ready()
            while not self._stopping:
                self._sleep(1.0)
                self._reap()
                self._restart()
                send_pulse(self._data_dir, "supervisor", {})
        finally:
            self._end()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, child: Child) -> None:
        """Fork a child; it says on a pipe that it is ready, or why it cannot be."""
        child.ready_pipe, write_end = os.pipe()
        child.pid = os.fork()
        if child.pid == 0:
            os.close(child.ready_pipe)
            self._be(child, write_end)
        os.close(write_end)
        child.started_at, child.restart_at = time.monotonic(), None

    def _await_ready(self, child: Child) -> None:
        said = _read_line(child.ready_pipe, _READY_SECONDS, lambda: self._stopping)
        os.close(child.ready_pipe)
        if said == "ready" or self._stopping:
            return
        if not child.failures:
            raise CannotServe(said or f"the {child.name} process did not start; its log says why")
        _kill([child])  # it hangs, or has ended: either way it is reaped, and started again later

    def _be(self, child: Child, write_end: int) -> None:
        """The life of a child process; never returns into the supervisor's stack."""
        status = 0
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _end_with_parent()
            forget()
            child.run(self._make_app(), lambda: _say(write_end, "ready"))
        except (CasepostError, OSError) as error:
            _say(write_end, f"{child.name}: {error}")
            _log.error("%s: %s", child.name, error)
            status = 1
        except BaseException:  # noqa: BLE001  the end of a process: whatever it was, the log has it
            _log.exception("%s ended by a fault", child.name)
            status = 1
        finally:
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid and _has_ended(child.pid):
                steady = time.monotonic() - child.started_at > _STEADY_SECONDS
                child.failures = 1 if steady else child.failures + 1
                wait = min(2.0 ** (child.failures - 1) - 0.9, _LONGEST_BACK_OFF)
                child.pid, child.restart_at = 0, time.monotonic() + wait
                count(Tally.PROCESSES_RESTARTED, child.name.partition("-")[0])
                _log.error("%s ended unexpectedly", child.name, extra={"starts_again_in": round(wait, 1)})

    def _restart(self) -> None:
        for child in self._children:
            if child.restart_at is not None and time.monotonic() >= child.restart_at and not self._stopping:
                self._start(child)
                self._await_ready(child)

    def _end(self) -> None:
        edges = [child for child in self._children if child.name != "worker"]
        for group in (edges, [child for child in self._children if child not in edges]):
            for child in group:
                if child.pid:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child.pid, signal.SIGTERM)
            deadline = time.monotonic() + _END_SECONDS
            while any(child.pid and not _has_ended(child.pid) for child in group):
                if time.monotonic() > deadline:
                    _kill(group)
                    break
                self._sleep(0.1)
            for child in group:
                child.pid = 0

    def _sleep(self, seconds: float) -> None:
        """Until a signal comes or the time is over."""
        select.select([self._wake_read], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """One service a data_dir: the lock lives as long as the supervisor and its children, who inherit it.

    Children of a supervisor that was killed finish what is in hand; the next service waits for them.
    """
    make_folder(data_dir)
    with (data_dir / "serve.lock").open("a+") as file:
        deadline = time.monotonic() + _END_SECONDS
        while not _try_lock(file):
            file.seek(0)
            pid = file.read().strip()
            if _is_alive(pid) or time.monotonic() > deadline:
                raise CannotServe(f"casepost serve runs on {data_dir} already, as process {pid}")
            _log.info("waiting for the processes of an earlier service to end")
            time.sleep(1.0)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


def _end_with_parent() -> None:
    """Ask the kernel to end this child when the supervisor is killed (prctl PR_SET_PDEATHSIG, Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _kill(group: list[Child]) -> None:
    for child in group:
        if child.pid:
            _log.error("%s did not end in time and is killed; nothing is lost by that", child.name)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)


def _say(descriptor: int, line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(descriptor, line.encode()[:1000] + b"\n")


def _read_line(descriptor: int, seconds: float, stopping: Callable[[], bool]) -> str:
    """What a child says of its start; "" when it says nothing in time or ends."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stopping():
        if select.select([descriptor], [], [], 0.2)[0]:
            return os.read(descriptor, 2000).decode(errors="replace").strip()
    return ""
