"""A restore: checked, unpacked and settled beside its place, and put there only when it is whole."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from casepost.app import App
from casepost.work import ROLE, take_in_all
from cases.errors import PermanentError
from cases.limits import Limits
from store.backup_archive import CASES, LEDGER, Manifest, extract
from store.backup_settle import find_backlog, hold_written, last_outgoing, settle
from store.raw import sync_folder
from store.vouchers import seal

_NOTHING = frozenset({"lost+found", ".restoring"})
_UNLIMITED = Limits(per_address_hour=0, per_address_day=0, unproved_hour=0, same_subject_hours=0, robot_pair_day=0)


class RestoreRefused(PermanentError):
    """There is something where the backup would go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """How a restore ended: mails held, mails left to the worker, where the templates are (None: there were none)."""

    held: int
    left: int
    templates: Path | None


def refuse_if_used(app: App) -> None:
    """Raises RestoreRefused unless data_dir is not there or empty."""
    folder = app.config.data_dir
    here = [path.name for path in folder.iterdir() if path.name not in _NOTHING] if folder.exists() else []
    if here:
        raise RestoreRefused(
            f"{folder} is not empty ({sorted(here)[0]} is there): stop the service and move that folder away first, "
            "or name another data_dir"
        )


def restore(app: App, file: Path, manifest: Manifest, *, advance: Callable[[], None] = lambda: None) -> Restored:
    """Put a backup into the empty data_dir. Raises RestoreRefused, BadBackup; then data_dir is as it was."""
    refuse_if_used(app)
    folder = app.config.data_dir
    staging = folder / ".restoring" if folder.is_mount() else folder.with_name(f"{folder.name}.restoring")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700, parents=True)
    try:
        extract(file, manifest, staging, advance=advance)
        inner = replace(app, config=msgspec.structs.replace(app.config, data_dir=staging))
        try:
            held, left = settle_all(inner, taken_at=manifest.taken_at)
        finally:
            inner.close()
        (staging / "node").unlink(missing_ok=True)  # this machine's name is not that of the one that is gone
        templates = _place_templates(app, staging)
        _put_in_place(staging, folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return Restored(held=held, left=left, templates=templates)


def settle_all(app: App, *, taken_at: datetime) -> tuple[int, int]:
    """Hold all that may have left since `taken_at`: mails held, and mails whose replies a later worker will write.

    Mails that were taken in and not answered yet were answered in the lost hours: their answers are written now, and
    held.
    """
    store, now, taken_at = app.store, app.clock(), taken_at.astimezone(UTC)
    held = settle(store, taken_at=taken_at, now=now)
    newest = last_outgoing(store)
    left = take_in_all(app, find_backlog(store))
    due = replace(app.due(role=ROLE), hold=True, limits=_UNLIMITED)
    while due.write_due(now=app.clock()):
        pass
    held += hold_written(store, after=newest, taken_at=taken_at, now=now)
    seal(store.cases, store.ledger_database, holder=app.holder(ROLE), clock=app.clock)
    return held, left


def _place_templates(app: App, staging: Path) -> Path | None:
    """Where templates_dir is, if nothing is there; else they stay in data_dir, for a person to compare."""
    saved, own = staging / "templates", app.config.templates_dir
    if not saved.exists():
        return None
    if own is None or (own.exists() and any(own.iterdir())):
        saved.rename(staging / "restored-templates")
        return app.config.data_dir / "restored-templates"
    shutil.copytree(saved, own, dirs_exist_ok=True)
    shutil.rmtree(saved)
    return own


def _put_in_place(staging: Path, folder: Path) -> None:
    """By one rename; within a folder that is a mount of its own the databases come last, the cases' at the very end."""
    if staging.parent != folder:
        staging.rename(folder)
        sync_folder(folder.parent)
        return
    order = {LEDGER: 1, CASES: 2}
    for path in sorted(staging.iterdir(), key=lambda path: order.get(path.name.partition("-")[0], 0)):
        path.rename(folder / path.name)
    staging.rmdir()
    sync_folder(folder)
