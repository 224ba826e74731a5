"""Work in children that can be killed: octets that hang or eat memory cost one child, never the service.

Thread-safe: `ask` takes a free child or waits for one. Answers come back as MessagePack and are checked against
the type; nothing a child sends is ever unpickled.
"""

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

from cases.errors import TemporaryError
from ingest.child import DONE, SPENT, ChildLimits, Work, serve
from ingest.idle_time import Waited, wait_while_idle
from store.tally import Tally, count

_log = logging.getLogger(__name__)

_START_SECONDS = 60.0
_STOP_SECONDS = 2.0
_FITS = 32 * 1024
_PRELOAD = ["ingest.read.preload"]
_MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(2**20)}
"""Large blocks go back to the kernel at once (mallopt(3)): a child must not hold a large mail's memory for the next."""
_FOR_PYTHON = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR")  # what it starts by


Answer = TypeVar("Answer")
_starting = threading.Lock()


class ReaderFailed(Exception):
    """The child could not do its work; `reason` is "time", "memory", "died" or the name of an error."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReaderUnavailable(ReaderFailed, TemporaryError):
    """No child could do the work to its end: none can be started, or it was killed. No fault of the octets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one question cost its child, as the child's own kernel counted it; None where it died and could not say.

    `memory_bytes` is the most it held at once, with what all children share; `failed` is the reason of a ReaderFailed.
    """

    pool: str
    question_bytes: int
    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    failed: str = ""


Report = Callable[[Cost], None]


def log_cost(cost: Cost) -> None:
    """An event of the log at its finest level: figures, and nothing of the question."""
    _log.debug(
        "child asked",
        extra={
            "pool": cost.pool,
            "octets": cost.question_bytes,
            "cpu_seconds": cost.cpu_seconds,
            "memory_bytes": cost.memory_bytes,
            "failed": cost.failed,
        },
    )


@dataclass(kw_only=True, slots=True)
class _Child:
    """A running child, the parent's end of its pipe, and how many questions it has answered."""

    process: ForkServerProcess
    conn: Connection
    answered: int = 0


class ChildPool(Generic[Answer]):
    """`size` children that do `work`, each started when it is first needed and recycled after some questions.

    `limits` hold for one question, `seconds` is how long it may sleep over it (see idle_time); `answer` is the type
    that every answer has; `report` is told what each question cost, under the pool's `name`.
    """

    def __init__(
        self,
        work: Work,
        answer: type[Answer],
        *,
        name: str,
        size: int,
        seconds: float,
        limits: ChildLimits,
        recycle_after: int,
        report: Report = log_cost,
    ) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD)
        _start_fork_server()
        self._work = work
        self._seconds = seconds
        self._limits = limits
        self._recycle_after = recycle_after
        self._report = report
        self._name = name
        self._decoder = msgspec.msgpack.Decoder(answer)
        self._closed = threading.Event()
        self._places: queue.Queue[_Child | None] = queue.Queue()
        self._size = size
        for _ in range(size):
            self._places.put(None)

    def ask(self, question: bytes, how: bytes = b"") -> Answer:
        """The answer of a child. Blocks while all are busy. Raises ReaderFailed; the next call is served.

        `how` says how to take the question: a word in front of it would cost a copy of a large one to take off.
        """
        if self._closed.is_set():
            raise ReaderUnavailable("closed")
        child = self._places.get()
        keep = False
        try:
            if self._closed.is_set():
                raise ReaderUnavailable("closed")
            if child is None:
                child = self._start()
            answer = self._ask(child, question, how)
            child.answered += 1
            keep = child.answered < self._recycle_after
            return answer
        finally:
            if child is not None and not keep:
                _stop(child)
            self._places.put(child if keep else None)

    def rest(self) -> None:
        """End the children that have nothing to do, so that their memory is free; the next question starts one."""
        for _ in range(self._size):
            try:
                child = self._places.get_nowait()
            except queue.Empty:
                return
            if child is not None:
                _stop(child)
            self._places.put(None)

    def close(self) -> None:
        """End all children; those at work are waited for, at most their time limit."""
        if self._closed.is_set():
            return
        self._closed.set()
        for _ in range(self._size):
            child = self._places.get()
            if child is not None:
                _stop(child)
        for _ in range(self._size):
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> _Child:
        _start_fork_server()  # one that has died would be started by itself, with all of the environment
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, self._limits, self._work), name=f"casepost-{self._name}", daemon=True
        )
        try:
            with _without_script():
                process.start()
        except OSError as error:
            ours.close()
            raise ReaderUnavailable("no child could be started") from error
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        child = _Child(process=process, conn=ours)
        try:
            self._receive(child, _START_SECONDS)  # READY; it says nothing else before it is asked
        except ReaderFailed as error:
            _stop(child)
            raise ReaderUnavailable("no child could be started") from error
        return child

    def _ask(self, child: _Child, question: bytes, how: bytes) -> Answer:
        sender = threading.Thread(target=_send, args=(child.conn, how, question), daemon=True)
        # What fits into the pipe of a child that waits for it cannot block; a thread would cost more than the sending.
        if len(question) <= _FITS:
            sender.run()
        else:
            sender.start()
        try:
            answer = memoryview(self._receive(child, self._seconds))
        except ReaderFailed as failure:
            count(Tally.CHILDREN_KILLED, failure.reason)
            self._report(Cost(pool=self._name, question_bytes=len(question), failed=failure.reason))
            raise
        if sender.ident is not None:
            sender.join(_STOP_SECONDS)
        begin = len(DONE) + SPENT.size
        failed = "" if answer[:1] == DONE else bytes(answer[begin:]).decode("ascii", "replace")[:80] or "died"
        cpu_seconds, memory_bytes = SPENT.unpack_from(answer, len(DONE))
        self._report(
            Cost(
                pool=self._name,
                question_bytes=len(question),
                cpu_seconds=cpu_seconds,
                memory_bytes=memory_bytes or None,
                failed=failed,
            )
        )
        if failed:
            raise ReaderFailed(failed)
        try:
            return self._decoder.decode(answer[begin:])
        except msgspec.MsgspecError as error:
            raise ReaderFailed("wrong answer") from error

    def _receive(self, child: _Child, seconds: float) -> bytes:
        try:
            failure = wait_while_idle(child.conn.poll, child.process.pid or 0, seconds)
            if failure is not None:
                _kill(child.process)
                raise ReaderFailed("time") if failure is Waited.IDLE else ReaderUnavailable("starved")
            return child.conn.recv_bytes()
        except (EOFError, OSError) as error:
            child.process.join(_STOP_SECONDS)
            raise _death(child.process.exitcode) from error


def _kill(process: ForkServerProcess) -> None:
    """Kill a child and the programs it has started: it leads a group of its own."""
    with contextlib.suppress(OSError, TypeError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.kill()


def _start_fork_server() -> None:
    """Start what children are forked from, unless it runs, without the environment: that may hold passwords.

    A child that clears `os.environ` still has all of it in /proc/self/environ.
    """
    with _starting:
        kept = dict(os.environ)
        os.environ.clear()
        os.environ.update({name: kept[name] for name in _FOR_PYTHON if name in kept} | _MALLOC)
        try:
            forkserver.ensure_running()
        finally:
            os.environ.clear()
            os.environ.update(kept)


@contextmanager
def _without_script() -> Iterator[None]:
    """Nothing that a child does is in the program's own script, which it would run, with all that the script loads."""
    main = sys.modules["__main__"]
    with _starting:
        script = main.__dict__.pop("__file__", None)
        try:
            yield
        finally:
            if script is not None:
                main.__file__ = script


def _send(conn: Connection, how: bytes, question: bytes) -> None:
    """Hand over the question, in a thread of its own: a child that stops reading the pipe must not block the caller."""
    with contextlib.suppress(OSError, ValueError):
        conn.send_bytes(how)
        conn.send_bytes(question)


def _death(exitcode: int | None) -> ReaderFailed:
    """What the end of a child says of its work: SIGKILL comes from outside, by hand or for want of memory elsewhere."""
    if exitcode == -signal.SIGKILL:
        return ReaderUnavailable("killed")
    return ReaderFailed("time" if exitcode == -signal.SIGXCPU else "died")


def _stop(child: _Child) -> None:
    """End a child: the end of its pipe asks it to, after a moment it is killed."""
    child.conn.close()
    child.process.join(_STOP_SECONDS if child.answered else 0)
    if child.process.is_alive():
        _kill(child.process)
        child.process.join()
    child.process.close()
