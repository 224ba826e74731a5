"""Writes a casepost.toml with every key, its default and what it is for, from the same list that reads one."""

import json
from collections.abc import Iterator
from enum import Enum

import msgspec

from casepost.config.fields import Field, fields_of
from casepost.config.keys import Config

_COLUMN = 46
_HEAD = """\
# casepost.toml: all keys with their defaults. Left out, a key has its default. Relative paths start at this folder.
# Each key outside [[lists]] of tables can be overridden by environment: CASEPOST_DATA_DIR, CASEPOST_SMTP__LISTEN.
"""


def config_example() -> str:
    """The whole of casepost.toml; read back it is the default configuration. Lists that are empty are commented out."""
    lines = [_HEAD]
    for name, field in fields_of(Config).items():
        if field.table is None:
            lines.append(_write_key(field, field.default))
        else:
            lines += _write_table(name, field, field.table)
    return "\n".join(lines) + "\n"


def _write_table(name: str, field: Field, table: type[msgspec.Struct]) -> Iterator[str]:
    mark = "# " if field.is_list and not field.default else ""
    yield f"\n# {field.key.doc}"
    yield f"{mark}[[{name}]]" if field.is_list else f"[{name}]"
    for inner in fields_of(table).values():
        if inner.table is None:
            yield mark + _write_key(inner, inner.default)
        else:
            yield f"{f'# [{name}.{inner.name}]':<{_COLUMN}}# {inner.key.doc}"


def _write_key(field: Field, default: object) -> str:
    mark = "" if field.key.shown else "# "
    return f"{f'{mark}{field.name} = {write_value(default)}':<{_COLUMN}}# {field.key.doc}"


def write_value(value: object) -> str:
    """A TOML value; a JSON string or number is one too."""
    if isinstance(value, tuple):
        return f"[{', '.join(write_value(item) for item in value)}]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    return json.dumps("" if value is None else value.value if isinstance(value, Enum) else str(value))
