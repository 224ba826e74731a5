"""`casepost backup`: everything that is kept, into one file, while the service runs."""

from pathlib import Path

import click

from casepost import __version__
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import show_size
from casepost.progress import progress
from store.backup import Source, take_backup

_ON_POSTGRESQL = """\
database_url is PostgreSQL, which has better means of its own, each one consistent snapshot:
  pg_dump --format=custom --file=FILE URL     (URL as in database_url, without "+psycopg")
or the snapshots of whoever runs the server. Large mails are in the database, or with blob_url in its bucket: keep
versions there. After pg_restore, before any node starts, run
  casepost restore --after-dump TIME          (when the dump was taken)
so that no mail leaves a second time."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@config_option
def backup(file: Path, as_json: bool, config_file: Path | None) -> None:
    """Copy everything that is kept into FILE, a tar file, while the service runs.

    Databases with all keys, large mails, own templates; not casepost.toml, nor the keys of TLS and DKIM that it names.
    Exit code 1 when a large mail was damaged already and could not be copied.
    """
    app = open_app(config_file)
    if app.config.database_url:
        raise click.UsageError(_ON_POSTGRESQL)
    source = Source(data_dir=app.config.data_dir, templates_dir=app.config.templates_dir, version=__version__)
    with progress("Backing up (MB)", source.megabytes) as advance:
        taken = take_backup(source, file.absolute(), now=app.clock(), advance=advance)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "size": size, "blobs": taken.blobs, "damaged": taken.damaged})
    else:
        click.echo(f"{file}: {show_size(size)}, {taken.blobs} large mails")
        click.echo("It holds the signing keys and all mail: keep it as you keep passwords. casepost.toml is not in it.")
    if taken.elsewhere:
        click.echo(f"{taken.elsewhere} large mails are in the bucket of blob_url and stay there alone.", err=True)
    for name in taken.damaged:
        click.echo(f"FAULT  blob {name} is gone or damaged; `casepost verify` says whose it is", err=True)
    if taken.damaged:
        click.get_current_context().exit(1)
