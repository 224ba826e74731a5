"""The demo's service: `casepost serve` as a process of its own, the way everybody runs it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from casepost.demo.folder import DemoFailed, Folder, note_processes

_READY_SECONDS = 90.0
_DRAIN_SECONDS = 45.0
_SHOWN_LINES = 12


def casepost_process(folder: Folder, *arguments: str) -> list[str]:
    """The arguments that run a command of casepost on the demo's configuration."""
    return [sys.executable, "-m", "casepost", "--config", str(folder.config), *arguments]


def clean_environ() -> dict[str, str]:
    """The environment without settings of another casepost: they would override the demo's configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CASEPOST_")}


@contextmanager
def run_service(folder: Folder) -> Iterator["Running"]:
    """A service that is ready; drained and ended afterwards. Raises DemoFailed when it does not start."""
    # A session of its own: Ctrl-C is for the demo, which then ends the service while its mail can still arrive.
    with folder.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  our own command, no shell
            casepost_process(folder, "serve"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=clean_environ(),
            pass_fds=[folder.lock.fileno()],
            start_new_session=True,
        )
    running = Running(folder, process)
    try:
        note_processes(folder.lock, f"process {os.getpid()}, its service {process.pid}")
        running.wait_until_ready()
        yield running
    finally:
        running.end()


class Running:
    """A started service."""

    def __init__(self, folder: Folder, process: "subprocess.Popen[bytes]") -> None:
        self._folder = folder
        self._process = process

    def wait_until_ready(self) -> None:
        """Until all ports answer."""
        deadline = time.monotonic() + _READY_SECONDS
        while b"ready" not in self._folder.log.read_bytes().splitlines():
            self.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"the service was not ready within {_READY_SECONDS:.0f} s{self._said()}")
            time.sleep(0.02)

    def check(self) -> None:
        """Raises DemoFailed when the service has ended."""
        code = self._process.poll()
        if code is not None:
            raise DemoFailed(f"the service ended with code {code}{self._said()}")

    def end(self) -> None:
        """Let it finish what is in hand; an impatient second Ctrl-C kills it."""
        self._process.terminate()
        try:
            self._process.wait(_DRAIN_SECONDS)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _said(self) -> str:
        lines = self._folder.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
        return f"; the end of {self._folder.log}:\n" + "\n".join(lines or ["(nothing)"])
