"""Labelled mails are read as well as is asked, by the command itself, pictures too."""

from pathlib import Path

import pytest

from tests.quality.__main__ import SETS, measure_set

MAILS = Path(__file__).resolve().parents[1] / "mails"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SETS)
def test_labelled_mails_are_read_as_well_as_is_asked(name: str) -> None:
    measures = measure_set(MAILS / name)
    assert [(one.name, round(one.ratio, 3), one.failing) for one in measures if not one.holds] == []
    assert sum(one.total for one in measures) > 500
