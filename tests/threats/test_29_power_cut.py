"""Threat 29: a power cut. What had its 250 is there, whatever the disk had not written yet.

Every write of a real service is recorded and played onto a disk that forgets what was not synced; 400 cuts of a longer
run: `python -m tests.power_cut`. A careless store must be found out by the same means.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.folders import make_folder, write_durably
from tests.power_cut.cuts import Report, cut_at_many_points
from tests.power_cut.disk import Disk, all_lost
from tests.power_cut.recording import Act, Recorder
from tests.power_cut.service_run import PROMISED, record_service
from tests.service import ROOT


def _careless(folder: Path, *options: str, points: int = 25) -> Report:
    root = folder / "disk"
    root.mkdir()
    recorder = Recorder(folder, root)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.power_cut.careless", str(root / "var"), *options],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **recorder.environ},
        text=True,
    ) as taker:
        assert taker.stdout is not None
        for line in taker.stdout:
            recorder.note(PROMISED + line.strip())
    assert taker.returncode == 0
    recorder.close()
    return cut_at_many_points(recorder.acts(), root, points=points, seed=29)


def test_29_after_a_power_cut_every_mail_that_had_its_250_is_there_and_the_books_agree(tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    recorder = record_service(folder, mails=12, clients=4, seed=29)
    report = cut_at_many_points(recorder.acts(), folder / "disk", points=40, seed=29)
    assert report.faults == []
    assert (report.promised, report.cuts) == (12, 40)


def test_29_a_careful_store_loses_nothing_at_the_points_where_a_careless_one_does(tmp_path: Path) -> None:
    report = _careless(tmp_path.resolve())
    assert report.faults == []
    assert report.promised == 12


@pytest.mark.parametrize("option", ["--synchronous=NORMAL", "--no-folder-sync"])
def test_29_a_store_that_does_not_sync_all_it_must_is_found_out(tmp_path: Path, option: str) -> None:
    assert _careless(tmp_path.resolve(), option, points=8).kinds()["lost"] > 0


def _act(kind: str, inode: int = 0, value: int = 0, payload: bytes = b"") -> Act:
    return Act(kind=kind, inode=inode, value=value, payload=payload)


def _disk(*acts: Act) -> Disk:
    disk = Disk(Path("/r"))
    for act in acts:
        disk.do(act)
    return disk


def _synced(inode: int) -> list[Act]:
    return [_act("S", inode, inode), _act("E", inode, inode)]


OPEN = [_act("D", 5, payload=b"/r/d"), _act("O", 7, payload=b"/r/d/f"), _act("W", 7, 0, b"words")]


def test_29_the_disk_keeps_a_file_only_with_its_octets_its_name_and_its_folders_name_synced() -> None:
    assert _disk(*OPEN, *_synced(7), *_synced(5)).after_cut(all_lost) == {}
    assert _disk(*OPEN, *_synced(7), *_synced(1)).after_cut(all_lost) == {"d": None}
    assert _disk(*OPEN, *_synced(5), *_synced(1)).after_cut(all_lost) == {"d": None, "d/f": b""}
    assert _disk(*OPEN, *_synced(7), *_synced(5), *_synced(1)).after_cut(all_lost) == {"d": None, "d/f": b"words"}
    assert _disk(*OPEN).after_cut(lambda: True) == {"d": None, "d/f": b"words"}


def test_29_what_is_written_while_a_sync_runs_is_not_counted_as_synced() -> None:
    late = _disk(*OPEN, *_synced(5), *_synced(1), _act("S", 7, 9), _act("W", 7, 5, b" more"), _act("E", 7, 9))
    assert late.after_cut(all_lost)["d/f"] == b"words"
    assert late.after_cut(lambda: True)["d/f"] == b"words more"


def test_29_a_write_is_torn_at_sectors() -> None:
    kept = iter([True, False, True])
    disk = _disk(*OPEN[:2], *_synced(5), *_synced(1), _act("W", 7, 0, b"a" * 512 + b"b" * 512 + b"c" * 10))
    assert disk.after_cut(lambda: next(kept))["d/f"] == b"a" * 512 + bytes(512) + b"c" * 10


def test_29_a_folder_that_is_made_is_durable_up_to_the_one_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("store.folders.sync_folder", synced.append)
    make_folder(tmp_path / "a/b/c")
    assert set(synced) == {tmp_path / "a/b", tmp_path / "a", tmp_path}
    write_durably(tmp_path / "a/node", "first")
    write_durably(tmp_path / "a/node", "second")
    assert (tmp_path / "a/node").read_text() == "first"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b", "node"]
