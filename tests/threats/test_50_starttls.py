"""Threat 50, STARTTLS injection: what came before the handshake is forgotten, in every buffer."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from ingest.smtp_tls import Certificate
from tests.edge import MAIL, OURS, Edge
from tests.tls_files import write_certificate

INJECTED = (
    b"MAIL FROM:<evil@example.com>\r\n",
    b"EHLO evil\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<support@casepost.example>\r\nDATA\r\nx\r\n.\r\n",
    b"EHLO evil\r\n",
    b"MAIL FROM",
    b"\r\n" * 500,
    b"NOOP\r\n" * 10_000,
)


@pytest.fixture
def secure(edges: Any, tmp_path: Path) -> Edge:
    made: Edge = edges(tls=Certificate(*write_certificate(tmp_path)))
    return made


@pytest.fixture
def trusting(secure: Edge, tmp_path: Path) -> ssl.SSLContext:
    """A client's side that knows the certificate."""
    return ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))


@pytest.mark.parametrize("injected", INJECTED, ids=range(len(INJECTED)))
def test_50_what_is_sent_behind_starttls_in_the_clear_is_never_answered(
    secure: Edge, trusting: ssl.SSLContext, injected: bytes
) -> None:
    with secure.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"STARTTLS\r\n" + injected) == "220 Ready to start TLS"
        try:
            tls = trusting.wrap_socket(peer.socket, server_hostname="localhost")
        except (ssl.SSLError, ConnectionError):
            # What came behind was taken for the handshake: then there is none, and nothing was obeyed either.
            assert secure.house.taken == []
            return
        with tls, tls.makefile("rb") as lines:
            tls.sendall(b"RCPT TO:<support@casepost.example>\r\nMAIL FROM:<>\r\nNOOP\r\n")
            assert [lines.readline()[:9] for _ in range(3)] == [b"503 5.5.1", b"503 5.5.1", b"250 2.0.0"]
            tls.sendall(b"EHLO x\r\nMAIL FROM:<>\r\n")
            while lines.readline()[3:4] == b"-":
                pass
            assert lines.readline().startswith(b"250 2.1.0")
    assert secure.house.taken == []


def test_50_starttls_forgets_the_hello_and_the_mail_under_way_and_is_offered_once(
    secure: Edge, trusting: ssl.SSLContext
) -> None:
    with secure.client() as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.mail("evil@example.com")
        client.rcpt(OURS)
        client.starttls(context=trusting)
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("RCPT", f"TO:<{OURS}>")[0] == 503
        assert client.docmd("MAIL", "FROM:<a@example.com>")[0] == 503
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] == 503
        assert client.docmd("RCPT", f"TO:<{OURS}>")[0] == 503
        client.sendmail("a@example.com", [OURS], MAIL)
    assert [(one.raw, one.sender) for one in secure.house.taken] == [(MAIL, "a@example.com")]


def test_50_a_handshake_that_fails_ends_the_session_and_harms_nobody_else(secure: Edge) -> None:
    with secure.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"STARTTLS\r\n").startswith("220")
        peer.send(b"this is no TLS hello at all\r\n" * 10)
        peer.reply()
        assert peer.line() == ""
    with secure.client() as client:
        client.sendmail("a@example.com", [OURS], MAIL)
    secure.drain(2)


def test_50_without_a_certificate_and_over_lmtp_starttls_is_not_offered(edge: Edge, edges: Any, secure: Edge) -> None:
    for without, hello in ((edge, b"EHLO x\r\n"), (edges(lmtp=True), b"LHLO x\r\n")):
        with without.raw() as peer:
            assert "STARTTLS" not in peer.ask(hello)
            assert peer.ask(b"STARTTLS\r\n").startswith("502")
    with secure.raw() as peer:
        assert "STARTTLS" in peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"STARTTLS now\r\n").startswith("501")
