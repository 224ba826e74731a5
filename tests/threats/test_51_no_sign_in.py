"""Threat 51, AUTH: agents write from their own mail servers, so nobody signs in here and no answer tells who exists."""

import ssl
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from ingest.smtp_tls import Certificate
from tests.edge import Edge, Raw
from tests.service import AGENT
from tests.tls_files import write_certificate

REFUSED = "500 5.5.1 Command not recognized"


def plain(user: str, password: str) -> bytes:
    return b"AUTH PLAIN " + b64encode(f"\0{user}\0{password}".encode()) + b"\r\n"


def test_51_a_thousand_bad_logins_are_refused_alike_and_each_session_ends_after_twenty(edges: Any) -> None:
    edge: Edge = edges(max_connects_per_minute=1000)
    users = [AGENT, "nobody@casepost.example", "root", "support@casepost.example"]
    said: list[str] = []
    for start in range(0, 1000, 20):
        with edge.raw() as peer:
            assert "AUTH" not in peer.ask(b"EHLO x\r\n")
            said += [peer.ask(plain(users[number % 4], str(number))) for number in range(start, start + 20)]
            assert peer.reply() == ""
    assert len(said) == 1000
    assert set(said) == {REFUSED, "421 4.7.0 Too many errors"}
    assert said.count("421 4.7.0 Too many errors") == 50


@pytest.mark.parametrize(
    "command", [b"AUTH", b"AUTH PLAIN", b"AUTH LOGIN", b"AUTH CRAM-MD5", b"AUTH XOAUTH2 eA==", b"AUTH EXTERNAL ="]
)
def test_51_no_way_of_signing_in_is_begun_in_the_clear_or_over_tls(edges: Any, tmp_path: Path, command: bytes) -> None:
    edge: Edge = edges(tls=Certificate(*write_certificate(tmp_path)))
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(command + b"\r\n") == REFUSED
        assert peer.ask(b"STARTTLS\r\n").startswith("220")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        with trusting.wrap_socket(peer.socket, server_hostname="localhost") as tls:
            inner = Raw(tls)
            assert "AUTH" not in inner.ask(b"EHLO x\r\n")
            assert inner.ask(command + b"\r\n") == REFUSED
            inner.file.close()


def test_51_what_an_agent_may_do_does_not_hang_on_the_connection(edge: Edge) -> None:
    """The envelope's sender may be anybody: it is noted, and proves nothing (threat 1 has what proves an agent)."""
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"MAIL FROM:<agent@casepost.example> AUTH=<agent@casepost.example>\r\n").startswith("555")
        assert peer.ask(b"MAIL FROM:<agent@casepost.example>\r\n").startswith("250")
        assert peer.ask(b"RCPT TO:<victim@elsewhere.example>\r\n").startswith("550")
