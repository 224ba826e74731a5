"""The SMTP and LMTP edge over real sockets: what is refused is refused with the right code."""

import asyncio
import contextlib
from typing import Any

import pytest

from cases.errors import PermanentError, TemporaryError
from tests.edge import MAIL, Edge

# Doubt is 451


@pytest.mark.parametrize("error", [RuntimeError("secret"), TemporaryError("secret"), PermanentError("secret")])
def test_an_error_in_taking_is_451_without_its_text(edge: Edge, error: Exception) -> None:
    edge.house.error = error
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n") == "451 4.3.0 Local error, try again later"
        edge.house.error = None
        assert peer.ask(b"MAIL FROM:<>\r\n").startswith("250")


def test_a_take_that_is_cancelled_is_451(edge: Edge) -> None:
    edge.house.error = asyncio.CancelledError()
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n").startswith("451 4.3.0")


def test_an_error_in_the_directory_is_451_and_the_session_goes_on(edge: Edge) -> None:
    edge.house.directory_error = RuntimeError("database is locked")
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        peer.ask(b"MAIL FROM:<>\r\n")
        assert peer.ask(b"RCPT TO:<support@casepost.example>\r\n") == "451 4.3.0 Local error, try again later"
        edge.house.directory_error = None
        assert peer.ask(b"RCPT TO:<support@casepost.example>\r\n").startswith("250")


def test_a_take_that_takes_too_long_is_451(edges: Any) -> None:
    edge = edges(take_timeout=0.1)
    edge.house.hold = 20
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n").startswith("451 4.3.0")
    assert edge.house.taken == []


# Size and lines


def test_a_declared_size_over_the_limit_is_refused_at_mail(edges: Any) -> None:
    edge = edges(max_message_bytes=1000)
    with edge.raw() as peer:
        assert "250-SIZE 1000" in peer.ask(b"EHLO x\r\n")
        for size, code in (
            (b"1001", "552 5.3.4"),
            (b"9" * 30, "552 5.3.4"),
            (b"-1", "501"),
            (b"1e9", "501"),
            (b"", "501"),
        ):
            assert peer.ask(b"MAIL FROM:<> SIZE=" + size + b"\r\n").startswith(code)
        assert peer.ask(b"MAIL FROM:<> SIZE=1000\r\n").startswith("250")


def test_an_undeclared_size_over_the_limit_is_refused_after_the_dot(edges: Any) -> None:
    edge = edges(max_message_bytes=1000)
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(b"x" * 998 + b"\r\n" + b".\r\n").startswith("250")
        peer.begin(b"EHLO again")
        assert peer.ask(b"x" * 999 + b"\r\n" + b".\r\n").startswith("552 5.3.4")
        assert peer.ask(b"NOOP\r\n").startswith("250")
    assert len(edge.house.taken) == 1


def test_a_mail_without_end_is_cut_at_twice_the_limit(edges: Any) -> None:
    edge = edges(max_message_bytes=100_000)
    with edge.raw() as peer:
        peer.begin()
        with contextlib.suppress(ConnectionError):
            for _ in range(10_000):
                peer.send(b"x" * 998 + b"\r\n")
        assert peer.reply()[:9] in ("552 5.3.4", "")
    assert edge.house.taken == []


def test_a_line_over_64_kb_is_refused(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(b"A: b\r\n\r\n" + b"x" * 66_000 + b"\r\n.\r\n").startswith("500 5.5.2")
        assert peer.ask(b"NOOP\r\n").startswith("250")


# Who is a recipient


@pytest.mark.parametrize("octets", [b"support\x00@casepost.example", b"sup\rport@casepost.example", b"support\xff@x"])
def test_control_octets_and_bytes_that_are_no_text_are_no_recipient(edge: Edge, octets: bytes) -> None:
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        assert peer.ask(b"RCPT TO:<" + octets + b">\r\n")[:3] in ("500", "550")


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        (b"<a@example.com>", "250"),
        (b" <a@example.com>", "250"),
        (b"a@example.com", "250"),
        (b"<a..b.@docomo.example>", "250"),
        (b'<"a b"@example.com>', "250"),
        (b"<prvs=123=a%b@example.com>", "250"),
        (b"<@relay.example:a@example.com>", "250"),
        (b"<a@[192.0.2.1]>", "250"),
        (b"<a@example.com> BODY=8BITMIME SMTPUTF8", "250"),
        (b"<a>", "553"),
        (b"<a@b@c>", "553"),
        (b"<a@>", "553"),
        (b"<a@example.com", "501"),
        (b"<a@example.com>x", "501"),
        (b"<a@example.com> =x", "501"),
        (b"<a@example.com> BODY=BINARYMIME", "501"),
        (b"<a@example.com> AUTH=<>", "555"),
        (b"<a@example.com> RET=FULL", "555"),
        (b"<\xff@example.com>", "553"),
        (b"<" + b"a" * 600 + b"@example.com>", "553"),
    ],
)
def test_the_grammar_of_mail_from(edge: Edge, argument: bytes, code: str) -> None:
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"MAIL FROM:" + argument + b"\r\n").startswith(code)


def test_recipients_over_the_cap_are_452_and_the_rest_is_taken(edges: Any) -> None:
    edge = edges(max_recipients=3)
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\nMAIL FROM:<>\r\n"), peer.reply()
        codes = [peer.ask(f"RCPT TO:<support+{n}@casepost.example>\r\n".encode())[:9] for n in range(5)]
        assert codes == ["250 2.1.5"] * 3 + ["452 4.5.3"] * 2
        peer.ask(b"DATA\r\n")
        assert peer.ask(MAIL + b".\r\n").startswith("250")
    assert len(edge.house.taken[0].recipients) == 3
