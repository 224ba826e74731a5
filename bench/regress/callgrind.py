"""Counts the works: compiles the marks, makes a store, runs the counted process under callgrind, reads its files."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.regress.works import TIMES
from cases.model import Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import AGENT, NOW, SUPPORT

_ROOT = Path(__file__).parents[2]
_MARKS = Path(__file__).with_name("marks.c")
_HEADER = Path("/usr/include/valgrind/callgrind.h")
_SECONDS = 600
_NAME = re.compile(r"^desc: Trigger: Client Request: (\w+)$", re.MULTILINE)
_TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class CountingFailed(Exception):
    """The counted process ended with a fault, or not at all."""


def find_missing() -> str | None:
    """What keeps this machine from counting, in words for a person; None when nothing does."""
    if shutil.which("valgrind") is None or not _HEADER.is_file():
        return "valgrind is not installed (Debian: valgrind)"
    if shutil.which("gcc") is None:
        return "gcc is not installed (Debian: gcc, libc6-dev)"
    return None


def count_instructions() -> Mapping[str, int]:
    """Instructions of one round of each work, by its name. Needs a minute at most. Raises CountingFailed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        marks = folder / "marks.so"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(marks), str(_MARKS)], check=True)
        _make_store(folder / "var")
        _run(folder, marks)
        dumps = sorted(folder.glob("counted.out.*"), key=lambda path: int(path.suffix.removeprefix(".")))
        return dict(_read_count(path.read_text()) for path in dumps)


def _make_store(folder: Path) -> None:
    store = open_store(folder, "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    store.close()


def _run(folder: Path, marks: Path) -> None:
    """Nothing of the environment that is not needed: its size alone moves the stack."""
    command = [
        "valgrind",
        "--quiet",
        "--tool=callgrind",
        "--instr-atstart=no",
        f"--callgrind-out-file={folder / 'counted.out'}",
        *(sys.executable, "-m", "bench.regress.counted", str(marks), str(folder / "var")),
    ]
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise CountingFailed(f"not done after {_SECONDS} seconds") from error
    if done.returncode:
        raise CountingFailed(done.stderr[-4000:])


def _read_count(dump: str) -> tuple[str, int]:
    name, total = _NAME.search(dump), _TOTAL.search(dump)
    if name is None or total is None:
        raise CountingFailed("callgrind wrote a file that has no name or no total")
    return name[1], int(total[1]) // TIMES
