"""What an SMTP peer sent and nobody has read: waiting for more, its one timer, and holding back who sends too much."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ingest.smtp_wire import LineTooLongError, PeerGoneError, Wire


def play(scene: Callable[[Wire, list[bool]], Awaitable[object]]) -> object:
    async def run() -> object:
        flows: list[bool] = []
        return await scene(Wire(flows.append), flows)

    return asyncio.run(run())


def test_lines_come_one_by_one_out_of_whatever_pieces_came() -> None:
    async def scene(wire: Wire, _: list[bool]) -> list[bytes]:
        loop = asyncio.get_running_loop()
        for number, piece in enumerate((b"NO", b"OP\r\nRSET\r\nQU", b"IT\r\n")):
            loop.call_later(0.01 * number, wire.feed, piece)
        return [await wire.read_line(100, 5.0) for _ in range(3)]

    assert play(scene) == [b"NOOP\r\n", b"RSET\r\n", b"QUIT\r\n"]


def test_a_line_longer_than_any_command_is_not_waited_for() -> None:
    async def scene(wire: Wire, _: list[bool]) -> None:
        wire.feed(b"x" * 101)
        with pytest.raises(LineTooLongError):
            await wire.read_line(100, 5.0)

    play(scene)


def test_a_wait_ends_at_its_own_time_also_behind_a_longer_one() -> None:
    async def scene(wire: Wire, _: list[bool]) -> float:
        loop = asyncio.get_running_loop()
        wire.feed(b"NOOP\r\n")
        await wire.read_line(100, 60.0)
        loop.call_soon(wire.feed, b"NO")
        began = loop.time()
        with pytest.raises(TimeoutError):
            await wire.read_line(100, 0.05)
        return loop.time() - began

    took = play(scene)
    assert isinstance(took, float)
    assert 0.04 < took < 5


def test_a_timer_that_was_set_for_a_shorter_wait_does_not_end_a_longer_one() -> None:
    async def scene(wire: Wire, _: list[bool]) -> bytes:
        loop = asyncio.get_running_loop()
        loop.call_soon(wire.feed, b"NOOP\r\n")
        await wire.read_line(100, 0.05)
        loop.call_later(0.2, wire.feed, b"RSET\r\n")
        return await wire.read_line(100, 60.0)

    assert play(scene) == b"RSET\r\n"


def test_who_says_nothing_leaves_in_the_seconds_that_are_left_to_him() -> None:
    async def scene(wire: Wire, _: list[bool]) -> None:
        asyncio.get_running_loop().call_later(0.01, wire.hurry, 0.02)
        with pytest.raises(TimeoutError):
            await wire.read_line(100, 60.0)

    play(scene)


def test_what_came_before_the_end_is_read_and_then_the_peer_has_gone() -> None:
    async def scene(wire: Wire, _: list[bool]) -> bytes:
        wire.feed(b"QUIT\r\n")
        wire.end()
        line = await wire.read_line(100, 5.0)
        with pytest.raises(PeerGoneError):
            await wire.read_line(100, 5.0)
        return line

    assert play(scene) == b"QUIT\r\n"


def test_who_sends_more_than_is_read_is_held_back_until_it_is_wanted() -> None:
    async def scene(wire: Wire, flows: list[bool]) -> list[list[bool]]:
        seen = []
        for piece in (b"x" * 262_144, b"y", b"z"):
            wire.feed(piece)
            seen.append(list(flows))
        wire.held.clear()
        with pytest.raises(TimeoutError):
            await wire.wait(asyncio.get_running_loop().time() + 0.01)
        return [*seen, flows]

    assert play(scene) == [[], [False], [False], [False, True]]


def test_whoever_is_cancelled_while_waiting_loses_nothing_of_what_came() -> None:
    async def scene(wire: Wire, _: list[bool]) -> bytes:
        reading = asyncio.ensure_future(wire.read_line(100, 60.0))
        await asyncio.sleep(0)
        wire.feed(b"NO")
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        wire.feed(b"OP\r\n")
        return await wire.read_line(100, 5.0)

    assert play(scene) == b"NOOP\r\n"
