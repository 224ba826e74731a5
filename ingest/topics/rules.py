"""The topic files: one for each language and one for all, read, checked and made ready to search with.

LANGUAGE.toml and common.toml lie beside this module. An administrator's folder may hold files of the same names, which
replace those, and files of further languages.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.topics.words import Expression, Finder, parse_expression

TOPICS = ("order", "listing", "fba", "returns", "payments", "account", "technical", "other")

_SHIPPED = Path(__file__).parent
_COMMON = "common"
_ALSO = "en"
"""Sellers of all languages use the marketplace's English words."""
_MAX_WEIGHT = 10.0
_URGENT_KEYS = ("words", "but_not")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What counts in mails of one language: topic words with their weights, identifier kinds, words of urgency."""

    single: Mapping[str, Mapping[str, float]]
    together: tuple[tuple[Expression, str, float], ...]
    kinds: tuple[tuple[str, str, float], ...]
    topic_finder: Finder
    urgent: tuple[Expression, ...]
    but_not: tuple[Expression, ...]
    urgent_finder: Finder


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """One topic file as it was read: (expression, topic, weight), identifier kinds, words of urgency."""

    words: tuple[tuple[Expression, str, float], ...]
    kinds: tuple[tuple[str, str, float], ...]
    urgent: tuple[Expression, ...]
    but_not: tuple[Expression, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """All topic files, joined by language; None stands for all languages at once."""

    by_language: Mapping[str | None, Words]

    def of(self, language: str | None) -> Words:
        """The words that count in a mail of `language`; of None, or of a language without a file, those of all."""
        return self.by_language.get(language) or self.by_language[None]


def load_rules(folder: Path | None = None) -> Rules:
    """The shipped files and, over them, the files of the same name in an administrator's `folder`.

    The result is kept as long as the files say the same. Raises ValueError that names file, key and what it takes,
    OSError where a file cannot be read.
    """
    if folder is None:
        return _shipped()
    return _compile((*_texts(_SHIPPED), *_texts(folder)))


@functools.cache
def _shipped() -> Rules:
    return _compile(_texts(_SHIPPED))


def _texts(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple((str(path), _text(path)) for path in sorted(folder.glob("*.toml")))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise ValueError(f"{path}: not UTF-8: {fault.reason}") from None


@functools.lru_cache(maxsize=4)
def _compile(texts: tuple[tuple[str, str], ...]) -> Rules:
    files = {Path(path).stem: _parse(path, text) for path, text in texts}
    common = [files[_COMMON]] if _COMMON in files else []
    languages = [name for name in files if name != _COMMON]
    by_language: dict[str | None, Words] = {
        name: _join([*common, *(files[one] for one in dict.fromkeys((name, _ALSO)) if one in files)])
        for name in languages
    }
    by_language[None] = _join(list(files.values()))
    return Rules(by_language=by_language)


def _join(files: list[_File]) -> Words:
    """A word that several files have counts once, with the highest of their weights."""
    single: dict[str, dict[str, float]] = {}
    together = []
    for expression, topic, weight in (line for file in files for line in file.words):
        if len(expression.parts) > 1:
            together.append((expression, topic, weight))
            continue
        for phrase in expression.parts[0]:
            weights = single.setdefault(phrase, {})
            weights[topic] = max(weight, weights.get(topic, 0.0))
    urgent = tuple(expression for file in files for expression in file.urgent)
    but_not = tuple(expression for file in files for expression in file.but_not)
    return Words(
        single=single,
        together=tuple(together),
        kinds=tuple({kind: (kind, topic, weight) for file in files for kind, topic, weight in file.kinds}.values()),
        topic_finder=Finder({*single, *(phrase for one, _, _ in together for phrase in one.phrases)}),
        urgent=urgent,
        but_not=but_not,
        urgent_finder=Finder({phrase for expression in (*urgent, *but_not) for phrase in expression.phrases}),
    )


def _parse(path: str, text: str) -> _File:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ValueError(f"{path}: not TOML: {fault}") from None
    _only(path, "", data, ("topics", "identifiers", "urgent"))
    topics = _table(path, "topics", data.get("topics", {}))
    _only(path, "topics.", topics, TOPICS)
    urgent = _table(path, "urgent", data.get("urgent", {}))
    _only(path, "urgent.", urgent, _URGENT_KEYS)
    return _File(
        words=tuple(
            (expression, topic, _weight(path, f"topics.{topic}.{weight}", weight))
            for topic in topics
            for weight, listed in _table(path, f"topics.{topic}", topics[topic]).items()
            for expression in _expressions(path, f"topics.{topic}.{weight}", listed)
        ),
        kinds=_kinds(path, _table(path, "identifiers", data.get("identifiers", {}))),
        urgent=_expressions(path, "urgent.words", urgent.get("words", [])),
        but_not=_expressions(path, "urgent.but_not", urgent.get("but_not", [])),
    )


def _only(path: str, before: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key in table:
        if key not in allowed:
            raise ValueError(f"{path}: {before}{key}: unknown; it takes one of {', '.join(allowed)}")


def _table(path: str, key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{path}: {key}: takes a table, not {value!r}")
    return value


def _weight(path: str, key: str, value: Any) -> float:
    try:
        weight = float(value)
    except (TypeError, ValueError):
        weight = -1.0
    if isinstance(value, bool) or not 0 <= weight <= _MAX_WEIGHT:
        raise ValueError(f"{path}: {key}: takes a weight from 0 to {_MAX_WEIGHT:g}, not {value!r}")
    return weight


def _expressions(path: str, key: str, value: Any) -> tuple[Expression, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{path}: {key}: takes a list of words in quotes")
    try:
        return tuple(parse_expression(one) for one in value)
    except ValueError as fault:
        raise ValueError(f"{path}: {key}: {fault}") from None


def _kinds(path: str, table: Mapping[str, Any]) -> tuple[tuple[str, str, float], ...]:
    kinds = []
    for kind, value in table.items():
        key = f"identifiers.{kind}"
        if not isinstance(value, list) or len(value) != 2 or value[0] not in TOPICS:
            raise ValueError(f'{path}: {key}: takes a topic and a weight, as in ["order", 0.5], not {value!r}')
        kinds.append((kind, str(value[0]), _weight(path, key, value[1])))
    return tuple(kinds)
