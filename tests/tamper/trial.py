"""One trial: a copy of the store is tampered with, and verification must find it and name the row first."""

import random
from dataclasses import dataclass

from store.verify import verify
from store.verify_finding import Finding
from tests.tamper.hands import tamper
from tests.tamper.store import Bench


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What was done, what was found, and whether the row was named."""

    said: str
    found: tuple[Finding, ...]
    named: bool


def try_once(bench: Bench, seed: int) -> Trial:
    """The trial number `seed`, the same every time."""
    bench.mend()
    deed = tamper(bench.data_dir, random.Random(seed))
    found = tuple(verify(bench.store))
    rows = {(one.table, one.row.partition(",")[0]) for one in found}
    return Trial(said=deed.said, found=found, named=bool(rows & deed.named))
