"""Threat 47, connection flood: caps in all, for an address and for a minute; who is trusted, or another, gets in."""

import logging
import os
import resource
import threading
import time
from typing import Any

import pytest

from casepost.edge import _raise_descriptors
from ingest.smtp_crowd import Caps, Crowd
from tests.edge import MAIL, OURS, Edge, Peer, talk_at_once

BUSY = "421 4.7.0 Too many connections, try again later"
CAPS = Caps(in_all=90, per_address=3, per_minute=10)


def ask(crowd: Crowd, peer: str, *, trusted: bool = False, descriptor: int = 9, now: float = 0.0) -> str | None:
    objection = crowd.find_objection(peer, trusted=trusted, descriptor=descriptor, now=now)
    if objection is None:
        crowd.enter(peer)
    return objection


def test_47_an_ipv4_address_and_an_ipv6_network_of_64_bits_count_as_one() -> None:
    for peers, other in (
        (["192.0.2.1"] * 4, "192.0.2.2"),
        ([f"2001:db8:0:1::{n}" for n in range(1, 5)], "2001:db8:0:2::1"),
        ([""] * 4, "192.0.2.1"),
    ):
        crowd = Crowd(CAPS)
        assert [ask(crowd, peer) for peer in peers] == [None] * 3 + [BUSY]
        assert ask(crowd, other) is None
        crowd.leave(peers[0])
        assert ask(crowd, peers[3]) is None


def test_47_there_is_a_cap_in_all_and_a_trusted_relay_has_none() -> None:
    crowd = Crowd(CAPS)
    assert {ask(crowd, f"192.0.2.{number}") for number in range(90)} == {None}
    assert ask(crowd, "198.51.100.1") == BUSY
    assert {ask(crowd, "10.0.0.1", trusted=True) for _ in range(50)} == {None}
    assert crowd.is_large


def test_47_an_address_has_so_many_connects_a_minute_and_then_a_new_minute() -> None:
    crowd = Crowd(CAPS)
    for number in range(25):
        objection = ask(crowd, "192.0.2.1", now=float(number))
        assert (objection is None) == (number < 10)
        if objection is None:
            crowd.leave("192.0.2.1")
    assert ask(crowd, "192.0.2.1", now=59.9) is not None
    assert ask(crowd, "192.0.2.2", now=59.9) is None
    assert ask(crowd, "192.0.2.1", now=60.1) is None


def test_47_what_was_refused_is_one_line_of_the_log_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "ingest.smtp")
    crowd = Crowd(CAPS)
    for _ in range(500):
        ask(crowd, "192.0.2.1")
    assert caplog.records == []
    ask(crowd, "192.0.2.9", now=61.0)
    ask(crowd, "192.0.2.9", now=122.0)
    (record,) = caplog.records
    assert vars(record)["count"] == 497
    assert (vars(record)["most_from"], vars(record)["connects"]) == ("192.0.2.1", 500)


def test_47_the_last_descriptors_are_kept_for_databases_and_files_whoever_comes(edges: Any) -> None:
    free = os.open("/dev/null", os.O_RDONLY)
    os.close(free)
    edge: Edge = edges(max_descriptors=free + 12, trusted_relays=("127.0.0.1",), max_connections_per_address=100)
    answers = []
    with edge.raw() as first:
        waiting = [edge.raw() for _ in range(15)]
        for one in waiting:
            answers.append(one.reply())
        assert "421 4.3.2 Too busy, try again later" in answers
        assert first.ask(b"NOOP\r\n").startswith("250")
        for one in waiting:
            one.__exit__()
    edge.drain()


def test_47_as_many_open_files_are_taken_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        assert _raise_descriptors() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def flood(edge: Edge, connects: int, stop: threading.Event) -> list[str]:
    """Connects from one address, held open until told; the first words to each."""

    async def hold(peer: Peer) -> str:
        said = await peer.line()
        while said.startswith("220") and not stop.is_set():
            if await peer.ask(b"NOOP\r\n") == "":
                break
        return said

    said: list[str] = []
    for _ in range(connects // 500):
        said += talk_at_once(edge.port, [hold] * 500)
    return said


def test_47_five_thousand_connects_from_one_source_do_not_hurt_another(edges: Any) -> None:
    edge: Edge = edges()
    stop, said, waits = threading.Event(), [], []
    flooding = threading.Thread(target=lambda: said.extend(flood(edge, 5000, stop)))
    flooding.start()
    while flooding.is_alive():
        began = time.monotonic()
        with edge.raw("127.0.0.2") as peer:
            peer.begin()
            assert peer.ask(MAIL + b".\r\n").startswith("250 2.0.0")
            assert peer.ask(b"QUIT\r\n").startswith("221")
        waits.append(time.monotonic() - began)
        stop.wait(0.3)
    stop.set()
    flooding.join()
    assert len(said) == 5000
    assert sum(one.startswith("220") for one in said) <= 300
    assert {one[:9] for one in said if not one.startswith("220")} == {"421 4.7.0"}
    assert len(waits) > 3
    assert max(waits) < 5
    assert edge.house.taken[0].recipients == (OURS,)
