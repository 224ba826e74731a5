"""Threat 53, line length: what real mailers write is taken, 64 KB and all; beyond that it is refused, not cut."""

from typing import Any

import pytest

from cases.model import Outcome
from tests.edge import Edge, raw_of
from tests.office import Office

HEAD = b"From: a@example.com\r\nTo: support@casepost.example\r\nSubject: a long line\r\n"


@pytest.mark.parametrize("length", [998, 999, 1001, 2000, 4096, 5000, 65_535, 65_536, 65_538])
@pytest.mark.parametrize("first", [b"", b"."], ids=["plain", "dotted"])
def test_53_lines_up_to_64_kb_are_taken_octet_by_octet(edge: Edge, length: int, first: bytes) -> None:
    line = (first + b"x" * length)[:length]
    raw = HEAD + b"\r\n" + line + b"\r\nlast\r\n"
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n").startswith("250 2.0.0")
    assert edge.house.taken[0].raw == raw


@pytest.mark.parametrize("length", [65_539, 66_000, 131_072, 10_000_000])
@pytest.mark.parametrize("before", [0, 65_000, 200_000], ids=["at once", "later", "much later"])
def test_53_longer_ones_are_refused_for_good_and_the_session_goes_on(edge: Edge, length: int, before: int) -> None:
    lines = b"short\r\n" * (before // 7)
    with edge.raw() as peer:
        peer.begin()
        peer.send(HEAD + b"\r\n" + lines + b"x" * length + b"\r\n" + lines)
        assert peer.ask(b".\r\n") == "500 5.5.2 A line of the mail is too long"
        peer.begin(b"EHLO again")
        assert peer.ask(HEAD + b"\r\nx\r\n.\r\n").startswith("250 2.0.0")
    assert len(edge.house.taken) == 1


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"X-Long: " + b"x" * 60_000 + b"\r\n\r\nHello\r\n",
        HEAD + b"References: " + b"<a@b.example> " * 4000 + b"\r\n\r\nHello\r\n",
        HEAD + b"Content-Type: text/html\r\n\r\n<p>" + b"word " * 13_000 + b"</p>\r\n",
        HEAD.replace(b"a long line", b"x" * 65_000) + b"\r\nHello\r\n",
    ],
    ids=["header", "references", "html", "subject"],
)
def test_53_such_mails_become_cases(edges: Any, office: Office, raw: bytes) -> None:
    edge: Edge = edges()
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(raw + b".\r\n").startswith("250 2.0.0")
    (taken,) = edge.house.taken
    applied = office.receive(raw_of(taken), *taken.recipients, sender=taken.sender)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
