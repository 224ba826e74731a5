"""Telephone numbers in E.164: international ones anywhere, national ones where a word says that it is one."""

import re
from collections.abc import Iterator

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

_CANDIDATE = re.compile(
    r"[+0-9(](?<![0-9A-Za-z_+/=&?-].)(?<![0-9]\..)(?P<v>(?<=\+)\(?\d|(?<=\()(?:\+|00)?\d|(?<=\d))"
    r"[\d ()/.-]{5,26}(?<=\d)(?![0-9A-Za-z_]|[./-]\d|[.,]\d)"
)
_DATE = re.compile(r"(?:(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?![./-]?\d)")
_GROUP_END = re.compile(r"\d(?=[ /(])")
_US = re.compile(r"\(?[2-9]\d\d\)?[ .-]{1,2}\d{3}[ .-]\d{4}")
_HINT_REACH = 60
_MAX_CANDIDATES = 200
_MAX_PARSED = 300
_MAX_SHORTER = 4

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
# What national numbers begin with, where it is not 0, in countries that need no trunk prefix or leave it out.
_BEGINS = {
    "pl": re.compile(r"[1-9]"),
    "es": re.compile(r"[6-9]"),
    "it": re.compile(r"[03]"),
    "zh": re.compile(r"1[3-9]|0"),
    "tr": re.compile(r"5|0"),
}
_ZERO = re.compile(r"0")

# The nearest of these words decides: one of telephoning, or one that names another number.
_SIGNS = re.compile(
    r"(?<![a-z])(?:(?P<hint>(?:mon|mio|mi|my|meine|mijn|moj|mitt) num|numaram"
    r"|tel(?![a-z])|tele(?:f|ph)|phone|fon(?![a-z])|handy|mobil|movil|mobiel|cell|cellulare|ruckruf|ruf"
    r"|anruf|erreich|durchwahl|call(?![a-z])|dial|whats?app|wechat|joindre|joignable|appel|portable|rappel|gsm|chiam|llam"
    r"|bel(?![a-z])|bellen|bereik|zadzwo|dzwon|kom(?![a-z])|komork|ring(?:a|en|upp)?(?![a-z])|kontakt|contact|cep(?![a-z])"
    r"|ara(?:yin|yabilir|ma)|sms|hotline|unter(?![a-z])|reach|viber|telegram|skontaktowa|ulas)"
    r"|(?P<other>[a-z]{3,40}-?(?:nummer|nr|number|numret)|[a-z]{2,}[- ](?:nr|no|number|id|code)(?![a-z])|fax|order"
    r"|pedido|commande|ordine|bestell|zamowien|siparis|sprawa|caso|case|dossier|fall|ticket|ean|sku|asin|iban|konto|factur"
    r"|fattur|rechnung|invoice|fatura|faktur|vat|nip|nif|cif|siret|siren|steuer|kvk|regon|krs|hrb|blz|bic|imei|ref"
    r"|referenz|seriennummer|serial|charge|batch|lot|version))"
    r"|(?P<cjk>电话|電話|手机|手機|連絡先|携帯|联系|致电|拨打|お電話)|(?P<numbers>番号|编号|单号|号码)"
)


def find_phones(text: str, words: str, language: str | None) -> Iterator[tuple[str, int, int]]:
    """(E.164, start, end) of valid numbers; a national number is read as one of the language's main country.

    `words` is `fold_words` of `text`.
    """
    parsed = 0
    for count, match in enumerate(_CANDIDATE.finditer(text)):
        if count >= _MAX_CANDIDATES or parsed >= _MAX_PARSED:
            return
        if _DATE.match(match[0]) or not _can_be_phone(match[0], words, match.start(), language):
            continue
        for spelled in _shorter(match[0]):
            parsed += 1
            number = _parse(spelled, language)
            if number is not None:
                yield number, match.start(), match.start() + len(spelled)
                break


def _can_be_phone(spelled: str, words: str, start: int, language: str | None) -> bool:
    if _is_international(spelled):
        return True
    digits = spelled.lstrip("( ")
    if language == "en":
        begins = bool(_ZERO.match(digits) or _US.match(spelled))
    else:
        begins = language in _REGION and bool(_BEGINS.get(language or "", _ZERO).match(digits))
    return begins and _is_hinted(words, start)


def _is_international(spelled: str) -> bool:
    return spelled.lstrip("(").startswith(("+", "00"))


def _shorter(spelled: str) -> Iterator[str]:
    """The spelling, and what is left of it when groups at its end belong to something else."""
    opened = spelled.rfind("(")
    if opened > 0 and spelled.find(")", opened) < 0:  # "030 23125471 (24h)"
        spelled = spelled[:opened].rstrip(" ")
    ends = [match.end() for match in _GROUP_END.finditer(spelled)][-_MAX_SHORTER:]
    for end in (len(spelled), *reversed(ends)):
        if 8 <= sum(c.isdigit() for c in spelled[:end]) <= 16:
            yield spelled[:end]


def _is_hinted(words: str, start: int) -> bool:
    last = None
    for match in _SIGNS.finditer(words, max(0, start - _HINT_REACH), start):
        if match.lastgroup != "numbers" or last is None or last.lastgroup != "cjk":
            last = match
    return last is not None and last.lastgroup in ("hint", "cjk")


def _parse(spelled: str, language: str | None) -> str | None:
    plain = spelled.lstrip("(")
    if plain.startswith("00"):
        return _normal("+" + plain[2:], None)
    if plain.startswith("+"):
        return _normal(plain, None)
    if language == "en":
        return _normal(spelled, "GB" if plain.startswith("0") else "US")
    return _normal(spelled, _REGION.get(language or ""))


def _normal(spelled: str, region: str | None) -> str | None:
    try:
        number = parse(spelled, region)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else None
