"""A node: `casepost serve`, with the processes it is made of, each of which can be killed or halted by itself."""

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.service import Service, free_port, wait_until
from tests.sink import Sink
from tests.soak.postmen import Door

_END_SECONDS = 40.0
_CONFIG = """
[identity]
check = "off"
[limits]
unproved_hour = 0
[lmtp]
listen = "127.0.0.1:%d"
"""


class SoakNode:
    """A service whose processes can be told apart: the supervisor, its edge, its worker, the worker's readers."""

    def __init__(self, folder: Path, sink: Sink, *, database_url: str = "") -> None:
        folder.mkdir(parents=True)
        lmtp = free_port()
        self.spent = folder / "spent"
        self.spent.mkdir()
        self.service = Service(folder, sink, config=_CONFIG % lmtp, database_url=database_url)
        self.service.environ["CASEPOST_FAILPOINTS_SPENT"] = str(self.spent)
        self.doors = (Door(port=self.service.port, lmtp=False), Door(port=lmtp, lmtp=True))

    def start(self, *, failpoints: str = "") -> None:
        """Start, and wait until it is ready; failpoints that end a process may end it before: then they go."""
        self.service.start(CASEPOST_FAILPOINTS=failpoints)

    def is_up(self) -> bool:
        """Whether its supervisor runs."""
        return self.service.process is not None and self.service.process.poll() is None

    def find(self, which: str) -> int | None:
        """The process id of "supervisor", "worker", "edge" or "reader"; None when there is none just now."""
        if not self.is_up():
            return None
        assert self.service.process is not None
        supervisor = self.service.process.pid
        if which == "supervisor":
            return supervisor
        # Only the worker has children of its own: the fork server, and by that the readers.
        families = {child: _children(child) for child in _children(supervisor)}
        workers = [child for child, its in families.items() if its]
        if which == "worker":
            return next(iter(workers), None)
        if which == "edge":
            return next((child for child, its in families.items() if not its), None)
        servers = [server for worker in workers for server in families[worker]]
        return next((reader for server in servers for reader in _children(server)), None)

    def kill_all(self) -> None:
        """All processes at once, as a power cut has it, but what was written stays."""
        self.service.kill()

    def kill_supervisor(self) -> None:
        """The supervisor alone; what it leaves behind ends by itself."""
        process = self.service.process
        assert process is not None
        process.kill()
        process.wait()

    def strike(self, pid: int, what: signal.Signals) -> None:
        """Send a signal to a process that may be gone already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)

    def terminate(self) -> float:
        """SIGTERM; how many seconds it took to end. AssertionError when it did not end well."""
        began = time.monotonic()
        code = self.service.stop(_END_SECONDS)
        assert code == 0, f"ended with {code}"
        return time.monotonic() - began

    def wait_for_readers(self) -> None:
        """Until the worker has a reader."""
        wait_until(lambda: self.find("reader"), 60)

    def close(self) -> None:
        """End it for good."""
        self.service.kill()
        self.service.app.close()


def _children(pid: int) -> list[int]:
    """The children of all its threads."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(one) for one in (thread / "children").read_text().split()]
    return found
