"""The table of identifiers, walked: each kind finds its examples in its normal form and leaves the others alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identifiers import KINDS, find_identifiers, mask_cards
from ingest.identifiers.cards import is_card_number
from ingest.identifiers.kinds import Kind

FOUND = [
    pytest.param(kind, text, value, id=f"{kind.name}: {text[:30]}") for kind in KINDS for text, value in kind.found
]
NOT_FOUND = [pytest.param(kind, text, id=f"{kind.name}: {text[:30]}") for kind in KINDS for text in kind.not_found]


def values(text: str, kind: str, language: str | None = None) -> list[str]:
    return [one.value for one in find_identifiers(text, language) if one.kind == kind]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_has_examples_of_both_sorts(kind: Kind) -> None:
    assert kind.found
    assert kind.not_found


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_an_example_is_found_in_its_normal_form(kind: Kind, text: str, value: str) -> None:
    assert values(text, kind.name) == [value]


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_an_example_is_found_between_other_words_too(kind: Kind, text: str, value: str) -> None:
    assert value in values(f"Guten Tag,\n\n{text}\n\nund danke", kind.name)


@pytest.mark.parametrize(("kind", "text"), NOT_FOUND)
def test_a_look_alike_is_not_found(kind: Kind, text: str) -> None:
    assert values(text, kind.name) == []


def test_the_kinds_are_those_of_the_contract() -> None:
    assert {kind.name for kind in KINDS} | {"phone"} == {
        *("order_id", "asin", "isbn", "gtin", "fnsku", "sku", "fba_shipment_id", "tracking_number", "error_code"),
        *("external_case_id", "seller_id", "vat_id", "iban", "phone", "invoice_number"),
    }


@pytest.mark.parametrize(
    "tag", ["[CP-4821773099]", "Fall [CP-1234567890]", "case [CP-9974331938] ID", "Re: [CP-1086314703] case"]
)
def test_an_own_case_tag_is_no_identifier(tag: str) -> None:
    assert find_identifiers(tag, "de") == ()


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("aufs handy. nummer hat sich geändert neue ist 0171 3920042", "de", ["+491713920042"]),
        ("erreichen Sie mich unter 030 / 23125-471.", "de", ["+493023125471"]),
        ("for a call: +44 (0)20 7946 0812, any", "en", ["+442079460812"]),
        ("na tel. 22 123 45 67.", "pl", ["+48221234567"]),
        ("电话+86 21 1234 5678，微信", "zh", ["+862112345678"]),
        ("bis zum 04.12.2026 unter Angabe", "de", []),
        ("Avis-Nr. 20261112-0044 unter", "de", []),
        ("die Zahl 0171 3920042", "de", []),
        ("pixel?u=1&m=12025550143", "en", []),
        ("Bestellnummer 302-1234567-7654321", "de", []),
    ],
)
def test_phone_numbers_are_e164_where_a_word_or_a_plus_says_so(text: str, language: str, expected: list[str]) -> None:
    assert values(text, "phone", language) == expected


def test_columns_under_headings_are_read() -> None:
    text = (
        "FNSKU         MSKU              sent\nX00W4KNDZG    NL-STIRN-400-SW   48\nX00H2QDHNZ   "
        " NL-STIRN-400-RT   48\n\nSKU-1 outside"
    )
    assert values(text, "sku") == ["NL-STIRN-400-SW", "NL-STIRN-400-RT"]


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", " | "])
def test_columns_are_read_with_every_delimiter(delimiter: str) -> None:
    rows = [
        ("SKU", "ASIN", "EAN", "Fehlercode"),
        ("WS-SÄGE-21", "B0943X8CK3", "4004891678865", "8560"),
        ("WS-1", "", "4004891678863", "x"),
    ]
    text = "\n".join(delimiter.join(row) for row in rows)
    found = {(one.kind, one.value) for one in find_identifiers(text)}
    assert found == {
        ("sku", "WS-SÄGE-21"),
        ("asin", "B0943X8CK3"),
        ("error_code", "8560"),
        ("sku", "WS-1"),
        ("gtin", "4004891678863"),
    }


def test_an_isbn_in_a_product_link_is_an_asin_too() -> None:
    found = {(one.kind, one.value) for one in find_identifiers("https://www.shop.example/gp/product/3556284634?th=1")}
    assert found == {("asin", "3556284634"), ("isbn", "9783556284636")}


CARDS = [
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "5500 0055 5555 5559",
    "3782 822463 10005",
    "3056 930902 5904",
]
CARDS += [
    "6011111111111117",
    "3530 1113 3330 0000",
    "4222222222222",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111 1111\n1111 1111",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_masked_however_it_is_written(card: str) -> None:
    digits = "".join(c for c in card if c.isdigit())
    assert mask_cards(f"Karte {card} 12/28, bezahlt") == f"Karte •••• {digits[-4:]} 12/28, bezahlt"


@pytest.mark.parametrize(
    "text",
    [
        "order 302-1234567-7654321",
        "IBAN: DE88 7015 0000 5514 1711 65",
        "Sendungsnummer 0034 3732 6614 8884 9194",
        "IMEI 490154203237518",
        "Ticket#2026111910000123",
        "EAN 4004891678863",
        "4111 1111 1111 1112",
        "1793696564123",
    ],
)
def test_other_numbers_are_not_masked(text: str) -> None:
    assert mask_cards(text) == text


def test_a_recognised_number_that_passes_the_card_check_is_not_masked() -> None:
    parcel = "36018623456787"
    assert is_card_number(parcel)
    assert mask_cards(f"Paketnummer: {parcel}") == f"Paketnummer: {parcel}"
    assert mask_cards(parcel) == "•••• 6787"


def test_a_card_number_in_html_is_masked_across_tags_and_entities() -> None:
    assert mask_cards("<p>4111&nbsp;1111 <b>1111</b> 1111</p>") == "<p>•••• 1111</p>"


def test_a_card_number_behind_a_parcel_label_is_never_kept() -> None:
    assert values("tracking 4111 1111 1111 1111", "tracking_number") == []


ALPHABETS = [
    "1",
    "1 ",
    "1-",
    "302-1234567-",
    "1Z",
    "DE12 ",
    "DE.-",
    "FR1 2",
    "Rechnung ",
    "EAN ",
    "SKU ",
    "Fehler ",
    "tel 0171 ",
    "/dp/B",
    "A0",
    "4111 ",
]
ALPHABETS += [
    "case id ",
    "NIP 1 ",
    "ISBN 1-",
    "X00",
    "sku\t",
    "|",
    '"',
    "00 1",
    "Tracking (",
    "注文番号 ",
    "+1 ",
    "B0",
    "1&nbsp;",
    "<b>4",
]


@pytest.mark.parametrize("pump", ALPHABETS)
def test_each_pattern_is_linear(pump: str) -> None:
    def seconds(size: int) -> float:
        text = (pump * (size // len(pump) + 1))[:size] + "!"
        started = time.process_time()
        find_identifiers(text, "de")
        mask_cards(text)
        return time.process_time() - started

    assert seconds(100_000) < 1.5


@given(st.text(max_size=200))
def test_no_text_makes_the_search_raise(text: str) -> None:
    find_identifiers(text, "de")
    mask_cards(text)
