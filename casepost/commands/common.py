"""What commands share: the configuration option, JSON on standard output, instants from the command line."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from casepost.app import App
from casepost.cli import make_app
from casepost.plain import dump_json, inert_line
from store.errors import NotFound

_NUMBER = re.compile(r"\[?\s*(?:CP\s*-\s*)?([0-9]{10})\s*\]?", re.IGNORECASE)
_F = TypeVar("_F", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """An RFC 3339 instant with zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant; a usage error says how to write one."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            self.fail(f"{value!r} is no time with zone such as 2026-11-12T10:00:00+01:00", param, ctx)
        return at


def config_option(command: _F) -> _F:
    """`--config` is taken behind the command as well as before it."""
    option = click.option(
        "--config", "config_file", type=click.Path(path_type=Path), help="The configuration file [./casepost.toml]."
    )
    return option(command)


def json_option(command: _F) -> _F:
    """`--json` prints JSON alone on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")(command)


def open_app(config_file: Path | None) -> App:
    """The configured app, from `--config` behind or before the command; what it opened is closed at the end."""
    ctx = click.get_current_context()
    app = make_app(config_file or ctx.find_root().obj)
    ctx.call_on_close(app.close)
    return app


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(dump_json(document, indent=2) + "\n")


def parse_number(text: str) -> str:
    """The ten digits of a case number, however it was copied. Raises NotFound when they are none."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise NotFound(f"{inert_line(text)!r} is no case number: one has ten digits, such as 4821773099")
    return found[1]
