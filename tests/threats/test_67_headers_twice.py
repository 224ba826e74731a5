"""Threat 67, single headers that stand twice: whichever another program believes, here it is said and proves nobody.

A signature may cover one of them and a person see the other; mail-parser lists only the first of two From.
"""

import pytest
import sqlalchemy as sa

from ingest.read.reader import read
from store.tables import messages
from tests.casework import SELLER
from tests.office import Office

_EVE = b"From: eve@evil.example"
_HEAD = {
    "From": f"From: Jan <{SELLER}>".encode(),
    "To": b"To: support@casepost.example",
    "Subject": b"Subject: Order lost",
    "Message-Id": b"Message-ID: <1@client.example>",
    "Date": b"Date: Mon, 23 Nov 2026 10:00:00 +0100",
}
_SECOND = {
    "To": b"To: other@casepost.example",
    "Subject": b"Subject: Something else",
    "Message-Id": b"Message-ID: <2@client.example>",
    "Date": b"Date: Tue, 24 Nov 2026 10:00:00 +0100",
}
_TWO_AUTHORS = {
    "on top": [_EVE, *_HEAD.values()],
    "at the bottom": [*_HEAD.values(), _EVE],
    "with a blank before the colon": [b"From : eve@evil.example", *_HEAD.values()],
    "folded": [b"From:\r\n eve@evil.example", *_HEAD.values()],
    "in capitals": [b"FROM: eve@evil.example", *_HEAD.values()],
    "the same twice": [_HEAD["From"], *_HEAD.values()],
    "empty": [b"From:", *_HEAD.values()],
}


def _mail(lines: list[bytes]) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\nMy order 302-1234567-7654321 is lost.\r\n"


@pytest.mark.parametrize("how", _TWO_AUTHORS)
def test_67_two_from_are_nobody_whatever_their_order_and_it_is_said(how: str) -> None:
    mail = read(_mail(_TWO_AUTHORS[how]))
    assert mail.author is None
    assert "From: given more than once" in mail.defects


@pytest.mark.parametrize("how", _TWO_AUTHORS)
def test_67_a_mail_of_two_authors_is_a_case_and_nobody_is_answered(office: Office, how: str) -> None:
    applied = office.receive(_mail(_TWO_AUTHORS[how]))
    assert applied is not None
    assert applied.number is not None
    office.write()
    assert {row.kind for row in office.outbox()} == {"agent_mail"}
    (said,) = office.case(applied.number)["messages"]
    assert "302-1234567-7654321" in said["text"]


@pytest.mark.parametrize("name", _SECOND)
def test_67_of_other_headers_that_stand_twice_the_first_is_shown_and_it_is_said(name: str) -> None:
    once = read(_mail(list(_HEAD.values())))
    twice = read(_mail([*_HEAD.values(), _SECOND[name]]))
    assert f"{name}: given more than once, the first counts" in twice.defects
    assert (twice.subject, twice.message_id, twice.date) == (once.subject, once.message_id, once.date)
    assert twice.author == once.author
    other_first = read(_mail([_SECOND[name], *_HEAD.values()]))
    assert (other_first.subject, other_first.message_id, other_first.date, other_first.to) != (
        (once.subject, once.message_id, once.date, once.to)
    )


def test_67_a_folded_header_is_one_header() -> None:
    folded = read(_mail([b"From: Jan\r\n <" + SELLER.encode() + b">", *list(_HEAD.values())[1:]]))
    assert folded.author is not None
    assert (folded.author.address, folded.defects) == (SELLER, ())


def test_67_a_from_that_the_signature_does_not_cover_proves_nobody(office: Office) -> None:
    """A second From above a signed mail: the signature holds, and says nothing of who is shown."""
    results = b"Authentication-Results: mx.example; dkim=pass header.d=petersen.example; dmarc=pass"
    applied = office.receive(_mail([results, _EVE, *_HEAD.values()]))
    assert applied is not None
    (row,) = office.rows(sa.select(messages.c.authentication))
    assert row.authentication != "pass"
