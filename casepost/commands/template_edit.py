"""`casepost template edit`, `history`, `diff`, `restore`: wording changed, each time with author and reason."""

import difflib
import getpass
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.plain import inert, inert_line
from casepost.tables import print_table
from cases.errors import PermanentError
from responder.check import Finding, check_template
from responder.templates import Template, TemplateMissing, is_template_name
from store.errors import NotFound
from store.revisions import Revision, add_revision, list_revisions, load_revision
from store.views import to_rfc3339

_COLUMNS = ["id", "at", "language", "author", "reason"]
_NEW = "Subject: \n\n\n\nCase CP-{{ case.number }}\n"

_language = click.option("--language", required=True, help="Such as en or de.")
_reason = click.option("--reason", default="", help="Why, for those who look at the history.")


class NotSaved(PermanentError):
    """A template that was not saved."""


@click.command()
@click.argument("name")
@_language
@_reason
@click.option("--from", "source_file", type=click.File(encoding="utf-8"), help="Save this file (- is standard input).")
@json_option
@config_option
def edit(*, name: str, language: str, reason: str, source_file: Any, as_json: bool, config_file: Path | None) -> None:
    """Change a template in $EDITOR, or by a file, and save it as a revision. It is checked first."""
    app = open_app(config_file)
    if not is_template_name(name, language):
        raise click.UsageError(
            f"{inert_line(name)!r} in {inert_line(language)!r} is no name of a template: letters, "
            "digits, - and _ in the name, a language such as en or pt-BR"
        )
    before = _current(app, name, language)
    source = source_file.read() if source_file is not None else _edit(app, name, language, before)
    if source is None or source == before:
        raise NotSaved("nothing was changed, so nothing was saved")
    faults = _faults(app, name, language, source)
    if faults:
        raise NotSaved("not saved, a mail would not go out by it:\n" + _told(faults))
    revision_id = _save(app, name, language, source, reason)
    _warn(app, name, language)
    _report(app, revision_id, as_json=as_json)


@click.command()
@click.argument("name")
@click.option("--language", help="Only this one [all].")
@json_option
@config_option
def history(name: str, language: str | None, as_json: bool, config_file: Path | None) -> None:
    """List the revisions of a template, newest first: when, by whom, why."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        rows = [_document(revision) for revision in list_revisions(connection, name, language)]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS, empty="Nothing was ever saved of it.", now=app.clock())


@click.command()
@click.argument("revision_id", metavar="ID", type=int)
@click.argument("other_id", metavar="[OTHER]", type=int, required=False)
@config_option
def diff(revision_id: int, other_id: int | None, config_file: Path | None) -> None:
    """Show what a revision changed, against the one before it or against OTHER."""
    app = open_app(config_file)
    with app.store.cases.read() as connection:
        revision = load_revision(connection, revision_id)
        others = list_revisions(connection, revision.name, revision.language)
        before = (
            load_revision(connection, other_id)
            if other_id is not None
            else next((one for one in others if one.id < revision_id), None)
        )
    old = before.source if before is not None else None
    lines = difflib.unified_diff(
        (old if old is not None else _shipped(app, revision)).splitlines(),
        (revision.source if revision.source is not None else _shipped(app, revision)).splitlines(),
        fromfile=f"revision {before.id}" if before is not None else "shipped",
        tofile=f"revision {revision.id}",
        lineterm="",
    )
    click.echo(inert("\n".join(lines)) or "No difference.")


@click.command()
@click.argument("name")
@_language
@click.option("--revision", "revision_id", type=int, help="The revision that shall hold again.")
@click.option("--shipped", is_flag=True, help="The wording that came with casepost shall hold again.")
@_reason
@json_option
@config_option
def restore(
    *,
    name: str,
    language: str,
    revision_id: int | None,
    shipped: bool,
    reason: str,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Go back to a revision, or to the shipped wording. That is a revision of its own."""
    if (revision_id is None) is not shipped:
        raise click.UsageError("say what shall hold again: --revision ID or --shipped")
    app = open_app(config_file)
    source = None
    if revision_id is not None:
        with app.store.cases.read() as connection:
            revision = load_revision(connection, revision_id)
        if (revision.name, revision.language) != (name, language):
            raise NotFound(f"revision {revision_id} is of {revision.language}/{revision.name}")
        source = revision.source
    saved = _save(app, name, language, source, reason or f"back to {revision_id or 'the shipped one'}")
    _warn(app, name, language)
    _report(app, saved, as_json=as_json)


def _current(app: App, name: str, language: str) -> str:
    try:
        return app.templates.find(name, [language]).source
    except TemplateMissing:
        return ""


def _edit(app: App, name: str, language: str, before: str) -> str | None:
    """What the editor leaves; asks to go on while it would fail. None when the administrator gives up."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to edit at: give the wording with --from FILE")
    text = before or _NEW
    while True:
        text = click.edit(text, extension=".md") or ""
        if not text or text == before:
            return None
        faults = _faults(app, name, language, text)
        if not faults:
            return text
        click.echo(_told(faults))
        if not click.confirm("Edit again?", default=True):
            return None


def _faults(app: App, name: str, language: str, source: str) -> list[Finding]:
    layout = app.templates.find("acknowledgement", ["en"]).layout
    written = Template(name=name, language=language, source=source, layout=layout, path=f"{language}/{name}")
    return [finding for finding in check_template(written) if finding.is_fault]


def _told(faults: Sequence[Finding]) -> str:
    return "\n".join(f"  line {fault.line}: {inert_line(fault.message)}" for fault in faults)


def _save(app: App, name: str, language: str, source: str | None, reason: str) -> int:
    with app.store.cases.write() as connection:
        return add_revision(
            connection,
            name=name,
            language=language,
            source=source,
            author=getpass.getuser(),
            reason=reason,
            at=app.clock(),
        )


def _warn(app: App, name: str, language: str) -> None:
    """A file in templates_dir comes before whatever is saved."""
    if app.templates.place_of(name, language) == "own":
        click.echo(f"Careful: {app.config.templates_dir}/{language}/{name}.md is there, and that one holds.", err=True)


def _report(app: App, revision_id: int, *, as_json: bool) -> None:
    with app.store.cases.read() as connection:
        revision = load_revision(connection, revision_id)
    if as_json:
        print_json(_document(revision))
    else:
        click.echo(f"Saved as revision {revision.id}: {revision.language}/{revision.name} holds from now on.")


def _shipped(app: App, revision: Revision) -> str:
    return app.templates.find_shipped(revision.name, revision.language) or ""


def _document(revision: Revision) -> dict[str, Any]:
    return asdict(revision) | {"at": to_rfc3339(revision.at)}
