"""Roundup: its classic tracker on SQLite, its mail gateway in one process that stays.

The sellers are registered beforehand: to strangers, once they are let in, it gives a password each, and its hash takes
ten times as long as all the rest. As it is installed it refuses them, and is very fast at that.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.mails import BenchMail
from bench.peers.peer import Miscounted, Skipped, Taken, drive, environment, write_mails

_PINS = ("roundup==2.6.0",)
# What it would send goes to a file, so nobody is waited for; authors get a copy, which is its acknowledgement.
_SETTINGS = (
    "tracker_web=http://localhost/,mail_domain=casepost.example,mail_host=localhost,mail_debug={outbox},"
    "nosy_messages_to_author=new"
)


class Roundup:
    """A peer; see bench/peers/peer.py."""

    name = "Roundup"

    def __init__(self, folder: Path) -> None:
        self._tracker = folder / "roundup"
        self._mails = folder / "roundup-mails"
        self._sent = folder / "roundup-sent"

    def __enter__(self) -> Self:
        self._python = environment("roundup", _PINS)
        self._tracker.mkdir(parents=True)
        settings = _SETTINGS.format(outbox=self._sent)
        self._admin("install", "classic", "sqlite", settings)
        self._admin("initialise", "bench-password")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing of it runs between two runs."""

    def take(self, mails: Sequence[BenchMail]) -> Taken:
        """An issue of each mail."""
        write_mails(self._mails, mails)
        self._sent.write_bytes(b"")
        taken = drive(self._python, "roundup_in_process", self._tracker, self._mails).checked(self.name)
        if (written := self._sent.read_bytes().count(b"\nTO: ")) != len(mails):
            raise Miscounted(f"{self.name} wrote {written} acknowledgements for {len(mails)} mails")
        return taken

    def _admin(self, *command: str) -> None:
        done = subprocess.run(
            [self._python.with_name("roundup-admin"), "-i", self._tracker, *command],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise Skipped(f"roundup-admin {command[0]}: {(done.stdout + done.stderr).strip()[-500:]}")
