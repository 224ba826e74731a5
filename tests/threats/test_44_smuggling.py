"""Threat 44, smuggling: no false end of DATA lets a second mail in, however it is cut into packets."""

import asyncio
import socket
from collections.abc import Coroutine
from functools import partial
from typing import Any

import pytest

from tests.edge import MAIL, Edge, Peer, raw_of, talk_at_once

SECOND = (
    b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<support@casepost.example>\r\nDATA\r\n"
    b"From: evil@example.com\r\n\r\nsecond"
)
ENDS = (
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\r\n.\x00\n",
    b"\r\n.\x00\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\r\r\n",
    b"\r\r\n.\r\n",
    b"\r\n\r.\r\n",
    b"\n\n.\r\n",
    b"\n.\n\n",
)
BARE = [end for end in ENDS if end.replace(b"\r\n", b"").strip(b".\x00") or b"\n" in end.replace(b"\r\n", b"")]
BEFORE = b"A: b\r\n\r\nx"


async def smuggle(octets: bytes, cut: int, pause: float, peer: Peer) -> list[str]:
    """Send the content in two packets; all replies until the connection is closed."""
    connection: socket.socket = peer.writer.get_extra_info("socket")
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await peer.begin()
    await peer.send(octets[:cut])
    await asyncio.sleep(pause)
    await peer.send(octets[cut:])
    return await peer.rest()


def talks(tail: bytes) -> list[Any]:
    """Each false end, cut at each octet of it and of what is around it."""
    made: list[partial[Coroutine[Any, Any, list[str]]]] = []
    for end in BARE:
        octets = BEFORE + end + SECOND + tail
        for cut in range(len(BEFORE) - 1, len(BEFORE) + len(end) + 2):
            made.append(partial(smuggle, octets, cut, 0.02))
    return made


@pytest.mark.parametrize("tail", [b"", b"\r\n.\r\n"], ids=["without an end", "with the true end"])
def test_44_a_false_end_split_at_each_octet_gets_one_550_and_the_connection_closed(edges: Any, tail: bytes) -> None:
    edge: Edge = edges(quiet_after_bare=0.3, max_connections_per_address=1000)
    conversations = talks(tail)
    assert len(conversations) > 70
    answers = talk_at_once(edge.port, conversations)
    assert set(map(tuple, answers)) == {("550 5.5.2 CR and LF may only stand together",)}
    assert edge.house.taken == []


@pytest.mark.parametrize("end", [b"\r\n.\x00\r\n", b"\r\n\x00.\r\n"])
def test_44_an_end_with_a_nul_in_it_is_no_end_and_what_follows_is_content(edge: Edge, end: bytes) -> None:
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(BEFORE + end + SECOND + b"\r\n.\r\n").startswith("250")
        assert peer.ask(b"NOOP\r\n").startswith("250")
    (taken,) = edge.house.taken
    assert raw_of(taken).endswith(end[:-2].replace(b"\r\n.", b"\r\n") + b"\r\n" + SECOND + b"\r\n")


def test_44_one_bare_line_end_anywhere_in_a_large_mail_is_found(edges: Any) -> None:
    edge: Edge = edges(max_connections_per_address=1000)
    lines = b"y" * 75 + b"\r\n"

    async def send(position: int, octet: bytes, peer: Peer) -> list[str]:
        content = bytearray(lines * 5000)
        content[position : position + 1] = octet
        await peer.begin()
        await peer.send(bytes(content) + b".\r\n")
        return await peer.rest()

    where = [0, 1, 74, 65_533, 65_534, 65_535, 65_536, 262_143, 262_144, 384_000, 384_990]
    answers = talk_at_once(edge.port, [partial(send, at, octet) for at in where for octet in (b"\n", b"\r")])
    assert {answer[0][:9] for answer in answers} == {"550 5.5.2"}
    assert edge.house.taken == []


def test_44_dots_that_are_content_stay_content(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.begin()
        assert peer.ask(BEFORE + b"\r\n..\r\n...\r\n.x\r\n" + MAIL + b".\r\n").startswith("250")
    assert edge.house.taken[0].raw == BEFORE + b"\r\n.\r\n..\r\nx\r\n" + MAIL
