"""Words at places on a page, laid out as lines of text: columns stay apart by two blanks, as tables need it.

PDF pages and recognised pictures come as boxes; the identifiers' rules read lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass

COLUMN_GAP = 0.6
"""Of a box's height: tight boxes have 0.3 to 0.5 between words, what is wider than this parts columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Text at a place: x to the right, y downwards, in any one unit."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """Never 0, so that it can divide."""
        return max(self.bottom - self.top, 0.01)

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.top + self.bottom) / 2


def lay_out(boxes: Iterable[Box], *, column_gap: float = COLUMN_GAP) -> str:
    """The text of all boxes from top to bottom, each line from left to right."""
    return "\n".join(_join(line, column_gap) for line in _find_lines(boxes))


def _find_lines(boxes: Iterable[Box]) -> list[list[Box]]:
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        # Only the last line can take it: boxes come in order of their middles.
        if lines and _is_same_line(lines[-1][-1], box):
            lines[-1].append(box)
        else:
            lines.append([box])
    return lines


def _is_same_line(one: Box, other: Box) -> bool:
    """Whether the middle of one lies within the other: a hyphen is flat, a price may be set larger."""
    return one.top <= other.middle <= one.bottom or other.top <= one.middle <= other.bottom


def _join(line: list[Box], column_gap: float) -> str:
    out = ""
    before: Box | None = None
    for box in sorted(line, key=lambda box: box.left):
        if before is not None:
            gap = (box.left - before.right) / max(before.height, box.height)
            out += "  " if gap > column_gap else " "
        out += box.text
        before = box
    return out
