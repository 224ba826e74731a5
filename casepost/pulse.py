"""The pulse of a process: once a second it says that it is alive, and what it has counted, to the web process.

A datagram on a socket in data_dir, never waited for: a full disk or a dead web process stops nobody. Each pulse has
totals since the process began, so that a lost one loses nothing.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from store.tally import totals
from store.wake import short_path

SOCKET = "pulse.sock"
EVERY = 1.0  # seconds


class Pulse(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One sign of life. `stations`: seconds since each began what it is at."""

    role: str
    pid: int
    counts: list[tuple[str, str, int]]
    timings: list[tuple[str, list[int], float]]
    stations: dict[str, float]


def send_pulse(data_dir: Path, role: str, stations: Mapping[str, float]) -> None:
    """Send one now; nobody may be there to hear it."""
    counts, timings = totals()
    pulse = Pulse(role=role, pid=os.getpid(), counts=counts, timings=timings, stations=dict(stations))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        with short_path(data_dir, SOCKET) as path:
            sender.sendto(msgspec.msgpack.encode(pulse), path)


def start_pulse(data_dir: Path, role: str, stations: Callable[[], Mapping[str, float]] = dict) -> threading.Event:
    """Send one each second from a thread; set the event to end it."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(EVERY):
            send_pulse(data_dir, role, stations())

    threading.Thread(target=beat, name="pulse", daemon=True).start()
    return over
