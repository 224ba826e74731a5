"""The counts that are kept in counts.toml, and what a new count says against them.

Compared are not the counts but their ratios to the reference of the same run, so that another build of Python or of
the C library, which makes all of them larger or smaller, moves nothing.
"""

import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.regress.works import REFERENCE

KEPT = Path(__file__).with_name("counts.toml")
LIMIT = 0.15
"""How much more than kept is a fault, and how much less a reason to keep the new count."""

_HEAD = """\
# Instructions of one round of each work, as `python -m bench.regress --write` counted them. Not edited by hand.
# Ratios to {reference!r} are compared, on the same Python and architecture only.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Maker:
    """What counts are made with: other versions of Python have other instructions for the same code."""

    python: str
    machine: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Instructions by the name of the work; the reference is one of them."""

    made_with: Maker
    instructions: Mapping[str, int]

    def ratio(self, name: str) -> float:
        """How many times the reference a work costs."""
        return self.instructions[name] / self.instructions[REFERENCE]


class Word(StrEnum):
    """What is to be said of a count."""

    SAME = "as kept"
    MORE = f"more than {LIMIT:.0%} over what is kept: find out why, or keep it with --write and say why"
    LESS = f"more than {LIMIT:.0%} under what is kept: keep it with --write"
    NEW = "not kept yet: keep it with --write"
    GONE = "kept, and no longer counted: take it out with --write"


FAULTS = frozenset((Word.MORE, Word.NEW, Word.GONE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One line of the table; `change` is that of the ratio, 0.1 for a tenth more, None without two to compare."""

    name: str
    count: int | None
    kept: int | None
    change: float | None
    word: Word


def here() -> Maker:
    """What this process would count with."""
    return Maker(python=f"{sys.version_info.major}.{sys.version_info.minor}", machine=platform.machine())


def load_counts(path: Path = KEPT) -> Counts:
    """What is kept. Raises OSError or TOMLDecodeError where there is nothing that can be read."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return Counts(made_with=Maker(**document["made_with"]), instructions=document["instructions"])


def write_counts(counts: Counts, path: Path = KEPT) -> None:
    """Keep these counts in place of what was kept."""
    lines = [f"{name} = {count}" for name, count in counts.instructions.items()]
    made_with = f'[made_with]\npython = "{counts.made_with.python}"\nmachine = "{counts.made_with.machine}"\n'
    body = "\n".join(("[instructions]", *lines))
    path.write_text(f"{_HEAD.format(reference=REFERENCE)}\n{made_with}\n{body}\n", encoding="utf-8")


def compare(new: Counts, kept: Counts) -> tuple[Verdict, ...]:
    """A verdict for each work that is counted or kept. The reference has one too, and is always as kept."""
    names = dict.fromkeys((*new.instructions, *kept.instructions))
    return tuple(_compare_one(name, new, kept) for name in names)


def _compare_one(name: str, new: Counts, kept: Counts) -> Verdict:
    count, before = new.instructions.get(name), kept.instructions.get(name)
    if count is None or before is None:
        word = Word.NEW if before is None else Word.GONE
        return Verdict(name=name, count=count, kept=before, change=None, word=word)
    change = new.ratio(name) / kept.ratio(name) - 1
    word = Word.MORE if change > LIMIT else Word.LESS if change < -LIMIT else Word.SAME
    return Verdict(name=name, count=count, kept=before, change=change, word=word)
