"""An event loop whose clock moves only when it is told to: five minutes pass in an instant, on a busy machine too."""

import asyncio


class HandClockLoop(asyncio.SelectorEventLoop):
    """Sockets are as fast as ever, timers wait for `advance`."""

    def __init__(self) -> None:
        self._now = 1000.0
        super().__init__()

    def time(self) -> float:
        """Seconds of the clock."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock on; may be called from another thread."""
        self._now += seconds
        self.call_soon_threadsafe(lambda: None)  # it sleeps by the clock as it was
