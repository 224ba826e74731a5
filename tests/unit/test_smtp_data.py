"""The content after DATA: its end is found whenever it comes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.smtp_data import Content, DataLimits, Verdict, read_content
from ingest.smtp_line_ends import look_at_line_ends
from ingest.smtp_spool import Spool
from ingest.smtp_wire import Wire

LIMITS = DataLimits(max_bytes=10**6, max_line=1000, grace=lambda: 1.0, min_rate=10**6, quiet_after_bare=1.0)
LINES = (b"y" * 78 + b"\r\n") * 2000  # more than is looked at at once


class SlowDisk(Spool):
    """What still is to come, comes while a piece is written."""

    def __init__(self, wire: Wire, rest: list[bytes]) -> None:
        super().__init__(None, lambda _: True)
        self.wire, self.rest = wire, rest

    async def write(self, octets: bytes) -> None:
        await asyncio.sleep(0.01)
        if self.rest:
            self.wire.feed(self.rest.pop(0))
        await asyncio.sleep(0.01)
        await super().write(octets)


@pytest.mark.parametrize("rest", [[b".\r\n"], [b".", b"\r\n"], [LINES, LINES + b".\r\nQUIT\r\n"]])
def test_an_end_that_comes_while_the_disk_is_waited_for_is_found(rest: list[bytes]) -> None:
    expected = LINES + b"".join(rest).partition(b".\r\n")[0]

    async def scene() -> tuple[Content, bytes, bytes]:
        wire = Wire(lambda _: None)
        pieces = list(rest)
        wire.feed(LINES)
        if pieces[0] == b".":  # the second part comes last, when the first is held
            asyncio.get_running_loop().call_later(0.1, wire.feed, pieces.pop())
        content = await read_content(wire, LIMITS, SlowDisk(wire, pieces))
        held = await content.spool.finish()
        assert isinstance(held, bytes)
        return content, held, bytes(wire.held)

    content, raw, left = asyncio.run(scene())
    assert content.verdict is Verdict.WHOLE
    assert raw == expected
    assert left in (b"", b"QUIT\r\n")


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"x", b"\r\n.", b"\x00\xff"]), max_size=40))
def test_line_ends_are_found_as_counting_finds_them(pieces: list[bytes]) -> None:
    piece = b"".join(pieces)
    whole = piece.count(b"\r\n")
    ends = look_at_line_ends(piece)
    assert ends.bare == (piece.count(b"\n") != whole or piece.count(b"\r") != whole)
    assert ends.dotted == (b"\n." in piece)
