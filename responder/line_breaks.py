"""Where a line of the text part ends, also in scripts that put no spaces between words.

A Japanese or Chinese character is two columns wide, and a line may end after nearly each (UAX #14, class ID): not
before a closing mark and not after an opening one.
"""

import re
import textwrap
from unicodedata import east_asian_width

_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〉》〕］｝”’ー～々…％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ)]}!?,.:;"
)
_NOT_LAST = frozenset("（「『【〈《〔［｛“‘([{")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_PIECE = re.compile(rf"\s*(?:{_WIDE.pattern}|(?:(?!{_WIDE.pattern})\S)+)")


def wrap_line(line: str, width: int) -> list[str]:
    """One line as lines of at most `width` columns; what cannot be broken stands out. [""] for an empty one."""
    if _WIDE.search(line) is None:
        return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [""]
    for piece in _glue(_PIECE.findall(line.strip())):
        if lines[-1] and count_columns(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def count_columns(text: str) -> int:
    """How wide a text is in a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _glue(pieces: list[str]) -> list[str]:
    """Pieces between which a line may end."""
    glued: list[str] = []
    for piece in pieces:
        if glued and (piece[0] in _NOT_FIRST or (glued[-1][-1] in _NOT_LAST and not piece[0].isspace())):
            glued[-1] += piece
        else:
            glued.append(piece)
    return glued
