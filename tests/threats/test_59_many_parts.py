"""Threat 59: parts by the million. A standard parser takes over 20 s for 100,000 of them, in 8.6 MB."""

import pytest

from tests.hostile.bombs import PARTS, attachments, empty_parts
from tests.hostile.measured import InChild, read_in_child
from tests.office import Office

COUNTS = (1_001, 10_000, 100_000, 1_000_000)
MAX_OCTETS = 36_700_160


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", PARTS)
def test_59_any_number_of_parts_costs_no_more_than_a_thousand(kind: str, count: int) -> None:
    mail = read_in_child(PARTS[kind](count)[:MAX_OCTETS])
    assert len(mail.parts) <= 1_000
    assert sum(part.attachment for part in mail.parts) <= 200
    assert mail.defects or kind == "clashing boundaries"


def test_59_what_is_not_split_is_said_and_the_words_are_read(office: Office) -> None:
    office.reader = InChild()
    applied = office.receive(attachments(1_001))
    assert applied is not None
    (message,) = office.case(applied.number)["messages"]
    assert message["text"] == "hello"
    assert len(message["attachments"]) == 200
    mail = read_in_child(empty_parts(1_001))
    assert any("more than 1000 parts" in defect for defect in mail.defects)
