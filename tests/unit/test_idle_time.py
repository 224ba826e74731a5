"""Waiting for a child: only time in which it sleeps counts against it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ingest.idle_time import PATIENCE, Waited, sleeps, wait_while_idle
from tests.service import wait_until


class Clock:
    """A clock that polls let go on; `halts` are seconds more that a poll takes, the first one first."""

    def __init__(self, *halts: float, answers_after: float = 1e9) -> None:
        self.now = 0.0
        self._halts = list(halts)
        self._answers_after = answers_after

    def monotonic(self) -> float:
        return self.now

    def poll(self, seconds: float) -> bool:
        self.now += seconds + (self._halts.pop(0) if self._halts else 0.0)
        return self.now > self._answers_after


def waited(clock: Clock, *, asleep: bool, seconds: float = 4.0) -> Waited | None:
    return wait_while_idle(clock.poll, 1, seconds, is_asleep=lambda _pid: asleep, monotonic=clock.monotonic)


def test_a_child_that_sleeps_is_given_its_limit_and_no_more() -> None:
    clock = Clock()
    assert waited(clock, asleep=True) is Waited.IDLE
    assert clock.now == pytest.approx(4.0)


def test_a_child_that_wants_the_processor_and_does_not_get_it_is_waited_for() -> None:
    assert waited(Clock(answers_after=40.0), asleep=False) is None


def test_a_child_that_gets_nothing_done_for_long_is_given_up_and_that_is_another_reason() -> None:
    clock = Clock()
    assert waited(clock, asleep=False) is Waited.STARVED
    assert clock.now == pytest.approx(PATIENCE * 4.0, abs=1.0)


def test_time_in_which_this_process_was_halted_does_not_count() -> None:
    assert waited(Clock(30.0, answers_after=32.0), asleep=True) is None


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that sleeps and has a program of its own that sleeps."""
    words = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", words], start_new_session=True) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def test_a_process_sleeps_when_it_and_the_programs_it_started_do(sleeper: subprocess.Popen[bytes]) -> None:
    assert not sleeps(os.getpid())
    wait_until(lambda: sleeps(sleeper.pid))
    os.kill(sleeper.pid, signal.SIGSTOP)
    wait_until(lambda: not sleeps(sleeper.pid))
    os.kill(sleeper.pid, signal.SIGCONT)
    wait_until(lambda: sleeps(sleeper.pid))


def test_a_process_that_has_ended_runs_no_more() -> None:
    assert sleeps(2**22 + 1)
