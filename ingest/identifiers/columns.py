"""Tables in text: columns by tab, semicolon, comma, bar or two blanks, under headings that name a kind."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_SPLIT = {
    "\t": re.compile(r"\t"),
    ";": re.compile(r";"),
    "|": re.compile(r"[ \t]*\|[ \t]*"),
    " ": re.compile(r"\t|[ \t]{2,}"),
}
_MARKS = {"\t": "\t", ";": ";", "|": "|", ",": ",", " ": "  "}
_RULE = re.compile(r"[\s|+=:-]*")
_DIGIT = re.compile(r"[0-9]")
_VALUE = re.compile(r"[0-9]|[A-Z]{2}-[A-Z]{2}")
_MAX_COLUMNS = 200
_MAX_ROWS = 20_000
_MAX_LINE = 5_000
_MAX_HEADING = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell below a heading that names a kind; `heading` is the line (from 0) of the table's headings."""

    kind: str
    text: str
    heading: int


def find_cells(text: str, find_kind: Callable[[str], str | None]) -> Iterator[Cell]:
    """The cells of tables whose headings name a kind (`find_kind` of a heading).

    A heading line has two columns or more, one of them known; the table ends at an empty line, but not at the one right
    under its headings.
    """
    heads: dict[int, str] = {}
    delimiter, heading = "", 0
    for number, row in enumerate(text.split("\n")[:_MAX_ROWS]):
        line = row[:_MAX_LINE]
        if not line or line.isspace():
            heads = heads if number == heading + 1 else {}
        elif not heads or _is_new_heading(line, find_kind):
            delimiter, heads = _find_heading(line, find_kind)
            heading = number
        elif not _RULE.fullmatch(line):
            cells = _cells(line, delimiter)
            if len(cells) > 1:
                for index, kind in heads.items():
                    if index < len(cells) and cells[index]:
                        yield Cell(kind=kind, text=cells[index], heading=heading)


def _is_new_heading(line: str, find_kind: Callable[[str], str | None]) -> bool:
    """A table may follow on one without a gap: menus look like headings, templates have them in two languages."""
    return _DIGIT.search(line) is None and bool(_find_heading(line, find_kind)[1])


def _find_heading(line: str, find_kind: Callable[[str], str | None]) -> tuple[str, dict[int, str]]:
    for delimiter, mark in _MARKS.items():
        if mark not in line:
            continue
        cells = _cells(line, delimiter)
        if len(cells) < 2 or any(len(cell) > _MAX_HEADING for cell in cells):
            continue
        if len(cells) == 2 and delimiter in ", " and (not cells[0] or find_kind(cells[0]) is None):
            continue  # a sentence with a comma, as nearly all lines of a letter are
        heads = {i: kind for i, cell in enumerate(cells) if cell and (kind := find_kind(cell)) is not None}
        # "SKU: A, B" is prose, "SKU | A-1" a line with its own label: two cells are headings when both name a
        # kind, or when neither looks like a value and no sentence has such a delimiter.
        sure = len(cells) > 2 or len(heads) == len(cells) or (mark in "\t;|" and not _VALUE.search(line))
        if heads and sure:
            return delimiter, heads
    return "", {}


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "," or (delimiter in ";\t" and '"' in line):
        try:
            row = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return []
        return [cell.strip() for cell in row[:_MAX_COLUMNS]]
    line = line.strip(" |") if delimiter == "|" else line.strip(" ")
    return [cell.strip() for cell in _SPLIT[delimiter].split(line)[:_MAX_COLUMNS]]
