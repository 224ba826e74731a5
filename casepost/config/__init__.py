"""The configuration: one TOML file, overridden by the environment, refused with every problem named at once.

`load` is all that the rest of casepost needs; `casepost.config.keys` lists the keys. Kept quick to import, as
`casepost ingest` starts with it.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from casepost.config.checks import Listen, parse_listen
from casepost.config.example import config_example
from casepost.config.keys import (
    AgentsNeed,
    Clock,
    Config,
    Delivery,
    Identifier,
    Identity,
    IdentityCheck,
    Imap,
    Limits,
    Link,
    Lmtp,
    Queue,
    Reading,
    Reminders,
    Smtp,
    Web,
)
from casepost.config.keys_watch import Alarms, Junk, Log, LogFormat, Retention
from casepost.config.reader import Reader

__all__ = [
    "AgentsNeed",
    "Alarms",
    "Clock",
    "Config",
    "ConfigError",
    "Delivery",
    "Identifier",
    "Identity",
    "IdentityCheck",
    "Imap",
    "Junk",
    "Limits",
    "Link",
    "Listen",
    "Lmtp",
    "Log",
    "LogFormat",
    "Queue",
    "Reading",
    "Reminders",
    "Retention",
    "Smtp",
    "Web",
    "config_example",
    "load",
    "parse_listen",
]

DEFAULT_FILE = "casepost.toml"


class ConfigError(Exception):
    """The configuration is refused. `problems`: a line for each, naming file, key and what the key takes."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The checked configuration of `path`, else of CASEPOST_CONFIG, else of ./casepost.toml if there is one.

    With no file all is default and relative paths start at the current folder, otherwise at the file's folder.
    Raises ConfigError, and nothing else, for whatever cannot be read or is not accepted.
    """
    file = path or _find_file(environ)
    tree = _read_toml(file) if file else {}
    reader = Reader(
        file=str(file) if file else "no file", folder=file.absolute().parent if file else Path.cwd(), environ=environ
    )
    config = reader.read(tree)
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return config


def _find_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("CASEPOST_CONFIG"):
        return Path(named)
    return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None


def _read_toml(file: Path) -> dict[str, object]:
    try:
        raw = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError((f"{file}: cannot be read: {reason}",)) from error
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))  # Windows editors write a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError((f"{file}, line {line}: not UTF-8",)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((_explain_syntax(file, raw, str(error)),)) from error
    except RecursionError as error:
        raise ConfigError((f"{file}: not TOML: nested too deeply",)) from error


def _explain_syntax(file: Path, raw: bytes, message: str) -> str:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if place is None:
        return f"{file}: not TOML: {message}"
    line = place[1] or raw.rstrip().count(b"\n") + 1
    return f"{file}, line {line}: not TOML: {message[: place.start()]}"
