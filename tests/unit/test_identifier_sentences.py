"""Sentences as sellers write them, in all languages: lists, tables, links, wraps; every identifier and no other."""

import pytest

from ingest.identifiers.search import find_identifiers
from tests import sentences_german_english, sentences_other_languages

SENTENCES = [*sentences_german_english.SENTENCES, *sentences_other_languages.SENTENCES]


def found(text: str, language: str) -> list[str]:
    return sorted(f"{one.kind}:{one.value}" for one in find_identifiers(text, language))


@pytest.mark.parametrize(("text", "language", "expected"), SENTENCES)
def test_every_identifier_of_a_sentence_is_found_and_no_other(text: str, language: str, expected: list[str]) -> None:
    assert found(text, language) == sorted(expected)


@pytest.mark.parametrize(("text", "language", "expected"), SENTENCES)
def test_a_quoted_sentence_has_the_same_identifiers(text: str, language: str, expected: list[str]) -> None:
    assert found("> " + text.replace("\n", "\n> "), language) == sorted(expected)


@pytest.mark.parametrize(("text", "language", "expected"), SENTENCES)
def test_a_long_mail_has_the_same_identifiers(text: str, language: str, expected: list[str]) -> None:
    words = "wir warten seit langem auf eine Antwort und wissen nicht weiter " * 20
    assert found(f"{words}\n\n{text}\n\n{words}", language) == sorted(expected)
