"""Check digits and normal forms: each function takes a found spelling and gives the normal form, or None.

Those of parcels are in `checks_parcels`, those of money in `checks_money`.
"""

import re

from stdnum import isbn
from stdnum.exceptions import ValidationError

_SEPARATORS = re.compile(r"[\s._/-]+")
_DATE = re.compile(r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|(?:19|20)\d\d)")
_MEASURE = re.compile(
    r"\d{1,5}(?:[.,]\d{1,3})?(?:x|mm|cm|m|kg|g|ml|l|er|st|nd|rd|th|eur|usd|%)?(?:\d{1,4}(?:cm|mm)?)?", re.I
)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice the digit, nine less where that has two
_YEAR = re.compile(r"(?:19|20)\d\d")
_CASE_ID = re.compile(r"\d{9,12}")
_ERROR_CODE = re.compile(r"\d{4,6}|0x[0-9A-F]{4,8}", re.I)
_ERROR_NAME = re.compile(r"[A-Z][A-Za-z]{1,29}-\d{3,6}")
_DOTTED = re.compile(r"[^\W\d_]{2,20}(?:[._][^\W\d_]{2,20}){2,5}")
_FILE_OR_HOST = re.compile(
    r"\.(?:com|net|org|uk|de|fr|it|es|nl|pl|se|eu|tr|jp|cn|io|example|xlsx?|csv|txt|pdf|docx?|png|jpe?g)\Z"
)
_JOINING = frozenset(
    [
        "of",
        "to",
        "in",
        "on",
        "by",
        "the",
        "and",
        "not",
        "be",
        "no",
        "or",
        "as",
        "is",
        "for",
        "und",
        "im",
        "zu",
        "de",
        "la",
    ]
)
_NO_SELLER = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}|[0-9A-F]+|[A-Z]{2}\d[0-9A-Z]{3,8}(?:MB|FT)\d{3,4}")
_PUBLIC_IDS = (
    "ATVPDKIKX0DER A1PA6795UKMFR9 A1F83G8C2ARO7P A13V1IB3VIYZZH APJ6JRA9NG5V4 A1RKKUPIHCS9HS A1805IZSGTT6HS"
    " A1C3SOZRARQ6R3 A2NODRKZP88ZB9 A33AVAJ2PDY3EV A1VC38T7YXB528 AMEN7PMS3EDWL A2EUQ1WTGCTBG2 A1AM78C64UM0Y8"
    " A2Q3Y263D00KWC A39IBJ37TRP1C6 AAHKV2X7AFYLW"
)
_MARKETPLACES = frozenset(_PUBLIC_IDS.split())
_FNSKU = re.compile(r"X00[0-9A-Z]{7}")
_FBA = re.compile(r"FBA\d[0-9A-Z]{7,11}?(?:U\d{6})?")
_NO_FBA = re.compile(r"FBA(?:\d+|20\d\d[A-Z]+)")


def compact(text: str) -> str:
    """Upper case without blanks, dots, hyphens and slashes."""
    return _SEPARATORS.sub("", text).upper()


def as_is(text: str) -> str | None:
    """The spelling as it stands is the normal form."""
    return text


def upper(text: str) -> str | None:
    """Capitals are the normal form."""
    return text.upper()


def is_date(text: str) -> bool:
    """Whether a spelling is a date in digits and nothing else."""
    return _DATE.fullmatch(text) is not None


def order_id(text: str) -> str | None:
    """3-7-7 with hyphens, from any separators."""
    digits = compact(text)
    whole = len(digits) == 17 and digits[3:].isdigit() and (digits[:3].isdigit() or digits[:3] in ("D01", "S01"))
    return f"{digits[:3]}-{digits[3:10]}-{digits[10:]}" if whole and digits.strip("0") else None


def fba_shipment(text: str) -> str | None:
    """FBA, a digit and more of which not all are digits; a year and a word is no shipment."""
    value = text.upper()
    return None if _NO_FBA.fullmatch(value) else value


def fba_shipment_bare(text: str) -> str | None:
    """A cell that is a shipment, with or without the number of the box."""
    match = _FBA.fullmatch(text.upper())
    return fba_shipment(re.sub(r"U\d{6}\Z", "", match[0])) if match else None


def fnsku(text: str) -> str | None:
    """X00 and seven capitals or digits."""
    value = text.upper()
    return value if _FNSKU.fullmatch(value) else None


def asin(text: str) -> str | None:
    """Ten characters in upper case; a book's ASIN is its ISBN-10."""
    value = text.upper()
    if re.fullmatch(r"B[0-9A-Z]{9}", value):
        return value if any(c.isdigit() for c in value) else None
    return value if len(value) == 10 and isbn.is_valid(value) else None


def isbn13(text: str) -> str | None:
    """Thirteen digits, of a valid ISBN-10 or ISBN-13."""
    try:
        return str(isbn.to_isbn13(isbn.validate(text))).replace("-", "").replace(" ", "")
    except ValidationError:
        return None


def gtin(text: str) -> str | None:
    """GTIN-8, UPC (12), EAN (13), GTIN-14 with a right GS1 check digit; never the placeholder of zeros."""
    digits = compact(text)
    return digits if len(digits) in (8, 12, 13, 14) and gs1(digits) and digits.strip("0") else None


def gs1(digits: str) -> bool:
    """The check of GS1: GTIN, SSCC; weights 3 and 1 from the right."""
    whole = digits.isascii() and digits.isdigit()
    return whole and sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits))) % 10 == 0


def luhn(digits: str) -> bool:
    """The check of payment cards (ISO/IEC 7812-1)."""
    return sum(map(int, digits[-1::-2] + digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def sku(text: str) -> str | None:
    """A seller's own article number, not a word of the sentence.

    A digit is in it, or capitals are joined by a hyphen, or three words by dots or underscores.
    """
    value = text.replace("\n", "").rstrip(".-/+_,").lstrip("./+_-")
    if len(value) < 2 or is_date(value):
        return None
    if any(c.isdigit() for c in value):
        small = _MEASURE.fullmatch(value) is not None and len(value) < 4
        return None if small or _YEAR.fullmatch(value) else value
    if _DOTTED.fullmatch(value) and not _FILE_OR_HOST.search(value):
        return value
    return value if re.search(r"[-_]", value) and value.upper() == value else None


def sku_of_words(text: str) -> str | None:
    """Small words joined by hyphens, as an article number only: "out-of-stock", "up-to-date" are words."""
    return None if _JOINING.intersection(text.split("-")) else text


def seller_id(text: str) -> str | None:
    """A and nine or more capitals and digits, at least one of them a digit; no marketplace's public id."""
    value = text.upper()
    made = value[:1] == "A" and any(c.isdigit() for c in value) and value.isalnum()
    return value if made and value not in _MARKETPLACES else None


def seller_id_bare(text: str) -> str | None:
    """A seller's id that no label names: two digits and three letters or more.

    Parcels (S10), queue ids of mail servers (hexadecimal) and the names of Outlook's hosts (..PR05MB2017) are as long.
    """
    digits = sum(c.isdigit() for c in text)
    return None if digits < 2 or len(text) - digits < 3 or _NO_SELLER.fullmatch(text) else seller_id(text)


def case_id(text: str) -> str | None:
    """A cell of nine to twelve digits."""
    return text if _CASE_ID.fullmatch(text) else None


def case_before(text: str) -> str | None:
    """The digits at the begin of "12542003071 numaralı vaka"."""
    return text.split(maxsplit=1)[0]


def error_code(text: str) -> str | None:
    """Four to six digits, or hexadecimal ones."""
    return text if _ERROR_CODE.fullmatch(text) else None


def error_cell(text: str) -> str | None:
    """A cell under "error code": digits, or letters and a number joined by a hyphen."""
    return error_code(text) or (text if _ERROR_NAME.fullmatch(text) else None)


def error_before(text: str) -> str | None:
    """The digits at the begin of "8541 kodlu hata"; a round number counts errors."""
    digits = re.match(r"\d+", text)
    return digits[0] if digits and not digits[0].endswith("00") else None
