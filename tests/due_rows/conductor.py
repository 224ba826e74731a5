"""Starts processes, and kills and halts them at random times in a random order, until the work is done."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.service import ROOT

KILL, PAUSE = "kill", "pause"
_PAUSED = (11.0, 14.0)  # seconds: a lease ends after ten
_DEAD = (0.0, 2.0)
_STILL_UP = 1  # so many processes are left alone at any time
_AFTERWARDS = 3.0  # seconds for whoever was halted to try what it had in hand


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What was done to the processes, and how many seconds the work took since the first reply was written.

    `longest_halt`: so many seconds nobody at all wrote anything.
    """

    kills: int
    pauses: int
    seconds: float
    longest_halt: float


@dataclass
class Node:
    """A process with a folder of its own, as on a machine of its own; `back_at`: it is dead or halted until then."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    back_at: float | None = None
    done: dict[str, int] = field(default_factory=lambda: {KILL: 0, PAUSE: 0})

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "worker.log"

    def start(self) -> None:
        """Start, or start again."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.due_rows.worker", str(self.folder / "casepost.toml")],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,
            )

    def strike(self, what: str, *, until: float) -> None:
        """Kill or halt it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL if what == KILL else signal.SIGSTOP)
        if what == KILL:
            self.process.wait()
            self.process = None
        self.back_at = until
        self.done[what] += 1

    def come_back(self) -> None:
        """Start a dead one, let a halted one go on."""
        self.back_at = None
        if self.process is None:
            self.start()
        else:
            self.process.send_signal(signal.SIGCONT)

    def is_up(self) -> bool:
        """Whether it works; AssertionError when it has ended of its own accord."""
        assert self.process is None or self.process.poll() is None, self.log.read_text()[-2000:]
        return self.back_at is None


Strike = tuple[Node, str]


class Conductor:
    """Does to its nodes what `bags` say, one bag after the other; about `every` so many seconds.

    Of a bag what comes first is done first, but for who is dead or halted just then.
    """

    def __init__(
        self, nodes: Sequence[Node], bags: Iterator[list[Strike]], *, chance: random.Random, every: float
    ) -> None:
        self._nodes = nodes
        self._bags = bags
        self._bag: list[Strike] = []
        self._chance = chance
        self._every = every

    def run(self, count_left: Callable[[], int], *, seconds: float) -> Score:
        """Until nothing is left; AssertionError when that takes longer than `seconds`."""
        began = time.monotonic()
        for node in self._nodes:
            node.start()
        try:
            self._wait_for_work(count_left, began + seconds)
            began = time.monotonic()
            strike_at = began + self._chance.uniform(0.0, 0.3)
            before, progress_at, longest_halt = 0, began, 0.0
            while (left := count_left()) > 0:
                now = time.monotonic()
                longest_halt = max(longest_halt, now - progress_at)
                before, progress_at = left, (progress_at if left == before else now)
                assert now - began < seconds, f"{left} rows are left after {seconds:.0f} s"
                for node in self._nodes:
                    if not node.is_up() and node.back_at is not None and node.back_at <= now:
                        node.come_back()
                if now >= strike_at:
                    self._strike(now)
                    strike_at = now + self._chance.uniform(0.2, 1.8) * self._every
                time.sleep(0.1)
            took = time.monotonic() - began
            self._let_finish()
        finally:
            self._end()
        done = [node.done for node in self._nodes]
        kills, pauses = (sum(one[what] for one in done) for what in (KILL, PAUSE))
        return Score(kills=kills, pauses=pauses, seconds=took, longest_halt=longest_halt)

    def _wait_for_work(self, count_left: Callable[[], int], deadline: float) -> None:
        """Until the first reply is written: a process that does nothing yet is no test."""
        at_first = count_left()
        while count_left() == at_first:
            assert all(node.is_up() for node in self._nodes)
            assert time.monotonic() < deadline, "nobody begins"
            time.sleep(0.02)

    def _strike(self, now: float) -> None:
        up = [node for node in self._nodes if node.is_up()]
        if len(up) <= _STILL_UP:
            return
        self._bag = self._bag or next(self._bags, [])
        struck = next((strike for strike in self._bag if strike[0] in up), None)
        if struck is not None:
            self._bag.remove(struck)
            node, what = struck
            node.strike(what, until=now + self._chance.uniform(*(_DEAD if what == KILL else _PAUSED)))

    def _let_finish(self) -> None:
        """Whoever was halted comes back late, and tries to write what it had in hand."""
        for node in self._nodes:
            if node.back_at is not None:
                node.come_back()
        time.sleep(_AFTERWARDS)
        for node in self._nodes:
            assert node.process is not None
            node.process.terminate()
        for node in self._nodes:
            assert node.process is not None
            # One that has just come back from the dead may not know the signal yet.
            assert node.process.wait(30) in (0, -signal.SIGTERM), node.log.read_text()[-2000:]

    def _end(self) -> None:
        for node in self._nodes:
            if node.process is not None and node.process.poll() is None:
                node.process.kill()
                node.process.wait()


def strike_all(nodes: Sequence[Node], chance: random.Random) -> Iterator[list[Strike]]:
    """Each is killed and each is halted, in a random order, over and over."""
    while True:
        both = [(node, what) for node in nodes for what in (KILL, PAUSE)]
        yield chance.sample(both, len(both))
