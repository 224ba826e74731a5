"""Threat 58: a mail in a mail in a mail: each is one case, read at the price of any other, and kept whole.

The standard library ends with a RecursionError at 3,000 levels in 0.17 MB; Postfix gives up at 100.
"""

import hashlib

import pytest

from tests.hostile.bombs import NESTING
from tests.hostile.measured import InChild
from tests.office import Office

LEVELS = (49, 51, 500, 3_000, 100_000)


@pytest.mark.parametrize("kind", NESTING)
def test_58_each_is_one_case_and_kept_whole(office: Office, kind: str) -> None:
    office.reader = InChild()
    numbers = set()
    for levels in LEVELS:
        raw = NESTING[kind](levels)
        applied = office.receive(raw, sender=f"s{levels}@shop.example")
        assert applied is not None, levels
        assert applied.outcome == "created", (levels, applied.reason)
        numbers.add(applied.number)
        assert hashlib.sha256(_kept(office, levels_done=len(numbers))).digest() == hashlib.sha256(raw).digest()
    assert len(numbers) == len(LEVELS)


def _kept(office: Office, *, levels_done: int) -> bytes:
    """The raw mail that was taken in last; ids of the ledger count from 1."""
    return office.store.ledger.load(levels_done)


def test_58_words_are_read_to_the_fiftieth_level_and_shown_as_they_stand_below_it(office: Office) -> None:
    office.reader = InChild()
    shallow = office.receive(NESTING["multiparts"](49))
    deep = office.receive(NESTING["multiparts"](51), sender="other@shop.example")
    assert shallow is not None
    assert deep is not None
    assert office.case(shallow.number)["messages"][0]["text"] == "hello"
    assert "hello" in office.case(deep.number)["messages"][0]["text"]
