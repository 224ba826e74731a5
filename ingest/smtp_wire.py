"""What an SMTP peer has sent and nobody has read yet, and waiting for more.

Commands and content share one buffer, since a peer may send the next command right behind the final dot. There is one
timer for a connection, moved when it rings too early: one for each wait would cost more than the waiting.
"""

import asyncio
import math
from collections.abc import Callable

_HIGH = 262144  # as much as the loop reads at once; octets that may lie here unread; the socket holds the rest back


class PeerGoneError(Exception):
    """The peer closed the connection, or broke it off, in the midst of what was being read."""


class LineTooLongError(Exception):
    """A command line is longer than anything that is a command."""


class Wire:
    """The receiving end of one connection; `flow` is told whether the peer's octets are wanted."""

    def __init__(self, flow: Callable[[bool], None]) -> None:
        self.held = bytearray()
        self._flow = flow
        self._loop = asyncio.get_running_loop()
        self._ended = self._stopped = False
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = self._rings_at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, octets: bytes) -> None:
        """Take what came."""
        self.held += octets
        if len(self.held) > _HIGH and not self._stopped:
            self._stopped = True
            self._flow(False)
        self._wake()

    def end(self) -> None:
        """Note that no more will come."""
        self._ended = True
        self._wake()

    def close(self) -> None:
        """Forget the timer; nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def forget(self) -> None:
        """Drop what came before STARTTLS: it was sent by anybody (RFC 3207 section 5)."""
        self.held.clear()

    def hurry(self, seconds: float) -> None:
        """Wait no longer than that for what is waited for now."""
        if self._waiter is not None:
            self._ring_at(min(self._deadline, self._loop.time() + seconds))

    async def wait(self, deadline: float) -> None:
        """Wait for more, or the end; TimeoutError at `deadline` of the loop's clock, PeerGoneError behind the end.

        Whoever reads in the midst of a mail and is cancelled loses nothing: what came is held.
        """
        if self._ended:
            raise PeerGoneError
        if self._stopped:
            self._stopped = False
            self._flow(True)
        self._waiter = self._loop.create_future()
        self._ring_at(deadline)
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def read_line(self, longest: int, seconds: float) -> bytes:
        """Read one line with its LF; raises TimeoutError after `seconds`, LineTooLongError after `longest` octets.

        Raises PeerGoneError at the end.
        """
        deadline = self._loop.time() + seconds
        while (end := self.held.find(b"\n")) < 0 and len(self.held) <= longest:
            await self.wait(deadline)
        if not 0 <= end < longest:
            raise LineTooLongError
        line = bytes(self.held[: end + 1])
        del self.held[: end + 1]
        return line

    async def hears(self, seconds: float) -> bool:
        """Whether the peer says something before it ends; raises TimeoutError after so many seconds."""
        if not self.held:
            await self.wait(self._loop.time() + seconds)
        return bool(self.held)

    async def read(self, most: int = _HIGH) -> bytes:
        """Give what is here, or the next that comes; b"" at the end."""
        while not self.held and not self._ended:
            await self._wait_for_ever()
        return self._take(min(most, len(self.held)))

    async def readexactly(self, octets: int) -> bytes:
        """Give so many octets; asyncio.IncompleteReadError when the peer ends before."""
        while len(self.held) < octets:
            if self._ended:
                raise asyncio.IncompleteReadError(bytes(self.held), octets)
            await self._wait_for_ever()
        return self._take(octets)

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """Give all up to the separator and it; asyncio.IncompleteReadError when the peer ends before."""
        while (at := self.held.find(separator)) < 0:
            if self._ended:
                raise asyncio.IncompleteReadError(bytes(self.held), None)
            if len(self.held) > _HIGH:
                raise asyncio.LimitOverrunError("no separator", len(self.held))
            await self._wait_for_ever()
        return self._take(at + len(separator))

    async def _wait_for_ever(self) -> None:
        try:
            await self.wait(math.inf)
        except PeerGoneError:
            return

    def _take(self, octets: int) -> bytes:
        taken = bytes(self.held[:octets])
        del self.held[:octets]
        return taken

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _ring_at(self, deadline: float) -> None:
        self._deadline = deadline
        if self._timer is None or self._rings_at > deadline:
            self.close()
            if deadline < math.inf:
                self._rings_at = deadline
                self._timer = self._loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() >= self._deadline:
            self._waiter.set_exception(TimeoutError())
        else:
            self._ring_at(self._deadline)
