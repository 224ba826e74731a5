"""Normal forms of bank accounts, VAT numbers and invoice numbers."""

import re

from stdnum.ch import vat as ch_vat
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.no import mva

from ingest.identifiers.checks import compact, is_date

# Lengths of the IBAN by country (ISO 13616 registry, release 99).
_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29"
    " ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20"
    " LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28"
    " PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22"
    " VG24 XK20 YE30"
)
IBAN_LENGTH = {one[:2]: int(one[2:]) for one in _LENGTHS.split()}
"""Characters of an IBAN by country."""
_SWISS_TAX = re.compile(r"CHE\d{9}(?:MWST|TVA|IVA|TPV)?")
_MIN_DIGITS = 3
_YEAR = re.compile(r"(?:19|20)\d\d")
_ONE_YEAR = re.compile(r"(?<![0-9])20\d\d(?![0-9])")
_PLAIN_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def iban(text: str) -> str | None:
    """An IBAN of its country's length with a right check (mod 97)."""
    value = compact(text)
    if len(value) != IBAN_LENGTH.get(value[:2], 0) or not (
        value.isascii() and value.isalnum() and value[2:4].isdigit()
    ):
        return None
    digits = "".join(str(int(c, 36)) for c in value[4:] + value[:4])
    return value if int(digits) % 97 == 1 else None


def vat_id(text: str) -> str | None:
    """A valid VAT number of the EU, Great Britain, Switzerland or Norway with its country."""
    value = compact(text)
    try:
        if value.startswith("GB"):
            gb_vat.validate(value[2:])
        elif value.startswith("CHE"):
            return _swiss_vat_id(value)
        elif value.startswith("NO"):
            mva.validate(value)
        else:
            vat.validate(value)
    except ValidationError:
        return None
    return value


def _swiss_vat_id(value: str) -> str | None:
    if not _SWISS_TAX.fullmatch(value):
        return None
    ch_vat.validate(value if not value[-1].isdigit() else value + "MWST")
    return value


def national_vat(country: str, text: str) -> str | None:
    """A VAT number that is written without its country because its label says it: NIP, P.IVA, CIF."""
    value = compact(text)
    return vat_id(value if value.startswith(country) else country + value)


def invoice_number(text: str) -> str | None:
    """Letters or separators beside digits; neither a date nor a plain amount."""
    return None if _trimmed(text).isdigit() else invoice_number_sure(text)


def invoice_number_sure(text: str) -> str | None:
    """What a label calls a number of an invoice: plain digits too, if they are three or more and no date."""
    value = _trimmed(text)
    digits = sum(c.isdigit() for c in value)
    if is_date(value) or _PLAIN_DATE.fullmatch(value) or _YEAR.fullmatch(value) or digits < _MIN_DIGITS:
        return None
    amount = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*[.,]\d\d", value)
    return None if amount or re.fullmatch(r"\d+[.,]\d\d", value) else value


def invoice_number_said(text: str) -> str | None:
    """A number with INV in it and three digits or more besides a year."""
    return (
        invoice_number_sure(text) if len(re.sub(r"\D", "", _ONE_YEAR.sub("", text, count=1))) >= _MIN_DIGITS else None
    )


def _trimmed(text: str) -> str:
    return text.replace("\n", "").rstrip("-/._,")
