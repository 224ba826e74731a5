"""Payment card numbers never leave the raw mail: they are shown as `•••• 1111`."""

import re
import unicodedata
from collections.abc import Iterable

from ingest.identifiers import checks

_SEPARATOR = (
    r"(?:[ \u00a0\u00ad\u180e\u2000-\u200f\u202a-\u202f\u2060-\u2064\u2800\u3000\u3164\ufe0f\ufeff]"
    r"|\r?\n(?:>{1,3} ?){0,3}"
    r"|[-\u2010-\u2015\u2212\uff0d.\uff0e_·•]"
    r"|&nbsp;|&#160;|&shy;|<[^<>]{0,200}>){0,6}"
)
_RUN = re.compile(rf"\d(?<![\d+].)\d{{0,18}}(?:{_SEPARATOR}\d{{1,19}})*")
_DIGITS = re.compile(r"\d+")
# Issuer ranges of ISO/IEC 7812 in use: (lowest and highest leading digits, lengths).
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-59]|[689])"), (14, 16)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    (re.compile(r"6(?:011|4[4-9]|5|2)|8[12]"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6"), (16, 18, 19)),
    (re.compile(r"220[0-4]|9792"), (16, 17, 18, 19)),
)
_MIN_DIGITS = 13
_FIRST_DIGITS = "2345689"


def is_card_number(digits: str) -> bool:
    """Whether 13 to 19 digits are a card: an issuer's range and length, and the Luhn check."""
    if not _MIN_DIGITS <= len(digits) <= 19 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    if not any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _ISSUERS):
        return False
    # An EAN of Germany begins with 4 as the 13-digit cards of the past did.
    return checks.luhn(digits) and not (len(digits) == 13 and checks.gtin(digits))


def mask_card_numbers(text: str, known: Iterable[str] = ()) -> str:
    """The text with each card number as `•••• 1111`. Digits that belong to a value in `known` stay as they are."""
    kept = ["".join(_DIGITS.findall(value)) for value in known]
    return _RUN.sub(lambda match: _mask_run(match[0], kept), text)


def _mask_run(run: str, known: list[str]) -> str:
    if len(run) < _MIN_DIGITS or sum(map(len, _DIGITS.findall(run))) < _MIN_DIGITS:
        return run
    groups = list(_DIGITS.finditer(run))
    out: list[str] = []
    pos = index = 0
    while index < len(groups):
        end = _find_card(groups, index, known)
        if end is None:
            index += 1
            continue
        number = _plain("".join(group[0] for group in groups[index:end]))
        out.append(run[pos : groups[index].start()] + "•••• " + number[-4:])
        pos = groups[end - 1].end()
        index = end
    return "".join(out) + run[pos:]


def _is_other(groups: list["re.Match[str]"], digits: str, known: list[str]) -> bool:
    """Whether digits belong to known values, or are a column of numbers: a card wraps once at most."""
    if any(digits in value for value in known) or all(group[0] in known for group in groups):
        return True
    return groups[0].string.count("\n", groups[0].start(), groups[-1].end()) > 1


def _plain(digits: str) -> str:
    """Full-width digits and those of other scripts as ASCII."""
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(c)) for c in digits)


def _find_card(groups: list["re.Match[str]"], start: int, known: list[str]) -> int | None:
    """The index behind the last group when a card number begins at group `start`; the longest one wins."""
    best = None
    digits = ""
    if _plain(groups[start][0][0]) not in _FIRST_DIGITS:
        return None
    for index in range(start, len(groups)):
        digits += _plain(groups[index][0])
        if len(digits) > 19:
            break
        if is_card_number(digits) and not _is_other(groups[start : index + 1], digits, known):
            best = index + 1
    return best
