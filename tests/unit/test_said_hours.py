"""Open hours in the reader's words: no language sees what is written in the configuration, nor English."""

import pytest

from responder.words import say_hours


def say(text: str, language: str) -> str:
    return say_hours(text, zone="Europe/Berlin", language=language)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mon-Fri 09:00-18:00", "Monday to Friday, 09:00–18:00 (Berlin time)"),
        (
            "Mon-Fri 09:00-18:00; Sat 10:00-14:00",
            "Monday to Friday, 09:00–18:00; Saturday, 10:00–14:00 (Berlin time)",
        ),
        ("Mon 09:00-12:00,13:00-18:00", "Monday, 09:00–12:00 and 13:00–18:00 (Berlin time)"),
        ("Sat-Sun 09:00-24:00", "Saturday and Sunday, 09:00–24:00 (Berlin time)"),
        ("Mon-Wed 09:00-17:00; Fri 09:00-17:00", "Monday to Wednesday and Friday, 09:00–17:00 (Berlin time)"),
        ("Sun-Thu 09:00-17:00", "Sunday to Thursday, 09:00–17:00 (Berlin time)"),
        ("Mon-Sun 09:00-17:00", "Monday to Sunday, 09:00–17:00 (Berlin time)"),
        ("24/7", "at any time"),
    ],
)
def test_hours_are_said_as_one_would_say_them(text: str, said: str) -> None:
    assert say(text, "en") == said


def test_each_language_says_them_in_its_own_manner() -> None:
    assert say("Mon-Fri 09:00-18:00", "de") == "Montag bis Freitag, 09:00–18:00 Uhr (Zeit in Berlin)"
    assert say("24/7", "de") == "jederzeit"
    assert "de 20h00 à 24h00" in say("Mon 20:00-24:00", "fr")
    assert "金曜日 9:00～18:00（ベルリン" in say("Mon-Fri 09:00-18:00", "ja")


def test_where_nobody_wrote_the_words_cldr_and_digits_have_to_do() -> None:
    assert say("Mon-Fri 09:00-18:00", "fi") == "maanantai–perjantai 9.00–18.00 (Berliini)"
    assert say("24/7", "fi") == "24/7"


def test_a_zone_without_a_city_is_named() -> None:
    assert say_hours("Mon-Fri 09:00-18:00", zone="Etc/UTC", language="en").endswith("09:00–18:00 (UTC)")
