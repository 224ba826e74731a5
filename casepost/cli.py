"""The command line. Commands are loaded when they are called: a pipe that takes mail in must start fast."""

import importlib
import os
import sys
from pathlib import Path

import click

from casepost import __version__
from casepost.app import App
from casepost.config import ConfigError, load
from casepost.logs import keep_discreet
from cases.errors import CasepostError

USAGE_ERROR = 2

# Where each command lives: module, and the name of its click command there.
_COMMANDS = {
    "serve": "casepost.commands.serve:serve",
    "demo": "casepost.commands.demo:demo",
    "ingest": "casepost.commands.ingest:ingest",
    "import": "casepost.commands.import_mail:import_mail",
    "parse": "casepost.commands.parse:parse",
    "case": "casepost.commands.case:case",
    "due": "casepost.commands.due:due",
    "run-due": "casepost.commands.due:run_due",
    "figures": "casepost.commands.figures:figures",
    "template": "casepost.commands.template:template",
    "delivery": "casepost.commands.delivery:delivery",
    "quarantine": "casepost.commands.quarantine:quarantine",
    "junk": "casepost.commands.junk:junk",
    "erase": "casepost.commands.erase:erase",
    "reparse": "casepost.commands.reparse:reparse",
    "user": "casepost.commands.user:user",
    "queue": "casepost.commands.queue:queue",
    "backup": "casepost.commands.backup:backup",
    "restore": "casepost.commands.restore:restore_backup",
    "verify": "casepost.commands.verify:verify_store",
    "doctor": "casepost.commands.doctor:doctor",
    "config": "casepost.commands.config:config",
    "completion": "casepost.commands.completion:completion",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """All commands, in the order a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name."""
        where = _COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="casepost")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="The configuration file [./casepost.toml]."
)
@click.pass_context
def casepost(ctx: click.Context, config_file: Path | None) -> None:
    """Email-driven cases for marketplace seller support."""
    ctx.obj = config_file


def make_app(config_file: Path | None) -> App:
    """The configured app. Raises ConfigError."""
    return App(load(config_file, os.environ), os.environ)


def main() -> None:
    """The program: exit codes 0 done, 1 the answer is no, 2 usage or configuration."""
    keep_discreet()
    try:
        code = casepost.main(prog_name="casepost", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)  # click gives the code of ctx.exit() back
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE_ERROR)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(USAGE_ERROR)
    except CasepostError as error:
        click.echo(f"casepost: {error}", err=True)
        sys.exit(1)
