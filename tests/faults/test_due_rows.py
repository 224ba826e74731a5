"""Replies that are due on one PostgreSQL, by three processes, killed and halted past their lease: each written once."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from store.planned import claim_due, free_lapsed_due
from store.tables import planned_replies
from tests.due_rows.conductor import KILL, PAUSE, Node, Strike
from tests.due_rows.filling import Filling
from tests.due_rows.rehearsal import make_app, rehearse


def _one_halted_the_others_killed(nodes: Sequence[Node], chance: random.Random) -> Iterator[list[Strike]]:
    halted, *others = chance.sample(nodes, len(nodes))
    yield [(halted, PAUSE)]
    yield [(node, KILL) for node in others]


def test_each_mail_is_written_once_by_three_processes_that_are_killed_and_halted(
    tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    report = rehearse(
        tmp_path,
        new_postgresql(),
        rows=600,
        processes=3,
        bags=_one_halted_the_others_killed,
        every=1.0,
        seed=5,
        seconds=80,
    )
    assert report.faults == ()
    assert (report.score.kills, report.score.pauses) == (2, 1)


def test_what_a_halted_process_has_in_its_transaction_does_not_keep_the_rest_of_its_rows_in_work(
    tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    app, now = make_app(tmp_path / "node", new_postgresql()), datetime.now(UTC)
    cases = app.store.cases
    Filling(app, now=now).fill(1)
    writing, *rest = claim_due(cases, holder="halted:serve:1", now=now, limit=3)
    lapsed = {"lease_until": now - timedelta(seconds=1)}
    with cases.write() as connection:
        connection.execute(sa.update(planned_replies).where(planned_replies.c.state == "working").values(lapsed))
    with ThreadPoolExecutor() as others:
        with cases.write() as connection:
            connection.execute(sa.select(planned_replies).where(planned_replies.c.id == writing.id).with_for_update())
            freed = others.submit(free_lapsed_due, cases).result(timeout=5)
        assert freed == len(rest) == 2
        assert free_lapsed_due(cases) == 1
    app.close()
