"""A child process that works on hostile octets: takes questions on a pipe, gives answers back as MessagePack.

It is forked from a fork server that has the readers loaded, so a new child is there in milliseconds. It has no
environment, no database and no keys; limits of the kernel end it when it runs away, the end of the pipe when the
parent dies.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

READY = b"R"
DONE = b"M"
FAILED = b"E"

Work = Callable[[bytes], object]
"""A question as it came on the pipe, to an answer that MessagePack can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildLimits:
    """CPU seconds for one question, octets of memory above what the child begins with, how far it stands back."""

    cpu_seconds: int
    memory_bytes: int
    niceness: int = 0


def serve(conn: Connection, limits: ChildLimits, work: Work) -> None:
    """Answer until the pipe ends. A question that needs too much memory is answered, and ends the child."""
    _shut_off()
    _limit_memory(limits.memory_bytes)
    os.nice(limits.niceness)
    encoder = msgspec.msgpack.Encoder()
    conn.send_bytes(READY)
    while True:
        try:
            question = conn.recv_bytes()
        except (EOFError, OSError):
            return
        _limit_cpu(limits.cpu_seconds)
        try:
            answer = DONE + encoder.encode(work(question))
        except MemoryError:
            conn.send_bytes(FAILED + b"memory")
            return
        except Exception as error:  # noqa: BLE001 - the parent decides what a failure means; here is only its name
            answer = FAILED + type(error).__name__.encode()
        del question
        try:
            conn.send_bytes(answer)
        except OSError:
            return


def _shut_off() -> None:
    """No environment, no terminal, a group of its own; what libraries write of hostile files is no log of ours."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.clear()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdin = None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory(memory_bytes: int) -> None:
    """Address space: what the loaded libraries take is counted on top, or the limit would hit before any work."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return  # not Linux: the time limit remains
    limit = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
