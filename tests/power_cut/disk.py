"""A disk that forgets what was not synced: it lives through recorded acts, and shows what a power cut leaves.

Stricter than most file systems: a file's name is only kept once its folder was synced, an order between two files
is only kept by a sync in between. What was not synced may be gone, there, or torn at any sector of 512 octets.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.power_cut.recording import Act

SECTOR = 512
Luck = Callable[[], bool]
"""Whether one unsynced sector, length or name has reached the disk all the same."""


def all_lost() -> bool:
    """Nothing that was not synced is there."""
    return False


def some_kept(chance: random.Random) -> Luck:
    """Some of it is there, whichever; how much differs from cut to cut."""
    share = chance.choice((0.1, 0.5, 0.9, 1.0))
    return lambda: chance.random() < share


@dataclass(slots=True)
class _File:
    """Octets on the disk, and what is only in memory: (number of the act, offset or size, octets; None cuts off)."""

    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, int, bytes | None]] = field(default_factory=list)

    def sync(self, before: int) -> None:
        """What was done before that act is on the disk."""
        for number, at, octets in self.unsynced:
            if number < before:
                _apply(self.durable, at, octets)
        self.unsynced = [one for one in self.unsynced if one[0] >= before]

    def after_cut(self, luck: Luck) -> bytearray:
        left = bytearray(self.durable)
        for _, at, octets in self.unsynced:
            if octets is None:
                if luck():
                    _apply(left, at, None)
                continue
            for begin, piece in _sectors(at, octets):
                if luck():
                    _apply(left, begin, piece)
        return left


@dataclass(frozen=True, slots=True)
class _Name:
    """A change of a name: it appears (with a file, or None for a folder), or it is gone."""

    number: int
    path: str
    appears: bool
    file: _File | None = None


class Disk:
    """The files under one folder; `live` acts are applied one by one with `do`."""

    def __init__(self, root: Path, *, deaf: Callable[[str], bool] = lambda _path: False) -> None:
        """`deaf` names the paths of which syncs are not heard: a test of the test."""
        self._root = str(root)
        self._deaf = deaf
        self._names: dict[str, _File | None] = {}
        self._inodes: dict[int, str | _File] = {}
        self._durable: dict[str, _File | None] = {}
        self._unsynced: list[_Name] = []
        self._syncing: dict[int, int] = {}
        self._number = 0

    def do(self, act: Act) -> None:
        """One act of the recorded processes."""
        self._number += 1
        match act.kind:
            case "W" | "T":
                file = self._inodes.get(act.inode)
                if isinstance(file, _File):
                    file.unsynced.append((self._number, act.value, act.payload if act.kind == "W" else None))
            case "O":
                self._open(act.inode, act.path)
            case "A":
                self._inodes[act.inode] = _File()  # without a name, so that a cut leaves nothing of it
            case "G":
                file = self._inodes[act.inode]
                assert isinstance(file, _File)
                self._appear(act.path, file)
            case "D":
                self._inodes[act.inode] = act.path
                self._appear(act.path, None)
            case "L" | "R":
                self._rename(*act.paths, stays=act.kind == "L")
            case "U":
                self._vanish(act.path)
            case "S":
                self._syncing[act.value] = self._number
            case "E":
                self._sync(act.inode, self._syncing.pop(act.value))

    def after_cut(self, luck: Luck) -> dict[str, bytes | None]:
        """What is there when the power goes now: path within the root -> octets, None for a folder."""
        names = dict(self._durable)
        torn: set[str] = set()
        for one in self._unsynced:
            folder = _folder(one.path)
            # Within one folder names are changed in their order, as far as they got.
            if folder in torn or not luck():
                torn.add(folder)
                continue
            _change(names, one)
        return {
            os.path.relpath(path, self._root): None if file is None else bytes(file.after_cut(luck))
            for path, file in names.items()
            if self._is_reachable(names, path)
        }

    def _open(self, inode: int, path: str) -> None:
        if path == self._root:
            return
        file = self._names.get(path)
        if file is None or self._inodes.get(inode) is not file:
            file = _File()
            self._inodes[inode] = file
            self._appear(path, file)

    def _rename(self, old: str, new: str, *, stays: bool) -> None:
        file = self._names[old]
        self._appear(new, file)
        if not stays:
            self._vanish(old)

    def _appear(self, path: str, file: _File | None) -> None:
        self._names[path] = file
        self._unsynced.append(_Name(self._number, path, appears=True, file=file))

    def _vanish(self, path: str) -> None:
        self._names.pop(path, None)
        self._unsynced.append(_Name(self._number, path, appears=False))

    def _sync(self, inode: int, begun: int) -> None:
        found = self._inodes.get(inode, self._root)  # the root's own inode was there before all acts
        if isinstance(found, _File):
            names = [path for path, file in self._names.items() if file is found]
            if not any(map(self._deaf, names)):
                found.sync(begun)
        elif not self._deaf(found):
            for one in self._unsynced:
                if one.number < begun and _folder(one.path) == found:
                    _change(self._durable, one)
            self._unsynced = [one for one in self._unsynced if one.number >= begun or _folder(one.path) != found]

    def _is_reachable(self, names: dict[str, _File | None], path: str) -> bool:
        folder = _folder(path)
        return folder == self._root or (folder in names and self._is_reachable(names, folder))


def _change(names: dict[str, _File | None], one: _Name) -> None:
    if one.appears:
        names[one.path] = one.file
    else:
        names.pop(one.path, None)


def _apply(octets: bytearray, at: int, written: bytes | None) -> None:
    """Write at an offset, behind the end over a hole of zeros; None sets the size."""
    if len(octets) < at:
        octets.extend(bytes(at - len(octets)))
    if written is None:
        del octets[at:]
    else:
        octets[at : at + len(written)] = written


def _sectors(at: int, octets: bytes) -> Iterator[tuple[int, bytes]]:
    begin = 0
    while begin < len(octets):
        end = min(len(octets), begin + SECTOR - (at + begin) % SECTOR)
        yield at + begin, octets[begin:end]
        begin = end


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
