"""How much memory processes have: what is theirs alone, and their share of what they have together (PSS)."""

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

MEGABYTE = 2**20
_EVERY = 0.02


def find_descendants(pid: int) -> list[int]:
    """A process and all that it and its children have started, itself first."""
    found = [pid]
    for one in found:
        try:
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:  # gone
            continue
    return found


def measure_resident(pids: Sequence[int]) -> int:
    """Octets that processes have in memory; of one that is gone, nothing."""
    return sum(map(_proportional, pids))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


class Watch:
    """A context manager: `most` is the most that a process and its descendants had at once meanwhile; `each`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = 0
        self.each: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            held = {pid: _proportional(pid) for pid in find_descendants(self._pid)}
            self.most = max(self.most, sum(held.values()))
            for pid, octets in held.items():
                self.each[pid] = max(self.each.get(pid, 0), octets)
