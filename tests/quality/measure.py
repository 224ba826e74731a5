"""One measured quality: how many of how many are right, what is asked at least, and the names of those that fail."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """`right` of `total`, or a `ratio` of its own where that is no plain share (F1)."""

    name: str
    right: int
    total: int
    least: float | None = None
    share: float | None = None
    failing: tuple[str, ...] = field(default=())

    @property
    def ratio(self) -> float:
        """What is compared with `least`; 1 where there is nothing to get right."""
        if self.share is not None:
            return self.share
        return self.right / self.total if self.total else 1.0

    @property
    def holds(self) -> bool:
        """Whether it is as good as is asked."""
        return self.least is None or self.ratio >= self.least
