"""The SMTP and LMTP edge over real sockets: sessions that misbehave, TLS, and the end of the listener."""

import contextlib
import socket
import threading
import time
from typing import Any

import pytest

from cases.errors import PermanentError, TemporaryError
from tests.edge import MAIL, OURS, Edge
from tests.loop_thread import LoopThread

# The conversation


def test_commands_out_of_order_are_503(edge: Edge) -> None:
    with edge.raw() as peer:
        assert peer.ask(b"MAIL FROM:<a@example.com>\r\n").startswith("503")
        assert peer.ask(b"EHLO x\r\n").startswith("250")
        assert peer.ask(b"RCPT TO:<support@casepost.example>\r\n").startswith("503")
        assert peer.ask(b"DATA\r\n").startswith("503")
        assert peer.ask(b"MAIL FROM:<>\r\n").startswith("250")
        assert peer.ask(b"MAIL FROM:<>\r\n").startswith("503")
        assert peer.ask(b"DATA\r\n").startswith("503")
        assert peer.ask(b"RSET\r\n").startswith("250")
        assert peer.ask(b"MAIL FROM:<>\r\n").startswith("250")


def test_twenty_errors_end_the_session(edge: Edge) -> None:
    with edge.raw() as peer:
        replies = [peer.ask(b"FOO\r\n")[:3] for _ in range(20)]
        assert replies == ["500"] * 19 + ["421"]
        assert peer.reply() == ""


def test_commands_that_lead_nowhere_end_the_session(edge: Edge) -> None:
    with edge.raw() as peer:
        replies = [peer.ask(b"NOOP\r\n")[:3] for _ in range(101)]
        assert replies == ["250"] * 100 + ["421"]


def test_a_silent_peer_is_sent_away(edges: Any) -> None:
    edge = edges(command_timeout=0.1)
    with edge.raw() as peer:
        assert peer.reply().startswith("421 4.4.2")


def test_a_content_that_drips_is_given_up(edges: Any) -> None:
    edge = edges(data_timeout=0.2)
    with edge.raw() as peer:
        peer.begin()
        with contextlib.suppress(ConnectionError):
            for _ in range(8):
                peer.send(b"x")
                time.sleep(0.05)
        assert peer.reply().startswith("421 4.4.2")


def test_a_session_that_lasts_too_long_is_ended(edges: Any) -> None:
    edge = edges(max_session_seconds=0.2)
    with edge.raw() as peer:
        assert peer.reply().startswith("421 4.4.2")


# Connections


def test_too_many_connections_from_one_address_are_421_until_one_goes(edges: Any) -> None:
    edge = edges(max_connections_per_address=2)
    with edge.raw(), edge.raw() as second:
        with socket.create_connection(("127.0.0.1", edge.port)) as third, third.makefile("rb") as lines:
            assert lines.readline().startswith(b"421 4.7.0")
            assert lines.readline() == b""
        assert second.ask(b"QUIT\r\n").startswith("221")
        assert second.reply() == ""
        with edge.client() as client:
            assert client.noop()[0] == 250


def test_a_trusted_relay_has_no_cap(edges: Any) -> None:
    edge = edges(max_connections_per_address=1, max_connections=1, trusted_relays=("127.0.0.0/8",))
    with edge.client() as first, edge.client() as second:
        assert (first.noop()[0], second.noop()[0]) == (250, 250)


def test_many_connections_one_after_the_other_leave_nothing_behind(edge: Edge) -> None:
    for _ in range(50):
        with edge.client() as client:
            client.sendmail("a@example.com", [OURS], MAIL)
    assert len(edge.house.taken) == 50
    edge.drain(2)


# Going down


def test_draining_lets_a_mail_under_way_finish_and_sends_the_idle_away(edge: Edge) -> None:
    with edge.raw() as idle, edge.raw() as busy:
        idle.ask(b"EHLO x\r\n")
        busy.begin()
        busy.send(b"A: b\r\n")
        drained = threading.Thread(target=edge.drain, args=(5,))
        drained.start()
        assert idle.reply().startswith("421 4.3.2")
        assert idle.reply() == ""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", edge.port))
        assert busy.ask(b"\r\nx\r\n.\r\n").startswith("250 2.0.0")
        assert busy.reply().startswith("421 4.3.2")
        drained.join(5)
        assert not drained.is_alive()
    assert len(edge.house.taken) == 1


def test_draining_does_not_wait_longer_than_it_is_told(edge: Edge) -> None:
    edge.house.hold = 60
    with edge.raw() as peer:
        peer.begin()
        peer.send(MAIL + b".\r\n")
        assert edge.house.begun.wait(5)
        started = time.monotonic()
        edge.drain(0.1)
        assert time.monotonic() - started < 2
        assert peer.reply() == ""
    assert edge.house.taken == []


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:smtp"])
def test_what_is_no_address_to_listen_on_is_said_plainly(thread: LoopThread, address: str) -> None:
    with pytest.raises(PermanentError, match=r"it takes host:port or unix:/path"):
        Edge(thread, address=address)


def test_a_port_in_use_is_a_temporary_error(thread: LoopThread, edge: Edge) -> None:
    with pytest.raises(TemporaryError, match="cannot listen on"):
        Edge(thread, address=f"127.0.0.1:{edge.port}")
