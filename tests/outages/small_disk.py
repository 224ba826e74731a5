"""A disk of a few megabytes: a tmpfs of our own, which root alone can mount."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = 256 * 1024


class SmallDisk:
    """The mounted folder; what fills it is called `ballast`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not one octet free."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (_BLOCK, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def use_up_names(self) -> None:
        """Leave room for octets, and none for another file."""
        (self.folder / "names").mkdir()
        with contextlib.suppress(OSError):
            for number in range(1_000_000):
                (self.folder / "names" / str(number)).touch()

    def clear(self) -> None:
        """Space is back."""
        self._ballast.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "names", ignore_errors=True)

    def remount(self, options: str) -> None:
        """Change its size, or whether it can be written."""
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path, options: str = "size=20m") -> Iterator[SmallDisk]:
    """Mount one on `folder`; skips the test where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "casepost-test", str(folder)]
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
