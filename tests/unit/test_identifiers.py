"""The table of identifiers, walked: each kind finds its examples in its normal form and leaves the others alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identifiers.fold import fold, fold_words
from ingest.identifiers.kind import Kind
from ingest.identifiers.kinds import KINDS
from ingest.identifiers.mask import mask_cards
from ingest.identifiers.search import find_identifiers

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
        ("联系电话138 0013 8000（24小时）", "zh", ["+8613800138000"]),
        ("联系电话13800138000（24小时）", "zh", ["+8613800138000"]),
        ("手机：138-0013-8000（微信同号）", "zh", ["+8613800138000"]),
        ("お電話03-5253-1111（平日9時）", "ja", ["+81352531111"]),
        ("Tel. 030 23125471 (24 Std.)", "de", ["+493023125471"]),
        ("Tel. 030 23125471 (9-17 Uhr)", "de", ["+493023125471"]),
        ("tel. 030 23125471(24h)", "de", ["+493023125471"]),
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


@given(st.text(max_size=200))
def test_no_text_makes_the_search_raise(text: str) -> None:
    find_identifiers(text, "de")
    mask_cards(text)


@given(st.text(max_size=200))
def test_a_place_in_the_folded_words_is_the_same_place_in_the_text(text: str) -> None:
    folded = fold(text)
    assert len(fold_words(folded)) == len(folded)


@given(st.text(max_size=100))
def test_a_folded_text_is_not_folded_further(text: str) -> None:
    text = text.replace("%", "").replace(">", "")
    assert fold(fold(text)) == fold(text)


def test_a_table_of_two_columns_needs_no_second_heading_with_a_clear_delimiter() -> None:
    assert values("Menge;SKU\n4500;KW-1\n4501;KW-2", "sku") == ["KW-1", "KW-2"]


def test_a_line_with_its_own_label_is_no_heading() -> None:
    assert values("SKU | KW-1\nSKU | KW-2", "sku") == ["KW-1", "KW-2"]


def test_a_table_in_markdown_is_read_over_its_rule() -> None:
    assert values("| SKU | Erreur |\n|-----|:----|\n| KW-1 | 8541 |", "error_code") == ["8541"]


def test_identifiers_come_in_the_order_of_the_kinds() -> None:
    kinds = [one.kind for one in find_identifiers("Fehler 8541, ASIN B0BVPF2QMV, Bestellung 302-1234567-7654321")]
    assert kinds == ["order_id", "asin", "error_code"]


@pytest.mark.parametrize("distance", range(150, 420, 7))
def test_a_label_between_two_numbers_is_not_cut(distance: int) -> None:
    words = ("we wait for an answer " * 20)[:distance]
    assert values(f"case 12542003071. {words}\nEarlier case numbers: 1416666268.", "external_case_id") == [
        "12542003071",
        "1416666268",
    ]
