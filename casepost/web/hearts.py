"""What the other processes say of themselves: who is alive, and what all of them together have counted."""

import contextlib
import os
import socket
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from casepost.pulse import SOCKET, Pulse
from store.tally import Spread
from store.wake import short_path

_ALIVE_SECONDS = 10.0
_LONGEST_TURN = 900.0  # seconds at one thing: a slow smarthost's batch takes minutes, a quarter of an hour is a fault


@dataclass(kw_only=True)
class Hearts:
    """The last pulse of each process. Those of processes that have ended stay, so that no total ever falls."""

    _last: dict[tuple[str, int], Pulse] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)
    _ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    _ended_spreads: dict[str, Spread] = field(default_factory=dict)

    def hear(self, datagram: bytes, *, at: float) -> None:
        """Take one pulse in, at a monotonic time; what is none is nothing."""
        with contextlib.suppress(msgspec.DecodeError):
            pulse = msgspec.msgpack.decode(datagram, type=Pulse)
            for key in [key for key in self._last if key[0] == pulse.role and key[1] != pulse.pid]:
                self._bury(self._last.pop(key))
            self._last[pulse.role, pulse.pid] = pulse
            self._heard[pulse.role] = at

    def find_silent(self, roles: list[str], *, at: float) -> dict[str, str]:
        """What is wrong with each of the roles that does not live as it should, at a monotonic time."""
        wrong = {}
        for role in roles:
            age = at - self._heard.get(role, float("-inf"))
            if age > _ALIVE_SECONDS:
                wrong[role] = "no sign of life" if age == float("inf") else f"no sign of life for {age:.0f} s"
            elif stuck := self._stuck(role):
                wrong[role] = stuck
        return wrong

    def counts(self) -> Mapping[tuple[str, str], int]:
        """All totals by (what, label)."""
        total = self._ended.copy()
        for pulse in self._last.values():
            total.update(_counted(pulse))
        return total

    def spreads(self) -> Mapping[str, Spread]:
        """All timings by what was timed."""
        total = {what: Spread(counts=list(one.counts), total=one.total) for what, one in self._ended_spreads.items()}
        for pulse in self._last.values():
            _add_spreads(total, pulse)
        return total

    def _stuck(self, role: str) -> str:
        for pulse in (pulse for key, pulse in self._last.items() if key[0] == role):
            for station, seconds in pulse.stations.items():
                if seconds > _LONGEST_TURN:
                    return f"{station} has been at one thing for {seconds / 60:.0f} minutes"
        return ""

    def _bury(self, pulse: Pulse) -> None:
        self._ended.update(_counted(pulse))
        _add_spreads(self._ended_spreads, pulse)


def _counted(pulse: Pulse) -> dict[tuple[str, str], int]:
    return {(what, label): number for what, label, number in pulse.counts}


def _add_spreads(total: dict[str, Spread], pulse: Pulse) -> None:
    for what, counts, seconds in pulse.timings:
        spread = total.setdefault(what, Spread())
        spread.counts = [old + new for old, new in zip(spread.counts, counts, strict=True)]
        spread.total += seconds


class PulseSocket:
    """The web process's end of the pulses; not blocking."""

    def __init__(self, data_dir: Path, hearts: Hearts) -> None:
        self._hearts = hearts
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        with short_path(data_dir, SOCKET) as path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108  a path by way of an open folder
            self._socket.bind(path)

    def fileno(self) -> int:
        """For the event loop's `add_reader`."""
        return self._socket.fileno()

    def drain(self) -> None:
        """Hear all that has come."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._hearts.hear(self._socket.recv(1 << 18), at=time.monotonic())
