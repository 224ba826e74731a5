"""Folders and names that are still there after a power cut: a synced file in a folder that is not on disk is gone."""

import contextlib
import os
from pathlib import Path

from store.raw import sync_folder


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner alone, durably.

    Its own name is synced also when it was there already: whoever made it may have been killed before the sync. A
    folder above that we may not open was not made by us.
    """
    missing = [one for one in folder.parents if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (folder, *missing):
        with contextlib.suppress(PermissionError):
            sync_folder(one.parent)


def write_durably(path: Path, text: str) -> None:
    """Write a small file that was not there, whole or not at all; who comes second leaves the first one's.

    Whole before it has its name: two processes may start at once, one of them may be killed, the power may go.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    sync_folder(path.parent)
