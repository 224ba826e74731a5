"""A progress bar on standard error, for work that takes long enough to be looked at."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[], None]


@contextmanager
def progress(words: str, count: Callable[[], int | None]) -> Iterator[Advance]:
    """A bar while somebody looks at it; `count` is asked only then, None: it is not known. Call what it gives."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=count())
        yield lambda: bar.advance(task)
