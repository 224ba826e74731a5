"""What a target of the fuzzing is: examples, and what holds of the program for every one of them."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from hypothesis.strategies import SearchStrategy

Check = Callable[[Any], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One way in for a stranger's octets.

    `holds` says in a line what holds for any example; `begin` makes what checks it, which raises where it does not.
    """

    name: str
    holds: str
    examples: SearchStrategy[Any]
    begin: Callable[[], AbstractContextManager[Check]]


class _TooSlowError(BaseException):
    """Not an Exception: what guards a step of reading must not swallow it."""


@contextmanager
def cpu_seconds(most: float) -> Iterator[None]:
    """Fail when what is inside takes more seconds of CPU; a busy machine changes nothing. In the main thread only."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGPROF, stop)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        yield
    except _TooSlowError as error:
        raise AssertionError(f"more than {time.process_time() - began:.1f} s of CPU") from error
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def pure(check: Check, *, most_seconds: float) -> Callable[[], AbstractContextManager[Check]]:
    """A check that needs nothing around it, and at most so many seconds of CPU an example."""

    def bounded(example: Any) -> None:
        with cpu_seconds(most_seconds):
            check(example)

    @contextmanager
    def begin() -> Iterator[Check]:
        yield bounded

    return begin


def assert_text(*texts: str | None) -> None:
    """Texts that a database, a header and JSON take: UTF-8, no NUL."""
    for text in texts:
        if text is not None:
            text.encode("utf-8")
            assert "\0" not in text, text


def assert_line(*texts: str | None) -> None:
    """Texts that stay on one line wherever they are written."""
    assert_text(*texts)
    for text in texts:
        assert text is None or not {"\r", "\n"} & set(text), text
