"""Reading as the service does it, in a child of a real pool, with what each mail costs held to what is promised."""

import functools
from dataclasses import dataclass

from cases.mail import Mail
from ingest.child_pool import Cost
from ingest.read.pool import ReaderPool
from tests.office import Here

MAX_CPU_SECONDS = 2.0
MAX_MEMORY_BYTES = 256 * 2**20


@functools.cache
def _pool() -> tuple[ReaderPool, list[Cost]]:
    """One for all tests of a process; its children end with the process."""
    costs: list[Cost] = []
    return ReaderPool(report=costs.append), costs


def read_in_child(raw: bytes) -> Mail:
    """What the mail says; fails the test when a child had to be stopped for it or it cost too much."""
    pool, costs = _pool()
    costs.clear()
    mail = pool.read(raw)
    assert_cheap(costs)
    return mail


def assert_cheap(costs: list[Cost]) -> None:
    """At most 2 s of processor and 256 MB for each, by the child's own count."""
    assert costs
    for cost in costs:
        assert not cost.failed, cost
        assert cost.cpu_seconds is not None
        assert cost.cpu_seconds <= MAX_CPU_SECONDS, cost
        assert cost.memory_bytes is not None
        assert 2**20 < cost.memory_bytes <= MAX_MEMORY_BYTES, cost


@dataclass
class InChild(Here):
    """The office's reader, in such a child."""

    def read(self, raw: bytes) -> Mail:
        """What the mail says."""
        return read_in_child(raw)
