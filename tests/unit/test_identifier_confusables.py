"""Identifiers of a picture's text: mended by their kinds' rules, recognised by what the case knows, never invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identifiers.confusables import MENDS, Mend, find_in_picture, mend_text, resolve
from ingest.identifiers.found import Found


def found(text: str, *known: tuple[str, str]) -> list[str]:
    case = frozenset(Found(kind=kind, value=value) for kind, value in known)
    return [f"{one.kind}:{one.value}" for one in find_in_picture(text, "de", case)]


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.example[0])
def test_each_mend_does_what_its_example_says(mend: Mend) -> None:
    assert mend_text(mend.example[0]) == mend.example[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bestellnummer\n3O2-1234567-7654321", "order_id:302-1234567-7654321"),
        ("302 - 1234567 -7654321", "order_id:302-1234567-7654321"),
        ("302-12345G7-765432l", "order_id:302-1234567-7654321"),
        ("Order DO1-2210457-663O982", "order_id:D01-2210457-6630982"),
        ("Fehlercode\n8S41", "error_code:8541"),
        ("Error 854I", "error_code:8541"),
        ("エラーコード\n9O117", "error_code:90117"),
        ("Case lD\n1O86314703", "external_case_id:1086314703"),
        ("5KU KW-220", "sku:KW-220"),
        ("lBAN DE88 7015 0000 5514 1711 65", "iban:DE88701500005514171165"),
        ("Rechnung RE-2O26-10873", "invoice_number:RE-2026-10873"),
        ("Bestellnummer      ASIN      Fehler\nx   BOBVPF2QMV   8541", "asin:B0BVPF2QMV error_code:8541"),
        ("Case ID\n1O86314703", "external_case_id:1086314703"),
        ("EAN 4OO4891678863", "gtin:4004891678863"),
        ("ASIN\nBOB8SMGCL9", "asin:B0B8SMGCL9"),
        ("ASIN 80BVPF2QMV", "asin:B0BVPF2QMV"),
        ("FNSKU XOOGG033RP", "fnsku:X00GG033RP"),
        ("FBA I5SN1Q27XL", "fba_shipment_id:FBA15SN1Q27XL"),
        ("FBAl6CWCJCRL", "fba_shipment_id:FBA16CWCJCRL"),
        ("lZ0F79W7O176828137", "tracking_number:1Z0F79W70176828137"),
        ("RR8741917G3DE", "tracking_number:RR874191763DE"),
        ("RR874I91763DE", "tracking_number:RR874191763DE"),
        ("IBAN DEB8 7015 0000 5514 1711 65 BIC", "iban:DE88701500005514171165"),
        ("USt-IdNr. DEI79944161", "vat_id:DE179944161"),
    ],
)
def test_what_recognition_spoiled_is_mended(text: str, expected: str) -> None:
    assert found(text) == expected.split()


@pytest.mark.parametrize(
    "text",
    [
        "BOHRMASCHINE BOHRER2000",
        "8012345678",
        "500G 1000S 250Z",
        "302-12345OO-66",
        "SOLID GOLDS",
        "1Z0F79W70176828138",
        "DE I79 944 I62",
        "IZABELA SOSISOSISOSIS",
        "Total: 1O,50 EUR 12:30 Uhr",
        "2O26-11-12 14:35",
        "Menge 1OO Stück 4500",
        "11:45 LTE 85%",
        "© 1996-2O26 shop.example",
        "Version 8S41.2",
    ],
)
def test_a_word_is_not_mended_into_an_identifier(text: str) -> None:
    assert found(text) == []


def test_a_sku_is_kept_as_read() -> None:
    assert found("SKU 12S50") == ["sku:12S50"]
    assert found("SKU KW-5O0-B") == ["sku:KW-5O0-B"]


def test_what_looks_like_a_known_identifier_is_that_one() -> None:
    assert found("ASIN B0BVPF20MV", ("asin", "B0BVPF2OMV")) == ["asin:B0BVPF2OMV"]
    assert found("SKU KW-DUFT-Z2O", ("sku", "KW-DUFT-220")) == ["sku:KW-DUFT-220"]


def test_two_known_identifiers_that_look_alike_decide_nothing() -> None:
    read = Found(kind="sku", value="KW-0O")
    known = [Found(kind="sku", value="KW-OO"), Found(kind="sku", value="KW-00")]
    assert resolve(read, known) == read


def test_another_kind_with_the_same_characters_decides_nothing() -> None:
    read = Found(kind="sku", value="B0BVPF20MV")
    assert resolve(read, [Found(kind="asin", value="B0BVPF2OMV")]) == read


@given(st.text(alphabet="0O1Il|5S8B2Z6G-ABDEFX T\n", max_size=300))
def test_no_picture_makes_it_raise(text: str) -> None:
    find_in_picture(text, "de")
