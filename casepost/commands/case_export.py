"""`casepost case export`: everything on record of cases in one file that can be handed over."""

from pathlib import Path

import click

from casepost.app import App
from casepost.case_archive import write_archive
from casepost.commands.case_change import find_case
from casepost.commands.common import config_option, json_option, open_app, print_json
from store.case_export import CaseExport, ExportedMail, load_export


@click.command()
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="The file [CP-NUMBER.zip].")
@click.option("--internal", is_flag=True, help="Notes, events, mails of agents and all headers too.")
@json_option
@config_option
def export(
    numbers: tuple[str, ...], target: Path | None, internal: bool, as_json: bool, config_file: Path | None
) -> None:
    """Write cases into one ZIP to hand over: case.json, case.txt to read, and each mail as it came or went.

    Without --internal it holds what the requester has seen, fit for their eyes. With --internal it is for your own
    use: the mails to agents hold addresses by which one can write in the agents' name. With --json the documents are
    printed, and a file is written only where --to says so.
    """
    app = open_app(config_file)
    found = [find_case(app, number).number for number in numbers]
    with app.store.cases.read() as connection:
        exports = [load_export(connection, number, internal=internal) for number in dict.fromkeys(found)]
    if target is not None or not as_json:
        path = target or Path(_name(exports))
        _write(app, path, exports)
    if as_json:
        print_json([one.document for one in exports])
        return
    mails = sum(len(one.mails) for one in exports)
    cases = f"{len(exports)} case{'s' if len(exports) > 1 else ''}"
    click.echo(f"{path}: {cases}, {mails} mail{'' if mails == 1 else 's'}, {_audience(internal)}.")


def _name(exports: list[CaseExport]) -> str:
    first, more = exports[0].document["number"], len(exports) - 1
    return f"CP-{first}-and-{more}-more.zip" if more else f"CP-{first}.zip"


def _audience(internal: bool) -> str:
    return "with what only your staff may see" if internal else "for the requester's eyes"


def _write(app: App, path: Path, exports: list[CaseExport]) -> None:
    """The whole file or none; one that is there is never written over."""
    try:
        with path.open("xb") as file:
            try:
                write_archive(file, exports, lambda mail: _load(app, mail))
            except BaseException:
                path.unlink()
                raise
    except FileExistsError:
        raise click.UsageError(f"{path} is there already: name another file by --to") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None


def _load(app: App, mail: ExportedMail) -> bytes:
    if mail.ledger_id is not None:
        return app.store.ledger.load(mail.ledger_id)
    assert mail.kept is not None
    return app.store.blobs.load(mail.kept)
