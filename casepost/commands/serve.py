"""`casepost serve`: runs everything until it is told to stop."""

import sys
from pathlib import Path

import click

from casepost.commands.common import config_option, open_app
from casepost.config import LogFormat
from casepost.logs import log_to_stderr
from casepost.service import CannotServe
from casepost.service import serve as run_service


@click.command()
@config_option
def serve(config_file: Path | None) -> None:
    """Run everything: listeners, workers, scheduler.

    Prints "ready" on standard error once all ports answer.
    """
    ctx = click.get_current_context()
    config = open_app(config_file).config  # a fault of the configuration is told before anything starts
    log_to_stderr(config.log.level.upper(), as_json=config.log.format is LogFormat.JSON)

    def say_ready() -> None:
        sys.stderr.write("ready\n")
        sys.stderr.flush()

    try:
        run_service(lambda: open_app(config_file), on_ready=say_ready)
    except CannotServe as error:
        click.echo(f"casepost: {error}", err=True)
        ctx.exit(2)
