"""Room at the SMTP and LMTP edge: free space on disk before a mail is sent, and memory that large mails share."""

import asyncio
import logging
import os
import socket
import struct
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cases.arrival import Arrival
from ingest.smtp_room import Disk, Memory
from ingest.smtp_spool import Spool, is_full
from tests.edge import MAIL, OURS, Edge, House, Peer, open_files, talk_at_once
from tests.service import wait_until

NO_ROOM = "452 4.3.1 Not enough room, try again later"
LARGE = MAIL + (b"y" * 78 + b"\r\n") * 12_500
MEBIBYTE = 2**20


class Measured:
    """A disk with as much room as a test says."""

    def __init__(self) -> None:
        self.free = 100 * MEBIBYTE

    def fits(self, octets: int) -> bool:
        return octets <= self.free


@pytest.fixture
def disk() -> Measured:
    return Measured()


def test_a_full_disk_puts_mail_off_before_it_is_sent_and_is_asked_anew_each_time(edges: Any, disk: Measured) -> None:
    edge: Edge = edges(disk=disk)
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        disk.free = -1
        for _ in range(30):  # to be put off is no error of the peer
            assert peer.ask(b"MAIL FROM:<> SIZE=1000\r\n") == NO_ROOM
        assert peer.ask(b"MAIL FROM:<>\r\n").startswith("250")
        assert peer.ask(b"RCPT TO:<support@casepost.example>\r\n").startswith("250")
        assert peer.ask(b"DATA\r\n") == NO_ROOM
        disk.free = 1000
        assert peer.ask(b"DATA\r\n").startswith("354")
        assert peer.ask(MAIL + b".\r\n").startswith("250")
        assert peer.ask(b"MAIL FROM:<> SIZE=1001\r\n") == NO_ROOM
        assert peer.ask(b"MAIL FROM:<> SIZE=1000\r\n").startswith("250")
    assert len(edge.house.taken) == 1


@pytest.mark.parametrize("lmtp", [False, True], ids=["smtp", "lmtp"])
def test_a_disk_that_fills_up_while_a_large_mail_comes_puts_off_that_mail(
    edges: Any, disk: Measured, tmp_path: Path, lmtp: bool
) -> None:
    edge: Edge = edges(disk=disk, spool_dir=tmp_path, lmtp=lmtp)
    with edge.raw() as peer:
        peer.begin(b"LHLO x" if lmtp else b"EHLO x")
        peer.send(LARGE[: len(LARGE) // 2])
        disk.free = 1000
        assert peer.ask(LARGE[len(LARGE) // 2 :] + b".\r\n") == NO_ROOM
        disk.free = 10 * MEBIBYTE
        peer.begin(b"LHLO x" if lmtp else b"EHLO x")
        assert peer.ask(LARGE + b".\r\n").startswith("250")
    assert [one.raw for one in edge.house.taken] == [LARGE]


def test_the_free_space_that_is_left_is_not_for_new_mail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With a real file that takes the space and gives it back."""
    caplog.set_level(logging.INFO, "ingest.smtp")
    found = os.statvfs(tmp_path)
    free = found.f_bavail * found.f_frsize
    if free < 1000 * MEBIBYTE:
        pytest.skip("less than 1 GB is free here")
    disk = Disk(tmp_path, min_free=free - 300 * MEBIBYTE)
    assert disk.fits(0)
    assert not disk.fits(600 * MEBIBYTE)
    assert disk.fits(0)
    with (tmp_path / "large").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 600 * MEBIBYTE)
    assert [disk.fits(0) for _ in range(3)] == [False] * 3
    (tmp_path / "large").unlink()
    assert disk.fits(0)
    said = [one.getMessage() for one in caplog.records]
    assert said == ["no room on disk, mail is put off with 452", "there is room for mail again"] * 2


def test_a_disk_without_free_files_or_that_cannot_be_asked_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not Disk(tmp_path / "gone", min_free=0).fits(0)
    real = os.statvfs(tmp_path)
    for total, free, fits in ((10**6, 999, False), (10**6, 1000, True), (0, 0, True)):
        fields = list(real)
        fields[5], fields[7] = total, free  # f_files, f_favail
        monkeypatch.setattr(os, "statvfs", lambda _, fields=fields: os.statvfs_result(fields))
        assert Disk(tmp_path, min_free=0).fits(0) is fits


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), OSError(122, "Disk quota exceeded")], ids=["full", "quota"]
)
def test_a_store_that_is_full_is_452(edge: Edge, error: Exception) -> None:
    for raised in (error, RuntimeError("the store does not answer")):
        raised.__cause__ = None if raised is error else error
        edge.house.error = raised
        with edge.raw() as peer:
            peer.begin()
            assert peer.ask(MAIL + b".\r\n") == NO_ROOM


class Counting(House):
    """Knows how much is being taken in at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.most = 0

    async def __call__(self, arrival: Arrival) -> int:
        self.now += arrival.size
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.02)
            return await super().__call__(arrival)
        finally:
            self.now -= arrival.size


async def send(raw: bytes, peer: Peer) -> str:
    await peer.begin()
    return await peer.ask(raw + b".\r\n")


def test_large_mails_wait_for_memory_in_a_file_without_a_name_and_small_ones_pass(edges: Any, tmp_path: Path) -> None:
    house = Counting()
    edge: Edge = edges(take=house, directory=house, spool_dir=tmp_path, loaded_bytes=2 * len(LARGE) + 1000)
    answers = talk_at_once(edge.port, [partial(send, LARGE)] * 8 + [partial(send, MAIL)] * 8)
    assert {said[:9] for said in answers} == {"250 2.0.0"}
    assert sorted(one.size for one in house.taken) == [len(MAIL)] * 8 + [len(LARGE)] * 8
    assert len(LARGE) <= house.most <= 2 * len(LARGE) + 8 * len(MAIL)
    assert list(tmp_path.iterdir()) == []
    assert not [one for one in open_files() if one.startswith(f"{tmp_path}/")]


def test_a_mail_larger_than_all_the_memory_is_taken_alone(edges: Any, tmp_path: Path) -> None:
    house = Counting()
    edge: Edge = edges(take=house, directory=house, spool_dir=tmp_path, loaded_bytes=1000)
    assert {said[:3] for said in talk_at_once(edge.port, [partial(send, LARGE)] * 3)} == {"250"}
    assert house.most == len(LARGE)
    assert [one.raw for one in house.taken] == [LARGE] * 3


def test_who_waits_for_memory_in_vain_is_put_off_in_time_and_takes_nobody_s_place(edges: Any, tmp_path: Path) -> None:
    edge: Edge = edges(spool_dir=tmp_path, loaded_bytes=1000, take_timeout=0.5)
    edge.house.hold = 0.9
    answers = talk_at_once(edge.port, [partial(send, LARGE)] * 2)
    assert {said[:9] for said in answers} == {"451 4.3.0"}
    edge.house.hold = 0
    assert talk_at_once(edge.port, [partial(send, LARGE)])[0].startswith("250")


def test_mails_whose_peers_have_gone_are_bounded_and_others_are_put_off_meanwhile(edges: Any) -> None:
    edge: Edge = edges(max_left_takes=3)
    edge.house.hold = 3.0
    for _ in range(4):
        with edge.raw() as peer:
            peer.begin()
            edge.house.begun.clear()
            peer.send(MAIL + b".\r\n")
            assert edge.house.begun.wait(20)
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed is reset
    wait_until(lambda: _offer(edge) == "451 4.3.0 Local error, try again later")
    edge.house.hold = 0
    wait_until(lambda: len(edge.house.taken) == 4)
    wait_until(lambda: _offer(edge).startswith("354"))


def _offer(edge: Edge) -> str:
    """What is answered to DATA; whoever is let go on goes away without a mail."""
    with edge.raw() as peer:
        for line in (b"EHLO x\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<support@casepost.example>\r\n"):
            assert peer.ask(line).startswith("250")
        return peer.ask(b"DATA\r\n")


@pytest.mark.parametrize("gone", ["reset", "closed"])
def test_a_peer_that_goes_in_the_midst_of_a_large_mail_leaves_no_file(edges: Any, tmp_path: Path, gone: str) -> None:
    edge: Edge = edges(spool_dir=tmp_path)
    with edge.raw() as peer:
        peer.begin()
        peer.send(LARGE)
        if gone == "reset":
            peer.socket.setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")  # SO_LINGER of 0 s
    edge.drain(2)
    assert not [one for one in open_files() if one.startswith(f"{tmp_path}/")]
    assert edge.house.taken == []


def test_memory_is_lent_first_come_first_served() -> None:
    async def run() -> list[int]:
        memory, order = Memory(10), []

        async def borrow(octets: int) -> None:
            async with memory.lent(octets):
                order.append(octets)
                await asyncio.sleep(0)

        await asyncio.gather(*(borrow(octets) for octets in (6, 9, 1, 20, 2)))
        return order

    assert asyncio.run(run()) == [6, 9, 1, 20, 2]


def test_who_needs_no_memory_does_not_stand_behind_those_who_wait_for_some() -> None:
    async def run() -> list[str]:
        memory, order, end = Memory(10), [], asyncio.Event()

        async def borrow(name: str, octets: int) -> None:
            async with memory.lent(octets):
                order.append(name)
                if octets:
                    await end.wait()

        large = [asyncio.create_task(borrow(name, 9)) for name in ("first", "second")]
        await asyncio.sleep(0)
        await asyncio.wait_for(borrow("small", 0), 5)
        end.set()
        await asyncio.gather(*large)
        return order

    assert asyncio.run(run()) == ["first", "small", "second"]


def test_the_limit_counts_no_stuffed_dots(edges: Any) -> None:
    """RFC 1870 section 5: SIZE is the size without them, and that is what was said yes to."""
    content = MAIL + b".\r\n" * 900
    edge: Edge = edges(max_message_bytes=len(content))
    with edge.client() as client:
        client.sendmail("a@example.com", [OURS], content)
    assert edge.house.taken[0].raw == content


def test_an_accepted_mail_has_the_recipient_it_was_sent_to(edges: Any, tmp_path: Path) -> None:
    edge: Edge = edges(spool_dir=tmp_path)
    with edge.client() as client:
        client.sendmail("a@example.com", [OURS], LARGE)
    assert (edge.house.taken[0].recipients, edge.house.taken[0].raw) == ((OURS,), LARGE)


def test_a_file_that_cannot_be_written_is_452_and_closing_it_raises_nothing(tmp_path: Path) -> None:
    """/dev/full takes what is opened, and nothing that is written."""

    async def run() -> None:
        spool = Spool(tmp_path, lambda _: True)
        spool._file = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115
        with pytest.raises(OSError, match="No space left") as caught:
            await spool.write(b"x" * 600_000)
        assert is_full(caught.value)
        spool.close()

    asyncio.run(run())
