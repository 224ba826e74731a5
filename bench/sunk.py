"""The sink of the benchmarks: takes what is sent, keeps nothing of it, and says when it came."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.native import compiled
from tests.service import wait_until


class QuickSink:
    """A context manager: an SMTP server in C on a free port of 127.0.0.1, so that it is never what is waited for."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._log = folder / "sunk.log"

    def __enter__(self) -> Self:
        self._log.touch()
        self._process = subprocess.Popen(
            [compiled("sink"), self._log], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def arrivals(self) -> dict[tuple[str, str], float]:
        """When the last mail by (sender, recipient) had its final dot read, in seconds since the epoch."""
        lines = [line.split() for line in self._log.read_text().splitlines()]
        return {(line[1], line[2]): float(line[0]) for line in lines if len(line) == 3}

    def count(self) -> int:
        """How many mails came, one for each recipient."""
        return self._log.read_bytes().count(b"\n")

    def wait_for(self, count: int, seconds: float = 60.0) -> None:
        """Until so many came; AssertionError if they do not in time."""
        wait_until(lambda: self.count() >= count, seconds)
