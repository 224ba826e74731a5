"""An SMTP server that keeps every mail it is sent, and misbehaves on demand.

    with Sink() as sink:
        ...send to 127.0.0.1:sink.port...
        sink.wait_for(1)
        assert sink.mails[0].envelope_to == ("seller@example.com",)

The switches may be set before or between mails. A mail whose final reply is lost (`drop_after_dot`) is kept all the
same, as a real server would have it.
"""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.loop_thread import LoopThread


@dataclass(frozen=True, kw_only=True)
class SunkMail:
    """A mail as the sink got it; `at` is seconds since the epoch."""

    envelope_from: str
    envelope_to: tuple[str, ...]
    content: bytes
    at: float
    options: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Sink:
    """A context manager. Replies are whole SMTP reply lines; "" means that all goes well.

    `refuse_rcpt` maps a recipient (or "*") to a reply; `mail_reply`, `data_reply` (to the final dot) and `data_start`
    (to DATA) refuse the mail; `delay` seconds pass before the reply to the final dot; `drop_after_dot` drops the
    connection in place of that reply, `drop_at_data` in place of the 354; `greeting_drop` drops new connections;
    `login` is the one user and password.
    """

    port: int = 0
    refuse_rcpt: dict[str, str] | None = None
    mail_reply: str = ""
    data_start: str = ""
    data_reply: str = ""
    delay: float = 0.0
    drop_after_dot: bool = False
    drop_at_data: bool = False
    greeting_drop: bool = False
    smtputf8: bool = True
    size_limit: int = 33_554_432
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    login: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self.mails: list[SunkMail] = []
        self.commands: list[str] = []
        self.connections = 0
        self._arrived = threading.Condition()
        self._thread = LoopThread()
        self._server: asyncio.Server | None = None
        self._open: set[_Receiver] = set()

    def __enter__(self) -> Self:
        self._thread.__enter__()
        self._server = self._thread.run(self._start())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.run(self._stop())
        self._thread.__exit__(kind, error, at)

    def wait_for(self, count: int, seconds: float = 10.0) -> list[SunkMail]:
        """Wait until that many mails are here and give them; fails the test if they do not come in time."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.mails) >= count, seconds)
        assert came, f"{len(self.mails)} mails of {count} came within {seconds} s"
        return list(self.mails)

    def hang_up(self) -> None:
        """Drop all open connections, as a server that is restarted does."""
        self._thread.run(self._drop_all())

    async def _start(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        context = self.tls if self.tls_from_start else None
        return await loop.create_server(lambda: _Receiver(self), "127.0.0.1", self.port, ssl=context)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._drop_all()

    async def _drop_all(self) -> None:
        for receiver in list(self._open):
            if isinstance(receiver.transport, asyncio.WriteTransport):
                receiver.transport.abort()
        while self._open:
            await asyncio.sleep(0.005)

    def keep(self, envelope: Envelope) -> None:
        """Put a mail on record."""
        assert isinstance(envelope.content, bytes)
        mail = SunkMail(
            envelope_from="" if envelope.mail_from in (None, "<>") else str(envelope.mail_from),
            envelope_to=tuple(envelope.rcpt_tos),
            content=envelope.content,
            at=time.time(),
            options=tuple(envelope.mail_options),
        )
        with self._arrived:
            self.mails.append(mail)
            self._arrived.notify_all()

    def authenticate(self, *call: Any) -> AuthResult:
        """Check a login, as aiosmtpd asks for it."""
        given = call[-1]
        assert isinstance(given, LoginPassword)
        known = self.login is not None and (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=known, handled=False)

    # aiosmtpd's hooks

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_reply:
            return self.mail_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusals = self.refuse_rcpt or {}
        if reply := refusals.get(address, refusals.get("*", "")):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.data_reply:
            return self.data_reply
        self.keep(envelope)
        if self.drop_after_dot and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 2.0.0 OK, sunk"


class _Receiver(SMTP):
    line_length_limit = 1_000_000

    def __init__(self, sink: Sink) -> None:
        super().__init__(
            sink,
            hostname="sink.example",
            enable_SMTPUTF8=sink.smtputf8,
            data_size_limit=sink.size_limit,
            tls_context=None if sink.tls_from_start else sink.tls,
            auth_required=sink.login is not None,
            authenticator=sink.authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._sink = sink
        # Said afterwards: as an argument it draws a warning, and aiosmtpd does not see that the port itself is TLS.
        self._auth_require_tls = not sink.tls_from_start

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self._sink.connections += 1
            self._sink._open.add(self)
        super().connection_made(transport)
        if self._sink.greeting_drop and isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._sink._open.discard(self)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self._sink.drop_at_data and isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        elif self._sink.data_start:
            await self.push(self._sink.data_start)
        else:
            await super().smtp_DATA(arg)

    def _noted(self, command: str) -> Callable[[str], Any]:
        method = getattr(super(), f"smtp_{command}")

        async def call(argument: str) -> None:
            self._sink.commands.append(f"{command} {argument or ''}".strip())
            await method(argument)

        return call

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        await self._noted("MAIL")(arg or "")

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        await self._noted("RCPT")(arg or "")

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        await self._noted("RSET")(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        await self._noted("QUIT")(arg)
