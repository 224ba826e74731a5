"""What all peers have in common: how they are installed, what they say after a run, and why one is left out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bench.mails import BenchMail
from bench.native import BUILD
from tests.service import ROOT

_DRIVERS = Path(__file__).parent / "drivers"
_PATIENCE = 1800.0


class Skipped(Exception):
    """Why a peer cannot be run here; the contest says so and goes on."""


class Miscounted(Exception):
    """The peer did not make a ticket of each mail: a peer that refuses looks fast."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A run: `mails` were handed over, and `tickets` were there in the end that had not been before."""

    mails: int
    seconds: float
    tickets: int

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.mails / self.seconds

    def checked(self, name: str) -> Self:
        """Itself; Miscounted unless each mail became one ticket."""
        if self.tickets != self.mails:
            raise Miscounted(f"{name} made {self.tickets} tickets of {self.mails} mails")
        return self


class Peer(Protocol):
    """A context manager that runs the peer on a folder of its own."""

    name: str

    def __enter__(self) -> Self:
        """Install it where it is missing, make it ready. Skipped when it cannot be run here."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop it."""

    def take(self, mails: Sequence[BenchMail]) -> Taken:
        """Give it the mails, count what became of them. Miscounted when that is not a ticket each."""


def environment(name: str, pins: Sequence[str]) -> Path:
    """The Python of a virtual environment of its own that holds exactly these packages; made on first use."""
    folder = BUILD / name
    python, stamp = folder / "bin" / "python", folder / "pins.txt"
    wanted = "\n".join(sorted(pins))
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    commands: tuple[list[str | Path], ...] = (
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *pins],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Skipped(f"{name} cannot be installed: {done.stderr.strip()[-300:]}")
    stamp.write_text(wanted)
    return python


def install_debian(*packages: str) -> None:
    """Debian packages where they are missing, without starting their services. Skipped when that cannot be."""
    if all(_is_installed(package) for package in packages):
        return
    if os.geteuid() or shutil.which("apt-get") is None:
        raise Skipped(f"not installed: {' '.join(packages)} (needs root and apt-get)")
    # RUNLEVEL=1 keeps invoke-rc.d from starting what a package brings.
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    options = ["--quiet", "--quiet", "--yes", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", *options, *packages]):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"cannot be installed: {' '.join(packages)}: {done.stderr.strip()[-300:]}")


def _is_installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${Status}", package]
    done = subprocess.run(query, capture_output=True, text=True, check=False)
    return done.stdout == "install ok installed"


def write_mails(folder: Path, mails: Sequence[BenchMail]) -> None:
    """Each mail a file of its own, named so that their order is that of the names."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, mail in enumerate(mails):
        (folder / f"{number:06d}.eml").write_bytes(mail.raw)


def drive(python: Path, driver: str, *arguments: str | Path) -> Taken:
    """Run a driver of bench/peers/drivers in an environment of a peer; what its one line of JSON says."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [python, _DRIVERS / f"{driver}.py", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
        cwd=ROOT,
    )
    if done.returncode:
        raise Miscounted(f"{driver} failed: {done.stderr.strip()[-1500:]}")
    return Taken(**json.loads(done.stdout.strip().splitlines()[-1]))
