"""Waiting for a child in such a way that a slow machine is no fault of a mail.

What a child computes is limited by the kernel in processor time. Wall time is there for a child that waits for what
never comes, so only time counts in which it sleeps: not while it wants the processor and does not get it, while it or
this process is halted, or while it waits for a slow disk.
"""

import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

SLICE = 0.25
PATIENCE = 20  # times the limit, and a minute at least, by the clock on the wall: then it is given up for now
_LEAST_PATIENCE = 60.0

_ASLEEP = {"S", "Z", "X"}  # proc(5); R runs or wants to, D waits for the disk, T and t are halted


class Waited(Enum):
    """Why waiting ended without an answer."""

    IDLE = auto()  # the child slept for as long as it may
    STARVED = auto()  # it never had the means to finish


def wait_while_idle(
    poll: Callable[[float], bool],
    pid: int,
    seconds: float,
    *,
    is_asleep: Callable[[int], bool] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Waited | None:
    """None once `poll(seconds)` is true; else why not, after the child has slept for `seconds` in all."""
    asleep = is_asleep or sleeps
    slept, began = 0.0, monotonic()
    while True:
        part = min(SLICE, seconds - slept)
        if poll(part):
            return None
        # A slice that took longer than it should was one in which this process was halted: it counts as a slice.
        if asleep(pid):
            slept += part
        if slept >= seconds - 1e-9:
            return Waited.IDLE
        if monotonic() - began > max(PATIENCE * seconds, _LEAST_PATIENCE):
            return Waited.STARVED


def sleeps(pid: int) -> bool:
    """Whether no thread of a process, nor of a program that it has started, runs or wants to run."""
    tasks = list(Path(f"/proc/{pid}/task").glob("[0-9]*"))
    return all(_state(task) in _ASLEEP and all(map(sleeps, _children(task))) for task in tasks)


def _state(task: Path) -> str:
    try:
        return (task / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "X"


def _children(task: Path) -> list[int]:
    try:
        return [int(pid) for pid in (task / "children").read_text(encoding="ascii").split()]
    except OSError:  # not Linux, or gone
        return []
