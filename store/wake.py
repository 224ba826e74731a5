"""Waking the worker: a commit that makes something due says so at once, through a datagram socket in data_dir.

Losing a wake-up loses nothing: what is due is rows, and the worker looks at them every few seconds anyway.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

_NAME = "worker.sock"


class Call(Enum):
    """What a wake-up is about; whoever wakes for a mail spares the others a look that finds nothing."""

    MAIL = b"m"
    ANYTHING = b"1"


class Waker:
    """Wakes the worker of this machine, if one runs on `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir

    def wake(self) -> bool:
        """Say that something is due; whether a worker was there to hear it."""
        return self._send(Call.ANYTHING)

    def wake_for_mail(self) -> bool:
        """Say that a mail is in the ledger and nothing else has changed; whether a worker was there to hear it."""
        return self._send(Call.MAIL)

    def _send(self, call: Call) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            try:
                with short_path(self._folder) as path:
                    sender.sendto(call.value, path)
            except BlockingIOError:
                return True  # its queue is full of wake-ups: it will look
            except OSError:
                return False
        return True


class WakeSocket:
    """The worker's end: `wait` returns when somebody wakes it."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(FileNotFoundError):
            (data_dir / _NAME).unlink()
        with short_path(data_dir) as path:
            self._socket.bind(path)

    def wait(self, seconds: float) -> Call | None:
        """The wake-up that came within so many seconds, None where none did."""
        self._socket.settimeout(seconds)
        try:
            octets = self._socket.recv(16)
        except TimeoutError:
            return None
        return Call.MAIL if octets == Call.MAIL.value else Call.ANYTHING

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            (self._folder / _NAME).unlink()


@contextmanager
def short_path(folder: Path, name: str = _NAME) -> Iterator[str]:
    """The socket's path by way of an open folder: a unix socket's path holds 107 octets, a folder's may be longer."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)
