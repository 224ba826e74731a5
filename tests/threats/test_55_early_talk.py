"""Threat 55, early talk: who does not wait for the greeting, or speaks something else, is gone at once."""

import contextlib
import socket
import time
from typing import Any

import pytest

from tests.edge import MAIL, OURS, Edge

EARLY = {
    "smtp": b"EHLO x\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<support@casepost.example>\r\nDATA\r\nx\r\n.\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: casepost.example\r\n\r\n",
    "http with a mail in it": b"POST / HTTP/1.1\r\n\r\nEHLO x\r\nMAIL FROM:<>\r\nDATA\r\n",
    "one octet": b"x",
    "nul": b"\x00" * 100,
    "no newline": b"x" * 10_000_000,
}
TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 506


def talk(port: int, octets: bytes, *, wait: bool) -> tuple[bytes, float]:
    """Send it at once or after the greeting; all that is said, and how long until the connection was closed."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        said = connection.recv(1000) if wait else b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(octets)
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(1000):
                said += more
    return said, time.monotonic() - began


@pytest.mark.parametrize("octets", EARLY.values(), ids=EARLY)
def test_55_who_talks_before_the_greeting_is_closed_and_nothing_is_obeyed(edges: Any, octets: bytes) -> None:
    edge: Edge = edges(greeting_pause=0.5)
    said, seconds = talk(edge.port, octets, wait=False)
    assert said in (b"421 4.7.0 Wait for the greeting of a mail server\r\n", b"")
    assert seconds < 5
    assert edge.house.taken == []


@pytest.mark.parametrize("wait", [True, False], ids=["after the greeting", "at once"])
def test_55_a_tls_hello_on_the_plain_port_is_closed(edges: Any, wait: bool) -> None:
    edge: Edge = edges(greeting_pause=0.5 if not wait else 0.0)
    said, seconds = talk(edge.port, TLS_HELLO, wait=wait)
    assert said in (b"", b"220 mx.casepost.example ESMTP\r\n")
    assert seconds < 5


@pytest.mark.parametrize(
    "verb", ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE", "get"]
)
def test_55_a_web_client_that_waited_is_sent_away_by_its_verb(edge: Edge, verb: str) -> None:
    with edge.raw() as peer:
        assert peer.ask(f"{verb} / HTTP/1.1\r\nEHLO x\r\n".encode()) == "421 4.7.0 This is a mail server"
        assert peer.reply() == ""


def test_55_ten_megabytes_without_a_line_end_are_closed_soon(edge: Edge) -> None:
    said, seconds = talk(edge.port, b"x" * 10_000_000, wait=True)
    assert said.split(b"\r\n")[1][:3] in (b"500", b"")
    assert seconds < 5


def test_55_who_waits_is_greeted_and_a_trusted_relay_need_not_wait(edges: Any) -> None:
    edge: Edge = edges(greeting_pause=0.1)
    with edge.client() as client:
        client.sendmail("a@example.com", [OURS], MAIL)
    trusting: Edge = edges(greeting_pause=10, trusted_relays=("127.0.0.1",))
    began = time.monotonic()
    with trusting.client() as client:
        client.sendmail("a@example.com", [OURS], MAIL)
    assert time.monotonic() - began < 9
    assert (len(edge.house.taken), len(trusting.house.taken)) == (1, 1)
