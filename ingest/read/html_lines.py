"""Lines as they come out of HTML, each with its depth of quotation; rows of a table on one line each."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

SIGNATURE_MARK = "\ue000"
"""A line of its own above a signature; what it becomes is decided when the lines below it are known."""

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_MAX_CELL_LINES = 3
_MAX_CELL_CHARS = 300
_MAX_SPAN = 20
_MAX_COLUMNS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The words of one line and how many quotations it stands in."""

    depth: int
    words: str


class Lines:
    """Words in, lines out: white space is folded as a browser does, one empty line stands for any gap."""

    def __init__(self) -> None:
        self.rows: list[Line] = []
        self._parts: list[str] = []
        self._depth = 0
        self._gap = False
        self._prefix = ""

    def write(self, text: str, depth: int, *, preserved: bool = False) -> None:
        """Add words to the current line; `preserved` keeps blanks and line breaks (<pre>)."""
        if not preserved:
            self._write_folded(_BLANKS.sub(" ", text), depth)
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._put(first, depth)
        for other in others:
            self.break_line(depth)
            self._put(other, depth)

    def _write_folded(self, words: str, depth: int) -> None:
        if not self._parts or self._parts[-1].endswith(" "):
            words = words.removeprefix(" ")
        self._put(words, depth)

    def _put(self, words: str, depth: int) -> None:
        if not words:
            return
        if self._parts and depth != self._depth:
            self.end_line()
        if not self._parts and self._prefix:
            self._parts.append(self._prefix)
            self._prefix = ""
        self._parts.append(words)
        self._depth = depth

    def start_item(self, prefix: str) -> None:
        """What the next line begins with: the mark or number of a list's item."""
        self.end_line()
        self._prefix = prefix

    def end_item(self) -> None:
        """The item is over; its mark goes if it had no words."""
        self.end_line()
        self._prefix = ""

    def add_behind(self, words: str, depth: int) -> None:
        """Words that belong to what was written last, also if its line has ended."""
        if self._parts or not self.rows or not self.rows[-1].words:
            self.write(words, depth)
        else:
            last = self.rows[-1]
            self.rows[-1] = Line(depth=last.depth, words=last.words + words)

    def holds_only(self, words: str) -> bool:
        """Whether the current line has no other words."""
        return "".join(self._parts).split() == words.split()

    def end_line(self) -> None:
        """End the current line if it has words (a block begins or ends)."""
        if self._parts:
            words = "".join(self._parts)
            self._parts.clear()
            self.add(Line(depth=self._depth, words=words.replace("\xa0", " ").rstrip()))

    def break_line(self, depth: int) -> None:
        """<br>: end the line, or leave an empty one."""
        if self._parts:
            self.end_line()
        else:
            self.add(Line(depth=depth, words=""))

    def gap(self) -> None:
        """At least one empty line before what follows."""
        self.end_line()
        self._gap = True

    def add(self, line: Line) -> None:
        """A whole line; of several empty ones in a row the first stays."""
        self.end_line()
        if line.words and self._gap and self.rows and self.rows[-1].words:
            self.rows.append(Line(depth=min(self.rows[-1].depth, line.depth), words=""))
        self._gap = self._gap and not line.words
        if line.words or (self.rows and self.rows[-1].words):
            self.rows.append(line)

    def finish(self) -> list[Line]:
        """All lines, without empty ones at the end."""
        self.end_line()
        while self.rows and not self.rows[-1].words:
            self.rows.pop()
        return self.rows

    def find_lead(self, tells: Callable[[str], bool]) -> int:
        """The index of the last line, or last two lines, if `tells` says it leads in a quotation; else the end."""
        end = len(self.rows)
        while end and not self.rows[end - 1].words:
            end -= 1
        for count in (1, 2):
            lines = self.rows[max(0, end - count) : end]
            if len(lines) < count or any(line.depth or not line.words for line in lines):
                break
            if tells(" ".join(line.words for line in lines)):
                return end - count
        return len(self.rows)

    def quote_from(self, start: int) -> None:
        """Make all lines from an index on part of a quotation."""
        self.rows[start:] = [Line(depth=1, words=line.words) for line in self.rows[start:]]


@dataclass(kw_only=True, slots=True)
class Table:
    """The cells of a table while it is read; `loose` is what stands in it outside of any cell."""

    rows: list[list[list[Line]]] = field(default_factory=list)
    loose: Lines = field(default_factory=Lines)
    _reserved: dict[int, int] = field(default_factory=dict)

    def add_cell(self, lines: list[Line], *, columns: int, rows: int) -> None:
        """A cell behind the last one, over several columns or rows perhaps: what it covers are empty cells."""
        if not self.rows:
            self.rows.append([])
        if len(self.rows[-1]) >= _MAX_COLUMNS:
            self.rows.append([])
        row = self.rows[-1]
        while self._reserved.get(len(row), 0) > 0:
            self._reserved[len(row)] -= 1
            row.append([])
        for index in range(min(columns, _MAX_SPAN)):
            if rows > 1:
                self._reserved[len(row)] = rows - 1
            row.append([] if index else lines)

    def finish(self) -> Iterable[Line]:
        """A line for each row where the table shows data, else the lines of all cells in order."""
        yield from self.loose.finish()
        if _is_data(self.rows):
            yield from _rows_to_lines(self.rows)
            return
        for row in self.rows:
            for cell in row:
                if len(cell) > 1:
                    yield Line(depth=0, words="")
                yield from cell


def _is_data(rows: list[list[list[Line]]]) -> bool:
    """Whether cells belong beside each other: short ones, two or more in a row. Newsletters use tables as columns."""
    cells = [cell for row in rows for cell in row if cell]
    if not any(sum(map(bool, row)) > 1 for row in rows):
        return False
    if any(len(cell) > _MAX_CELL_LINES or sum(len(line.words) for line in cell) > _MAX_CELL_CHARS for cell in cells):
        return False
    if any(line.depth != cells[0][0].depth or line.words == SIGNATURE_MARK for cell in cells for line in cell):
        return False
    tall = sum(len(cell) > 1 for cell in cells)
    return tall == 0 if len(rows) == 1 else tall * 2 <= len(cells)


def _rows_to_lines(rows: list[list[list[Line]]]) -> Iterable[Line]:
    """Two blanks between cells; a tab where cells are empty, so that what is below a heading stays below it."""
    texts = [[" ".join(line.words for line in cell if line.words) for cell in row] for row in rows]
    depth = next(line.depth for row in rows for cell in row for line in cell)
    used = sorted({index for row in texts for index, text in enumerate(row) if text})
    columns = [[row[index] if index < len(row) else "" for index in used] for row in texts]
    kept = [cells for cells in map(_without_tail, columns) if cells]
    between = "\t" if len(rows) > 1 and any("" in cells for cells in kept) else "  "
    for cells in kept:
        yield Line(depth=depth, words=between.join(cells))


def _without_tail(row: list[str]) -> list[str]:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]
