"""An administrator's own kinds: what is found, and what is refused with a sentence that says what to do."""

import re
import time

import pytest

from ingest.identifiers.found import Found
from ingest.identifiers.own_kinds import OwnKind, check_own_kind, find_own
from ingest.identifiers.search import find_identifiers

SERIAL = OwnKind(name="serial", labels=("Seriennummer", "serial no"), pattern="HW-[0-9]{11}")
PURCHASE = OwnKind(name="purchase_order", pattern="PO[0-9]{6}|PO[0-9]{8}")


def values(text: str, *kinds: OwnKind) -> list[str]:
    return [one.value for one in find_own(text, kinds)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seriennummer: HW-12345678901", ["HW-12345678901"]),
        ("SERIENNUMMER HW-12345678901.", ["HW-12345678901"]),
        ("serial no. HW-12345678901", ["HW-12345678901"]),
        ("serial\nno: HW-12345678901", ["HW-12345678901"]),
        ("Seriennummer ist HW-12345678901", ["HW-12345678901"]),
        ("Seriennummer\n> HW-12345678901", ["HW-12345678901"]),
        ("Seriennummer：ＨＷ－１２３４５６７８９０１", ["HW-12345678901"]),
        ("Seriennummern", []),
        ("Seriennummer HW-12345678901, HW-22345678901 und HW-32345678901", [f"HW-{n}2345678901" for n in (1, 2, 3)]),
        ("HW-12345678901 allein", []),
        ("Seriennummer HW-123456789012", []),
        ("Seriennummer HW-1234567890", []),
    ],
)
def test_a_kind_with_labels_is_found_behind_them(text: str, expected: list[str]) -> None:
    assert values(text, SERIAL) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("für PO123456, PO12345678 und", ["PO123456", "PO12345678"]),
        ("订单PO123456在", ["PO123456"]),
        ("XPO123456 PO1234567 PO123456X", []),
        ("po123456", []),
    ],
)
def test_a_kind_without_labels_stands_alone(text: str, expected: list[str]) -> None:
    assert values(text, PURCHASE) == expected


def test_own_kinds_come_first_and_no_other_kind_takes_their_values() -> None:
    text = "Seriennummer HW-12345678901, Bestellung 302-1234567-7654321, SKU PO123456"
    assert find_identifiers(text, "de", (SERIAL, PURCHASE)) == (
        Found(kind="serial", value="HW-12345678901"),
        Found(kind="purchase_order", value="PO123456"),
        Found(kind="order_id", value="302-1234567-7654321"),
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OwnKind(name="serial", pattern="a("), "missing )"),
        (OwnKind(name="serial", pattern="x[z-a]"), "at character 3 (z-a)"),
        (OwnKind(name="serial", pattern="*a"), "at character 1 (*)"),
        (OwnKind(name="serial", pattern="(?=a)b"), "look-ahead"),
        (OwnKind(name="serial", pattern="(?<!a)b"), "look-behind"),
        (OwnKind(name="serial", pattern=r"(a)\1"), "at character 4"),
        (OwnKind(name="serial", pattern="(((x{90}){90}){90})"), "repetition"),
        (OwnKind(name="serial", pattern=""), "is empty"),
        (OwnKind(name="serial", pattern="a*"), "matches an empty text"),
        (OwnKind(name="serial", pattern=r"\b"), "matches an empty text"),
        (OwnKind(name="serial", pattern="a" * 501), "longer than 500"),
        (OwnKind(name="serial", labels=(" ",), pattern="a"), "a label"),
        (OwnKind(name="sku", pattern="a"), "has already"),
        (OwnKind(name="phone", pattern="a"), "has already"),
        (OwnKind(name="Serial", pattern="a"), "small letters"),
        (OwnKind(name="s", pattern="a"), "2 to 32"),
        (OwnKind(name="a" * 33, pattern="a"), "2 to 32"),
    ],
)
def test_a_kind_that_cannot_work_is_refused_with_a_reason(kind: OwnKind, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        check_own_kind(kind)


@pytest.mark.parametrize("kind", [SERIAL, PURCHASE, OwnKind(name="ab", pattern="(?i)(?P<v>x)[0-9]")])
def test_a_kind_that_works_is_not_refused(kind: OwnKind) -> None:
    check_own_kind(kind)


@pytest.mark.parametrize("pattern", ["(a|aa)+b", "(a*)*b", "a.*a.*a.*b", "(x+x+)+y"])
@pytest.mark.parametrize("pump", ["a", "x", "aax"])
def test_no_pattern_needs_more_than_linear_time(pattern: str, pump: str) -> None:
    kind = OwnKind(name="slow", pattern=pattern)
    started = time.process_time()
    find_own(pump * 20_000, (kind,))
    assert time.process_time() - started < 2
