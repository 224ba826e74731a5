"""Normal forms of tracking numbers: no separators; the check digit where the carrier has one."""

import re

from phonenumbers import SUPPORTED_REGIONS

from ingest.identifiers.cards import is_card_number
from ingest.identifiers.checks import compact, gs1, is_date

_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_YEAR_FIRST = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[012]\d[0-5]\d(?:[0-5]\d)?)?")
_MIN_DIGITS = 8
_CARD_LENGTHS = (15, 16)


def tracking(text: str) -> str | None:
    """A number of a carrier's own form without check digit."""
    return compact(text)


def ups(text: str) -> str | None:
    """1Z and sixteen characters; letters count as (code - 63) mod 10, the last digit checks."""
    value = compact(text)
    if len(value) != 18 or not value.startswith("1Z") or not value[-1].isdigit():
        return None
    numbers = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:]]
    total = sum(number * (2 if i % 2 else 1) for i, number in enumerate(numbers[:-1]))
    return value if -total % 10 == numbers[-1] else None


def s10(text: str) -> str | None:
    """UPU S10: two letters, eight digits, a check digit (weights 8 6 4 2 3 5 9 7), the country."""
    value = compact(text)
    if not _S10.fullmatch(value) or value[11:] not in SUPPORTED_REGIONS:
        return None
    total = sum(int(d) * weight for d, weight in zip(value[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return value if check == int(value[10]) else None


def labelled_s10(text: str) -> str | None:
    """An S10 number; Chronopost's form is the same, but it ends in no country (JB, TS) and the check is another."""
    value = compact(text)
    return s10(value) if value[11:] in SUPPORTED_REGIONS else value


def sscc(text: str) -> str | None:
    """A parcel's SSCC (00 and eighteen digits) or USPS number (twenty-two digits): GS1 check digit."""
    digits = compact(text)
    return digits if len(digits) in (20, 22) and gs1(digits) and not digits.startswith("0000") else None


def labelled_tracking(text: str) -> str | None:
    """What stands behind "tracking number": ten characters and more, but no UPS or S10 number with a wrong check digit.

    A payment card in the wrong field is no parcel: it must not be kept in clear. Cards of other lengths than 15 and 16
    are so rare that a parcel whose number passes their check is a parcel.
    """
    value = compact(text)
    if value.startswith("1Z") and len(value) == 18:
        return ups(value)
    if _S10.fullmatch(value):
        return labelled_s10(value)
    if not 10 <= len(value) <= 40 or is_date(text) or _YEAR_FIRST.fullmatch(value):
        return None
    if len(value) in _CARD_LENGTHS and is_card_number(value):
        return None
    digits = sum(c.isdigit() for c in value)
    return value if digits >= min(_MIN_DIGITS, len(value)) and len(set(value)) > 1 else None


def carrier_tracking(text: str) -> str | None:
    """What stands behind a carrier's name: digits in one piece or in fours, so it is no telephone number."""
    return labelled_tracking(text)
