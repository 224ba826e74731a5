"""Forged references against the keyring: how many of 100,000 are believed, and how long one takes to look at."""

import sys
import time

from tests.forgery import count_accepted

COUNT = 100_000


def main() -> None:
    """Print how many forgeries were believed (0 is right) and how many real references were (all is right)."""
    began = time.perf_counter()
    accepted, real = count_accepted(COUNT, seed=4)
    microseconds = (time.perf_counter() - began) / (2 * COUNT) * 1e6
    sys.stdout.write(
        f"forged references: {accepted} of {COUNT:,} believed; real ones: {real:,} of {COUNT:,} believed; "
        f"{microseconds:.0f} µs each, made and looked at\n"
    )
    if accepted or real != COUNT:
        sys.exit("a reference was believed, or refused, that should not have been")
