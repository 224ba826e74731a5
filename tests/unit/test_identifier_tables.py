"""Tables that lost their lines: cells stacked one below the other, menus above headings, rows of label and value."""

import time

import pytest

from ingest.identifiers.search import find_identifiers

STACKED = "SKU\nEAN\nASIN\nTT-KR-0110\n4004891678863\nB0BVPF2QMV\nTT-KR-0111\n4011431856568\nB084475P3B\n"
BOTH = ["asin:B084475P3B", "asin:B0BVPF2QMV", "gtin:4004891678863", "gtin:4011431856568"]


def found(text: str) -> list[str]:
    return sorted(f"{one.kind}:{one.value}" for one in find_identifiers(text))


@pytest.mark.parametrize("around", ["{}", "Hallo,\n\n{}\nDanke", "> {}", "Tabelle:\n{}\n\nGruß\nAnna"])
def test_cells_that_stand_one_below_the_other_are_read(around: str) -> None:
    assert found(around.format(STACKED)) == [*BOTH, "sku:TT-KR-0110", "sku:TT-KR-0111"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Artikel\nSKU\nASIN\nLampe\nTT-1\nB0BVPF2QMV\nVase\nTT-2\nB084475P3B", "sku:TT-1 sku:TT-2"),
        ("SKU\nASIN\nMenge\nTT-1\nB0BVPF2QMV\n12\n\nASIN B084475P3B", "sku:TT-1"),
        ("SKU\nASIN\nMenge\nTT-1\nB0BVPF2QMV\n12\nTT-2\nB084475P3B\n4500", "sku:TT-1 sku:TT-2"),
        ("SKU\nASIN\nFehlercode\nTT-1\nB0BVPF2QMV\n8541\nTT-2\nB084475P3B\n8542", "error_code:8541 error_code:8542"),
        ("出品者SKU\nASIN\nTT-1\nb0bvpf2qmv\nTT-2\nB084475P3B", "sku:TT-1 sku:TT-2"),
        ("SKU vendeur\nASIN\n\nTT-1\nB0BVPF2QMV\nTT-2\nB084475P3B", "sku:TT-1 sku:TT-2"),
        ("SKU sprzedawcy\nASIN\n  TT-1\n  B0BVPF2QMV\n  TT-2\n  B084475P3B", "sku:TT-1 sku:TT-2"),
    ],
)
def test_stacked_tables_differ_in_columns_and_languages(text: str, expected: str) -> None:
    rest = [one for one in found(text) if not one.startswith("asin:")]
    assert rest == expected.split() or [one for one in rest if one.startswith("error")] == expected.split()
    assert [one for one in found(text) if one.startswith("asin:")] == ["asin:B084475P3B", "asin:B0BVPF2QMV"]


def test_a_row_with_an_empty_sort_of_cell_keeps_its_others() -> None:
    text = "SKU\nEAN\nASIN\nTT-1\n(noch keine)\nb0bvpf2qmv\nTT-2\n4 004891 678863\n(folgt)\n"
    assert found(text) == ["asin:B0BVPF2QMV", "gtin:4004891678863", "sku:TT-1", "sku:TT-2"]


def test_a_shifted_table_finds_nothing_but_what_speaks_for_itself() -> None:
    text = "SKU\nEAN\nASIN\nTT-KR-0110\nB0BVPF2QMV\nTT-KR-0111\n4011431856568\nB084475P3B\n"
    assert found(text) == ["asin:B084475P3B", "asin:B0BVPF2QMV"]


@pytest.mark.parametrize("headings", ["SKU\n\nEAN\n\nASIN\n\n", "SKU\nEAN\nASIN\n\n", "SKU\nEAN\nASIN\n"])
def test_an_empty_line_may_stand_behind_each_cell(headings: str) -> None:
    cells = "TT-1\n\n4004891678863\n\nB0BVPF2QMV\n\nTT-2\n\n4011431856568\n\nB084475P3B\n\n"
    assert found(f"Hallo,\n\n{headings}{cells}Viele Grüße\n\nAnna 4500\n") == [*BOTH, "sku:TT-1", "sku:TT-2"]


def test_a_label_with_its_value_behind_an_empty_line_stays_one() -> None:
    assert found("Bestellung\n\nFehler:\n\n8541\n\nDanke") == ["error_code:8541"]


def test_two_labels_on_lines_of_their_own_make_no_table() -> None:
    assert found("Bestellung\nFehler\n\nHallo 4500\nWelt 12") == []
    assert found("ASIN\nB0BVPF2QMV\nSKU\nTT-1") == ["asin:B0BVPF2QMV", "sku:TT-1"]


def test_a_menu_above_a_table_is_no_heading_of_it() -> None:
    text = "Oferty  Magazyn  Zamówienia\nSKU      ASIN        Stan\nTT-1     B0BVPF2QMV  4500\n"
    assert found(text) == ["asin:B0BVPF2QMV", "sku:TT-1"]


def test_a_template_has_its_headings_in_two_languages() -> None:
    text = (
        "Händler-SKU\tHersteller-Barcode\titem\nitem_sku\texternal_product_id\titem_name\nTT-1\t4004891678863\tVase 20"
    )
    assert found(text) == ["gtin:4004891678863", "sku:TT-1"]


@pytest.mark.parametrize("mark", ["\t", " | "])
def test_rows_of_label_and_value_are_no_table(mark: str) -> None:
    text = f"SKU del vendedor{mark}TT-MANTA-GRIS\nEAN{mark}8411402400695\nASIN{mark}B0BVPF2QMV"
    assert found(text) == ["asin:B0BVPF2QMV", "gtin:8411402400695", "sku:TT-MANTA-GRIS"]


@pytest.mark.parametrize(
    "pump", ["SKU\n", "SKU\nASIN\n", "SKU\nASIN\nTT-1\nB0BVPF2QMV\n\n", "SKU\nASIN\nx\n", "SKU\n\n", "SKU\n\nx\n\n"]
)
def test_stacked_headings_take_time_in_proportion(pump: str) -> None:
    text = (pump * 5_000)[:20_000]
    started = time.process_time()
    find_identifiers(text)
    assert time.process_time() - started < 2
