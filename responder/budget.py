"""What one rendering may cost: characters made and time of the processor, counted over all its steps.

A limit on each step alone is none: a thousand steps under it are a thousand times too much. The time is this thread's
own, so that a busy machine makes no template fail.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from jinja2.exceptions import SecurityError

MAX_RENDERED_CHARACTERS = 8_000_000
MAX_SECONDS = 2.0


class BudgetSpent(SecurityError):
    """The rendering would cost too much."""


@dataclass(slots=True)
class _Budget:
    characters: int
    until: float


_budget: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """All that is done inside counts together."""
    mine = _budget.set(_Budget(MAX_RENDERED_CHARACTERS, time.thread_time() + MAX_SECONDS))
    try:
        yield
    finally:
        _budget.reset(mine)


def spend(characters: int = 0) -> None:
    """Count that many characters and look at the clock. BudgetSpent once there is no more to spend."""
    budget = _budget.get()
    if budget is None:
        return
    budget.characters -= characters
    if budget.characters < 0:
        raise BudgetSpent(f"the mail grows over {MAX_RENDERED_CHARACTERS} characters")
    if time.thread_time() > budget.until:
        raise BudgetSpent(f"the mail takes longer than {MAX_SECONDS:.0f} s of computing")
