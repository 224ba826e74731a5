"""What processes did to their files: the recorder is compiled, put in front of the C library, its log is read."""

import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("recorder.c")
_HEADER = struct.Struct("=IIQQ")
NOTE = "N"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing that was done: `kind` is a letter of recorder.c, or NOTE for what a witness wrote down in between."""

    kind: str
    inode: int
    value: int
    payload: bytes

    @property
    def path(self) -> str:
        """The one name of an act on a name."""
        return os.fsdecode(self.payload)

    @property
    def paths(self) -> tuple[str, str]:
        """The old and the new name."""
        old, new = os.fsdecode(self.payload).split("\0")
        return old, new


class Recorder:
    """Records all that processes with `environ` do to the files under `root`; skips the test where gcc is missing."""

    def __init__(self, folder: Path, root: Path) -> None:
        if shutil.which("gcc") is None:
            pytest.skip("gcc is not installed: the recorder of writes cannot be compiled")
        library = folder / "recorder.so"
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        self._log = folder / "acts.log"
        self._log.touch()
        self._witness = os.open(self._log, os.O_WRONLY | os.O_APPEND)
        self.environ = {
            "LD_PRELOAD": str(library),
            "POWER_CUT_ROOT": str(root),
            "POWER_CUT_LOG": str(self._log),
        }

    def note(self, words: str) -> None:
        """Write down, between the acts, what has been promised to whom at this moment."""
        payload = words.encode()
        os.write(self._witness, _HEADER.pack(ord(NOTE), len(payload), 0, 0) + payload)

    def acts(self) -> Iterator[Act]:
        """What was done, in order; a record that a killed process left unfinished ends it."""
        with self._log.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as log:
            at = 0
            while at + _HEADER.size <= len(log):
                kind, length, inode, value = _HEADER.unpack_from(log, at)
                at += _HEADER.size
                yield Act(kind=chr(kind), inode=inode, value=value, payload=log[at : at + length])
                at += length

    def close(self) -> None:
        """No more notes."""
        os.close(self._witness)
