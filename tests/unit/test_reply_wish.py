"""Which wish to be answered elsewhere goes on record."""

import pytest

from cases.mail import Address
from ingest.reply_wish import find_wish
from tests.casework import SELLER, make_mail, signed_address


@pytest.mark.parametrize(
    ("reply_to", "expected"),
    [
        ((), []),
        ((SELLER.upper(),), []),
        (("books@tax.example", "x@y.example"), ["books@tax.example"]),
        ((signed_address(),), []),  # one of ours is nobody's own
    ],
)
def test_a_reply_to_that_is_not_followed_is_on_record(reply_to: tuple[str, ...], expected: list[str]) -> None:
    mail = make_mail(reply_to=tuple(Address(address=one) for one in reply_to))
    steps = find_wish(mail, SELLER)
    assert [(step.step, step.hit, step.detail) for step in steps] == [("Reply-To", False, one) for one in expected]
