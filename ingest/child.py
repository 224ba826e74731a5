"""A child process that works on hostile octets: takes questions on a pipe, gives answers back as MessagePack.

It is forked from a fork server that has the readers loaded, so a new child is there in milliseconds. It has no
environment, no database and no keys; limits of the kernel end it when it runs away, the end of the pipe when the
parent dies.
"""

import contextlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

READY = b"R"
DONE = b"M"
FAILED = b"E"
SPENT = struct.Struct("<dQ")
"""Behind DONE and FAILED: processor seconds for the question, octets of memory at the most meanwhile (0: unknown)."""

Work = Callable[[bytes, bytes], object]
"""A question as it came on the pipe, and how to take it, to an answer that MessagePack can hold."""


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
        began = _begin()
        try:
            how, question = conn.recv_bytes(), conn.recv_bytes()
        except (EOFError, OSError):
            return
        _limit_cpu(limits.cpu_seconds)
        try:
            kind, answer = DONE, encoder.encode(work(question, how))
        except MemoryError:
            conn.send_bytes(FAILED + _spent(began) + b"memory")
            return
        except Exception as error:  # noqa: BLE001 - the parent decides what a failure means; here is only its name
            kind, answer = FAILED, type(error).__name__.encode()
        del question
        try:
            conn.send_bytes(kind + _spent(began) + answer)
        except OSError:
            return


def _begin() -> float:
    """Processor seconds so far, this process's own and those of programs it ran; the memory's high water begins anew.

    What stays of a large question in the memory is counted for the next one too.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_bytes(b"5")  # proc(5): resets VmHWM, which ru_maxrss follows
    return _cpu_seconds()


def _spent(began: float) -> bytes:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return SPENT.pack(_cpu_seconds() - began, kilobytes * 1024)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


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
