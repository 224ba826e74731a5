"""The whole of it on one database: fill it, let processes write while they are killed and halted, look at the end."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from casepost.app import App
from casepost.config import load
from tests.due_rows.checks import count_failures, count_left, count_mails, find_break, find_faults, look_before
from tests.due_rows.conductor import Conductor, Node, Score, Strike
from tests.due_rows.filling import ADA, BEN, LEAD, RITA, Filling

Bags = Callable[[Sequence[Node], random.Random], Iterator[list[Strike]]]

_CONFIG = f"""
data_dir = "var"
database_url = "%s"
[smtp]
listen = ""
[web]
listen = ""
[delivery]
hold = true
[reminders]
clock = "wall"
[[queues]]
name = "support"
address = "support@casepost.example"
agents = ["{ADA}", "{BEN}"]
lead = "{LEAD}"
[[queues]]
name = "returns"
address = "returns@casepost.example"
agents = ["{RITA}"]
[[queues]]
name = "leads"
address = "leads@casepost.example"
agents = ["{LEAD}"]
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How it went; `failures`: what could not be written at first, `faults`: what must not be."""

    rows: int
    mails: int
    score: Score
    failures: Counter[str]
    faults: tuple[str, ...]


def rehearse(
    folder: Path,
    url: str,
    *,
    rows: int,
    processes: int,
    bags: Bags,
    every: float,
    seed: int,
    seconds: float,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Fill an empty database at `url` with so many rows that are due, or some more, and have processes write them."""
    chance = random.Random(seed)
    nodes = [Node(_make_folder(folder / f"node{number}", url)) for number in range(processes)]
    app = make_app(folder / "filling", url)
    try:
        filled = Filling(app, now=datetime.now(UTC)).fill(rows)
        database = app.store.cases
        with database.read() as connection:
            before = look_before(connection, filled)
        assert len(before.due) == filled.rows, (len(before.due), filled.rows)
        tell(f"{filled.rows:,} rows are due")
        conductor = Conductor(nodes, bags(nodes, chance), chance=chance, every=every)
        score = conductor.run(lambda: count_left(database, filled), seconds=seconds)
        with database.read() as connection:
            faults = [*find_faults(connection, before, filled)]
            mails, failures = count_mails(connection, before), count_failures(connection)
        faults += find_break(database)
    finally:
        app.close()
    return Report(rows=filled.rows, mails=mails, score=score, failures=failures, faults=tuple(faults))


def make_app(folder: Path, url: str) -> App:
    """An app on the database at `url`, with queues and agents as `Filling` needs them; to be closed."""
    return App(load(_make_folder(folder, url) / "casepost.toml", {}), {})


def _make_folder(folder: Path, url: str) -> Path:
    folder.mkdir()
    (folder / "casepost.toml").write_text(_CONFIG % url)
    return folder
