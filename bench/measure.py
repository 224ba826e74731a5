"""Runs two things in turn and prints medians, spread and the ratio."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """Two ways to measure the same thing: each call gives one figure in `unit`."""

    name: str
    unit: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    theirs_name: str


def run(contest: Contest, *, rounds: int = ROUNDS) -> float:
    """Warm up, measure in turn, print; the median of the ratios ours / theirs."""
    contest.ours()
    contest.theirs()
    pairs = [(contest.ours(), contest.theirs()) for _ in range(rounds)]
    ratios = [ours / theirs for ours, theirs in pairs]
    sys.stdout.write(
        f"{contest.name}\n"
        f"  casepost        {_spread([ours for ours, _ in pairs])} {contest.unit}\n"
        f"  {contest.theirs_name:<15} {_spread([theirs for _, theirs in pairs])} {contest.unit}\n"
        f"  ratio           {_spread(ratios)}\n"
    )
    sys.stdout.flush()
    return statistics.median(ratios)


def _spread(figures: list[float]) -> str:
    return f"median {statistics.median(figures):.3g} ({min(figures):.3g} to {max(figures):.3g})"
