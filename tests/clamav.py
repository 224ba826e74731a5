"""A real clamd of Debian's package on a folder of its own, which knows one virus: the EICAR test file."""

import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from ingest.virus import Clamd, ScannerGone
from tests.service import wait_until

# In two pieces: scanners stop whoever has the whole text on disk.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_OCTETS = 1024 * 1024


class ClamAv:
    """A context manager; skips the test where the package is not installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "clamd.ctl"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def clamd(self) -> Clamd:
        """The daemon as the product speaks to it."""
        return Clamd(path=str(self.path))

    def start(self) -> None:
        """Start, and wait until it answers."""
        program = shutil.which("clamd")
        if program is None:
            pytest.skip("clamd is not installed (Debian: clamav-daemon)")
        (self.folder / "eicar.ndb").write_text(f"Eicar-Signature:0:0:{EICAR.hex()}\n")
        config = self.folder / "clamd.conf"
        config.write_text(
            f"LocalSocket {self.path}\nDatabaseDirectory {self.folder}\nForeground yes\nStreamMaxLength 1M\n"
            "MaxThreads 2\n"
        )
        self._process = subprocess.Popen(
            [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None
        self.path.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            return "ClamAV" in self.clamd.version()
        except ScannerGone:
            return False
