"""A second of strangers' octets into every way in; `python -m tests.fuzz MINUTES`, or `make fuzz`, tries for longer."""

import pytest

from tests.fuzz.run import fuzz
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_what_holds_for_any_octets_holds_for_some(target: Target) -> None:
    tried = fuzz(target, seed=6, seconds=1.2, tell=lambda _: None)
    assert tried.findings == []
    assert tried.tried > 0


def test_a_fault_is_found_made_small_and_told_once() -> None:
    """A fuzzer that finds nothing must be one that could."""
    from hypothesis import strategies as st

    from tests.fuzz.target import pure

    def check(text: str) -> None:
        assert "#" not in text

    told: list[str] = []
    broken = Target(name="broken", holds="no #", examples=st.text(), begin=pure(check, most_seconds=1.0))
    tried = fuzz(broken, seed=1, seconds=0.5, tell=told.append)
    assert [one.example for one in tried.findings] == ["#"]
    assert len(told) == 1
