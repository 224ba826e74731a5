"""The stretches of a text in which an identifier can stand: near a digit or near the word SKU. The rest is left out.

Nearly all of an ordinary mail is words; the table of kinds is slow on them and finds nothing there.
"""

import re

# An identifier has a digit in it, except for SKUs, which stand behind their label.
_SIGN = re.compile(r"[0-9Ss](?<=[0-9]|S|s)(?:(?<=[0-9])[0-9]*+|[Kk][Uu])")
_BEFORE = 160
_BEHIND = 200
_CUT = "\n\x1a\n"


def keep_near(text: str) -> str:
    """The text without what is far from every digit; stretches are joined by a line that no pattern crosses."""
    pieces: list[str] = []
    begin = end = -1
    for match in _SIGN.finditer(text):
        at = match.start()
        if at - _BEFORE > end or end < 0:  # never between stretches that touch: the cut would fall into a label
            if end > 0:
                pieces.append(text[begin:end])
            begin = max(at - _BEFORE, 0)
        end = match.end() + _BEHIND
    if end > 0:
        pieces.append(text[begin:end])
    return _CUT.join(pieces)
