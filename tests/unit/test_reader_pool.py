"""The killable reader: a mail that hangs, eats memory or kills its reader costs one child and fails with a reason."""

import errno
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from cases.errors import TemporaryError
from cases.mail import Mail
from ingest.child_pool import ReaderFailed, ReaderUnavailable
from ingest.read.pool import ReaderPool
from ingest.read.reader import read
from ingest.read.version import READER_VERSION
from store.tally import forget, totals

RAW = b"From: a@b.example\r\nSubject: hello\r\n\r\nworld"


def misbehave(raw: bytes, *, open_files: bool) -> Mail:
    """A reader for tests: the mail says what it does to its child."""
    if b"bomb" in raw and open_files:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"hang" in raw:
        time.sleep(60)
    if b"burn" in raw:
        while True:
            pass
    if b"memory" in raw:
        return tell(str(len(bytearray(2 * 2**30))))
    if b"die" in raw:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"shot" in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"exit" in raw:
        sys.exit(3)
    if b"environment" in raw:
        return tell(" ".join(line.partition("=")[0] for line in Path("/proc/self/environ").read_text().split("\0")))
    if b"rank" in raw:
        return tell(str(os.getpriority(os.PRIO_PROCESS, 0)))
    if b"raise" in raw:
        raise KeyError("secret words of the mail")
    if b"who" in raw:
        ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
        limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
        return tell(f"{os.getpid()} {len(os.environ)} {ignored} {limited}")
    return read(raw, open_files=open_files)


def tell(words: str) -> Mail:
    return Mail(fingerprint="", reader_version=READER_VERSION, subject=words)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(seconds=1.5, memory_bytes=256 * 2**20, reader=misbehave) as running:
        yield running


def test_a_mail_is_read_in_the_child_as_it_is_here(pool: ReaderPool) -> None:
    assert pool.read(RAW) == read(RAW)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"hang", "time"), (b"memory", "memory"), (b"die", "died"), (b"exit", "died"), (b"raise", "KeyError")],
)
def test_a_mail_that_ends_its_child_fails_and_the_next_is_read(pool: ReaderPool, raw: bytes, reason: str) -> None:
    with pytest.raises(ReaderFailed) as failed:
        pool.read(raw)
    assert failed.value.reason == reason
    assert pool.read(RAW).subject == "hello"


def test_each_child_that_had_to_be_stopped_is_counted_with_its_reason(pool: ReaderPool) -> None:
    forget()
    with pytest.raises(ReaderFailed):
        pool.read(b"exit")
    assert totals()[0] == [("children_killed", "died", 2)]  # once more with its files closed


def test_a_file_that_kills_its_reader_does_not_keep_the_words_from_the_agents(pool: ReaderPool) -> None:
    mail = pool.read(RAW + b" with a bomb")
    assert mail.text == "world with a bomb"
    assert mail.defects == ("attached files were not opened: the reader had to be stopped (died)",)


def test_a_child_that_is_killed_from_outside_is_no_fault_of_its_mail(pool: ReaderPool) -> None:
    with pytest.raises(ReaderUnavailable, match="killed"):
        pool.read(b"shot")
    assert pool.read(RAW).subject == "hello"


def test_a_mail_that_burns_the_processor_is_stopped_in_time(pool: ReaderPool) -> None:
    with pytest.raises(ReaderFailed, match="time"):  # processor time: on a busy machine that is no wall time
        pool.read(b"burn")


def test_the_child_has_no_environment_ignores_ctrl_c_and_is_limited(pool: ReaderPool) -> None:
    pid, environment, ignored, limited = pool.read(b"who").subject.split()
    assert int(pid) != os.getpid()
    assert (environment, ignored, limited) == ("0", "True", "True")


def test_the_child_was_never_given_the_environment_with_its_passwords(pool: ReaderPool) -> None:
    names = set(pool.read(b"environment").subject.split())
    # Terminal libraries set LINES and COLUMNS behind Python's back.
    given = {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LINES", "COLUMNS"}
    assert "PYTEST_CURRENT_TEST" in os.environ
    assert names & set(os.environ) <= given


def test_a_reader_stands_back_behind_whoever_takes_mail_in(pool: ReaderPool) -> None:
    assert int(pool.read(b"rank").subject) > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_child_that_cannot_start_is_no_fault_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_process: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    with ReaderPool(reader=misbehave) as running:
        monkeypatch.setattr(ForkServerProcess, "start", fail)
        with pytest.raises(TemporaryError):
            running.read(RAW)
        monkeypatch.undo()
        assert running.read(RAW).subject == "hello"


def test_a_large_mail_crosses_the_pipe(pool: ReaderPool) -> None:
    assert pool.read(RAW + b" x" * 5_000_000).parts[0].size > 10_000_000


def test_a_child_is_recycled_after_its_share_of_mails() -> None:
    with ReaderPool(recycle_after=2, reader=misbehave) as running:
        pids = [running.read(b"who").subject.split()[0] for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_threads_share_the_children_and_each_gets_its_own_mail() -> None:
    with ReaderPool(size=2) as running, ThreadPoolExecutor(8) as threads:
        mails = list(threads.map(lambda n: running.read(b"Subject: mail %d\r\n\r\nx" % n), range(40)))
    assert [mail.subject for mail in mails] == [f"mail {n}" for n in range(40)]


def test_children_end_with_the_pool() -> None:
    running = ReaderPool(reader=misbehave)
    pid = int(running.read(b"who").subject.split()[0])
    running.close()
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ReaderUnavailable, match="closed"):
        running.read(RAW)


def test_closing_frees_a_caller_that_waits_for_a_child() -> None:
    running = ReaderPool(seconds=2, reader=misbehave)
    running.read(RAW)
    outcomes: list[str] = []

    def call(raw: bytes) -> None:
        try:
            running.read(raw)
        except ReaderFailed as failed:
            outcomes.append(failed.reason)

    callers = [threading.Thread(target=call, args=(b"hang",)) for _ in range(2)]
    for caller in callers:
        caller.start()
    time.sleep(0.3)
    running.close()
    for caller in callers:
        caller.join(10)
    assert sorted(outcomes) == ["closed", "closed"]  # the one in hand is not read once more without its files
