"""Reads a TOML tree and the environment into a Config and collects every problem on the way."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

import msgspec

from casepost.config.fields import PREFIX, Field, all_keys, fields_of, variable_of
from casepost.config.keys import Config
from casepost.config.rules import find_conflicts

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PASSWORD = re.compile(r"((?:^(?!.*://)|://)[^:/?#]*:).*@")


class Reader:
    """One reading of one configuration; what is refused is in `problems`, one line each."""

    def __init__(self, *, file: str, folder: Path, environ: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._file = file
        self._folder = folder
        self._environ = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
        self._used: set[str] = set()

    def read(self, tree: Mapping[str, object]) -> Config:
        """The configuration of a TOML tree; without meaning when there are problems afterwards."""
        config = cast("Config", self._read_table(Config, tree, "", variables=PREFIX))
        self._refuse_unknown_variables(config)
        if not self.problems:
            config = _spread(config, tree.get("queues"))
            self.problems += [f"{self._file}: {conflict}" for conflict in find_conflicts(config)]
        return config

    def _read_table(
        self, table: type[msgspec.Struct], given: Mapping[str, object], place: str, *, variables: str | None
    ) -> msgspec.Struct:
        """A struct of what is given; `variables` begins the names of overriding variables, None: there are none."""
        fields = fields_of(table)
        for name in given:
            if name not in fields:
                self._refuse_key(name, fields, place)
        values: dict[str, object] = {}
        for name, field in fields.items():
            variable = f"{variables}{name.upper()}" if variables else ""
            if field.table is not None:
                values |= self._read_inner(field, field.table, given.get(name), place, variables=variables)
            elif variable in self._environ:
                self._used.add(variable)
                values |= self._read_variable(field, variable)
            elif name in given:
                values |= self._read_value(field, given[name], f"{self._file}: {place}{name}")
            elif isinstance(field.default, Path):
                values[name] = self._folder / field.default
        return table(**values)

    def _read_inner(
        self, field: Field, table: type[msgspec.Struct], given: object, place: str, *, variables: str | None
    ) -> dict[str, object]:
        """A table or a list of tables, under its name; nothing if a list is not given or is none.

        A table of an item of a list has no variables, as the item has none.
        """
        name = field.name
        if not field.is_list:
            if given is not None and not isinstance(given, dict):
                self.problems.append(f"{self._file}: {place}{name}: takes a table, [{name}]")
            inner = given if isinstance(given, dict) else {}
            inner_variables = f"{PREFIX}{name.upper()}__" if variables else None
            return {name: self._read_table(table, inner, f"{place}[{name}] ", variables=inner_variables)}
        if given is None:
            return {}
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            self.problems.append(f"{self._file}: {name}: takes a list of tables, each [[{name}]]")
            return {}
        items = enumerate(given, start=1)
        return {name: tuple(self._read_table(table, item, f"[[{name}]] no. {n} ", variables=None) for n, item in items)}

    def _read_variable(self, field: Field, variable: str) -> dict[str, object]:
        """The value of an environment variable, which is text whatever the key's type."""
        text = self._environ[variable].strip()
        value: object = text
        if field.kind is bool:
            value = {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
        elif field.kind is int and re.fullmatch(r"-?[0-9]{1,18}", text):
            value = int(text)
        elif field.is_list:
            value = _parse_list(text)
        return self._read_value(field, value, f"environment: {variable}")

    def _read_value(self, field: Field, value: object, place: str) -> dict[str, object]:
        """The value in its normal form, under its key; nothing if it is refused."""
        try:
            return {field.name: self._convert(field, value)}
        except ValueError as error:  # msgspec.ValidationError is one too; it speaks of types as Python names them
            detail = "" if isinstance(error, msgspec.ValidationError) or not str(error) else f" ({error})"
            # Whoever takes the name of a variable for the password itself must not read it in a log.
            shown = '"***"' if field.name == "password_env" else _show(value)
            self.problems.append(f"{place} = {shown}: takes {field.takes}{detail}")
            return {}

    def _convert(self, field: Field, value: object) -> object:
        texts = value if isinstance(value, list) else (value,)
        if any(isinstance(text, str) and _CONTROL.search(text) for text in texts):
            raise ValueError("no control characters")
        if field.is_path:
            return self._convert_path(field, msgspec.convert(value, str))
        typed = msgspec.convert(value, field.kind)
        check = field.key.check
        if check is None:
            return typed
        return tuple(check(item) for item in typed) if field.is_list else check(typed)

    def _convert_path(self, field: Field, text: str) -> Path | None:
        if text:
            return self._folder / text
        if field.kind is Path:
            raise ValueError("not empty")
        return None

    def _refuse_key(self, name: str, fields: Iterable[str], place: str) -> None:
        hint = _find_nearest(name, fields)
        homes = [home for home, known in all_keys() if known == name]
        if homes == [""]:
            advice = "it stands at the top of the file, before the first [table]"
        elif homes:
            advice = f"it is a key of {' and '.join(home or 'the top of the file' for home in homes)}"
        elif hint:
            advice = f'did you mean "{hint}"?'
        else:
            advice = f"it takes {', '.join(fields)}"
        self.problems.append(f"{self._file}: {place}{name}: no such key here; {advice}")

    def _refuse_unknown_variables(self, config: Config) -> None:
        """A misspelt override must not pass in silence. Variables that hold secrets are named by password_env."""
        secrets = {config.delivery.password_env, *(mailbox.password_env for mailbox in config.imap)}
        known = [variable_of(home, name) for home, name in all_keys() if not home.startswith("[[")]
        for name in sorted(self._environ.keys() - self._used - secrets):
            if name == "CASEPOST_CONFIG" or name.startswith("CASEPOST_FAIL"):  # the file's name; failpoints
                continue
            hint = _find_nearest(name, known)
            if re.match(r"CASEPOST_(IMAP|QUEUES|IDENTIFIERS|LINKS)(_|$)", name):
                advice = "lists of tables are set in the file only"
            else:
                advice = f"did you mean {hint}?" if hint else f"it takes {PREFIX}KEY or {PREFIX}TABLE__KEY"
            self.problems.append(f"environment: {name}: no such key; {advice}")


def _spread(config: Config, given: object) -> Config:
    """The configuration with what stands at the top given to each queue that does not say it itself.

    That is `closing_days` as a whole, and `[reminders]` key by key.
    """
    tables = given if isinstance(given, list) else [{}] * len(config.queues)
    queues = tuple(
        msgspec.structs.replace(
            queue,
            closing_days=queue.closing_days if "closing_days" in table else config.closing_days,
            reminders=msgspec.structs.replace(
                config.reminders, **{name: getattr(queue.reminders, name) for name in table.get("reminders", {})}
            ),
        )
        for queue, table in zip(config.queues, tables, strict=True)
    )
    return msgspec.structs.replace(config, queues=queues)


def _find_nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), n=1)), None)


def _parse_list(text: str) -> object:
    """A TOML array, or words with commas between them."""
    if not text.startswith("["):
        return [word.strip() for word in text.split(",")] if text else []
    import tomllib

    try:
        return tomllib.loads(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError:
        return text


def _show(value: object) -> str:
    """A value as the file has it, short, without the password of an address."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return _CONTROL.sub("?", _PASSWORD.sub(r"\1***@", text))[:120]
