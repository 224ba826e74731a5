"""A mail bomb: 10,000 spoofed mails from one victim and from 10,000, and what of it leaves again; a fifth with `few`.

The clock of the mails is simulated, that of the work is not: what is printed last is how long a real seller, whose mail
comes in the middle, waits behind all the rest.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.casework import NOW
from tests.flood import Flood, Flooding

_MAILS = 10_000
_MINUTES = 50
_REAL = "real@shop.example"


def main() -> None:
    """Print the acknowledgements that leave in the hour, and in the day that follows."""
    mails = _MAILS // 5 if "few" in sys.argv else _MAILS
    _play(f"{mails} mails from one victim", mails, lambda _number: "victim@flooded.example", hour=3, day=10)
    _play(f"{mails} mails from {mails} victims", mails, lambda number: f"v{number}@many.example", hour=2000, day=0)


def _play(name: str, mails: int, author: Callable[[int], str], *, hour: int, day: int) -> None:
    began, slowest = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        flood = Flood(Path(folder) / "var")
        for minute in range(_MINUTES):
            now = NOW + timedelta(minutes=minute)
            numbers = range(minute * mails // _MINUTES, (minute + 1) * mails // _MINUTES)
            flood.receive([Flooding(author(number), "Urgent " + "x" * (number % 97)) for number in numbers], now=now)
            real = [Flooding(_REAL, "Mine" + "x" * minute, proved=True)] if minute % 20 == 19 else []
            flood.receive(real, now=now)
            worked = time.perf_counter()
            flood.work(now)
            slowest = max(slowest, time.perf_counter() - worked)
            if minute == _MINUTES // 2:
                flood.restart()
        in_the_hour = Counter(one.envelope_to == _REAL for _, one in flood.left)
        for hours in range(1, 25):
            flood.work(NOW + timedelta(hours=hours))
        in_the_day = sum(one.envelope_to != _REAL for _, one in flood.left)
        flood.close()
    print(f"{name}: {in_the_hour[False]} acknowledged in the hour (limit {hour}), {in_the_day} in the day", end="")
    print(f" (limit {day})" if day else " (none is lost)", end="; ")
    print(f"the real seller {in_the_hour[True]} of 2 at once", end="; ")
    print(f"a minute's work took {slowest:.1f} s at most, all {time.perf_counter() - began:.0f} s", flush=True)
    if in_the_hour[False] > hour or (day and in_the_day > day) or in_the_hour[True] != 2:
        sys.exit(1)


if __name__ == "__main__":
    main()
