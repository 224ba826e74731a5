"""Every shipped letter in every language and kind of case: all there, nothing raw, no English inside another."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from babel import Locale

from responder.line_breaks import count_columns
from responder.markdown import parse_markdown
from responder.render import Rendered, render
from responder.templates import Templates, shipped_folder
from responder.words import say_hours, say_time
from tests.letters.made import every_case

SHIPPED = Templates(shipped=shipped_folder())
LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pl", "sv", "tr", "ja", "zh")
OTHERS = tuple(one for one in LANGUAGES if one != "en")
TO_SELLERS = ("acknowledgement", "answer", "closing", "refused", "reminder", "reopened", "status")
TO_STAFF = ("agent_mail", "agent_reminder", "agent_report", "escalation")
LETTERS = [(one, name) for one in LANGUAGES for name in TO_SELLERS] + [(o, n) for o in ("en", "de") for n in TO_STAFF]
IN_OTHERS = [(language, name) for language, name in LETTERS if language != "en"]
MOST_COLUMNS = 78

# What the trade calls so everywhere, and the marks of this program.
TRADE = {"asin", "barcode", "cp", "ean", "fba", "fnsku", "gtin", "iban", "id", "isbn", "sku", "upc", "vat"}
# Words of the letters and of their glue that give English away, and which languages have a word that looks the same.
_ENGLISH = (
    "a an and another any answer are as asked at attachment be been by can careful case closed could does expect for "
    "forgotten found from has have hello help how if in is it its just kind know last longer message missing must name "
    "need needs no nobody not nothing now number of on once online open or order other our out payments please quick "
    "read ready regards reply returns sent so still team tell text thank thanks that the their them then there these "
    "they this those to today tomorrow too tracking until urgent us waiting want was we were what when which who will "
    "with would write yet you your"
)
ENGLISH = frozenset(_ENGLISH.split())
SAME_WORD = {
    "de": "an in online name so team text was will",
    "es": "a no online once has",
    "fr": "a an as message on online or",
    "it": "a in no online team",
    "ja": "",
    "nl": "a as at be had in is name of on online open of order so team was we",
    "pl": "a an by do i my no on online to team",
    "sv": "a an as at be by in is order online so text team van",
    "tr": "an as at in is no on o of online",
    "zh": "",
}
# In these scripts every Latin word but a trade name is a foreign one.
NO_LATIN = ("ja", "zh")


@cache
def letters(language: str, name: str) -> dict[str, Rendered]:
    """The letter in each kind of case."""
    template = SHIPPED.find(name, [language])
    return {case: render(template=template, values=values) for case, values in every_case(language).items()}


@cache
def tables(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((shipped_folder() / language / "words.toml").read_text(encoding="utf-8"))


def literal_runs(source: str) -> Iterator[list[str]]:
    """The words of a template that stand side by side in its own text, in small letters."""
    text = source.removeprefix("Subject:")
    text = re.sub(r"\]\([^)]*\)", "] ", text)
    for run in re.split(r"\{\{.*?\}\}|\{%.*?%\}|\n\n|[.,:;?!()]", text, flags=re.DOTALL):
        yield words_of(run)


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.casefold())


def pairs_of(language: str, name: str) -> set[tuple[str, str]]:
    source = (shipped_folder() / language / f"{name}.md").read_text(encoding="utf-8")
    return {pair for run in literal_runs(source) for pair in pairwise(run)}


def english_in(text: str, language: str) -> list[str]:
    """The words of a text that are English and none of the language's own; addresses and links are no words."""
    text = re.sub(r"\S*(?:@|://)\S*|#\w+", " ", text)
    if language in NO_LATIN:
        return [word for word in re.findall("[a-z]{2,}", text.casefold()) if word not in TRADE]
    return [word for word in words_of(text) if word in ENGLISH and word not in SAME_WORD[language].split()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_letter_to_sellers(language: str) -> None:
    there = {path.stem for path in (shipped_folder() / language).glob("*.md")}
    assert there == {*TO_SELLERS, *(TO_STAFF if language in ("en", "de") else ())}


def test_no_language_is_shipped_that_is_not_looked_at() -> None:
    assert {path.name for path in shipped_folder().iterdir() if path.is_dir()} == set(LANGUAGES)


@pytest.mark.parametrize(("language", "name"), LETTERS)
def test_nothing_raw_stands_in_a_letter(language: str, name: str) -> None:
    for case, made in letters(language, name).items():
        for part in (made.subject, made.text, made.html):
            assert re.search(r"\{\{|\}\}|\{%|%\}|\*\*|None|Undefined|[\ue000-\uf8ff]", part) is None, case


@pytest.mark.parametrize(("language", "name"), LETTERS)
def test_the_number_of_the_case_is_said(language: str, name: str) -> None:
    """The tag is added to every subject that goes out; a reader finds the number in the words, too."""
    for case, made in letters(language, name).items():
        assert "CP-4821773099" in made.text, case


@pytest.mark.parametrize(("language", "name"), LETTERS)
def test_lines_are_short_enough_for_every_mail_program(language: str, name: str) -> None:
    """What cannot be broken may stand out, a person's words are as they were typed, a fact to staff is one line."""
    values = every_case(language)
    for case, made in letters(language, name).items():
        typed = f"{values[case].body}\n{values[case].message.text}".split("\n")
        lines = [line for line in made.text.split("\n") if count_columns(line) > MOST_COLUMNS and line not in typed]
        lines = [line for line in lines if len(line.removeprefix("- ").split()) > 1 or not line.isascii()]
        assert [line for line in lines if name in TO_SELLERS or not re.match(r"[^:]+: {2,}", line)] == [], case


@pytest.mark.parametrize(("language", "name"), IN_OTHERS)
def test_no_two_words_of_the_english_letter_are_left_in_another_language(language: str, name: str) -> None:
    english = {pair for one in (*TO_SELLERS, *TO_STAFF) for pair in pairs_of("en", one)}
    own = {*SAME_WORD[language].split(), *TRADE}
    left = pairs_of(language, name) & english
    assert {pair for pair in left if not own.issuperset(pair)} == set()


@pytest.mark.parametrize(("language", "name"), IN_OTHERS)
def test_no_english_word_is_left_in_another_language(language: str, name: str) -> None:
    names = re.compile("Anna Schmidt|Lisa Buch|Jonas|support|label.pdf|video.mp4|new case", re.IGNORECASE)
    for case, made in letters(language, name).items():
        if language in NO_LATIN:
            source = (shipped_folder() / language / f"{name}.md").read_text(encoding="utf-8")
            assert english_in(" ".join(" ".join(run) for run in literal_runs(source)), language) == [], case
        else:
            assert english_in(names.sub(" ", f"{made.subject}\n{made.text}"), language) == [], case


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_all_words_that_english_has(language: str) -> None:
    own: dict[str, dict[str, str]] = {"examples": {}} | tables(language)  # an example is data, and mostly the same
    lacking = {f"[{table}] {key}" for table, words in tables("en").items() for key in words if key not in own[table]}
    assert {one for one in lacking if not one.startswith("[examples]")} == set()
    unknown = {f"[{table}] {key}" for table, words in own.items() for key in words if key not in tables("en")[table]}
    assert unknown == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_word_is_left_among_the_words_of_another_language(language: str) -> None:
    for table, words in tables(language).items():
        for key, said in words.items():
            if table != "examples" and not key.endswith("_pattern"):
                text = re.sub(r"\{\w+\}|Anna( Schmidt)?|Jonas", " ", said)
                text = re.sub(r"\bEUR\b", " ", text)
                assert english_in(text, language) == [], f"[{table}] {key}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_label_is_not_the_english_one(language: str) -> None:
    """What the trade calls so everywhere is the same, and "FBA"."""
    english = tables("en")
    same = {
        f"[{table}] {key}: {said}"
        for table in ("labels", "topics", "states", "times")
        for key, said in tables(language)[table].items()
        if said == english[table][key] != "support" and re.search("[a-z]{2}", re.sub(r"\{\w+\}|H+:mm", "", said))
    }
    assert same == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_time_that_is_said_has_an_english_day_or_month(language: str) -> None:
    foreign = names_of_days_and_months("en") - names_of_days_and_months(language)
    now = datetime(2026, 1, 1, 9, tzinfo=UTC)
    all_said = [  # today, tomorrow, and each other day of a year
        say_time(now + timedelta(days=days), now=now, zone="Europe/Berlin", language=language) for days in range(365)
    ]
    for hours in ("Mon-Fri 09:00-18:00", "Mon-Sun 09:00-12:00,13:00-24:00", "Sat 09:00-10:00", "24/7"):
        all_said.append(say_hours(hours, zone="Europe/Berlin", language=language))
    for said in all_said:
        assert foreign.isdisjoint(words_of(said)), said
        assert english_in(said.replace("Berlin", ""), language) == [], said


def names_of_days_and_months(language: str) -> set[str]:
    locale = Locale.parse(language)
    found = {
        str(name)
        for kinds in (locale.days, locale.months)
        for widths in kinds.values()
        for width in ("wide", "abbreviated")
        for name in widths[width].values()
    }
    return {word for name in found for word in words_of(name)}


def outline(language: str, name: str) -> tuple[list[str], set[str]]:
    """What a template asks about, in its order, and the variables that it shows."""
    source = (shipped_folder() / language / f"{name}.md").read_text(encoding="utf-8")
    asked = [" ".join(tag.split()) for tag in re.findall(r"\{%(.*?)%\}", source)]
    return asked, set(re.findall(r"\b(?:agent|case|message|one|queue|seller)\.\w+|\bbody\b", source))


@pytest.mark.parametrize(("language", "name"), IN_OTHERS)
def test_each_language_says_what_the_english_letter_says_and_no_more(language: str, name: str) -> None:
    assert outline(language, name) == outline("en", name)


def test_the_markdown_of_no_letter_is_broken() -> None:
    """A link or a bold word that is written wrong stands in the text as it is typed."""
    for file in sorted(Path(shipped_folder()).glob("*/*.md")):
        source = file.read_text(encoding="utf-8")
        assert source.count("**") % 2 == 0, file
        assert parse_markdown(source), file
