"""Running edges."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge import Edge
from tests.loop_thread import LoopThread


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with LoopThread() as running:
        yield running


@pytest.fixture
def edges(thread: LoopThread) -> Iterator[Any]:
    made: list[Edge] = []

    def make(**options: Any) -> Edge:
        made.append(Edge(thread, **options))
        return made[-1]

    yield make
    for edge in made:
        edge.drain()


@pytest.fixture
def edge(edges: Any) -> Edge:
    made: Edge = edges()
    return made
