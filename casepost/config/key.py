"""What is said of one key of casepost.toml."""

from collections.abc import Callable
from typing import Any

import msgspec

DURATION = 'an ISO 8601 duration such as "PT24H" or "P7D", or "" for off'


class Key(msgspec.Struct, frozen=True):
    """What is said of a key: `doc` in the example, `takes` in an error; `check` gives the value's normal form.

    For a list `check` is asked about each item. `shown` false: the example has it commented out.
    """

    doc: str
    takes: str = ""
    check: Callable[[Any], Any] | None = None
    shown: bool = True


def number(doc: str, low: int, high: int | None = None) -> Key:
    """A key that takes whole numbers from `low` to `high`, both included."""

    def check(value: int) -> int:
        if value < low or (high is not None and value > high):
            raise ValueError
        return value

    return Key(doc, f"a whole number from {low}" + (" up" if high is None else f" to {high}"), check)
