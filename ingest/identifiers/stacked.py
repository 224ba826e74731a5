"""Tables whose cells each stand on a line of their own: what some programs make of an HTML table in plain text.

The headings come first, one a line, then the cells row by row. Nothing but their number says where a row begins, so a
row is believed only when a value with a form of its own stands in its place: a table with a cell too few finds nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.identifiers.columns import Cell

_MAX_LINES = 20_000
_MAX_HEADING = 60
_MAX_COLUMNS = 8
_MAX_UNKNOWN = 4
_MAX_ROWS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    start: int
    kinds: dict[int, str]  # by column
    width: int
    cells: list[str]


def find_stacked(
    text: str, find_kind: Callable[[str], str | None], is_sure: Callable[[str, str], bool]
) -> tuple[list[Cell], set[int]]:
    """The cells of stacked tables, and the lines (from 0) of their headings, which are no labels of what follows.

    `find_kind` names the kind of a heading; `is_sure` says whether a text is a value of a kind that has a form or check
    digit of its own. Two headings or more in a row name a kind; columns of other names may follow.
    """
    lines = [line.strip() for line in text.split("\n")[:_MAX_LINES]]
    found: list[Cell] = []
    headings: set[int] = set()
    number = 0
    while number < len(lines):
        step = _step(lines, number)
        kinds = _find_headings(lines[number : number + step * _MAX_COLUMNS : step], find_kind)
        end = number + len(kinds) * step
        cells = _cells(lines, end) if len(kinds) > 1 else []
        if len(cells) < max(len(kinds), 1):
            number = max(end, number + 1)
            continue
        table = _find_table(number, kinds, cells, is_sure)
        if table is not None:
            found += _find_in_rows(table, is_sure)
        if table is not None or step == 1:
            headings.update(range(number, end))
        number = end + len(cells)
    return found, headings


def _step(lines: list[str], start: int) -> int:
    """2 where an empty line stands behind each cell, as behind a paragraph; else 1."""
    return 2 if lines[start] and lines[start + 1 : start + 2] == [""] and any(lines[start + 2 : start + 3]) else 1


def _find_headings(lines: list[str], find_kind: Callable[[str], str | None]) -> dict[int, str]:
    kinds: dict[int, str] = {}
    for index, line in enumerate(lines):
        kind = find_kind(line) if 1 < len(line) <= _MAX_HEADING else None
        if kind is None:
            break
        kinds[index] = kind
    return kinds


def _cells(lines: list[str], start: int) -> list[str]:
    """The lines up to an empty one, or up to two of them; an empty line below the headings is passed over."""
    begin = start + 1 if lines[start : start + 1] == [""] else start
    if begin >= len(lines):
        return []
    step = _step(lines, begin)
    end = begin
    while end < len(lines) and lines[end] and end - begin < _MAX_ROWS * _MAX_COLUMNS:
        if step == 2 and any(lines[end + 1 : end + 2]):  # a paragraph of several lines is no cell
            break
        end += step
    return lines[begin:end:step]


def _find_table(
    start: int, kinds: dict[int, str], cells: list[str], is_sure: Callable[[str, str], bool]
) -> _Table | None:
    """The table of the least width whose first row is sure.

    Where columns of unknown names are supposed, the second row must be sure too, or the names have no digit.
    """
    for unknown in range(_MAX_UNKNOWN + 1):
        table = _Table(start=start, kinds=kinds, width=len(kinds) + unknown, cells=cells[unknown:])
        rows = list(_rows(table))[: 2 if unknown else 1]
        plain = len(rows) == 2 or not any(c.isdigit() for name in cells[:unknown] for c in name)
        if rows and plain and all(_is_sure_row(table, row, is_sure) for row in rows):
            return table
    return None


def _rows(table: _Table) -> Iterator[list[str]]:
    last = max(table.kinds) + 1
    for begin in range(0, len(table.cells), table.width):
        row = table.cells[begin : begin + table.width]
        if len(row) >= last:
            yield row


def _is_sure_row(table: _Table, row: list[str], is_sure: Callable[[str, str], bool]) -> bool:
    return any(is_sure(kind, row[column]) for column, kind in table.kinds.items())


def _find_in_rows(table: _Table, is_sure: Callable[[str, str], bool]) -> Iterator[Cell]:
    for row in _rows(table):
        if _is_sure_row(table, row, is_sure):
            for column, kind in table.kinds.items():
                yield Cell(kind=kind, text=row[column], heading=table.start)
