"""A soak: nodes on one store, postmen who write to them, and the dice; at the end the books."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sink import Sink
from tests.soak.books import Books, audit, settle
from tests.soak.dice import Dice
from tests.soak.nodes import SoakNode
from tests.soak.postmen import Postmen

_POSTMEN = 6
_PATIENCE = 120.0  # seconds until all that was begun is taken, once nothing fails any more


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What is to be done for so many `seconds`, or until there were so many `kills` or throws of any kind.

    `every`: seconds between two throws of `faults`; `rate`: mails a second.
    """

    faults: dict[str, int]
    every: float
    rate: float
    seed: int
    seconds: float = float("inf")
    kills: float = float("inf")
    throws: float = float("inf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How it went: the books, what was thrown, and how long it took in seconds."""

    books: Books
    thrown: dict[str, int]
    kills: int
    refusals: int
    seconds: float


@contextmanager
def open_nodes(folder: Path, sink: Sink, *, database_url: str = "", count: int = 1) -> Iterator[list[SoakNode]]:
    """So many nodes on one store (SQLite: one), started."""
    with ExitStack() as stack:
        nodes = []
        for number in range(count):
            node = SoakNode(folder / f"node{number}", sink, database_url=database_url)
            stack.callback(node.close)
            node.start()
            nodes.append(node)
        yield nodes


def play(nodes: list[SoakNode], sink: Sink, order: Round, *, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Load and faults, then peace, then the books. AssertionError when nodes do not recover."""
    chance = random.Random(order.seed)
    doors = [door for node in nodes for door in node.doors]
    postmen = Postmen(doors, count=_POSTMEN, rate=order.rate, chance=chance)
    dice = Dice(nodes, sink, faults=order.faults, chance=chance)
    began = time.monotonic()
    postmen.start()
    try:
        while (
            time.monotonic() - began < order.seconds and dice.kills < order.kills and dice.thrown.total() < order.throws
        ):
            time.sleep(order.every * 2 * chance.random())
            what = dice.throw()
            tell(f"{time.monotonic() - began:7.1f} s  {postmen.count_taken():6} taken  {dice.kills:4} kills  {what}")
    finally:
        postmen.stop(seconds=_PATIENCE)
    seconds = time.monotonic() - began
    settle([node.service for node in nodes])
    return Report(
        books=audit(nodes[0].service.app.store, postmen.posted, sink),
        thrown=dict(dice.thrown),
        kills=dice.kills,
        refusals=postmen.refusals,
        seconds=seconds,
    )
