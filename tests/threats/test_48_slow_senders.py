"""Threat 48, slow senders: who drips is sent away in five minutes, who is slow and honest is not.

The listener has the limits it comes with, and a clock that the test moves on.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.edge import MAIL, Edge, Peer
from tests.hand_clock import HandClockLoop
from tests.loop_thread import LoopThread

STEP = 10  # seconds between two packets of a dripper
SOURCES = [f"127.0.0.{number}" for number in range(10, 40)]
# What each sends for ever, an octet a second, and whether it has said DATA before.
DRIPPERS = {
    "nothing": (b"", False),
    "nothing in DATA": (b"", True),
    "one endless command": (b"x", False),
    "honest commands": (b"EHLO a\r\nRSET\r\nNOOP\r\n", False),
    "header": (b"X-Header: value\r\n", True),
    "one header line": (b"x", True),
    "body": (b"\r\nHello there", True),
    "blank lines": (b"\r\n", True),
}


class Dripper:
    """A client that drips; `ended_at` is when the listener had enough, `said` its last words."""

    def __init__(self, octets: bytes, *, in_data: bool, source: str) -> None:
        self._stream = octets * 1000
        self._in_data = in_data
        self._source = source
        self.ended_at: float | None = None
        self.said: list[str] = []

    async def come(self, port: int, now: Callable[[], float]) -> None:
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(self._source, 0))
        self.peer = Peer(reader, self.writer)
        if self._in_data:
            await self.peer.begin()
        else:
            await self.peer.reply()
        self._listening = asyncio.ensure_future(self._listen(now))

    async def drip(self) -> None:
        piece, self._stream = self._stream[:STEP], self._stream[STEP:]
        with suppress(ConnectionError):
            await self.peer.send(piece)

    async def go(self) -> None:
        await self._listening
        self.writer.transport.abort()

    async def _listen(self, now: Callable[[], float]) -> None:
        self.said = await self.peer.rest()
        self.ended_at = now()


class House:
    """One listener with a clock to be moved."""

    def __init__(self, thread: LoopThread, loop: HandClockLoop, **options: Any) -> None:
        self.loop = loop
        self.edge = Edge(thread, **options)
        self.port = self.edge.port

    def drippers(self, count: int) -> list[Dripper]:
        kinds = list(DRIPPERS.values())
        chosen = [kinds[number % len(kinds)] for number in range(count)]
        return [
            Dripper(octets, in_data=in_data, source=SOURCES[number % len(SOURCES)])
            for number, (octets, in_data) in enumerate(chosen)
        ]

    async def let_drip(self, drippers: list[Dripper], seconds: float) -> None:
        """They drip while the clock moves on; each step ends when the listener has had time to notice it."""
        end = self.loop.time() + seconds
        while self.loop.time() < end:
            for one in drippers:
                if one.ended_at is None:
                    await one.drip()
            await self.settle()
            self.loop.advance(STEP)
            await self.settle()

    async def settle(self) -> None:
        """Wait until the listener has dealt with all that has come and all that is due."""

        async def turn() -> None:
            for _ in range(10):
                await asyncio.sleep(0)

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(turn(), self.loop))

    async def send(self) -> float:
        """One honest mail; how long it took, by our own clock."""
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        peer = Peer(reader, writer)
        await peer.begin()
        assert (await peer.ask(MAIL + b".\r\n")).startswith("250 2.0.0")
        writer.close()
        return time.monotonic() - began


@pytest.fixture
def houses() -> Iterator[Any]:
    """Makes listeners with a clock to be moved."""
    made: list[House] = []
    loop = HandClockLoop()
    with LoopThread(loop) as thread:

        def make(**options: Any) -> House:
            made.append(House(thread, loop, **options))
            return made[-1]

        yield make
        for house in made:
            house.edge.drain(0)


def run(conversation: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(conversation, 60))


def test_48_five_hundred_drippers_are_gone_in_five_minutes_and_honest_mail_is_unhurt(houses: Any) -> None:
    house: House = houses()
    drippers = house.drippers(500)
    waits: list[float] = []
    began = house.loop.time()

    async def drip_and_send() -> None:
        for start in range(0, 500, 100):
            await asyncio.gather(*(one.come(house.port, house.loop.time) for one in drippers[start : start + 100]))
        for _ in range(5):
            await house.let_drip(drippers, 60)
            waits.append(await house.send())
        await house.let_drip(drippers, STEP)
        await asyncio.gather(*(one.go() for one in drippers))

    run(drip_and_send())
    assert {one.said[-1][:9] for one in drippers} == {"421 4.4.2"}
    assert max(one.ended_at or 0 for one in drippers) - began <= 300 + STEP
    assert min(one.ended_at or 0 for one in drippers) - began >= 60  # nobody is hurried for no reason
    assert len(house.edge.house.taken) == 5
    assert max(waits) < 5


def test_48_twenty_five_megabytes_at_twenty_kilobytes_a_second_are_taken(houses: Any) -> None:
    house: House = houses()
    octets = 25_000_000
    second = (b"y" * 78 + b"\r\n") * 250

    async def send_slowly() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        peer = Peer(reader, writer)
        await peer.begin()
        for _ in range(octets // len(second) // STEP):
            await peer.send(second * STEP)
            house.loop.advance(STEP)
            await house.settle()
        assert (await peer.ask(b".\r\n")).startswith("250 2.0.0")
        writer.close()

    began = house.loop.time()
    run(send_slowly())
    assert house.loop.time() - began == 1250
    assert house.edge.house.taken[0].size == octets


def test_48_a_session_ends_after_an_hour_even_if_it_sends_mail_all_the_time(houses: Any) -> None:
    house: House = houses()
    said = ""

    async def send_for_ever() -> None:
        nonlocal said
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        peer = Peer(reader, writer)
        await peer.begin()
        while not said.startswith("421"):
            said = await peer.ask(MAIL + b".\r\n")
            house.loop.advance(100)
            await house.settle()
            for command in (b"MAIL FROM:<>", b"RCPT TO:<support@casepost.example>", b"DATA"):
                if not said.startswith("421"):
                    with suppress(ConnectionError):
                        said = await peer.ask(command + b"\r\n")
        writer.close()

    began = house.loop.time()
    run(send_for_ever())
    assert said == "421 4.4.2 Session has lasted too long"
    assert 3600 <= house.loop.time() - began <= 3800
    assert len(house.edge.house.taken) == 36


def test_48_while_places_run_out_nobody_is_waited_for_longer_than_ten_seconds(houses: Any) -> None:
    house: House = houses(max_connections=40)
    drippers = house.drippers(40)
    began = house.loop.time()

    async def fill_and_send() -> None:
        for one in drippers:
            await one.come(house.port, house.loop.time)
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        assert (await Peer(_, writer).line()).startswith("421 4.7.0")
        writer.close()
        await house.let_drip(drippers, 2 * STEP)
        await house.send()
        await house.let_drip(drippers, 300)
        await asyncio.gather(*(one.go() for one in drippers))

    run(fill_and_send())
    silent = [one for number, one in enumerate(drippers) if number % len(DRIPPERS) < 2]
    assert max(one.ended_at or 0 for one in silent) - began <= 2 * STEP  # those too who came before it was full
    assert len(house.edge.house.taken) == 1


def test_48_commands_that_lead_nowhere_and_errors_end_the_session(edges: Any) -> None:
    edge: Edge = edges()
    for command, count, code in ((b"NOOP\r\n", 100, "250"), (b"RSET\r\n", 100, "250"), (b"FOO\r\n", 19, "500")):
        with edge.raw() as peer:
            replies = [peer.ask(command)[:3] for _ in range(count + 1)]
            assert replies == [code] * count + ["421"]
            assert peer.reply() == ""
