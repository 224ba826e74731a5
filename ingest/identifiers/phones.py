"""Telephone numbers in E.164: international ones anywhere, national ones where a word says that it is one."""

import re
from collections.abc import Iterator

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

_CANDIDATE = re.compile(r"(?<![0-9A-Za-z_+./=&?-])(?P<v>(?:\+|00)?\(?\d[\d ()/.-]{5,22}\d)(?![0-9A-Za-z_]|[./-]\d)")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")
_HINT = re.compile(
    r"(?i:tel|fon|phone|handy|mobil|nummer|number|erreich|ruf|joindre|appel|portable|chiam|cellulare|llam|móvil|bel|zadzwo"
    r"|ring|ara|cep|call|unter|电话|電話|手机|連絡先)"
)
_REGION = {
    "de": "DE",
    "fr": "FR",
    "it": "IT",
    "es": "ES",
    "nl": "NL",
    "pl": "PL",
    "sv": "SE",
    "tr": "TR",
    "ja": "JP",
    "zh": "CN",
}
# Countries whose national numbers need no leading 0 (open or without trunk prefix).
_WITHOUT_ZERO = ("pl", "es", "it")
_HINT_REACH = 60
_MAX_CANDIDATES = 200


def find_phones(text: str, language: str | None) -> Iterator[tuple[str, int, int]]:
    """(E.164, start, end) of valid numbers; a national number is read as one of the language's main country."""
    for count, match in enumerate(_CANDIDATE.finditer(text)):
        if count >= _MAX_CANDIDATES:
            return
        spelled = match["v"]
        digits = sum(c.isdigit() for c in spelled)
        international = spelled.startswith(("+", "00"))
        if not 8 <= digits <= 15 or _DATE.match(spelled):
            continue
        region = None if international else _REGION.get(language or "")
        if not international and (
            region is None
            or not (spelled.lstrip("(").startswith("0") or language in _WITHOUT_ZERO)
            or not _is_hinted(text, match.start())
        ):
            continue
        number = _parse("+" + spelled[2:] if spelled.startswith("00") else spelled, region)
        if number is not None:
            yield number, match.start(), match.end()


def _is_hinted(text: str, start: int) -> bool:
    return _HINT.search(text, max(0, start - _HINT_REACH), start) is not None


def _parse(spelled: str, region: str | None) -> str | None:
    try:
        number = parse(spelled, region)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None
