"""The search costs time in proportion to the text, whatever the text is, and next to nothing on ordinary words."""

import re
import time
from collections.abc import Callable

import pytest

from ingest.identifiers.confusables import find_in_picture
from ingest.identifiers.kind import Kind
from ingest.identifiers.kinds import KINDS
from ingest.identifiers.mask import mask_cards
from ingest.identifiers.search import find_identifiers

PROSE = (
    "Guten Tag, wir haben die Ware verschickt und warten seit drei Wochen auf eine Antwort von Ihnen. Der Kunde ist "
    "sehr ungeduldig, weil der Artikel beschädigt war, und wir wissen nicht, was wir ihm sagen sollen.\n"
)
# fmt: off
PUMPS = (
    "1", "12 ", "1-", "302-", "302-1234567-", "1Z", "1Z ", "A", "B0", "X00", "FBA1A", "DE 1", "DE88 7015 ",
    "FR1 2", "CHE-1", "A-", "a1", ".", "- ", " ", "\n", " \n", "\t", "|", "; ", ", ", "SKU ", "SKU A-1, ",
    "SKU\nA-1\n", "error 8541 and ", "case ", "order no ", "bestell", "Rechnung a ", "EAN a", "tracking 12 ",
    "barcode van ", "numéro de ", "nr.", "is is ", "注文", "エラー", "の", "番号", "(", "()", "(1", "[", '"', "http://",
    "http://a ", "www.a ", "@", "a@", "<a@", "cid:a", "%2F", "\n> ", "CP-1", "f", "0a1b2c3d-", "+49 ", "00 ",
    "(0)", "tel 0171 ", "4111 ", "4-", "4\n", "4<b>", "4&nbsp;", "978-", "ISBN 1-", "6A1", "JJD", "TBA1",
    "RR 8 ", "EE\n", "3x", "1 €", "2026-", "12.11.", "0xf", "?asin=", "&seller=A", "/dp/B", "A T U 1 ", "NL1 B",
    "IE1A", "_", "\x1a", "İ", "０−", "ABC\n", "sk", "🙂", "SKU🙂", "O0", "Il|", "S5-", "B8 ", "sku\t", "a;b\n",
)
# fmt: on
SIZE = 20_000
SEARCHES: list[Callable[[str], object]] = [lambda text: find_identifiers(text, "de"), mask_cards, find_in_picture]


def seconds(search: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    search(text)
    return time.process_time() - started


@pytest.mark.parametrize("pump", PUMPS)
def test_a_pumped_text_takes_time_in_proportion(pump: str) -> None:
    """Three seconds for 20 KB are a hundred times what the slowest takes; what grows by the square takes minutes."""
    text = (pump * (SIZE // len(pump) + 1))[:SIZE] + "!"
    for search in SEARCHES:
        assert seconds(search, text) < 3


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_pattern_alone_is_linear_on_the_pumps(kind: Kind) -> None:
    patterns: list[re.Pattern[str]] = [pattern for pattern, _ in (*kind.shapes, *kind.links)]
    patterns += [way.value for one in kind.labelled for way in one.ways]
    for pattern in patterns:
        for pump in PUMPS:
            text = (pump * (2_000 // len(pump) + 1))[:2_000] + "!"
            assert seconds(pattern.findall, text) < 0.5


def test_ordinary_words_cost_next_to_nothing() -> None:
    """20 KB of words in 0.5 ms where it was measured; 22 ms before the search left out what is far from digits."""
    text = (PROSE * 200)[:20_000]
    assert min(seconds(lambda text: find_identifiers(text, "de"), text) for _ in range(5)) < 0.05
