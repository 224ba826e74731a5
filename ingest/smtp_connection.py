"""One connection to the SMTP or LMTP edge: who comes in, reading commands, limits, farewells.

The socket and the TLS handshake are aiosmtpd's. Its conversation is not used: there an error in a handler becomes a
500 with the error's text, which bounces the mail, LF alone ends a command, and five unknown commands end the session.
"""

import asyncio
import contextlib
import logging
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from traceback import extract_tb

from aiosmtpd.smtp import SMTP, TLSSetupException

from cases.arrival import Channel
from ingest.smtp_crowd import ip_address_of
from ingest.smtp_edge import LEAVING, Edge
from ingest.smtp_proxy import NoHeaderError, read_client
from ingest.smtp_wire import LineTooLongError, PeerGoneError, Wire

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd notes addresses and commands at INFO

MAX_COMMAND = 4096  # RFC 5321 says 512; SMTPUTF8 and long bounce addresses need more
MAX_ERRORS = 20  # as Postfix's smtpd_hard_error_limit
MAX_IDLE_COMMANDS = 100  # commands that lead nowhere (NOOP, RSET, …) since the last mail, as Postfix's junk limit
LAST_SECONDS = 600.0  # for the mail that is under way when the session has lasted long enough

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_WEB_VERBS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE"})
LOCAL_ERROR = "451 4.3.0 Local error, try again later"

_log = logging.getLogger("ingest.smtp")


Command = Callable[[str], Awaitable[None]]


class Connection(SMTP):
    """A peer and what is said to it. Never answers with the text of an exception, nor 5xx for what is our fault."""

    _wire: Wire

    def __init__(self, edge: Edge) -> None:
        super().__init__(
            None,
            hostname=edge.options.hostname,
            enable_SMTPUTF8=True,
            timeout=edge.options.max_session_seconds,
            loop=asyncio.get_running_loop(),
        )
        self._edge = edge
        self._commands = self.commands()
        self._peer = ""
        self._trusted = False
        self._descriptor = 0
        self._by_balancer = False
        self._refused = False
        self._busy = True
        self._farewell = ""
        self._errors = 0
        self._idle_commands = 0
        self._waited = 0.0  # for commands, since the last mail

    @abstractmethod
    def commands(self) -> Mapping[str, Command]:
        """Give what to do for each verb; a command gets what stands behind its verb."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the peer in or turn it away; called again once TLS is up."""
        if self._original_transport is not None:
            return super().connection_made(transport)
        self._peer = ip_address_of(transport.get_extra_info("peername"))
        self._descriptor = transport.get_extra_info("socket").fileno()
        self._by_balancer = self._edge.is_balancer(self._peer)
        objection = self._await_header() if self._by_balancer else self._find_objection(self._peer)
        if objection is None:
            self._wire = Wire(self._let_flow)
            return super().connection_made(transport)
        self._refused = True
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(objection.encode() + b"\r\n")
            transport.close()
        return None

    def _await_header(self) -> str | None:
        if self._edge.draining:
            return LEAVING
        self._edge.expect(self)
        return None

    def _find_objection(self, peer: str) -> str | None:
        """Count the peer in, or say why not; "" is a balancer that speaks for itself, whom nobody trusts."""
        self._trusted = self._edge.trusts(peer)
        return self._edge.admit(self, peer, trusted=self._trusted, descriptor=self._descriptor)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the peer. A mail that is being taken in goes on: the peer will send it again, and it is known then."""
        if not self._refused:
            self._edge.see_off(self)
            self._wire.close()
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Feed the reader; a TLS hello on the plain port would wait for an answer that never comes."""
        if data.startswith(b"\x16\x03") and self.transport and not (self.has_said_hello or self._tls_protocol):
            self.transport.close()
        elif not self._refused:
            self._wire.feed(data)

    def _let_flow(self, wanted: bool) -> None:
        if isinstance(self.transport, asyncio.ReadTransport) and not self.transport.is_closing():
            (self.transport.resume_reading if wanted else self.transport.pause_reading)()

    def eof_received(self) -> bool:
        """Let what was sent before the end be answered: `printf … | nc` closes its side at once."""
        if self._refused or self.session is None:
            return False
        self._wire.end()
        return self.session.ssl is None

    def part(self, reply: str) -> None:
        """See Guest.part."""
        self._farewell = reply
        if not self._busy and self.transport is not None:
            self._writer.write(reply.encode() + b"\r\n")
            self.transport.close()

    def abort(self) -> None:
        """See Guest.abort."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def hurry(self, seconds: float) -> None:
        """See Guest.hurry."""
        if self.session is not None:
            self._wire.hurry(seconds)

    def _timeout_cb(self) -> None:
        """End a session that has lasted too long, after the mail under way if that is soon."""
        if self._farewell:
            self.abort()
        else:
            self._reset_timeout(LAST_SECONDS)
            self.part("421 4.4.2 Session has lasted too long")

    async def handle_exception(self, error: Exception) -> str:
        """Note where it came from, without its text: that may hold a mail or a password."""
        extra = {"peer": self._peer, "error": type(error).__name__, "at": place_of(error)}
        _log.error("session fault", extra=extra)
        return LOCAL_ERROR

    @property
    def is_lmtp(self) -> bool:
        """Say which protocol is spoken."""
        return self._edge.channel is Channel.LMTP

    @property
    def has_said_hello(self) -> bool:
        """Say whether EHLO, HELO or LHLO came; TLS makes it forgotten (RFC 3207 section 4.2)."""
        return self.session is not None and bool(self.session.host_name)

    async def push(self, status: str | bytes) -> None:
        """Write a reply, and wait if the peer reads none of what it was told. As aiosmtpd does, without its log."""
        self._writer.write((status.encode() if isinstance(status, str) else status) + b"\r\n")
        await self._writer.drain()

    async def say(self, reply: str) -> None:
        """Send a reply."""
        await self.push(reply)

    async def refuse(self, reply: str) -> None:
        """Send a reply that says no; the last of too many ends the session. What is put off is no error of the peer."""
        self._errors += reply.startswith("5")
        if self._errors >= MAX_ERRORS:
            await self.leave("421 4.7.0 Too many errors")
        else:
            await self.push(reply)

    async def leave(self, reply: str) -> None:
        """Send a last reply and close."""
        self._farewell = reply
        await self.push(reply)
        if self.transport is not None:
            self.transport.close()

    async def _handle_client(self) -> None:
        try:
            with contextlib.suppress(PeerGoneError, ConnectionError):  # nobody is left to be told
                if await self._is_named() and await self._is_polite():
                    await self.push(f"220 {self.hostname} {'LMTP' if self.is_lmtp else 'ESMTP'}")
                    while self.transport is not None and not self.transport.is_closing():
                        await self._answer_next_command()
        finally:
            if self.transport is not None:
                self.transport.close()

    async def _is_named(self) -> bool:
        """Learn from a balancer who the client is; whoever cannot say it is nobody we talk to."""
        if not self._by_balancer:
            return True
        try:
            client = await read_client(self._wire)
        except NoHeaderError as error:
            if not error.said_nothing:
                _log.warning("balancer without PROXY header", extra={"peer": self._peer, "error": str(error)})
            return False
        objection = self._find_objection(client)
        if objection is not None:
            await self.leave(objection)
        self._peer = client or self._peer
        return objection is None

    async def _is_polite(self) -> bool:
        """Whether the peer waits for our greeting (RFC 5321 section 3.1): a web client does not, nor do many bots."""
        if self._trusted:
            return True
        try:
            talked = await self._wire.hears(self._edge.options.greeting_pause)
        except TimeoutError:
            return True
        if talked:
            await self.leave("421 4.7.0 Wait for the greeting of a mail server")
        return not talked

    async def _answer_next_command(self) -> None:
        if self._farewell:
            return await self.leave(self._farewell)
        self._busy = False
        began = self.loop.time()
        try:
            line = await self._wire.read_line(MAX_COMMAND, self._patience() - self._waited)
        except TimeoutError:
            return await self.leave("421 4.4.2 No command came, closing")
        except LineTooLongError:
            return await self.leave("500 5.5.2 Line too long")
        finally:
            self._busy = True
            self._waited += self.loop.time() - began
        try:
            await self._obey(line)
        except TLSSetupException as error:
            self._give_up_tls(error)
        except (PeerGoneError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the peer is told to try again
            await self.push(await self.handle_exception(error))
        return None

    def _patience(self) -> float:
        seconds = self._edge.options.command_timeout
        return seconds if self._trusted else self._edge.patience(seconds)

    async def _obey(self, line: bytes) -> None:
        # RFC 5321 section 2.3.8: a line ends with CR LF. LF alone is how one command is smuggled behind another.
        if not line.endswith(b"\r\n") or _CONTROL.search(line[:-2]):
            return await self.refuse("500 5.5.2 Syntax error")
        verb, _, argument = line[:-2].decode("utf-8", "surrogateescape").partition(" ")
        verb = verb.upper()
        if verb in _WEB_VERBS:
            return await self.leave("421 4.7.0 This is a mail server")
        command = self._commands.get(verb)
        if command is None:
            return await self.refuse("500 5.5.1 Command not recognized")
        if verb not in {"MAIL", "RCPT", "DATA", "QUIT"}:
            self._idle_commands += 1
            if self._idle_commands > MAX_IDLE_COMMANDS:
                return await self.leave("421 4.7.0 Too many commands without a mail")
        return await command(argument.strip())

    def _give_up_tls(self, error: TLSSetupException) -> None:
        _log.info("handshake failed", extra={"peer": self._peer, "error": type(error.__cause__).__name__})
        if self.transport is not None:
            self.transport.close()
        self.connection_lost(error)  # asyncio does not tell a protocol whose handshake failed


def place_of(error: BaseException) -> str:
    """Say where in our code an error came up, as `file:line`: what a log may hold of an exception."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
