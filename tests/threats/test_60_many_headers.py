"""Threat 60: headers that cost more than they weigh, at ten times what a standard parser chokes on.

Measured there: 100,000 fields 3.5 s, 10,000 encoded words 3 s and 430 MB, 100,000 References 8.3 s, 10,000 pieces of
one parameter 2.9 s.
"""

import pytest

from tests.casework import SELLER, SUPPORT
from tests.hostile.bombs import HEADERS, references
from tests.hostile.measured import InChild, read_in_child
from tests.office import Office

TEN_TIMES = {
    "fields": 1_000_000,
    "encoded words": 100_000,
    "encoded addresses": 100_000,
    "References": 1_000_000,
    "RFC 2231 pieces": 100_000,
    "comments": 30_000,
}


@pytest.mark.parametrize("kind", HEADERS)
def test_60_ten_times_as_many_cost_next_to_nothing(kind: str) -> None:
    mail = read_in_child(HEADERS[kind](TEN_TIMES[kind]))
    assert mail.text.startswith("Dies ist ein ganz normaler Satz")
    assert mail.defects


def test_60_the_newest_hundred_references_are_kept() -> None:
    mail = read_in_child(references(5_000))
    assert mail.references == tuple(f"<m{number}@shop.example>" for number in reversed(range(100)))


def test_60_a_reply_with_hundreds_of_references_comes_to_its_case(office: Office) -> None:
    office.reader = InChild()
    first = office.receive(
        f"From: {SELLER}\r\nTo: {SUPPORT.address}\r\nSubject: Lost\r\n".encode()
        + b"Message-ID: <m0@shop.example>\r\n\r\nhello\r\n"
    )
    assert first is not None
    reply = references(500).replace(b"jan@shop.example", SELLER.encode())
    again = office.receive(reply)
    assert again is not None
    assert (again.outcome, again.number) == ("appended", first.number)
