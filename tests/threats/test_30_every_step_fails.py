"""Threat 30, a fault at every step of a mail's way: kill -9, an exception, a full disk, a broken one.

One case and one acknowledgement for each mail, none lost, nothing stuck. Only where the program dies within DATA may
a mail come a second time, with the same Message-ID.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.failpoints import Action, Step
from tests.faults.lives import Cradle
from tests.faults.rehearsal import DECLARED_WINDOW, Stage
from tests.sink import Sink


@pytest.fixture(scope="module")
def cradle() -> Iterator[Cradle]:
    """Where lives come from."""
    with Cradle() as running:
        yield running


@pytest.mark.parametrize("step", list(Step))
def test_a_step_that_fails_in_every_way_costs_no_mail_and_doubles_none(
    tmp_path: Path, sink: Sink, cradle: Cradle, step: Step
) -> None:
    ended = Stage(tmp_path, sink, cradle).rehearse(step, list(Action))
    assert ended.came_up == frozenset(Action)
    assert ended.killed == 1
    books = ended.books
    assert books.faults == ()
    assert (books.cases, books.acknowledgements, books.lost, books.quarantined) == (4, 4, 0, 0)
    # Killed with one mail on record, another one may be within DATA.
    assert (books.sent_again > 0) == (step in DECLARED_WINDOW) or step is Step.ATTEMPT_RECORDED
