"""What was wrong with a mail, collected while it is read: each defect once, in order, never too many."""

import struct
from collections.abc import Callable
from email.errors import MessageError
from typing import ParamSpec, TypeVar

from ingest.read.limits import MAX_DEFECTS

P = ParamSpec("P")
T = TypeVar("T")

READ_ERRORS = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, AssertionError, EOFError),
    UnboundLocalError,  # tnefparse, where an attachment's data come before its header
    MessageError,  # the standard library, on base64 in an encoded word
    struct.error,
)
"""What other people's parsers raise on hostile input. MemoryError is not among them: it ends the child."""


class Defects:
    """An ordered set of defect texts with a cap."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Note one defect; the same text twice counts once."""
        if len(self._seen) < MAX_DEFECTS:
            self._seen.setdefault(text, None)

    def all(self) -> tuple[str, ...]:
        """All defects in the order in which they were met."""
        return tuple(self._seen)

    def guard(self, what: str, default: T, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, or `default` and a defect naming `what` when it raised."""
        try:
            return work(*args, **kwargs)
        except READ_ERRORS as error:
            self.add(f"{what}: could not be read ({type(error).__name__})")
            return default
