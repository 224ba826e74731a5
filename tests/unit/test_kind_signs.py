"""The tables of signs of automatic mail: every record finds its own examples and leaves the others alone."""

import re
import time

import pytest

from ingest.kind_signs.bodies import LANGUAGES, find_automatic_words, own_words
from ingest.kind_signs.body_words import Language
from ingest.kind_signs.bounces import SUBJECTS, Subjects, begins_as_bounce, is_bounce_subject, is_bounce_text
from ingest.kind_signs.headers import FIELDS, Field, find_automatic_header
from ingest.kind_signs.reports import REPORT_FORMS, ReportForm, find_report
from ingest.kind_signs.robots import ROBOTS, Robot, is_robot
from ingest.kind_signs.subjects import FORMS, Form, is_automatic_subject
from ingest.read.headers import Headers

GOLD_LANGUAGES = {"de", "en", "fr", "it", "es", "nl", "pl", "sv", "tr", "ja", "zh"}


def headers_of(name: str, value: str) -> Headers:
    return Headers(fields=((name, value.encode()),))


def test_every_language_of_sellers_has_its_words() -> None:
    assert {one.code for one in LANGUAGES} == GOLD_LANGUAGES
    assert {one.language for one in FORMS} >= GOLD_LANGUAGES
    assert {one.language for one in SUBJECTS} >= GOLD_LANGUAGES


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_header_field_is_a_sign_by_its_value(field: Field) -> None:
    assert field.found
    for value in field.found:
        assert find_automatic_header(headers_of(field.name, value)), value
    for value in field.not_found:
        assert find_automatic_header(headers_of(field.name, value)) is None, value


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.language)
def test_subjects_of_automatic_answers(form: Form) -> None:
    assert form.found
    assert form.not_found
    assert [one for one in form.found if not is_automatic_subject(one)] == []
    assert [one for one in form.not_found if is_automatic_subject(one)] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.language)
def test_a_tag_of_a_gateway_hides_no_subject_and_an_answer_to_one_is_a_persons(form: Form) -> None:
    for subject in form.found:
        assert is_automatic_subject(f"[EXTERN] {subject}")
        assert is_automatic_subject(f"***SPAM*** {subject}")
        assert not is_automatic_subject(f"Re: {subject}")
        assert not is_automatic_subject(f"AW: {subject}")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("AUTO: Jan Blom is out of the office (returning 05/12/2026)", True),
        ("Auto: Re: Retoure", True),
        ("Auto: Bremsbeläge passen nicht", False),
        ("[Support] Your request has been received", True),
        ("[Ticket #123] still open", False),
    ],
)
def test_prefixes_of_lotus_notes_and_help_desks(subject: str, expected: bool) -> None:
    assert is_automatic_subject(subject) is expected


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_bodies_of_automatic_answers(language: Language) -> None:
    assert language.found
    assert language.not_found
    assert [one for one in language.found if find_automatic_words(one) is None] == []
    assert [one for one in language.not_found if find_automatic_words(one) is not None] == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_what_is_quoted_below_is_not_the_writers_word(language: Language) -> None:
    for text in language.found:
        quoted = "\n".join(f"> {line}" for line in text.split("\n"))
        assert find_automatic_words(f"Where is my parcel, who is there instead?\n\n{quoted}") is None
        assert find_automatic_words(f"{text}\n\n> Where is my parcel?\n> 302-1234567-7654321") is not None


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nI am on vacation until 5 December but my colleague Eva will send the invoice.\n\nJan",
        "Thank you for your message. I am currently out of the office and will upload the documents on Monday.\n\nJan",
        "Vielen Dank für Ihre Nachricht. Ich bin diese Woche im Urlaub und kümmere mich am Montag um die Unterlagen.",
        "Guten Tag,\n\nunser Shop ist seit gestern geschlossen. Bei Fragen melden Sie sich gern.\n\nJan",
        "Bonjour,\n\nLa boutique est fermée alors que tout est en règle. Pour toute urgence: 0612345678.\n\nSylvie",
        "Hola,\n\nmi tienda está cerrada sin motivo desde el 5 de mayo. Responderé a todo.",
        "您好，\n\n我的店铺在假期被关闭，请尽快处理。",
        "Merhaba,\n\nmağazam kapalı görünüyor. Acil durum, lütfen yardım edin.",
        "Hello,\n\nthe SMS delivery report says delivered to handset but the buyer denies it.",
        "Hi,\n\nplease confirm your message of Monday: is the refund done? I click the link but nothing happens.",
        "Automatische Antwort geht nicht mehr, bitte helfen.",
        "Please do not reply to this address, I cannot read it. Where is order 302-1234567-7654321?",
        "Wir haben Ihre E-Mail erhalten und die Ware innerhalb von 2 Tagen verschickt.",
        "Your request has been received by us and we object to it. The parcel was delivered within 3 days.",
        "On holiday the parcel was stolen.",
        "Der Kunde ist im Urlaub und nicht erreichbar.",
        "Danke für Ihre Nachricht. Wir haben die Rechnung hochgeladen und warten auf Ihre Antwort.",
    ],
)
def test_a_person_who_is_away_or_whose_shop_is_shut_still_writes_a_message(text: str) -> None:
    assert find_automatic_words(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Your message\n\n   To: Support\n   Subject: case\n   Sent: 12.11.2026 10:02\n\nwas read on 12.11.2026 11:00.",
        "Ihre Nachricht\n\n   An: Support\n   Betreff: Fall\n\nwurde am 12.11.2026 11:00 gelesen.",
        "Message to +49 170 1234567 delivered to handset at 10:02",
        "I am protecting myself from spam. To complete the delivery of your message click the link below.",
        (
            "##- Please type your reply above this line -##\n\nYour request (4711) has been received and is being"
            " reviewed."
        ),
    ],
)
def test_receipts_and_challenges_are_automatic(text: str) -> None:
    assert find_automatic_words(text) is not None


@pytest.mark.parametrize("subjects", SUBJECTS, ids=lambda subjects: subjects.language)
def test_subjects_of_bounces(subjects: Subjects) -> None:
    assert subjects.found
    assert [one for one in subjects.found if not is_bounce_subject(one)] == []
    assert [one for one in subjects.not_found if is_bounce_subject(one)] == []
    assert [one for one in subjects.found if begins_as_bounce(f"Re: {one}")] == []


def test_words_of_a_bounce_name_somebody() -> None:
    assert is_bounce_text("Ihre Nachricht konnte nicht zugestellt werden an:\n  dan@old.example\n")
    assert is_bounce_text("Your mail to the following recipients could not be delivered:\n\tscreenname\n")
    assert not is_bounce_text("Your mail could not be delivered.")
    assert not is_bounce_text("Please write to dan@old.example.")


@pytest.mark.parametrize("form", REPORT_FORMS, ids=lambda form: form.why)
def test_reports_about_mail(form: ReportForm) -> None:
    assert form.found
    assert [find_report(*one) for one in form.found] == [form.why] * len(form.found)
    assert [one for one in form.not_found if find_report(*one) is not None] == []


@pytest.mark.parametrize("robot", ROBOTS, ids=lambda robot: robot.why)
def test_addresses_of_robots(robot: Robot) -> None:
    assert [one for one in robot.found if not is_robot(one)] == []
    assert [one for one in robot.not_found if is_robot(one)] == []


PUMPS = (
    "a",
    " ",
    "\n",
    "ich bin ",
    "out of the office ",
    "hi hi ",
    "thank you for your mail ",
    "[ext] ",
    "re: ",
    "自动",
    "お問",
)


@pytest.mark.parametrize("pump", PUMPS)
def test_no_text_takes_long(pump: str) -> None:
    started = time.process_time()
    for length in (1_000, 300_000):
        text = (pump * length)[:length]
        find_automatic_words(text)
        is_automatic_subject(text)
        is_bounce_text(text)
        begins_as_bounce(text)
        is_robot(text)
    assert time.process_time() - started < 4


def test_wrapped_lines_are_joined_and_greetings_are_not() -> None:
    wrapped = "Hello,\nI am out of the office until the fifth of December and\nwill answer then.\n> old"
    assert own_words(wrapped) == "Hello,\nI am out of the office until the fifth of December and will answer then."
    assert re.search(r"old", own_words(wrapped)) is None
