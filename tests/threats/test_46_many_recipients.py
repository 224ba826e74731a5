"""Threat 46, recipients: a hundred and more are taken, over a thousand are put off, and a mail stays one mail."""

import time
from typing import Any

import pytest

from cases.model import Outcome
from store.views import list_cases
from tests.edge import MAIL, OURS, Edge, Raw, raw_of
from tests.office import Office
from tests.service import mail


def offer(peer: Raw, count: int) -> list[str]:
    """What is said to each of so many recipients, all sent at once (RFC 2920)."""
    peer.ask(b"EHLO x\r\n")
    peer.ask(b"MAIL FROM:<a@example.com>\r\n")
    said: list[str] = []
    for start in range(0, count, 1000):
        numbers = range(start, min(count, start + 1000))
        peer.send(b"".join(b"RCPT TO:<support+%d@casepost.example>\r\n" % number for number in numbers))
        said += [peer.reply()[:9] for _ in numbers]
    return said


@pytest.mark.parametrize("count", [101, 1000, 1001, 20_000])
def test_46_a_thousand_recipients_are_taken_and_the_rest_is_put_off(edge: Edge, count: int) -> None:
    began = time.monotonic()
    with edge.raw() as peer:
        said = offer(peer, count)
        assert said == ["250 2.1.5"] * min(count, 1000) + ["452 4.5.3"] * max(0, count - 1000)
        assert peer.ask(b"DATA\r\n").startswith("354")
        assert peer.ask(MAIL + b".\r\n").startswith("250 2.0.0")
        assert peer.ask(b"QUIT\r\n").startswith("221")
    (taken,) = edge.house.taken
    assert len(taken.recipients) == min(count, 1000)
    assert time.monotonic() - began < 20


def test_46_an_address_named_again_in_other_letters_is_one_recipient(edge: Edge) -> None:
    forms = [OURS, OURS.upper(), "Support@casepost.example", "support@CASEPOST.example"]
    forms += ["support+x@casepost.example", "SUPPORT+X@casepost.example"]
    with edge.client() as client:
        client.sendmail("a@example.com", [form for form in forms for _ in range(100)], MAIL)
    (taken,) = edge.house.taken
    assert taken.recipients == (OURS, "support+x@casepost.example")


def test_46_a_mail_to_a_thousand_addresses_is_one_case(edges: Any, office: Office) -> None:
    edge: Edge = edges()
    with edge.raw() as peer:
        offer(peer, 1500)
        peer.ask(b"DATA\r\n")
        assert peer.ask(mail("One question", "Where is it?").as_bytes().replace(b"\n", b"\r\n") + b".\r\n")[:3] == "250"
    (taken,) = edge.house.taken
    applied = office.receive(raw_of(taken), *taken.recipients)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    with office.store.cases.read() as connection:
        assert len(list_cases(connection, limit=None, status=None, queue=None)) == 1
