"""No work costs 15 % more instructions than what is kept in bench/regress/counts.toml; counted under callgrind."""

import pytest

from bench.regress.__main__ import judge, show
from bench.regress.callgrind import count_instructions, find_missing
from bench.regress.kept import Counts, compare, here, load_counts


@pytest.mark.timeout(600)
def test_no_work_costs_fifteen_percent_more_instructions_than_is_kept() -> None:
    missing, kept = find_missing(), load_counts()
    if missing is not None:
        pytest.skip(missing)
    if here() != kept.made_with:
        pytest.skip(f"kept are counts of {kept.made_with}, and these would be of {here()}")
    counts = Counts(made_with=here(), instructions=count_instructions())
    verdicts = compare(counts, kept)
    assert judge(counts, kept, verdicts) == 0, "\n" + show(verdicts)
