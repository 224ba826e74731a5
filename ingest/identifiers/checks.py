"""Check digits and normal forms: each function takes a found spelling and gives the normal form, or None."""

import re

from stdnum import isbn
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat

_SEPARATORS = re.compile(r"[\s.\-]+")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
# Lengths of the IBAN by country (ISO 13616 registry), those of the countries marketplaces pay to.
_IBAN_LENGTH = {
    "AD": 24,
    "AE": 23,
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GI": 23,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "TR": 26,
    "UA": 29,
}


def compact(text: str) -> str:
    """Upper case without blanks, dots and hyphens."""
    return _SEPARATORS.sub("", text).upper()


def as_is(text: str) -> str | None:
    """The spelling as it stands is the normal form."""
    return text


def order_id(text: str) -> str | None:
    """3-7-7 with hyphens, from any separators."""
    digits = compact(text)
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}" if len(digits) == 17 else None


def asin(text: str) -> str | None:
    """Ten characters in upper case; a book's ASIN is its ISBN-10."""
    value = text.upper()
    if value.startswith("B"):
        return value if any(c.isdigit() for c in value) else None
    return value if isbn.is_valid(value) else None


def isbn13(text: str) -> str | None:
    """Thirteen digits, of a valid ISBN-10 or ISBN-13."""
    try:
        return str(isbn.to_isbn13(isbn.validate(text))).replace("-", "").replace(" ", "")
    except ValidationError:
        return None


def gtin(text: str) -> str | None:
    """GTIN-8, UPC (12), EAN (13), GTIN-14 with a right GS1 check digit; never the placeholder of zeros."""
    digits = compact(text)
    return digits if len(digits) in (8, 12, 13, 14) and _gs1(digits) and digits.strip("0") else None


def _gs1(digits: str) -> bool:
    return digits.isdigit() and sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits))) % 10 == 0


def luhn(digits: str) -> bool:
    """The check of payment cards (ISO/IEC 7812-1)."""
    doubled = (int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def ups(text: str) -> str | None:
    """1Z and sixteen characters; letters count as (code - 63) mod 10, the last digit checks."""
    value = compact(text)
    if len(value) != 18 or not value.startswith("1Z") or not value[-1].isdigit():
        return None
    numbers = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in value[2:]]
    total = sum(number * (2 if i % 2 else 1) for i, number in enumerate(numbers[:-1]))
    return value if -total % 10 == numbers[-1] else None


def s10(text: str) -> str | None:
    """UPU S10: two letters, eight digits, a check digit (weights 8 6 4 2 3 5 9 7), two letters."""
    value = compact(text)
    if not re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", value):
        return None
    total = sum(int(d) * weight for d, weight in zip(value[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return value if check == int(value[10]) else None


def sscc(text: str) -> str | None:
    """A parcel's SSCC (00 and eighteen digits) or USPS number (twenty to twenty-two digits): GS1 check digit."""
    digits = compact(text)
    return digits if digits.isdigit() and len(digits) in (20, 22) and _gs1(digits) else None


def labelled_tracking(text: str) -> str | None:
    """What stands behind "tracking number": ten digits and more, but no UPS or S10 number with a wrong check digit."""
    value = compact(text)
    if value.startswith("1Z"):
        return ups(value)
    if re.fullmatch(r"[A-Z]{2}\d{9}[A-Z]{2}", value):
        return s10(value)
    if len(value) in (15, 16) and value.isdigit() and luhn(value) and value[0] in "345":
        return None  # rather a payment card in the wrong field than a parcel: it must not be kept in clear
    return value if sum(c.isdigit() for c in value) >= 8 and not _DATE.fullmatch(text) else None


def sku(text: str) -> str | None:
    """A seller's own article number: a digit in it, or capitals joined by a hyphen; not a word of the sentence."""
    value = text.rstrip(".-/+_,")
    if len(value) < 2 or _DATE.fullmatch(value):
        return None
    if any(c.isdigit() for c in value):
        return value
    return value if "-" in value and value.upper() == value else None


def seller_id(text: str) -> str | None:
    """A and twelve or more capitals and digits, at least one of them a digit."""
    return text if any(c.isdigit() for c in text) else None


def vat_id(text: str) -> str | None:
    """A valid VAT number of the EU or Great Britain with its country."""
    value = compact(text).replace("/", "")
    try:
        if value.startswith("GB"):
            gb_vat.validate(value[2:])
            return value
        vat.validate(value)
    except ValidationError:
        return None
    return value


def national_vat(country: str, text: str) -> str | None:
    """A VAT number that is written without its country because its label says it: NIP, P.IVA, CIF."""
    value = compact(text)
    return vat_id(value if value.startswith(country) else country + value)


def iban(text: str) -> str | None:
    """An IBAN of its country's length with a right check (mod 97); what follows it in the text is cut off."""
    value = compact(text)
    length = _IBAN_LENGTH.get(value[:2], 0)
    if not length or len(value) < length:
        return None
    value = value[:length]
    digits = "".join(str(int(c, 36)) for c in value[4:] + value[:4])
    return value if int(digits) % 97 == 1 else None


def invoice_number(text: str) -> str | None:
    """Letters or separators beside digits; neither a date nor a plain amount."""
    value = text.rstrip("-/.")
    if _DATE.fullmatch(value) or sum(c.isdigit() for c in value) < 3 or value.isdigit():
        return None
    return value
