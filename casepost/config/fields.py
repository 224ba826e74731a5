"""The keys as values: what reader and example need to know of a key, taken from the structs that declare it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from casepost.config.key import Key
from casepost.config.keys import Config

PREFIX = "CASEPOST_"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A key: its name, its bare type, its default and what is said of it."""

    name: str
    kind: Any
    default: Any
    key: Key

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return get_origin(self.kind) is tuple

    @property
    def table(self) -> type[msgspec.Struct] | None:
        """The struct of this table or list of tables; None for a value."""
        inner = get_args(self.kind)[0] if self.is_list else self.kind
        return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None

    @property
    def is_path(self) -> bool:
        """Whether the value is a path, optional or not."""
        return self.kind is Path or Path in get_args(self.kind)

    @property
    def takes(self) -> str:
        """What the key takes, in words."""
        if values := getattr(self.kind, "__members__", None):
            return " or ".join(f'"{value}"' for value in values.values())
        plain = {bool: "true or false", int: "a whole number"}.get(self.kind, "a path" if self.is_path else "text")
        return ("a list of " if self.is_list else "") + (self.key.takes or plain)


def fields_of(table: type[msgspec.Struct]) -> dict[str, Field]:
    """The keys of a table by name, in the order of the example."""
    found = {}
    for info in msgspec.structs.fields(table):
        bare, key = get_args(info.type)
        found[info.name] = Field(name=info.name, kind=bare, default=info.default, key=key)
    return found


def all_keys() -> Iterator[tuple[str, str]]:
    """Every key as (its table as the file writes it, its name); the top of the file is ""."""
    for name, field in fields_of(Config).items():
        if field.table is None:
            yield "", name
        else:
            home = f"[[{name}]]" if field.is_list else f"[{name}]"
            yield from ((home, inner) for inner in fields_of(field.table))


def variable_of(home: str, name: str) -> str:
    """The environment variable that overrides a key: CASEPOST_DATA_DIR, CASEPOST_SMTP__LISTEN."""
    return PREFIX + (f"{home.strip('[]')}__{name}" if home else name).upper()
