"""Each label of each kind in each language, in the layouts in which sellers put a label and a value together."""

import itertools
from collections.abc import Iterator, Mapping

import pytest

from ingest.identifiers import labels
from ingest.identifiers.search import find_identifiers

VALUES = {
    "order_id": ("302-1234567-7654321", "D01-2210457-6630982"),
    "tracking_number": ("1Z0F79W70176828137", "00343732661488849194", "RR874191763DE", "123456789012"),
    "gtin": ("4004891678863", "040590651534"),
    "seller_id": ("A3XT9PG3BYF9Y5",),
    "external_case_id": ("12542003071", "1086314703"),
    "error_code": ("8541", "90117"),
    "sku": ("KW-DUFT-220", "WS12345"),
    "invoice_number": ("RE-2026-10873", "FT-2026/1182"),
    "vat_id": ("DE179944161",),
    "iban": ("DE88701500005514171165",),
    "asin": ("B0BVPF2QMV",),
    "isbn": ("9783556284636",),
    "fnsku": ("X00GG033RP",),
}
TABLES = {
    "order_id": (labels.ORDER,),
    "tracking_number": (labels.TRACKING,),
    "gtin": (labels.GTIN,),
    "seller_id": (labels.SELLER,),
    "external_case_id": (labels.CASE,),
    "error_code": (labels.ERROR, labels.ERROR_CODE),
    "sku": (labels.SKU,),
    "invoice_number": (labels.INVOICE_NUMBER,),
    "vat_id": (labels.VAT, labels.VAT_IT, labels.VAT_ES, labels.VAT_PL, labels.VAT_NL),
    "iban": (labels.IBAN,),
    "asin": (labels.ASIN,),
    "isbn": (labels.ISBN,),
    "fnsku": (labels.FNSKU,),
}
LAYOUTS = (
    "{label} {value}",
    "{label}: {value}",
    "{label}:{value}",
    "{label} : {value}.",
    "{label} Nr. {value},",
    "{label} n° {value};",
    "{label} # {value}",
    "{label} #{value} !",
    "{label} №{value}",
    "{label}：{value}。",
    "{label}\n{value}",
    "> {label}\n> {value}",
    "{label}:\n\n{value}",
    "{label}:\n- {value}",
    "({label} {value})",
    "{label} ({value})",
    "{value} ({label})",
    '{label} "{value}"',
    "{label} „{value}“",
    "{label} «{value}»",
    "{label}「{value}」",
    "{label}: <{value}>",
    "{label} = {value}",
    "{label} \u2013 {value}",
    "**{label}:** {value}",
    "[{label}] {value}",
    "{label}\t{value}",
    "| {label} | {value} |",
    "{label}\u00a0{value}",
    "{label}        {value}",
    "{label} → {value} 📦",
    "📦 {label} {value}",
    "{label} is {value}.",
    "{label} ist {value}",
    "{label} lautet {value}",
    "{label} est {value}",
    "{label} è {value}",
    "{label} es {value}",
    "{label} är {value}",
    "{label} jest {value}",
    "{label} olan {value}",
    "{label}は{value}です",
    "{label}为{value}，",
    "{label}是{value}。",
    "{label} {value}?",
    "L {label}: {value}, EUR 12",
)
FEW = ("{label} {value}", "{label}: {value},", "{label}\n{value}", "| {label} | {value} |")


def words(table: Mapping[str, str], language: str) -> list[str]:
    return [word.strip().strip("*") for word in table[language].split("|")]


def rows() -> Iterator[tuple[str, Mapping[str, str], str]]:
    for kind, tables in TABLES.items():
        for table in tables:
            for language in table:
                yield kind, table, language


ROWS = [pytest.param(*row, id=f"{row[0]} {row[2]}") for row in rows()]


def fitting(label: str, value: str) -> str:
    """EAN-8 names a number of eight digits: with a longer one behind it, the 8 is that number's first digit."""
    return "96385074" if label.endswith(" 8") else value


def wrong(kind: str, texts: Iterator[tuple[str, str]]) -> list[str]:
    """The texts in which something else than the value is found."""
    out = []
    for text, value in texts:
        found = {(one.kind, one.value) for one in find_identifiers(f"Guten Tag,\n{text}\nund Danke")}
        if found != {(kind, value)}:
            out.append(f"{text!r}: {sorted(found)}")
    return out


@pytest.mark.parametrize(("kind", "table", "language"), ROWS)
def test_each_label_is_understood(kind: str, table: Mapping[str, str], language: str) -> None:
    pairs = [(label, layout, fitting(label, VALUES[kind][0])) for label in words(table, language) for layout in FEW]
    assert wrong(kind, ((layout.format(label=label, value=value), value) for label, layout, value in pairs)) == []


@pytest.mark.parametrize(("kind", "table", "language"), ROWS)
def test_each_layout_is_understood(kind: str, table: Mapping[str, str], language: str) -> None:
    label = words(table, language)[0]
    pairs = itertools.product(LAYOUTS, VALUES[kind])
    assert wrong(kind, ((layout.format(label=label, value=value), value) for layout, value in pairs)) == []


@pytest.mark.parametrize(("kind", "table", "language"), ROWS)
def test_capitals_and_missing_accents_make_no_difference(kind: str, table: Mapping[str, str], language: str) -> None:
    value = VALUES[kind][0]
    plain = str.maketrans("éèêàáíóúñöüäåłęążśćıüşğç", "eeeaaiounouaaleazsciusgc")
    spellings = [
        spelled
        for label in words(table, language)
        for spelled in (label.upper().replace("ß", "ss"), label.title(), label.translate(plain))
    ]
    assert wrong(kind, ((f"{spelled}: {value}", value) for spelled in spellings)) == []
