"""Power cuts: the recorded acts are played up to many points, each time onto a disk that forgets."""

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.power_cut.aftermath import find_faults, lay_out
from tests.power_cut.disk import Disk, all_lost, some_kept
from tests.power_cut.recording import NOTE, Act
from tests.power_cut.service_run import PROMISED

_IN_MEMORY = Path("/dev/shm")  # what is only looked at need not be synced


@dataclass(kw_only=True, slots=True)
class Report:
    """How many cuts there were, of how many acts, and (point, what must not be) of each fault."""

    acts: int = 0
    cuts: int = 0
    promised: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def kinds(self) -> Counter[str]:
        """How often which kind of fault."""
        return Counter(fault.partition(":")[0] for _, fault in self.faults)


def cut_at_many_points(
    acts: Iterable[Act],
    root: Path,
    *,
    points: int,
    seed: int,
    deaf: Callable[[str], bool] = lambda _path: False,
    tell: Callable[[int], None] = lambda _done: None,
) -> Report:
    """Cut the power at `points` acts; every second cut keeps some of what was not synced.

    Half of the points lie right behind a promise or a sync, where most is at stake; the others anywhere.
    """
    recorded = list(acts)
    chance = random.Random(seed)
    at = _choose(recorded, points, chance)
    disk, promised = Disk(root, deaf=deaf), set[str]()
    report = Report(acts=len(recorded))
    for number, act in enumerate(recorded):
        if act.kind != NOTE:
            disk.do(act)
        elif act.path.startswith(PROMISED):
            promised.add(act.path.removeprefix(PROMISED))
        if number in at:
            luck = some_kept(chance) if report.cuts % 2 else all_lost
            report.cuts += 1
            report.faults += [(number, fault) for fault in _look(disk.after_cut(luck), promised)]
            tell(report.cuts)
    report.promised = len(promised)
    return report


def _choose(acts: Sequence[Act], points: int, chance: random.Random) -> set[int]:
    risky = [number for number, act in enumerate(acts) if act.kind in (NOTE, "E")]
    chosen = {len(acts) - 1, *chance.sample(risky, min(len(risky), points // 2))}
    others = [number for number in range(len(acts)) if number not in chosen]
    return chosen | set(chance.sample(others, max(0, min(len(others), points - len(chosen)))))


def _look(files: dict[str, bytes | None], promised: set[str]) -> list[str]:
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as left:
        lay_out(files, Path(left))
        return find_faults(Path(left) / "var", promised)
