"""One text of two readings of a picture: RapidOCR's is believed, tesseract's mends and adds.

Found on screenshots: RapidOCR reads VV as W and passes over light text on coloured ground; tesseract reads both, and
takes 0 for O and 1 for I more often than not.
"""

import re
from collections.abc import Iterable

from ingest.identifiers.confusables import fold_alike
from ingest.identifiers.found import Found

_WORD = re.compile(r"[0-9A-Za-z-]{6,40}")
_W = re.compile("W")
_MAX_WS = 3
_NEAR = 2  # characters in which two readings of one value may differ


def mend_merged(text: str, other: str) -> str:
    """`text` with VV for W in the words that the other reading has with VV."""
    other_words = {fold_alike(word) for word in _WORD.findall(other) if "VV" in word}
    if not other_words:
        return text
    return _WORD.sub(lambda match: _mend_word(match[0], other_words), text)


def _mend_word(word: str, other_words: set[str]) -> str:
    places = [match.start() for match in _W.finditer(word)]
    if not places or len(places) > _MAX_WS:
        return word
    for chosen in range(1, 2 ** len(places)):
        mended = "".join(
            "VV" if at in places and chosen >> places.index(at) & 1 else char for at, char in enumerate(word)
        )
        if fold_alike(mended) in other_words:
            return mended
    return word


def join_found(first: Iterable[Found], second: Iterable[Found]) -> tuple[Found, ...]:
    """What the first reading found, and of the second what is no other reading of one of these."""
    joined = list(dict.fromkeys(first))
    own = tuple(joined)
    for found in second:
        if not any(_is_same(found, one) for one in own) and found not in joined:
            joined.append(found)
    return tuple(joined)


def _is_same(one: Found, other: Found) -> bool:
    """Whether two values are one: of a kind, and but for characters that look alike nearly equal."""
    if one.kind != other.kind:
        return _fold(one.value) == _fold(other.value)
    a, b = _fold(one.value), _fold(other.value)
    if abs(len(a) - len(b)) > 1:
        return False
    if len(a) != len(b):
        return a in b or b in a
    return sum(x != y for x, y in zip(a, b, strict=True)) <= _NEAR


def _fold(text: str) -> str:
    """The same, with VV and W for one: recognition takes each for the other."""
    return fold_alike(text).replace("VV", "W")
