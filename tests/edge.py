"""A listener of the SMTP or LMTP edge that runs without a service, and ways to talk to it."""

import asyncio
import smtplib
import socket
import threading
from datetime import UTC, datetime
from typing import Any

from cases.arrival import Arrival
from ingest.smtp import Listener, SmtpOptions, listen_lmtp, listen_smtp
from tests.loop_thread import LoopThread

OURS = "support@casepost.example"
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
MAIL = b"From: a@example.com\r\nSubject: order\r\n\r\nWhere is it?\r\n"


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
        self.taken.append(arrival)
        return 4700 + len(self.taken)

    def is_ours(self, address: str) -> bool:
        if self.directory_error is not None:
            raise self.directory_error
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" == OURS


class Edge:
    """A running listener and ways to talk to it."""

    def __init__(self, thread: LoopThread, *, lmtp: bool = False, address: str = "127.0.0.1:0", **options: Any) -> None:
        self.thread = thread
        self.house = House()
        listen = listen_lmtp if lmtp else listen_smtp
        given = SmtpOptions(hostname="mx.casepost.example", clock=lambda: NOON, **options)
        self.listener: Listener = thread.run(listen(address, options=given, take=self.house, directory=self.house))
        self.port = int(self.listener.addresses[0].rpartition(":")[2]) if address[0] != "u" else 0

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=20)

    def raw(self) -> "Raw":
        return Raw(socket.create_connection(("127.0.0.1", self.port), timeout=20))

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
