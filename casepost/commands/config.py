"""`casepost config`: help with the configuration file."""

from pathlib import Path

import click

from casepost.commands.common import config_option
from casepost.config import config_example


@click.group()
def config() -> None:
    """Help with the configuration file."""


@config.command()
@config_option
def example(config_file: Path | None) -> None:  # noqa: ARG001  taken by every command; no file is read here
    """Print a casepost.toml with every key."""
    click.echo(config_example(), nl=False)
