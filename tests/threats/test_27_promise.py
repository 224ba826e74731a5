"""Threat 27, the promise: what got its 250 is there byte for byte, once, and what got none is there once at most.

kill -9 at random instants under load; `python -m tests.soak 120 --kills 500` plays five hundred of them.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sink import Sink
from tests.soak.dice import KILLS
from tests.soak.rounds import Round, open_nodes, play


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("nodes", "kills"), [(1, 22), (2, 8)], ids=["SQLite", "two nodes on PostgreSQL"])
def test_27_kills_under_load_lose_no_mail_that_was_promised_and_double_none(
    tmp_path: Path, sink: Sink, new_postgresql: Callable[[], str], nodes: int, kills: int
) -> None:
    url = new_postgresql() if nodes > 1 else ""
    with open_nodes(tmp_path, sink, database_url=url, count=nodes) as running:
        report = play(running, sink, Round(faults=KILLS, every=0.5, rate=8.0, seed=27, kills=kills))
    assert report.kills == kills
    books = report.books
    assert books.faults == ()
    assert (books.lost, books.double_cases, books.double_acknowledgements) == (0, 0, 0)
    assert books.kept_whole == books.promises >= books.posted > 10
