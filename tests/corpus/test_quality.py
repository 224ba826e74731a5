"""What is asked of reading other projects' mails holds, and what is read otherwise is named with its reason."""

from collections.abc import Callable

import pytest

from tests.quality import corpus_measures
from tests.quality.measure import Measure


@pytest.mark.parametrize(
    "measure",
    [
        corpus_measures.measure_cost,
        corpus_measures.measure_new_text,
        corpus_measures.measure_bounces,
        corpus_measures.measure_fields,
    ],
)
def test_mails_of_other_projects_are_read_as_well_as_is_asked(measure: Callable[[], Measure]) -> None:
    measured = measure()
    assert measured.total > 50
    assert measured.holds, measured.failing


def test_replies_that_are_split_otherwise_are_those_that_were_decided_so() -> None:
    assert [name for name in corpus_measures.measure_new_text().failing if "not understood" in name] == []
