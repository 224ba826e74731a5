"""Topics and urgency by the words of topics.toml."""

import time

import pytest

from ingest.topics import TOPICS, find_topic, is_urgent, load_rules


@pytest.mark.parametrize(
    ("subject", "text", "topic"),
    [
        ("Lost parcel", "The order never arrived, tracking says delivered.", "order"),
        ("Angebot unterdrückt", "Unser Angebot ist im Katalog nicht mehr zu finden.", "listing"),
        ("Fehlmenge", "Bei der FBA Sendung fehlen 24 Einheiten.", "fba"),
        ("Rücksendung beschädigt", "Die Retoure kam kaputt an, Wertersatz?", "returns"),
        ("Auszahlung fehlt", "Die Auszahlung auf unsere IBAN ist nicht angekommen.", "payments"),
        ("Account deactivated", "My account was suspended, merchant token below.", "account"),
        ("API", "Our feed returns an XML error since the update.", "technical"),
        ("Frage", "Guten Tag, ich habe eine Frage.", "other"),
        ("注文について", "注文の配送が届いていません", "order"),
        ("", "", "other"),
    ],
)
def test_the_topic_is_the_one_the_words_speak_for(subject: str, text: str, topic: str) -> None:
    assert find_topic(subject, text) == topic


def test_an_identifier_speaks_for_its_topic() -> None:
    assert find_topic("", "siehe Anhang", ("fba_shipment_id",)) == "fba"


def test_a_word_counts_once_however_often_it_stands_there() -> None:
    assert find_topic("", "order " * 100 + "our listing has a catalogue duplicate brand") == "listing"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("URGENT: account", ""),
        ("", "Bitte dringend um Antwort"),
        ("", "Merci de répondre au plus vite"),
        ("", "mi serve per domani"),
        ("", "es urgente, por favor"),
        ("", "Proszę o pilną interwencję"),
        ("", "至急ご確認ください"),
    ],
)
def test_urgency_is_what_the_writer_says(subject: str, text: str) -> None:
    assert is_urgent(subject, text)


@pytest.mark.parametrize(
    "text", ["Das ist nicht dringend.", "This is not urgent at all.", "In dringenden Fällen: 0461", "insurgents", ""]
)
def test_what_is_said_not_to_be_urgent_is_not(text: str) -> None:
    assert not is_urgent("", text)


def test_an_inherited_subject_does_not_make_an_answer_urgent() -> None:
    assert is_urgent("RE: URGENT", "thanks, all good", is_reply=True) is False


def test_the_file_names_only_topics_of_the_contract() -> None:
    rules = load_rules()
    assert {topic for topic, _, _ in rules.words} | {topic for _, topic, _ in rules.kinds} <= set(TOPICS)


def test_long_text_is_decided_in_no_time() -> None:
    started = time.process_time()
    find_topic("order " * 300, "order listing " * 50_000)
    assert time.process_time() - started < 1
