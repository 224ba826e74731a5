"""The reader's child process: takes raw mails on a pipe, gives Mails back as MessagePack, and holds nothing else.

It is forked from a fork server that has this module loaded, so a new child is there in milliseconds. It has no
environment, no database and no keys; limits of the kernel end it when it runs away, the end of the pipe when the
parent dies.
"""

import os

# One thread each for the numeric library of the language model: it would start one a core, in every child.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from cases.mail import Mail
from ingest.read.language import warm_up
from ingest.read.reader import read

READY = b"R"
DONE = b"M"
FAILED = b"E"

Reader = Callable[[bytes], Mail]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildLimits:
    """CPU seconds for one mail, octets of memory above what the child begins with."""

    cpu_seconds: int
    memory_bytes: int


def serve(conn: Connection, limits: ChildLimits, reader: Reader = read) -> None:
    """Read mails until the pipe ends. A mail that needs too much memory is answered, and ends the child."""
    _shut_off()
    _limit_memory(limits.memory_bytes)
    encoder = msgspec.msgpack.Encoder()
    conn.send_bytes(READY)
    while True:
        try:
            raw = conn.recv_bytes()
        except (EOFError, OSError):
            return
        _limit_cpu(limits.cpu_seconds)
        try:
            answer = DONE + encoder.encode(reader(raw))
        except MemoryError:
            conn.send_bytes(FAILED + b"memory")
            return
        except Exception as error:  # noqa: BLE001 - the parent decides what a failed mail means; here is only its name
            answer = FAILED + type(error).__name__.encode()
        del raw
        try:
            conn.send_bytes(answer)
        except OSError:
            return


def _shut_off() -> None:
    os.environ.clear()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdin = None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory(memory_bytes: int) -> None:
    """Address space: what the loaded libraries take is counted on top, or the limit would hit before any mail."""
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


warm_up()
