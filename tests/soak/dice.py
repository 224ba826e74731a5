"""The dice: what is done to the nodes while they work, at random instants, and when each is well again."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

from store.failpoints import Action, Step
from tests.sink import Sink
from tests.soak.nodes import SoakNode

_HALT = (11.0, 14.0)  # seconds: a lease ends after ten
_DOWN = (2.0, 12.0)
_FAILING = (3.0, 8.0)
_OFTEN = "15%"

KILLS = {"kill reader": 8, "kill worker": 8, "kill edge": 8, "kill supervisor": 3, "kill all": 3}
ALL = {**KILLS, "terminate": 3, "halt worker": 2, "halt edge": 2, "halt all": 1, "failpoints": 5, "smarthost down": 2}


class Dice:
    """Throws one of `faults` (by weight) at a random node; `thrown` counts them.

    A process that its supervisor has not started again yet cannot be struck: then the supervisor is, which also
    begins the count of failures anew.
    """

    def __init__(self, nodes: Sequence[SoakNode], sink: Sink, *, faults: dict[str, int], chance: random.Random) -> None:
        self.thrown: Counter[str] = Counter()
        self._nodes = nodes
        self._sink = sink
        self._faults = faults
        self._chance = chance
        self._throws: dict[str, Callable[[SoakNode], None]] = {
            "kill supervisor": self._kill_supervisor,
            "kill all": self._kill_all,
            "terminate": self._terminate,
            "halt worker": lambda node: self._halt(node, "worker"),
            "halt edge": lambda node: self._halt(node, "edge"),
            "halt all": self._halt_all,
            "failpoints": self._fail,
            "smarthost down": self._smarthost_down,
        }

    @property
    def kills(self) -> int:
        """How many processes, or whole services, were killed."""
        return sum(times for what, times in self.thrown.items() if what.startswith("kill"))

    def throw(self) -> str:
        """One fault at a random node; returns when the node runs again, what was done in words."""
        what = self._chance.choices(list(self._faults), list(self._faults.values()))[0]
        node = self._chance.choice(self._nodes)
        _, _, which = what.partition("kill ")
        if which in ("reader", "worker", "edge"):
            pid = node.find(which)
            if pid is None:
                what = "kill supervisor"
                self._kill_supervisor(node)
            else:
                node.strike(pid, signal.SIGKILL)
        else:
            self._throws[what](node)
        self.thrown[what] += 1
        return what

    def _kill_supervisor(self, node: SoakNode) -> None:
        node.kill_supervisor()
        node.start()

    def _kill_all(self, node: SoakNode) -> None:
        node.kill_all()
        node.start()

    def _terminate(self, node: SoakNode) -> None:
        node.terminate()
        node.start()

    def _halt(self, node: SoakNode, which: str) -> None:
        self._stop_and_go([pid for pid in (node.find(which),) if pid is not None], node)

    def _halt_all(self, node: SoakNode) -> None:
        pids = [node.find(which) for which in ("supervisor", "worker", "edge", "reader")]
        self._stop_and_go([pid for pid in pids if pid is not None], node)

    def _stop_and_go(self, pids: Sequence[int], node: SoakNode) -> None:
        for pid in pids:
            node.strike(pid, signal.SIGSTOP)
        time.sleep(self._chance.uniform(*_HALT))
        for pid in pids:
            node.strike(pid, signal.SIGCONT)

    def _fail(self, node: SoakNode) -> None:
        """Started anew with two steps that fail now and then, for some seconds; then killed and started without."""
        steps = self._chance.sample(list(Step), 2)
        said = ",".join(f"{step}={self._chance.choice(list(Action))}:{_OFTEN}" for step in steps)
        node.kill_all()
        node.start(failpoints=said)
        time.sleep(self._chance.uniform(*_FAILING))
        self._kill_all(node)

    def _smarthost_down(self, _: SoakNode) -> None:
        self._sink.greeting_drop = True
        self._sink.hang_up()
        time.sleep(self._chance.uniform(*_DOWN))
        self._sink.greeting_drop = False
