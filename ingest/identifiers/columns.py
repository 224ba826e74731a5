"""Tables in text: columns by tab, semicolon, comma, bar or two blanks, under headings that name a kind."""

import csv
import re
from collections.abc import Iterator

_SPLIT = {
    "\t": re.compile(r"\t"),
    ";": re.compile(r";"),
    "|": re.compile(r"\s*\|\s*"),
    " ": re.compile(r"\t|\s{2,}"),
}
_MAX_COLUMNS = 200
_MAX_ROWS = 20_000
_MAX_LINE = 5_000


def find_cells(text: str, columns: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(kind, cell) for each cell below a heading in `columns` (lower-case heading to kind).

    A heading line has two columns or more, one of them known; the table ends at an empty line.
    """
    heads: dict[int, str] = {}
    delimiter = ""
    for row in text.split("\n")[:_MAX_ROWS]:
        line = row[:_MAX_LINE]
        if not line.strip():
            heads = {}
            continue
        if heads:
            cells = _cells(line, delimiter)
            found = [(kind, cells[index]) for index, kind in heads.items() if index < len(cells) and cells[index]]
            if len(cells) > 1:
                yield from found
            continue
        delimiter, heads = _find_heading(line, columns)


def _find_heading(line: str, columns: dict[str, str]) -> tuple[str, dict[int, str]]:
    for delimiter in ("\t", ";", "|", ",", " "):
        cells = _cells(line, delimiter)
        if len(cells) < 2:
            continue
        heads = {i: columns[name] for i, cell in enumerate(cells) if (name := cell.strip(" *:").lower()) in columns}
        # "SKU: A, B" is prose; two cells are a table only when both are headings.
        if heads and (len(cells) > 2 or len(heads) == len(cells)):
            return delimiter, heads
    return "", {}


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "," or (delimiter in ";\t" and '"' in line):
        try:
            row = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return []
        return [cell.strip() for cell in row[:_MAX_COLUMNS]]
    return [cell.strip() for cell in _SPLIT[delimiter].split(line.strip(" "))[:_MAX_COLUMNS]]
