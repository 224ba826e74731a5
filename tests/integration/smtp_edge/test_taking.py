"""The SMTP and LMTP edge over real sockets: what is taken is exact."""

import smtplib
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from cases.arrival import Arrival, Channel
from cases.errors import TemporaryError
from tests.edge import MAIL, NOON, OURS, Edge

# What is taken


def test_a_mail_is_taken_with_its_envelope_and_the_ledger_id_is_told(edge: Edge) -> None:
    with edge.client() as client:
        client.ehlo()
        client.mail("Bounce+1@Example.COM")
        client.rcpt("Support+tok@CASEPOST.example")
        assert client.data(MAIL) == (250, b"2.0.0 Ok: queued as 4701")
    assert edge.house.taken == [
        Arrival(
            raw=MAIL,
            channel=Channel.SMTP,
            sender="Bounce+1@example.com",
            recipients=("Support+tok@casepost.example",),
            received_at=NOON,
            peer="127.0.0.1",
            helo="client.example",
        )
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"x\r\n",
        b".\r\n",
        b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n...\r\nx.\r\n",
        b"Subject: =\r\n\r\n" + bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n",
        b"Subject: nul\r\n\r\na\x00b\r\n",
        "Subject: ölçü\r\n\r\nМир 漢字\r\n".encode(),
        b"Subject: long\r\n\r\n" + b"x" * 5000 + b"\r\n" + b"y" * 65_535 + b"\r\n",
        b"Subject: large\r\n\r\n" + b".dotted line of some length\r\n" * 60_000,
        b"Subject: pipelined\r\n\r\n" + b"\r\n" * 70_000,
    ],
    ids=["empty", "blank", "short", "dot", "dots", "octets", "nul", "utf8", "long", "large", "blank-lines"],
)
def test_the_octets_taken_are_the_octets_sent(edge: Edge, raw: bytes) -> None:
    with edge.raw() as peer:
        peer.begin()
        stuffed = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
        assert peer.ask(stuffed + b".\r\n").startswith("250 2.0.0 ")
    assert [arrival.raw for arrival in edge.house.taken] == [raw]


def test_content_cut_into_packets_at_any_octet_is_the_same_mail(edge: Edge) -> None:
    content = b"A: b\r\n\r\n..x\r\n.\r\n"
    with edge.raw() as peer:
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.ask(b"EHLO x\r\n")
        for cut in range(len(content)):
            commands = b"MAIL FROM:<>\r\nRCPT TO:<support@casepost.example>\r\nDATA\r\n"
            assert [peer.ask(command + b"\r\n")[0] for command in commands.split(b"\r\n")[:3]] == ["2", "2", "3"]
            peer.send(content[:cut])
            time.sleep(0.002)
            assert peer.ask(content[cut:]).startswith("250")
    assert {arrival.raw for arrival in edge.house.taken} == {b"A: b\r\n\r\n.x\r\n"}
    assert len(edge.house.taken) == len(content)


def test_pipelined_commands_behind_the_final_dot_are_answered_in_order(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.begin()
        peer.send(MAIL + b".\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@casepost.example>\r\nRSET\r\nQUIT\r\n")
        assert [peer.reply()[:9] for _ in range(5)] == ["250 2.0.0", "250 2.1.0", "550 5.1.1", "250 2.0.0", "221 2.0.0"]
        assert peer.reply() == ""


def test_a_peer_that_closes_its_side_at_once_still_gets_its_mail_in_and_its_answer(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.send(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<support@casepost.example>\r\nDATA\r\n" + MAIL + b".\r\n")
        peer.socket.shutdown(socket.SHUT_WR)
        assert [peer.reply()[:3] for _ in range(6)] == ["250", "250", "250", "354", "250", ""]
    assert len(edge.house.taken) == 1


def test_a_mail_whose_peer_goes_while_it_is_taken_is_in(edge: Edge) -> None:
    edge.house.hold = 0.2
    with edge.raw() as peer:
        peer.begin()
        peer.send(MAIL + b".\r\n")
        assert edge.house.begun.wait(5)
    edge.drain(5)
    assert [arrival.raw for arrival in edge.house.taken] == [MAIL]


def test_a_repeated_recipient_is_one(edge: Edge) -> None:
    with edge.client() as client:
        client.sendmail("a@example.com", [OURS, "SUPPORT@casepost.EXAMPLE", "support+x@casepost.example", OURS], MAIL)
    assert edge.house.taken[0].recipients == (OURS, "support+x@casepost.example")


def test_the_null_sender_is_the_empty_string(edge: Edge) -> None:
    with edge.client() as client:
        client.sendmail("", [OURS], MAIL)
    assert edge.house.taken[0].sender == ""


def test_an_international_sender_is_kept(edge: Edge) -> None:
    with edge.raw() as peer:
        assert "SMTPUTF8" in peer.ask(b"EHLO x\r\n")
        assert peer.ask("MAIL FROM:<用户@例子.广告> SMTPUTF8\r\n".encode()).startswith("250")
        peer.ask(b"RCPT TO:<support@casepost.example>\r\n")
        peer.ask(b"DATA\r\n")
        peer.ask(MAIL + b".\r\n")
    assert edge.house.taken[-1].sender == "用户@例子.广告"


def test_a_trusted_relay_is_marked(edges: Any) -> None:
    edge = edges(trusted_relays=("10.0.0.0/8", "127.0.0.1"))
    with edge.client() as client:
        client.sendmail("a@example.com", [OURS], MAIL)
    assert edge.house.taken[0].trusted


# LMTP


def test_lmtp_gives_one_line_for_each_recipient(edges: Any) -> None:
    edge = edges(lmtp=True)
    with edge.raw() as peer:
        assert peer.ask(b"EHLO x\r\n").startswith("500")
        assert "250-PIPELINING" in peer.ask(b"LHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        for recipient in (b"support", b"support+1", b"nobody", b"support"):
            peer.ask(b"RCPT TO:<" + recipient + b"@casepost.example>\r\n")
        peer.ask(b"DATA\r\n")
        peer.send(MAIL + b".\r\nRSET\r\n")
        assert [peer.line() for _ in range(4)] == ["250 2.0.0 Ok: queued as 4701"] * 3 + ["250 2.0.0 Ok"]
        edge.house.error = OSError("disk full")
        peer.ask(b"MAIL FROM:<>\r\n")
        peer.ask(b"RCPT TO:<support@casepost.example>\r\n")
        peer.ask(b"RCPT TO:<support+2@casepost.example>\r\n")
        peer.ask(b"DATA\r\n")
        peer.send(MAIL + b".\r\nNOOP\r\n")
        assert [peer.line()[:9] for _ in range(3)] == ["451 4.3.0", "451 4.3.0", "250 2.0.0"]
    assert len(edge.house.taken) == 1
    assert edge.house.taken[0].recipients == (OURS, "support+1@casepost.example")
    assert edge.house.taken[0].trusted
    assert edge.house.taken[0].channel is Channel.LMTP


def test_lmtp_over_a_unix_socket_replaces_one_left_behind_but_not_one_in_use(edges: Any, tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    edge = edges(lmtp=True, address=f"unix:{path}")
    assert edge.listener.addresses == (f"unix:{path}",)
    with smtplib.LMTP(str(path), local_hostname="x") as client:
        client.sendmail("a@example.com", [OURS], MAIL)
    with pytest.raises(TemporaryError, match="somebody answers there"):
        edges(lmtp=True, address=f"unix:{path}")
    assert edge.house.taken[0].peer == ""
    edge.drain()
    assert not path.exists()
