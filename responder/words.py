"""Words for kinds, states and times in the language of a mail, from templates/LANGUAGE/words.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list

from cases.hours import Span, parse_hours
from cases.mail import Identifier
from responder.language import LAST_RESORT
from responder.templates import shipped_folder
from responder.values import IdentifierValue, MissingValue

WORDS = "words.toml"
_NAMING_TABLES = ("topics", "states", "labels", "sources", "priorities", "warnings")


def find_word(word: str, language: str) -> str:
    """A topic, state, kind or source in words; the word itself if nobody named it."""
    for table in _NAMING_TABLES:
        if word in _table(table, language):
            return _table(table, language)[word]
    return word


def find_sample(language: str) -> Mapping[str, str]:
    """The words of a made-up case: subject, text, answer, question and note."""
    return _table("sample", language)


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
    name = {today: "today", today + timedelta(days=1): "tomorrow"}.get(local.date(), "day")
    return _say_minute(local.date(), local.time().replace(second=0, microsecond=0), name, zone, language)


@lru_cache(maxsize=4096)  # a mail names three instants, and in a burst most mails name the same minutes
def _say_minute(day: date, clock: time, name: str, zone: str, language: str) -> str:
    # Where nobody wrote the words of a language, CLDR's own date with no "today" is right in every language.
    own, locale = _own_times(language), _find_locale(language)
    said_day = format_date(day, own.get("date_pattern", "full"), locale=locale)
    said_clock = format_time(clock, own.get("time_pattern", "short"), locale=locale)
    said = own.get(name, "{date}, {time}").format(date=said_day, time=said_clock)
    return _with_zone(said, zone, own, locale)


@lru_cache(maxsize=256)
def say_hours(text: str, *, zone: str, language: str) -> str:
    """Open hours as one would say them: "Monday to Friday, 09:00–18:00 (Berlin time)", days that are alike once.

    `text` is as configured, for cases.hours.parse_hours, whose ValueError it raises; `zone` is an IANA name.
    """
    hours, own = parse_hours(text), _own_times(language)
    if hours.always:
        return own.get("always", text)
    locale = _find_locale(language)
    days: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in enumerate(hours.spans):
        if spans:
            days.setdefault(spans, []).append(day)
    together = locale.datetime_formats["medium"]
    said = [
        together.format(_say_spans(spans, own, locale), _say_days(same, own, locale)) for spans, same in days.items()
    ]
    return _with_zone(("；" if _is_full_width(locale) else "; ").join(said), zone, own, locale)


def _say_days(days: list[int], own: Mapping[str, str], locale: Locale) -> str:
    """Weekdays (Monday is 0, ascending), three or more in a row by the first and the last: also Sunday to Thursday."""
    names = locale.days["stand-alone"]["wide"]
    pattern = own.get("days") or _join_tight(locale).format("{first}", "{last}")
    first = next((at for at, day in enumerate(days) if (day - 1) % 7 not in days), 0)
    days = days[first:] + days[:first]
    breaks = [at for at, (one, following) in enumerate(pairwise(days), start=1) if following != (one + 1) % 7]
    said: list[str] = []
    for begin, end in pairwise([0, *breaks, len(days)]):
        row = [names[day] for day in days[begin:end]]
        said += row if len(row) < 3 else [pattern.format(first=row[0], last=row[-1])]
    return format_list(said, locale=locale)


def _say_spans(spans: tuple[Span, ...], own: Mapping[str, str], locale: Locale) -> str:
    pattern = own.get("time_pattern", "short")
    span = own.get("span") or _join_tight(locale).format("{opens}", "{closes}")
    return format_list(
        [
            span.format(opens=_say_clock(one, pattern, locale), closes=_say_clock(end, pattern, locale))
            for one, end in spans
        ],
        locale=locale,
    )


def _say_clock(at: time, pattern: str, locale: Locale) -> str:
    """A time of day; the day's end is 24:00, or 24h00, where hours are counted so."""
    if at != time.max:
        return format_time(at, pattern, locale=locale)
    hour_before = format_time(time(23), pattern, locale=locale)
    return hour_before.replace("23", "24") if "23" in hour_before else format_time(time.min, pattern, locale=locale)


def _join_tight(locale: Locale) -> str:
    """CLDR's way to write an interval, without its spaces: both ends are one word here."""
    pattern: str = locale.interval_formats[None]
    return "".join(pattern.split())


def _own_times(language: str) -> Mapping[str, str]:
    """The words for times that somebody wrote in that language; empty where CLDR has to do."""
    return _read_words().get(language, {}).get("times", {})


def _with_zone(said: str, zone: str, own: Mapping[str, str], locale: Locale) -> str:
    name = _name_zone(zone, own.get("zone", "{city}"), locale)
    return f"{said}（{name}）" if _is_full_width(locale) else f"{said} ({name})"


def _is_full_width(locale: Locale) -> bool:
    """Whether punctuation is as wide as a character, as in Japanese and Chinese: CLDR lists there without spaces."""
    return " " not in locale.list_patterns["standard"]["middle"]


def _name_zone(zone: str, pattern: str, locale: Locale) -> str:
    """The zone by its city as CLDR calls it in that language; "UTC" and its like have none."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone.removeprefix("Etc/")
    return pattern.format(city=get_timezone_location(zone, locale=locale, return_city=True))


@lru_cache(maxsize=64)
def _find_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(LAST_RESORT)


@lru_cache(maxsize=256)
def _table(name: str, language: str) -> Mapping[str, str]:
    words = _read_words()
    return words[LAST_RESORT].get(name, {}) | words.get(language, {}).get(name, {})


@lru_cache(maxsize=1)
def _read_words() -> dict[str, dict[str, dict[str, str]]]:
    """The tables of each language that has a file, by its code."""
    files = shipped_folder().glob(f"*/{WORDS}")
    return {file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(files)}
