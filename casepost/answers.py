"""Answers of a thread for an event loop: one wake-up for all that come together.

asyncio.wrap_future wakes the loop, through a socket, for each of them: sixty times for a commit of sixty mails.
"""

import asyncio
from collections import deque
from concurrent.futures import Future


class Answers:
    """Awaits futures of other threads; belongs to the loop that runs when it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._come: deque[asyncio.Future[None]] = deque()
        self._woken = False

    async def of(self, future: "Future[int]") -> int:
        """What it gives or raises; cancelled, it cancels it too."""
        waiting = self._loop.create_future()
        future.add_done_callback(lambda _: self._hand_over(waiting))
        try:
            await waiting
        except asyncio.CancelledError:
            future.cancel()
            raise
        return future.result()

    def _hand_over(self, waiting: "asyncio.Future[None]") -> None:
        """In the other thread, which must see `_woken` only after its answer is there."""
        self._come.append(waiting)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._give_all)

    def _give_all(self) -> None:
        self._woken = False
        while self._come:
            waiting = self._come.popleft()
            if not waiting.done():
                waiting.set_result(None)
