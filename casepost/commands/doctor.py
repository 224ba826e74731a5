"""`casepost doctor`: what would stop this installation from working."""

from dataclasses import asdict
from pathlib import Path

import click

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.doctor import Finding, Level, examine
from casepost.plain import inert_line

_MARKS = {Level.OK: "ok     ", Level.NOTICE: "notice ", Level.FAULT: "FAULT  "}


@click.command()
@json_option
@config_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """Say what would stop this installation from working, each with its mend.

    Exit code 1 when there is a fault; a notice is only to be known.
    """
    findings = examine(open_app(config_file))
    if as_json:
        print_json([asdict(one) for one in findings])
    else:
        for one in findings:
            _print(one)
    if any(one.level is Level.FAULT for one in findings):
        ctx.exit(1)


def _print(one: Finding) -> None:
    click.echo(f"{_MARKS[one.level]}{one.check}: {inert_line(one.says)}")
    if one.mend:
        click.echo(f"       mend: {inert_line(one.mend)}")
