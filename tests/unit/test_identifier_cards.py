"""Payment card numbers are masked however they are written; numbers of other sorts stay as they are."""

import itertools

import pytest

from ingest.identifiers.cards import is_card_number
from ingest.identifiers.mask import mask_cards
from ingest.identifiers.search import find_identifiers

CARDS = (
    "4111111111111111",
    "5500005555555559",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6304000000000000",
    "4222222222222",
    "4000000000000000006",
)
SEPARATORS = (
    " ",
    "-",
    ".",
    "  ",
    "\u00a0",
    "\u2013",
    "\u202f",
    " - ",
    "\u2011",
    "\u3000",
    "\u2009",
    "_",
    "\u200b",
    "&nbsp;",
    "·",
)


def grouped(card: str, separator: str) -> str:
    if len(card) == 15:
        return separator.join((card[:4], card[4:10], card[10:]))
    return separator.join(card[at : at + 4] for at in range(0, len(card), 4))


SPELLINGS = [(grouped(card, separator), card) for card, separator in itertools.product(CARDS, SEPARATORS)]
SPELLINGS += [(card, card) for card in CARDS]
SPELLINGS += [
    ("４１１１１１１１１１１１１１１１", "4111111111111111"),
    ("４１１１　１１１１　１１１１　１１１１", "4111111111111111"),
    ("４１１１－１１１１－１１１１－１１１１", "4111111111111111"),
    ("4111 1111\n1111 1111", "4111111111111111"),
    ("4111 1111\r\n1111 1111", "4111111111111111"),
    ("4111 1111\n> 1111 1111", "4111111111111111"),
    ("4111 1111 1111\n> > 1111", "4111111111111111"),
    ("4111<br>1111 1111 1111", "4111111111111111"),
    ("4111 <b>1111</b> 1111 1111", "4111111111111111"),
    ("41111111 11111111", "4111111111111111"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111111111111111"),
]


@pytest.mark.parametrize(("spelled", "card"), SPELLINGS)
@pytest.mark.parametrize("layout", ["{}", "Karte {} 12/28, bezahlt", "卡号：{}。", "(card {})"])
def test_a_card_number_is_masked_however_it_is_written(spelled: str, card: str, layout: str) -> None:
    assert is_card_number(card)
    assert mask_cards(layout.format(spelled)) == layout.format(f"•••• {card[-4:]}")


@pytest.mark.parametrize(
    "text",
    [
        "order 302-1234567-7654321",
        "IBAN: DE88 7015 0000 5514 1711 65",
        "Sendungsnummer 0034 3732 6614 8884 9194",
        "tracking 1Z0F79W70176828137 and 9400 1118 9922 3334 4455 63",
        "IMEI 490154203237518",
        "Ticket#2026111910000123",
        "EAN 4004891678863, 4011431856568 und 4265919829784",
        "4111 1111 1111 1112",
        "1793696564123",
        "+49 4111 1111 1111 11",
        "tel. +44 20 7946 0812",
        "Fehlercodes:\n5665\n5461\n5887\n8541",
        "Beträge: 4.500,00 und 5.400,00",
    ],
)
def test_other_numbers_are_not_masked(text: str) -> None:
    assert mask_cards(text) == text


def test_identifiers_that_pass_the_card_check_are_not_masked() -> None:
    """Every order number, parcel and product number of a long row, one in ten of which passes the Luhn check."""
    for number in range(1_000):
        order = f"35{number % 10}-{4_000_000 + number}-{number * 7919 % 10_000_000:07}"
        parcel = f"{36018623450000 + number}"
        text = f"Bestellung {order}, Paketnummer: {parcel}"
        assert mask_cards(text) == text
        assert len(find_identifiers(text)) == 2


def test_a_column_of_numbers_is_no_card() -> None:
    assert mask_cards("4111\n1111\n1111\n1111") == "4111\n1111\n1111\n1111"


def test_a_recognised_number_that_passes_the_card_check_is_not_masked() -> None:
    parcel = "36018623456787"
    assert is_card_number(parcel)
    assert mask_cards(f"Paketnummer: {parcel}") == f"Paketnummer: {parcel}"
    assert mask_cards(parcel) == "•••• 6787"


def test_a_card_number_in_html_is_masked_across_tags_and_entities() -> None:
    assert mask_cards("<p>4111&nbsp;1111 <b>1111</b> 1111</p>") == "<p>•••• 1111</p>"


def test_a_card_number_behind_a_parcel_label_is_never_kept() -> None:
    assert find_identifiers("tracking 4111 1111 1111 1111") == ()


def test_the_sixth_card_of_a_line_is_masked_like_the_first() -> None:
    cards = " ".join(["4111 1111 1111 1111"] * 6)
    assert mask_cards(f"cards: {cards}") == "cards: " + " ".join(["•••• 1111"] * 6)


def test_single_digits_before_a_card_do_not_hide_it() -> None:
    assert mask_cards("1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 4111 1111 1111 1111").endswith("•••• 1111")


@pytest.mark.parametrize("label", ["SKU", "Invoice no.", "Rechnungsnummer"])
def test_a_card_behind_a_label_is_no_identifier(label: str) -> None:
    assert find_identifiers(f"{label}: 4111111111111111") == ()
