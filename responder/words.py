"""Words for kinds, states and times in the language of a mail, from words.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location

from cases.mail import Identifier
from responder.language import LAST_RESORT
from responder.values import IdentifierValue, MissingValue

_NAMING_TABLES = ("topics", "states", "labels", "sources", "priorities", "warnings")


def find_word(word: str, language: str) -> str:
    """A topic, state, kind or source in words; the word itself if nobody named it."""
    for table in _NAMING_TABLES:
        if word in _table(table, language):
            return _table(table, language)[word]
    return word


def name_language(code: str, language: str) -> str:
    """The language with that ISO 639-1 code as `language` calls it: ("de", "en") gives "German"."""
    try:
        name = Locale.parse(code, sep="-").get_language_name(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        name = None
    return name or code


def name_missing(kinds: Iterable[str], language: str) -> tuple[MissingValue, ...]:
    """What is asked for, each with its name and an example that looks like the real thing."""
    examples = _table("examples", language)
    return tuple(
        MissingValue(kind=kind, label=_table("labels", language).get(kind, kind), example=examples.get(kind, ""))
        for kind in kinds
    )


def name_identifiers(
    identifiers: Iterable[Identifier], language: str, links: Mapping[str, str] = MappingProxyType({})
) -> tuple[IdentifierValue, ...]:
    """The identifiers as a template shows them; `links` has for a kind the address with {value} in it."""
    labels = _table("labels", language)
    return tuple(
        IdentifierValue(
            kind=one.kind,
            value=one.value,
            source=one.source,
            label=labels.get(one.kind, one.kind),
            link=links[one.kind].replace("{value}", quote(one.value, safe="")) if one.kind in links else "",
        )
        for one in identifiers
    )


def say_time(at: datetime, *, now: datetime, zone: str, language: str) -> str:
    """An instant as one would say it: "tomorrow, Friday 13 November, 10:00 (Berlin time)".

    `at` and `now` are aware; `zone` is an IANA name, said by its city because sellers sit in other zones.
    """
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    times = _table("times", language)
    name = {today: "today", today + timedelta(days=1): "tomorrow"}.get(local.date(), "day")
    # Where words.toml has no such language, CLDR's own date with no "today" is right in every language.
    own = "times" in _read_words().get(language, {})
    locale = _find_locale(language)
    date = format_date(local.date(), times["date_pattern"] if own else "full", locale=locale)
    time = format_time(local, times["time_pattern"] if own else "short", locale=locale)
    said = times[name].format(date=date, time=time) if own else f"{date}, {time}"
    return f"{said} ({_name_zone(zone, times['zone'] if own else '{city}', locale)})"


def _name_zone(zone: str, pattern: str, locale: Locale) -> str:
    """The zone by its city as CLDR calls it in that language; "UTC" and its like have none."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone.removeprefix("Etc/")
    return pattern.format(city=get_timezone_location(zone, locale=locale, return_city=True))


def _find_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(LAST_RESORT)


def _table(name: str, language: str) -> Mapping[str, str]:
    words = _read_words()
    return words[LAST_RESORT].get(name, {}) | words.get(language, {}).get(name, {})


@lru_cache(maxsize=1)
def _read_words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
