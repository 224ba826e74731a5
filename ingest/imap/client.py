"""imapclient with bounds: what a server sends is counted before it is read, and another thread can end the waiting.

A server may announce a literal of 2 GB, or never stop talking: no command may cost more memory than it was allowed.
"""

import contextlib
import imaplib
import logging
import socket
import ssl
import time
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

CONNECT_SECONDS = 20.0
READ_SECONDS = 60.0
TALK_OCTETS = 256 * 1024  # what the answer to a command without content may have

# The answer to SEARCH is one line, and imaplib takes a million octets of one: too little for 150,000 mails.
_LINE_OCTETS = 16 * 1024 * 1024
_COST_OF_A_LINE = 256  # octets, besides its own: a flood of short lines takes time and room, too
imaplib._MAXLINE = _LINE_OCTETS  # type: ignore[attr-defined]
logging.getLogger("imapclient").setLevel(logging.WARNING)  # it tells of each connection that ends


class _Counting(imaplib.IMAP4):
    """Counts down what may still come; more ends the connection before it is read."""

    allowed = TALK_OCTETS
    announced = 0  # the literal that was not allowed

    def read(self, size: int) -> bytes:
        """A literal, if it is one of a size that is allowed."""
        if size > self.allowed:
            self.announced = size
            raise self.abort(f"{size} octets are announced, {self.allowed} are allowed")
        self.allowed -= size
        return super().read(size)

    def readline(self) -> bytes:
        """A line, if it is not too long."""
        try:
            line = super().readline()
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:  # the line goes on: what follows would be read as an answer
            raise self.abort(str(error)) from error
        self.allowed -= len(line) + _COST_OF_A_LINE
        if self.allowed < 0:
            raise self.abort("more is sent than is allowed")
        return line


class _Plain(_Counting, IMAP4WithTimeout):  # type: ignore[misc]
    """Without TLS at first."""


class _Tls(_Counting, IMAP4_TLS):  # type: ignore[misc]
    """With TLS from the first octet."""


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 at least, with the certificate checked; SSL_CERT_FILE names authorities of one's own."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class BoundedClient(IMAPClient):  # type: ignore[misc]
    """One connection. `begin` goes before each command; `cut` may be called by another thread."""

    def __init__(self, host: str, port: int, *, tls: bool) -> None:
        self._since: float | None = None
        self.told = False  # of new mail, unasked, in the answer to whatever command
        super().__init__(
            host,
            port,
            ssl=tls,
            ssl_context=tls_context() if tls else None,
            timeout=SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )
        # The library would have each line formatted for a log: senders' words and 16 MB of numbers among them.
        self._imap.debug = 0

    def _create_IMAP4(self) -> _Counting:  # noqa: N802  the name is the library's
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, CONNECT_SECONDS)  # type: ignore[call-arg]
        return _Plain(self.host, self.port, CONNECT_SECONDS)

    def begin(self, octets: int = TALK_OCTETS) -> None:
        """Allow the next command's answer so many octets, and forget what the server has said unasked before."""
        self._imap.allowed = octets
        self.told |= "EXISTS" in self._imap.untagged_responses
        if "BYE" not in self._imap.untagged_responses:
            self._imap.untagged_responses.clear()
        self._since = time.monotonic()

    def rest(self) -> None:
        """Nothing is asked now: the server may take its time."""
        self._since = None

    @property
    def asked_for(self) -> float:
        """Seconds since the command began that is not answered yet; 0 when there is none."""
        since = self._since
        return time.monotonic() - since if since is not None else 0.0

    def start_idle(self) -> bool:
        """Begin IDLE; whether the server has told of new mail before it agreed. Raises IMAP4.error if it does not.

        The library takes whatever comes before the agreement for a refusal.
        """
        self._idle_tag = self._imap._command("IDLE")
        while self._imap._get_response() is not None:
            if self._imap.tagged_commands[self._idle_tag]:
                raise imaplib.IMAP4.error("IDLE is refused")
        return "EXISTS" in self._imap.untagged_responses

    def cut(self) -> None:
        """End the connection at once, whoever waits for it."""
        with contextlib.suppress(OSError, AttributeError):
            # The method of the plain socket: that of a TLS one takes the session away under the thread that reads.
            socket.socket.shutdown(self._imap.sock, socket.SHUT_RDWR)

    def close(self, *, politely: bool) -> None:
        """Close the socket; `politely` with a good-bye, for which the server has two seconds."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            if politely:
                self.begin()
                self.socket().settimeout(2.0)
                self.logout()
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.shutdown()
        self.rest()

    def _poll_socket(self, sock: Any, timeout: float | None = None) -> Any:
        """What arrived together with the answer to IDLE is read already, and the socket does not tell of it."""
        return True if self._has_read_ahead() else super()._poll_socket(sock, timeout)

    def _has_read_ahead(self) -> bool:
        pieces = getattr(self._imap, "_readbuf", None)  # from Python 3.14 on imaplib has a buffer of its own
        if pieces is not None:
            return bool(pieces)
        with contextlib.suppress(OSError, ValueError):
            return bool(self._imap.file.peek(1))  # the socket does not block while IDLE is looked at
        return False
