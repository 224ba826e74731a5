"""`casepost template`: the wording of mails, looked at, checked and changed by an administrator."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.commands.template_edit import diff, edit, history, restore
from casepost.commands.template_preview import preview
from casepost.plain import inert_line
from casepost.tables import print_table
from responder.check import Finding, check_template
from responder.templates import Template, Templates
from responder.variables import list_variables
from store.errors import NotFound

_COLUMNS = ["name", "languages", "own", "saved"]


@click.group()
def template() -> None:
    """Look at the wording of mails, check it, change it and go back."""


@template.command("list")
@json_option
@config_option
def list_them(as_json: bool, config_file: Path | None) -> None:
    """List the templates, their languages, and in which of them the wording is your own."""
    app = open_app(config_file)
    rows = [_describe(app.templates, name) for name in app.templates.names()]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS, empty="There are no templates.")


@template.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--language", "languages", multiple=True, help="Only this language; may be repeated [all].")
@json_option
@config_option
def check(names: tuple[str, ...], languages: tuple[str, ...], as_json: bool, config_file: Path | None) -> None:
    """Try every template with every kind of case. Exit code 1 when a mail would not go out by one of them."""
    app = open_app(config_file)
    findings = [finding for found in _chosen(app.templates, names, languages) for finding in check_template(found)]
    findings += _find_gaps(app.templates, names)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print_findings(findings)
    click.get_current_context().exit(1 if any(finding.is_fault for finding in findings) else 0)


@template.command("variables")
@click.option("--language", default="en", show_default=True, help="The made-up case in this language.")
@json_option
def list_the_variables(language: str, as_json: bool) -> None:
    """List what a template may say, each with what it is and how it looks in the made-up case."""
    rows = [{"variable": one.path, "what": one.what, "example": list(one.examples)} for one in list_variables(language)]
    if as_json:
        print_json(rows)
    else:
        shown = [row | {"example": _shorten(row["example"])} for row in rows]
        print_table(shown, ["variable", "example", "what"], empty="There are no variables.")


def _shorten(examples: Sequence[str]) -> str:
    """The examples in one cell: of words of several lines the first."""
    return ", ".join(one.partition("\n")[0] + (" …" if "\n" in one else "") for one in examples)


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        kind = "" if finding.is_fault else "notice: "
        click.echo(f"{inert_line(finding.path)}, line {finding.line}: {kind}{inert_line(finding.message)}")
    faults = sum(finding.is_fault for finding in findings)
    click.echo("All templates are fine." if not faults else f"{faults} to mend.")


def _chosen(templates: Templates, names: Sequence[str], languages: Sequence[str]) -> list[Template]:
    """The templates that are meant; NotFound names what there is."""
    known = templates.names()
    for name in names:
        if name not in known:
            raise NotFound(f"there is no template {inert_line(name)!r}; there are: {', '.join(known)}")
    pairs = [(name, one) for name in names or known for one in templates.languages(name)]
    return [templates.find(name, [one]) for name, one in pairs if not languages or one in languages]


def _find_gaps(templates: Templates, names: Sequence[str]) -> list[Finding]:
    """Own templates that are not there in every language in which sellers are written to."""
    wanted = templates.languages("acknowledgement")
    return [
        Finding(
            name=name,
            language="",
            path=name,
            line=1,
            message=f"not there in {', '.join(missing)}; sellers of these languages get it in another one",
            is_fault=False,
        )
        for name in sorted(templates.own_names())
        if (not names or name in names) and (missing := sorted(set(wanted) - set(templates.languages(name))))
    ]


def _describe(templates: Templates, name: str) -> dict[str, Any]:
    places = {language: templates.place_of(name, language) for language in templates.languages(name)}
    return {
        "name": name,
        "languages": list(places),
        "own": [language for language, place in places.items() if place == "own"],
        "saved": [language for language, place in places.items() if place == "saved"],
    }


for _command in (preview, edit, history, diff, restore):
    template.add_command(_command)
