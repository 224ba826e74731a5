"""Trying examples of one target for a time: what fails is shrunk by hypothesis, and each fault is told once."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.target import Check, Target

_ROUND = 250  # examples of one seed; the next round has the next seed
_EVERY = 10.0  # seconds between two lines of progress
_TO_SHRINK = 60.0  # seconds that a fault may be made smaller for when the time is up


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A fault: where it came up, what was said, and the smallest example that shows it."""

    place: str
    error: str
    example: Any


@dataclass(kw_only=True, slots=True)
class Tried:
    """What came of one target; `again` counts examples that showed a fault which is known already."""

    target: str
    seed: int
    tried: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """How it stands."""
        rate = self.tried / self.seconds if self.seconds else 0.0
        return (
            f"{self.target:<10} {self.seconds:5.0f} s  {self.tried:>9,} tried  {rate:7,.0f} a second  "
            f"{len(self.findings)} faults"
        )


def fuzz(target: Target, *, seed: int, seconds: float, tell: Callable[[str], None]) -> Tried:
    """Try examples of a target for that long; `tell` gets a line every ten seconds, and one for each fault."""
    tried = Tried(target=target.name, seed=seed)
    with target.begin() as check:
        one = _Trying(tried, check, seconds, tell)
        number = seed
        while time.monotonic() < one.until:
            one.play(target, number)
            number += 1
    tried.seconds = time.monotonic() - one.began
    return tried


class _Trying:
    """One target under way."""

    def __init__(self, tried: Tried, check: Check, seconds: float, tell: Callable[[str], None]) -> None:
        self.began = time.monotonic()
        self.until = self.began + seconds
        self._told = self.began
        self._tried = tried
        self._check = check
        self._tell = tell
        self._failed: Finding | None = None

    def play(self, target: Target, number: int) -> None:
        """One round; a fault in it is shrunk and noted."""
        how = settings(
            max_examples=_ROUND,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        self._failed = None
        try:
            hypothesis.seed(number)(how(given(target.examples)(self._try)))()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            found: Finding = self._failed or Finding(place=_place_of(error), error=_say(error), example=None)
            self._tried.findings.append(found)
            self._tell(f"{target.name}: fault at {found.place}: {found.error}\n  {found.example!r}")

    def _try(self, example: Any) -> None:
        now = time.monotonic()
        if now > self.until + (_TO_SHRINK if self._failed else 0.0):
            return
        if now > self._told + _EVERY:
            self._told = now
            self._tried.seconds = now - self.began
            self._tell(self._tried.line())
        self._tried.tried += 1
        try:
            self._check(example)
        except Exception as error:
            place = _place_of(error)
            if place in [one.place for one in self._tried.findings]:
                self._tried.again[place] += 1
                return
            self._failed = Finding(place=place, error=_say(error), example=example)
            raise


def _place_of(error: BaseException) -> str:
    """Where it came up, by which one fault is told from another."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} {place}"


def _say(error: BaseException) -> str:
    said = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {said[0][:300]}"
