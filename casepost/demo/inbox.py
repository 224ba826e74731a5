"""Everybody's mailbox in one: an SMTP server that takes all mail and keeps it as files, for any mail client to open."""

import asyncio
import logging
import queue
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from store.clock import real_clock

_log = logging.getLogger(__name__)
_UNSAFE = re.compile(r"[^\w@+=.-]|^\.+")
_MOST_OCTETS = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A mail that arrived for one address; `path` is where it is kept."""

    at: datetime
    to: str
    raw: bytes
    path: Path

    @property
    def mail(self) -> EmailMessage:
        """The mail, read."""
        message: Any = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


class Inbox:
    """A context manager: an SMTP server on a free `port` of 127.0.0.1, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._new: queue.SimpleQueue[Delivered] = queue.SimpleQueue()
        self._started: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="inbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._started.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def take_new(self) -> list[Delivered]:
        """What has arrived since the last call."""
        return [self._new.get() for _ in range(self._new.qsize())]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail for each of its recipients; aiosmtpd calls this."""
        assert isinstance(envelope.content, bytes)
        try:
            for address in envelope.rcpt_tos:
                self._new.put(self._keep(str(address), envelope.content))
        except OSError as error:  # aiosmtpd would answer 500, which is for ever
            _log.error("a mail cannot be kept: %s", error)
            return "451 4.3.0 cannot keep it now"
        return "250 2.0.0 kept"

    def _keep(self, address: str, raw: bytes) -> Delivered:
        folder = self.folder / _UNSAFE.sub("_", address)[:100]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{sum(1 for _ in folder.iterdir()) + 1}.eml"
        path.write_bytes(raw)
        return Delivered(at=real_clock(), to=address, raw=raw, path=path)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._loop.create_server(self._receiver, "127.0.0.1", 0)
        except OSError as error:
            self._started.set_exception(error)
            return
        self._started.set_result(server.sockets[0].getsockname()[1])
        await self._stop.wait()
        server.close()

    def _receiver(self) -> SMTP:
        return _Receiver(self, hostname="mailboxes.example", data_size_limit=_MOST_OCTETS, enable_SMTPUTF8=True)


class _Receiver(SMTP):
    line_length_limit = 1_000_000
