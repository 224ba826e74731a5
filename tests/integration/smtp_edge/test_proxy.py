"""Behind a balancer that speaks the PROXY protocol: the real client counts, and nobody else may say who it is."""

import logging
import socket
import struct
from ipaddress import ip_address
from typing import Any

import pytest

from tests.edge import MAIL, OURS, Edge, Raw

V2 = b"\r\n\r\n\x00\r\nQUIT\n"


def v1(client: str) -> bytes:
    family = "TCP6" if ":" in client else "TCP4"
    ours = "2001:db8::25" if ":" in client else "192.0.2.25"
    return f"PROXY {family} {client} {ours} 40000 25\r\n".encode()


def v2(client: str, *, command: int = 1, extra: bytes = b"") -> bytes:
    address = ip_address(client)
    packed = address.packed + ip_address("2001:db8::25" if address.version == 6 else "192.0.2.25").packed
    family = 0x21 if address.version == 6 else 0x11
    body = packed + struct.pack("!HH", 40000, 25) + extra
    return V2 + bytes([0x20 | command, family]) + struct.pack("!H", len(body)) + body


CLIENTS = ["198.51.100.7", "2001:db8:0:7::1"]
HEADERS = {"v1": v1, "v2": v2, "v2 with TLVs": lambda client: v2(client, extra=b"\x04\x00\x03abc" * 100)}
MALFORMED = {
    "nothing but a hello": b"EHLO x\r\n",
    "no family": b"PROXY TCP5 198.51.100.7 192.0.2.25 1 25\r\n",
    "a name": b"PROXY TCP4 evil.example 192.0.2.25 1 25\r\n",
    "mixed families": b"PROXY TCP4 2001:db8::1 192.0.2.25 1 25\r\n",
    "a port too high": b"PROXY TCP4 198.51.100.7 192.0.2.25 70000 25\r\n",
    "no ports": b"PROXY TCP4 198.51.100.7 192.0.2.25\r\n",
    "two blanks": b"PROXY TCP4  198.51.100.7 192.0.2.25 1 25\r\n",
    "bare LF": b"PROXY TCP4 198.51.100.7 192.0.2.25 1 25\n",
    "too long": b"PROXY UNKNOWN " + b"x" * 100 + b"\r\n",
    "endless": b"PROXY TCP4 " + b"1" * 100_000,
    "v2 of another version": V2 + b"\x31\x11\x00\x0c" + b"\0" * 12,
    "v2 too short": V2 + b"\x21\x11\x00\x04\x01\x02\x03\x04",
    "v2 unknown command": V2 + b"\x2f\x11\x00\x0c" + b"\0" * 12,
    "v2 bad signature": b"\r\n\r\n\x00\r\nQUIX\n\x21\x11\x00\x0c" + b"\0" * 12,
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "web": b"GET / HTTP/1.1\r\n\r\n",
}


@pytest.fixture
def behind(edges: Any) -> Edge:
    made: Edge = edges(proxies=("127.0.0.0/8",), trusted_relays=("127.0.0.1", "203.0.113.9"))
    return made


def connect(edge: Edge, header: bytes) -> Raw:
    connection = socket.create_connection(("127.0.0.1", edge.port), timeout=20)
    connection.sendall(header)
    return Raw(connection)


@pytest.mark.parametrize("client", CLIENTS, ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_the_client_is_who_the_header_says_and_the_balancer_s_trust_is_not_its(
    behind: Edge, header: Any, client: str
) -> None:
    with connect(behind, header(client)) as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n").startswith("250")
    (taken,) = behind.house.taken
    assert (taken.peer, taken.trusted) == (client, False)


def test_a_mapped_ipv4_client_is_that_ipv4_address_and_a_trusted_one_is_trusted(behind: Edge) -> None:
    for header in (v1("203.0.113.9"), v2("203.0.113.9"), v2("::ffff:203.0.113.9")):
        with connect(behind, header) as peer:
            peer.begin()
            peer.ask(MAIL + b".\r\n")
    assert {(one.peer, one.trusted) for one in behind.house.taken} == {("203.0.113.9", True)}


@pytest.mark.parametrize(
    "header",
    [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN 1 2 3\r\n", V2 + b"\x20\x00\x00\x00", v2("198.51.100.7", command=0)],
)
def test_a_balancer_that_speaks_for_itself_is_itself_and_never_trusted(behind: Edge, header: bytes) -> None:
    with connect(behind, header) as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n").startswith("250")
    (taken,) = behind.house.taken
    assert (taken.peer, taken.trusted) == ("127.0.0.1", False)


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_header_is_closed_without_a_word_and_logged(
    behind: Edge, caplog: pytest.LogCaptureFixture, header: bytes
) -> None:
    caplog.set_level(logging.DEBUG, "ingest.smtp")
    peer = connect(behind, header)
    assert peer.reply() == ""
    peer.__exit__()
    behind.drain(2)
    if not header.startswith(b"\x16"):
        assert [one.getMessage() for one in caplog.records] == ["balancer without PROXY header"]


@pytest.mark.parametrize("header", [b"", b"PRO", V2[:7]])
def test_a_balancer_that_only_looks_whether_the_port_is_open_leaves_nothing_behind(
    behind: Edge, caplog: pytest.LogCaptureFixture, header: bytes
) -> None:
    peer = connect(behind, header)
    peer.socket.shutdown(socket.SHUT_WR)
    assert peer.reply() == ""
    peer.__exit__()
    behind.drain(2)
    assert len(caplog.records) == (header != b"")


@pytest.mark.parametrize("header", [v1("203.0.113.9"), v2("203.0.113.9")], ids=["v1", "v2"])
def test_from_anybody_else_a_header_is_a_bad_command_and_changes_nothing(edges: Any, header: bytes) -> None:
    edge: Edge = edges(proxies=("10.0.0.0/8",), trusted_relays=("203.0.113.9",))
    with edge.raw() as peer:
        peer.send(header + b"\r\nEHLO x\r\n")
        assert peer.reply().startswith("500")
        while not peer.reply().startswith("250"):
            pass
        peer.ask(b"MAIL FROM:<>\r\n")
        peer.ask(b"RCPT TO:<support@casepost.example>\r\n")
        peer.ask(b"DATA\r\n")
        assert peer.ask(MAIL + b".\r\n").startswith("250")
    (taken,) = edge.house.taken
    assert (taken.peer, taken.trusted) == ("127.0.0.1", False)


def test_a_second_header_is_a_bad_command(behind: Edge) -> None:
    with connect(behind, v1("198.51.100.7")) as peer:
        assert peer.ask(v1("203.0.113.9")).startswith("500")


def test_caps_count_the_client_and_not_the_balancer(edges: Any) -> None:
    edge: Edge = edges(proxies=("127.0.0.1",), max_connections_per_address=2)
    with connect(edge, v1("198.51.100.7")), connect(edge, v2("198.51.100.7")):
        third = connect(edge, v1("198.51.100.7"))
        assert third.reply().startswith("421 4.7.0")
        third.__exit__()
        for client in ("198.51.100.8", "2001:db8::1", "2001:db8::2"):
            with connect(edge, v1(client)) as other:
                assert other.ask(b"NOOP\r\n").startswith("250")
    with connect(edge, v1("198.51.100.7")) as again:
        assert again.ask(b"NOOP\r\n").startswith("250")


def test_a_client_that_talks_before_the_greeting_is_found_behind_the_header(edges: Any) -> None:
    edge: Edge = edges(proxies=("127.0.0.1",), greeting_pause=0.2)
    peer = connect(edge, v1("198.51.100.7") + b"EHLO x\r\n")
    assert peer.reply() == "421 4.7.0 Wait for the greeting of a mail server"
    peer.__exit__()
    with connect(edge, v1("198.51.100.7")) as patient:
        assert patient.ask(b"NOOP\r\n").startswith("250")


def test_draining_ends_connections_that_have_not_said_who_they_are(behind: Edge) -> None:
    peer = connect(behind, b"PROXY TCP4 ")
    with connect(behind, v1("198.51.100.7")) as other:
        other.ask(b"NOOP\r\n")
        behind.drain(0.1)
    peer.socket.settimeout(5)  # less than a header is waited for
    assert peer.reply() == ""
    peer.__exit__()


def test_lmtp_has_no_balancer(edges: Any) -> None:
    edge: Edge = edges(lmtp=True, proxies=("127.0.0.1",))
    with edge.raw() as peer:
        peer.ask(b"LHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        assert peer.ask(f"RCPT TO:<{OURS}>\r\n".encode()).startswith("250")
