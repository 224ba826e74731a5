"""Connections that are kept for the next mail."""

import asyncio
import contextlib

from aiosmtplib import SMTP, SMTPException

_SECONDS_TO_QUIT = 2.0


class Client(SMTP):
    """A connection that ends at once when it is closed.

    Otherwise what is left of a content would still be sent after we have called its fate uncertain, and a TLS
    connection would stay until the other side has said goodbye, too.
    """

    def close(self) -> None:
        """Drop the connection; may be said twice."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class SmtpPool:
    """Idle connections, the latest used first; one that nobody takes for `idle_seconds` is closed with QUIT."""

    def __init__(self, *, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._idle: dict[Client, asyncio.TimerHandle] = {}
        self._quitting: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self) -> Client | None:
        """Give an idle connection that is not known to be dead, or None."""
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            if client.is_connected:
                return client
            client.close()
        return None

    def park(self, client: Client) -> bool:
        """Keep a connection for the next mail; False if it is dead or the pool is closed."""
        if self._closed or not client.is_connected:
            return False
        self._idle[client] = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, client)
        return True

    async def close(self) -> None:
        """Say QUIT on all idle connections, and wait a moment for the answers."""
        self._closed = True
        for client, timer in list(self._idle.items()):
            timer.cancel()
            self._retire(client)
        if self._quitting:
            await asyncio.wait(self._quitting)

    def _retire(self, client: Client) -> None:
        self._idle.pop(client, None)
        task = asyncio.get_running_loop().create_task(_quit(client))
        self._quitting.add(task)
        task.add_done_callback(self._quitting.discard)


async def _quit(client: Client) -> None:
    try:
        with contextlib.suppress(SMTPException, OSError, TimeoutError):
            await client.quit(timeout=_SECONDS_TO_QUIT)
    finally:
        client.close()
