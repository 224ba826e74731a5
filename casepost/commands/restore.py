"""`casepost restore`: a backup into an empty data_dir, so that nothing leaves a second time."""

from datetime import datetime
from pathlib import Path

import click

from casepost.commands.common import Moment, config_option, json_option, open_app, print_json
from casepost.progress import progress
from casepost.restoring import Restored, refuse_if_used, restore, settle_all
from store.backup import MEGABYTE
from store.backup_archive import read_manifest


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--after-dump",
    "dumped_at",
    type=Moment(),
    help="PostgreSQL: the database was restored by pg_restore; when its dump was taken.",
)
@json_option
@config_option
def restore_backup(file: Path | None, dumped_at: datetime | None, as_json: bool, config_file: Path | None) -> None:
    """Put the backup FILE into the empty data_dir, before the service starts.

    Mail that waited to leave when the backup was taken may have left since: it is held, and `casepost delivery list`
    shows it. Reminders of a later time go on.
    """
    app = open_app(config_file)
    if (file is None) == (dumped_at is None):
        raise click.UsageError("either FILE or --after-dump TIME")
    if bool(app.config.database_url) == (file is not None):
        raise click.UsageError("FILE is for SQLite (database_url empty), --after-dump for PostgreSQL")
    if file is None:
        assert dumped_at is not None
        held, left = settle_all(app, taken_at=dumped_at)
        done, taken_at = Restored(held=held, left=left, templates=None), dumped_at
    else:
        refuse_if_used(app)
        manifest = read_manifest(file)
        taken_at = manifest.taken_at
        size = sum(size for size, _ in manifest.files.values()) // MEGABYTE
        with progress("Restoring (MB)", lambda: size) as advance:
            done = restore(app, file, manifest, advance=advance)
    if as_json:
        where = str(done.templates) if done.templates else None
        print_json({"taken_at": taken_at.isoformat(), "held": done.held, "left": done.left, "templates": where})
    else:
        _tell(done, taken_at, f"{app.config.data_dir}")


def _tell(done: Restored, taken_at: datetime, where: str) -> None:
    click.echo(f"Restored into {where}: everything as it was on {taken_at.astimezone():%Y-%m-%d %H:%M %Z}.")
    if done.held:
        click.echo(
            f"{done.held} mails that waited then may have left since and are held: `casepost delivery list` shows them,"
            " `casepost delivery release ID` lets one go."
        )
    if done.left:
        click.echo(f"{done.left} mails could not be worked on yet: the service tries them again, and answers them.")
    if done.templates:
        click.echo(f"Own templates are in {done.templates}.")
    click.echo("`casepost verify` proves that it is whole. Mailboxes that are fetched give what came since once more;")
    click.echo("start with `[delivery] hold = true` to look at the answers to it before any leaves.")
