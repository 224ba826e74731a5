"""A listener of the SMTP or LMTP edge that runs without a service, ways to talk to it, and fixtures of both."""

import asyncio
import contextlib
import smtplib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cases.arrival import Arrival, Filed
from ingest.smtp import Directory, Listener, SmtpOptions, Take, listen_lmtp, listen_smtp
from store.raw import read_filed
from tests.loop_thread import LoopThread

T = TypeVar("T")
OURS = "support@casepost.example"
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
MAIL = b"From: a@example.com\r\nSubject: order\r\n\r\nWhere is it?\r\n"


def raw_of(arrival: Arrival) -> bytes:
    """The octets of a mail, wherever they are."""
    return read_filed(arrival.raw) if isinstance(arrival.raw, Filed) else arrival.raw


class House:
    """Takes every mail, or fails as told; knows one queue."""

    def __init__(self) -> None:
        self.taken: list[Arrival] = []
        self.error: BaseException | None = None
        self.directory_error: Exception | None = None
        self.hold: float = 0.0
        self.begun = threading.Event()

    async def __call__(self, arrival: Arrival) -> int:
        self.begun.set()
        await asyncio.sleep(self.hold)
        if self.error is not None:
            raise self.error
        self.taken.append(replace(arrival, raw=raw_of(arrival)))
        return 4700 + len(self.taken)

    def is_ours(self, address: str) -> bool:
        if self.directory_error is not None:
            raise self.directory_error
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" == OURS


class Edge:
    """A running listener and ways to talk to it."""

    def __init__(
        self,
        thread: LoopThread,
        *,
        lmtp: bool = False,
        address: str = "127.0.0.1:0",
        take: Take | None = None,
        directory: Directory | None = None,
        **options: Any,
    ) -> None:
        self.thread = thread
        self.house = House()
        listen = listen_lmtp if lmtp else listen_smtp
        options = {"hostname": "mx.casepost.example", "clock": lambda: NOON, "greeting_pause": 0.0, **options}
        given = SmtpOptions(**options)
        self.listener: Listener = thread.run(
            listen(address, options=given, take=take or self.house, directory=directory or self.house)
        )
        self.port = int(self.listener.addresses[0].rpartition(":")[2]) if address[0] != "u" else 0

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=20)

    def raw(self, source: str = "127.0.0.1") -> "Raw":
        return Raw(socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0)))

    def drain(self, seconds: float = 0.2) -> None:
        self.thread.run(self.listener.drain(seconds))


class Raw:
    """A bare socket that reads whole replies."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.file = connection.makefile("rb")

    def __enter__(self) -> "Raw":
        assert self.reply()[:3] in ("220", "421")
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def reply(self) -> str:
        """One reply, all its lines; "" at the end of the connection."""
        lines = []
        while line := self.line():
            lines.append(line)
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def line(self) -> str:
        try:
            return self.file.readline().decode().rstrip("\r\n")
        except ConnectionError:
            return ""

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def ask(self, octets: bytes) -> str:
        self.send(octets)
        return self.reply()

    def begin(self, hello: bytes = b"EHLO client.example") -> None:
        """Say all up to the 354."""
        for command in (hello, b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@casepost.example>"):
            assert self.ask(command + b"\r\n")[:3] == "250"
        assert self.ask(b"DATA\r\n")[:3] == "354"


class Peer:
    """A client among many that talk at the same time; used by `talk_at_once`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def line(self) -> str:
        try:
            return (await self._reader.readline()).decode().rstrip("\r\n")
        except ConnectionError:
            return ""

    async def reply(self) -> str:
        """The last line of one reply; "" at the end of the connection."""
        while (line := await self.line())[3:4] == "-":
            pass
        return line

    async def rest(self) -> list[str]:
        """All replies until the connection ends."""
        return [reply async for reply in self._replies()]

    async def send(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def ask(self, octets: bytes) -> str:
        await self.send(octets)
        return await self.reply()

    async def begin(self) -> None:
        """Say all up to the 354."""
        assert (await self.reply())[:3] == "220"
        for command in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@casepost.example>"):
            assert (await self.ask(command + b"\r\n"))[:3] == "250"
        assert (await self.ask(b"DATA\r\n"))[:3] == "354"

    async def _replies(self) -> Any:
        while line := await self.reply():
            yield line


def talk_at_once(
    port: int, talks: Sequence[Callable[[Peer], Coroutine[Any, Any, T]]], *, sources: Sequence[str] = ("127.0.0.1",)
) -> list[T]:
    """Have all these conversations at the same time, by turns from each of `sources`; what each gives, in order."""

    async def talk(number: int, conversation: Callable[[Peer], Coroutine[Any, Any, T]]) -> T:
        source = (sources[number % len(sources)], 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=source)
        try:
            return await conversation(Peer(reader, writer))
        finally:
            writer.transport.abort()

    async def talk_all() -> list[T]:
        return await asyncio.gather(*(talk(number, one) for number, one in enumerate(talks)))

    return asyncio.run(talk_all())


def open_files() -> list[str]:
    """What this process has open, by the names the kernel gives."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(link.readlink()))
    return found


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    """A thread with an event loop."""
    with LoopThread() as running:
        yield running


@pytest.fixture
def edges(thread: LoopThread) -> Iterator[Any]:
    """Makes listeners with the options it is given."""
    made: list[Edge] = []

    def make(**options: Any) -> Edge:
        made.append(Edge(thread, **options))
        return made[-1]

    yield make
    for edge in made:
        edge.drain()


@pytest.fixture
def edge(edges: Any) -> Edge:
    """A listener as it comes."""
    made: Edge = edges()
    return made
