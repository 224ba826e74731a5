"""Delivery to one SMTP server, over a few connections that are kept while there is work.

What a failure means depends on where it came up. Whatever goes wrong before RCPT concerns us and not the recipient
(a wrong password, a server that is down), so it is temporary. RCPT and the content are refused for good with 5xx. And
once content was sent, a lost reply leaves it uncertain whether the mail was taken (RFC 5321 section 4.5.3.2.6).
"""

import asyncio
import contextlib
import ssl

from aiosmtplib import SMTPException, SMTPHeloError
from aiosmtplib.response import SMTPResponse

from responder.delivery_url import DeliveryUrl, Security
from responder.outcome import (
    BeforeData,
    Failed,
    NotSent,
    Outcome,
    OutgoingMail,
    Sent,
    Uncertain,
    find_address_problem,
)
from responder.smtp_pool import Client, SmtpPool
from responder.smtp_reply import Redactor, make_failure, one_line
from store.failpoints import Step, reach

_BROKEN = (SMTPException, OSError, TimeoutError)
_SLOWEST = 10_000  # octets a second that a large mail may take beside the time-out
_SECONDS_TO_RESET = 10.0
_OUR_FAULT = frozenset({530, 534, 535, 538})  # the server wants us to sign in, or to do it otherwise


class _GoneError(Exception):
    """The connection is of no use any more; the text says why."""


class SmtpTransport:
    """A Transport to the server of `url`; belongs to one event loop. Times are in seconds.

    `hostname` is what we say in EHLO; `tls_context` replaces the system's list of certificates; TLS, where the URL
    asks for it, is always verified. A connection that nobody needs is closed after `idle_seconds`.
    """

    def __init__(
        self,
        url: DeliveryUrl,
        *,
        password: str = "",
        hostname: str | None = None,
        connections: int = 4,
        connect_timeout: float = 30.0,
        command_timeout: float = 120.0,
        data_timeout: float = 600.0,
        idle_seconds: float = 30.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self._password = password
        self._hostname = hostname
        self._connect_timeout = connect_timeout
        self._command_timeout = command_timeout
        self._data_timeout = data_timeout
        self._tls_context = tls_context
        self._redact = Redactor(url.user, password)
        self._pool = SmtpPool(idle_seconds=idle_seconds)
        self._slots = asyncio.Semaphore(connections)

    async def send(self, mail: OutgoingMail, *, before_data: BeforeData) -> Outcome:
        """See Transport.send."""
        if problem := find_address_problem(mail):
            return problem
        async with self._slots:
            offered = await self._offer(mail)
            if isinstance(offered, Failed):
                return offered
            return await self._finish(offered, mail, before_data)

    async def close(self) -> None:
        """See Transport.close."""
        await self._pool.close()

    async def _offer(self, mail: OutgoingMail) -> Client | Failed:
        """Get MAIL and RCPT accepted; a kept connection that has died meanwhile is replaced by a new one, once."""
        while (kept := self._pool.take()) is not None:
            with contextlib.suppress(_GoneError):
                return await self._offer_on(kept, mail, used=True)
        try:
            client = await self._connect()
        except (*_BROKEN, ValueError) as error:
            return self._connect_failure(error)
        try:
            return await self._offer_on(client, mail)
        except _GoneError as error:
            return Failed(temporary=True, code=None, enhanced="4.4.2", text=str(error))

    async def _connect(self) -> Client:
        client = Client(
            hostname=self._url.host,
            port=self._url.port,
            username=self._url.user or None,
            password=self._password if self._url.user else None,
            local_hostname=self._hostname,
            timeout=self._connect_timeout,
            use_tls=self._url.security is Security.TLS,
            start_tls=self._url.security is Security.STARTTLS,
            tls_context=self._tls_context,
        )
        try:
            reach(Step.CONNECT)
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await self._greet(client)
            reach(Step.CONNECTED)
        except BaseException:
            client.close()
            raise
        return client

    async def _greet(self, client: Client) -> None:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()

    def _connect_failure(self, error: Exception) -> Failed:
        code, message = getattr(error, "code", None), str(getattr(error, "message", "") or error)
        return make_failure(
            code if isinstance(code, int) else 0,
            self._redact(message or type(error).__name__),
            temporary=True,
            way_down=True,
            about=f"cannot use {self._url.host}:{self._url.port}: ",
        )

    async def _offer_on(self, client: Client, mail: OutgoingMail, *, used: bool = False) -> Client | Failed:
        """Say MAIL and RCPT; a refusal leaves the connection to the next mail. Raises _GoneError."""
        usable = False
        try:
            if used:
                await self._reset(client)
            refusal = await self._say_envelope(client, mail)
            usable = refusal is None or self._pool.park(client)
            return refusal or client
        finally:
            if not usable:
                client.close()

    async def _say_envelope(self, client: Client, mail: OutgoingMail) -> Failed | None:
        utf8 = client.supports_extension("smtputf8")
        sender, recipient = _on_the_wire(mail.envelope_from, utf8=utf8), _on_the_wire(mail.envelope_to, utf8=utf8)
        if sender is None or recipient is None:
            text = "the server takes no international addresses"
            return Failed(temporary=False, code=None, enhanced="5.6.7", text=text)
        size = client.esmtp_extensions.get("size", "")
        if size.isascii() and size.isdigit() and 0 < int(size[:20]) < len(mail.content):
            text = f"the mail has {len(mail.content)} octets, the server takes {size}"
            return Failed(temporary=False, code=None, enhanced="5.3.4", text=text)
        answer = await self._ask(client, "MAIL", f"FROM:<{sender}>", *_parameters(client, mail, sender + recipient))
        if answer.code != 250:
            # 552 is about this mail's size; any other refusal of a sender that is ours is a matter of set-up.
            return self._refusal(answer, for_good=answer.code == 552)
        reach(Step.MAIL_SAID)
        answer = await self._ask(client, "RCPT", f"TO:<{recipient}>")
        if answer.code not in (250, 251):
            return self._refusal(answer, for_good=500 <= answer.code < 600)
        reach(Step.RCPT_SAID)
        return None

    def _refusal(self, answer: SMTPResponse, *, for_good: bool) -> Failed:
        ours = answer.code in _OUR_FAULT
        text = self._redact(answer.message)
        return make_failure(answer.code, text, temporary=ours or not for_good, way_down=ours)

    async def _finish(self, client: Client, mail: OutgoingMail, before_data: BeforeData) -> Outcome:
        usable = False
        try:
            if not await before_data():
                with contextlib.suppress(_GoneError):
                    await self._reset(client)
                    usable = True
                return NotSent()
            outcome = await self._send_content(client, mail.content)
            usable = not isinstance(outcome, Uncertain)
            return outcome
        finally:
            if not (usable and self._pool.park(client)):
                client.close()

    async def _reset(self, client: Client) -> None:
        """Say RSET, which also shows whether the connection lives; raises _GoneError if it does not."""
        answer = await self._ask(client, "RSET", seconds=min(self._command_timeout, _SECONDS_TO_RESET))
        if answer.code != 250:
            raise _GoneError(self._redact(f"{answer.code} {one_line(answer.message)}"))

    async def _send_content(self, client: Client, content: bytes) -> Outcome:
        """Say DATA, then the content. aiosmtplib does both in one, and does not tell where the connection broke."""
        try:
            answer = await self._ask(client, "DATA")
        except _GoneError as error:
            return Failed(temporary=True, code=None, enhanced="4.4.2", text=str(error))
        if answer.code != 354:
            return self._refusal(answer, for_good=500 <= answer.code < 600)
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            return Failed(temporary=True, code=None, enhanced="4.4.2", text="the connection broke before the content")
        try:
            protocol.write(_with_dots(content))
            reach(Step.CONTENT_SENT)
            answer = await protocol.read_response(timeout=self._data_timeout + len(content) / _SLOWEST)
        except _BROKEN as error:
            client.close()
            return Uncertain(text=self._redact(f"no reply to the content: {one_line(str(error))}"))
        return self._judge(client, answer)

    def _judge(self, client: Client, answer: SMTPResponse) -> Outcome:
        text = self._redact(answer.message)
        if answer.code == 421:
            client.close()
        if 200 <= answer.code < 300:
            return Sent(response=one_line(f"{answer.code} {text}"))
        if 400 <= answer.code < 600:
            return self._refusal(answer, for_good=answer.code >= 500)
        return Uncertain(text=f"the reply to the content makes no sense: {one_line(text)}")

    async def _ask(self, client: Client, *words: str, seconds: float | None = None) -> SMTPResponse:
        """Send a command and give its answer; raises _GoneError where none came or the server says goodbye."""
        timeout = self._command_timeout if seconds is None else seconds
        try:
            answer = await client.execute_command(*(word.encode() for word in words), timeout=timeout)
        except _BROKEN as error:
            raise _GoneError(self._redact(f"no reply to {words[0]}: {one_line(str(error))}")) from error
        if answer.code == 421:
            raise _GoneError(self._redact(f"421 {one_line(answer.message)}"))
        return answer


def _on_the_wire(address: str, *, utf8: bool) -> str | None:
    """Write an address as the server can take it: with SMTPUTF8 as it is, else the domain in ASCII (RFC 5891)."""
    if address.isascii() or utf8:
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if local.isascii() else None
    except UnicodeError:
        return None


def _parameters(client: Client, mail: OutgoingMail, addresses: str) -> list[str]:
    parameters = [f"SIZE={len(mail.content)}"] if client.supports_extension("size") else []
    if not mail.content.isascii() and client.supports_extension("8bitmime"):
        parameters.append("BODY=8BITMIME")
    if not addresses.isascii():
        parameters.append("SMTPUTF8")
    return parameters


def _with_dots(content: bytes) -> bytes:
    """Put content in the form of DATA: every line ends in CR LF, a leading dot is doubled, then the final dot.

    A bare CR or LF is never sent: servers disagree on what it ends (CVE-2023-51764).
    """
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = lines if lines.endswith(b"\n") else lines + b"\n"
    stuffed = (b"\n" + lines).replace(b"\n.", b"\n..")[1:]
    return stuffed.replace(b"\n", b"\r\n") + b".\r\n"
