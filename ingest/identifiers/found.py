"""What the search gives: one identifier in its normal form."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Found:
    """One identifier in its normal form."""

    kind: str
    value: str
