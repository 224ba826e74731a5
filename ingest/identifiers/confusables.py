"""Identifiers of a picture's text, where recognition took O for 0, I for 1, S for 5 and put blanks around hyphens.

A value that is not valid as read is mended by its kind's own rules: digits where digits must be, prefixes, check
digits. It is mended only when there is exactly one way; characters that stay open are kept as read. What looks like a
value that the case knows already is that value.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ingest.identifiers import checks, checks_money, checks_parcels
from ingest.identifiers.fold import fold
from ingest.identifiers.found import Found
from ingest.identifiers.own_kinds import OwnKind
from ingest.identifiers.search import find_identifiers

_TO_DIGIT = str.maketrans("OQDoIl|i!SsZzBG", "000011111552286")
_TO_LETTER = str.maketrans("01|5286", "OIISZBG")
_ALIKE = str.maketrans("OQDIL|SZBG", "0001115286")
_D = r"[0-9OQDoIl|i!SsZzBG]"
_A = r"[A-Z01|5286]"
_W = r"[0-9A-Za-z|]"
_GAP = r"[ \t]{0,2}-[ \t]{0,2}"
_BEGIN = r"(?<![0-9A-Za-z|])"
_END = r"(?![0-9A-Za-z|])"
_WORD = re.compile(r"[A-Z]+[0-9]*")
_WITH_UNIT = re.compile(r"[0-9]+[SsZzBGQD]|[A-HJ-NP-Z][0-9]+")
_NO_SKU = r"(?<!SKU )(?<!SKU:)(?<!SKU: )(?<!SKU\n)(?<!sku )(?<!sku: )"
_MAX_OPEN = 8
_MAX_TEXT = 100_000
_SWAPS = {
    "0": "O",
    "O": "0",
    "1": "I",
    "I": "1",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "2": "Z",
    "Z": "2",
    "6": "G",
    "G": "6",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mend:
    """A shape as recognition spoils it, and what makes the value of it or gives None. `example`: as read, mended."""

    pattern: re.Pattern[str]
    mend: Callable[[str], str | None]
    example: tuple[str, str]


def find_in_picture(
    text: str,
    language: str | None = None,
    known: frozenset[Found] = frozenset(),
    own: tuple[OwnKind, ...] = (),
) -> tuple[Found, ...]:
    """The identifiers in the recognised text of a picture, each once.

    `known` are the identifiers of the case. Label and value may stand on lines of their own.
    """
    found = find_identifiers(mend_text(text), language, own)
    return tuple(dict.fromkeys(resolve(one, known) for one in found))


def resolve(found: Found, known: Iterable[Found]) -> Found:
    """The known identifier that is the same but for characters that look alike, if there is exactly one."""
    folded = fold_alike(found.value)
    same = {one for one in known if one.kind == found.kind and fold_alike(one.value) == folded}
    return same.pop() if len(same) == 1 and found not in same else found


def fold_alike(value: str) -> str:
    """A value with one character for all that look alike."""
    return value.upper().translate(_ALIKE)


def mend_text(text: str) -> str:
    """The text with each spoiled value as it must have been."""
    text = fold(text[:_MAX_TEXT])
    for one in MENDS:
        text = one.pattern.sub(lambda match, mend=one.mend: mend(match[0]) or match[0], text)  # type: ignore[misc]
    return text


def _digits(text: str) -> str:
    return text.translate(_TO_DIGIT)


def _true_digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _order_id(text: str) -> str | None:
    value = re.sub(r"[ \t-]", "", text)
    if _true_digits(value) < 12:
        return None
    first = {"D": "D01", "S": "S01"}.get(value[0].upper()) if _digits(value[1:3]) == "01" else None
    head = first if first and not text[:3].isdigit() else _digits(value[:3])
    return checks.order_id(head + _digits(value[3:]))


def _asin(text: str) -> str | None:
    """The second character of an ASIN is 0; the others may be either, so they are kept. BOHRER2000 is a word."""
    rest = text[2:]
    if text[0] == "8" and sum(c.isalpha() and c not in _SWAPS for c in rest) < 2:
        return None
    mixed = any(c.isdigit() for c in rest) and not _WORD.fullmatch(rest)
    return "B0" + rest if mixed else None


def _fnsku(text: str) -> str | None:
    rest = text[3:]
    return "X00" + rest if any(c.isdigit() for c in rest) else None


def _fba(text: str) -> str | None:
    value = text.replace(" ", "")
    head, rest = _digits(value[3:5]), value[5:]
    return "FBA" + head + rest if head.isdigit() and head[0] == "1" and _true_digits(value) >= 1 else None


def _exactly_one(value: str, check: Callable[[str], str | None], low: int, high: int) -> str | None:
    """`value` if it is valid, else the one valid spelling that differs in one look-alike between `low` and `high`."""
    if check(value) is not None:
        return check(value)
    places = [at for at in range(low, min(high, len(value))) if value[at] in _SWAPS][:_MAX_OPEN]
    ways = (value[:at] + _SWAPS[value[at]] + value[at + 1 :] for at in places)
    valid = {one for way in ways if (one := check(way)) is not None}
    return valid.pop() if len(valid) == 1 else None


def _ups(text: str) -> str | None:
    """1Z, six of the account, two of the service, eight digits, of which the last checks."""
    value = re.sub(r"[\s-]", "", text).upper()
    value = "1Z" + value[2:10] + _digits(value[10:])
    return _exactly_one(value, checks_parcels.ups, 2, 10)


def _s10(text: str) -> str | None:
    """Digits in the middle, a country at the end: of O and D for a 0 there the one that makes a country."""
    value = re.sub(r"\s", "", text)
    if _true_digits(value[2:11]) < 6:
        return None
    head, end = value[:2].translate(_TO_LETTER) + _digits(value[2:11]), value[11:].translate(_TO_LETTER)
    ends = {end, end.replace("O", "D"), end.replace("D", "O")}
    valid = {one for end in ends if (one := checks_parcels.s10(head + end)) is not None}
    return valid.pop() if len(valid) == 1 else None


def _amazon_parcel(text: str) -> str | None:
    digits = _digits(text[3:])
    return "TB" + text[2] + digits if _true_digits(text[3:]) >= 8 else None


def _sscc(text: str) -> str | None:
    return checks_parcels.sscc(_digits(text)) if _true_digits(text) >= 16 else None


def _iban(text: str) -> str | None:
    """The country's letters, the two check digits; then digits wherever a reading with digits is the one valid one."""
    value = re.sub(r"[\s.-]", "", text).upper()
    country = value[:2].translate(_TO_LETTER)
    length = checks_money.IBAN_LENGTH.get(country, 0)
    if not length or len(value) < length or _true_digits(value) < length // 2:
        return None
    value = country + _digits(value[2:4]) + value[4:length]
    as_digits = checks_money.iban(value[:4] + _digits(value[4:]))
    as_read = _exactly_one(value, checks_money.iban, 4, length)
    if as_digits and as_read and as_digits != as_read:
        return None
    mended = as_read or as_digits
    return mended + text[_used(text, length) :] if mended else None


def _used(text: str, length: int) -> int:
    """How much of a spelling holds the first `length` letters and digits."""
    count = 0
    for at, char in enumerate(text):
        count += char.isalnum() or char == "|"
        if count == length:
            return at + 1
    return len(text)


def _vat(text: str) -> str | None:
    value = re.sub(r"[ .]", "", text)
    country = value[:2].translate(_TO_LETTER)
    return checks_money.vat_id(country + _digits(value[2:])) if _true_digits(value) >= 6 else None


def _number(text: str) -> str | None:
    """A word that is more digits than letters, all of which look like digits, is a number; 500G and B1234 are not."""
    letters = len(text) - _true_digits(text)
    return _digits(text) if 0 < letters < _true_digits(text) and not _WITH_UNIT.fullmatch(text) else None


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEGIN}(?:{pattern}){_END}")


_LABELS = {label.translate(_ALIKE): label for label in ("ID", "IBAN", "ASIN", "SKU", "FNSKU", "ISBN")}


def _label(text: str) -> str | None:
    return _LABELS.get(fold_alike(text))


# In this order: labels, then what is longer first, so that no shorter shape takes a piece of it.
MENDS: tuple[Mend, ...] = (
    Mend(
        pattern=_shape(r"[l1|I]D|[l1|I]BAN|A[S5s][Il1|]N|[S5]KU|FN[S5]KU|[l1|I][S5]BN"),
        mend=_label,
        example=("Case lD", "Case ID"),
    ),
    Mend(pattern=re.compile(r"(?<=[-/])2[Oo]2[0-9](?=[-/])"), mend=_digits, example=("RE-2O26-1", "RE-2026-1")),
    Mend(
        pattern=_shape(rf"[0-9OQDIlSZBG|]{_D}{{2}}{_GAP}{_D}{{7}}{_GAP}{_D}{{7}}"),
        mend=_order_id,
        example=("3O2 - l234S67 -765432I", "302-1234567-7654321"),
    ),
    Mend(
        pattern=_shape(rf"[A-Z01|5286]{{2}}[ ]?{_D}{{2}}(?:[ .-]{{0,2}}[0-9A-Za-z|]){{11,30}}"),
        mend=_iban,
        example=("DEB8 7O15 0000 5S14 17I1 65", "DE88701500005514171165"),
    ),
    Mend(
        pattern=_shape(rf"[1Il|][Z2](?:[ -]?{_W}){{16}}"),
        mend=_ups,
        example=("IZ0F79W7O176828I37", "1Z0F79W70176828137"),
    ),
    Mend(
        pattern=_shape(rf"{_A}{{2}}(?:[ ]?{_D}){{9}}[ ]?{_A}{{2}}"),
        mend=_s10,
        example=("RRB74I917630E", "RR874191763DE"),
    ),
    Mend(
        pattern=_shape(rf"T[B8][ABCM]{_D}{{12}}"), mend=_amazon_parcel, example=("T8A94O486547O71", "TBA940486547071")
    ),
    Mend(
        pattern=_shape(r"[0O]{2}(?:[ ]?[0-9OoIl|SB]){18}"),
        mend=_sscc,
        example=("OO34 3732 66I4 8884 9194", "00343732661488849194"),
    ),
    Mend(
        pattern=_shape(rf"[F][B8][A4][ ]?{_D}{{2}}[0-9A-Z]{{6,10}}"),
        mend=_fba,
        example=("F8AI5SN1Q27XL", "FBA15SN1Q27XL"),
    ),
    Mend(pattern=_shape(r"[X][0OoQ]{2}[0-9A-Z]{7}"), mend=_fnsku, example=("XO0GG033RP", "X00GG033RP")),
    Mend(pattern=_shape(r"[B8][OoQ0D][0-9A-Z]{8}"), mend=_asin, example=("BOBVPF2QMV", "B0BVPF2QMV")),
    Mend(
        pattern=_shape(rf"(?:[0O]E|DE|IT|PL|1T|FR|AT|BE|SE|ES)[ .]?{_D}(?:[ .]?{_D}){{8,11}}"),
        mend=_vat,
        example=("DE I79 944 I6l", "DE179944161"),
    ),
    Mend(
        pattern=_shape(rf"(?<![-/._]){_NO_SKU}{_D}{{4,14}}(?![-/._]{_W})"),
        mend=_number,
        example=("1254Z0O3071", "12542003071"),
    ),
)
