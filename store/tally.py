"""What this process has counted since it began; the metrics are made of it. Labels are few and fixed, never a mail's.

Counting is in memory and takes a lock for a moment. The totals leave the process with its pulse.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds


class Tally(StrEnum):
    """What is counted; the value is the metric's name without its prefix, the comment says what labels it."""

    MAILS_ACCEPTED = "mails_accepted"  # channel
    MAILS_REFUSED = "mails_refused"  # the reply's code
    CHILDREN_KILLED = "children_killed"  # why
    DELIVERIES = "deliveries"  # the state they ended in
    REPLIES_WRITTEN = "replies_written"  # kind
    PROCESSES_RESTARTED = "processes_restarted"  # role
    FAULTS = "faults"  # station


class Timing(StrEnum):
    """What is timed, in seconds."""

    ACCEPT = "accept_seconds"
    TAKE_IN = "take_in_seconds"
    WRITE = "write_seconds"
    DELIVER = "deliver_seconds"


@dataclass(kw_only=True, slots=True)
class Spread:
    """How long something took: how often within each of BOUNDS and beyond, and seconds in all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0


_lock = threading.Lock()
_counts: Counter[tuple[str, str]] = Counter()
_spreads: dict[str, Spread] = {}


def count(what: Tally, label: str = "") -> None:
    """One more."""
    with _lock:
        _counts[what.value, label] += 1


@contextmanager
def timed(what: Timing) -> Iterator[None]:
    """Time what is done within, unless it fails."""
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    with _lock:
        spread = _spreads.setdefault(what.value, Spread())
        spread.counts[bisect_left(BOUNDS, seconds)] += 1
        spread.total += seconds


def totals() -> tuple[list[tuple[str, str, int]], list[tuple[str, list[int], float]]]:
    """All counts as (what, label, number), all timings as (what, numbers by bound, seconds in all)."""
    with _lock:
        counts = [(what, label, number) for (what, label), number in _counts.items()]
        return counts, [(what, list(spread.counts), spread.total) for what, spread in _spreads.items()]


def forget() -> None:
    """Begin anew; a forked process has its parent's numbers otherwise."""
    with _lock:
        _counts.clear()
        _spreads.clear()
