"""Spreadsheets (xlsx, xlsb, xls, ods by calamine) as lines of cells between tabs, as the rules for tables read them."""

import functools
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

from ingest.files.archives import TooMuch
from ingest.files.limits import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, MAX_TEXT_CHARS
from ingest.read.charset import clean_text

_COLUMN = re.compile(rb'\br="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'\br="[A-Z]{0,3}([0-9]{1,7})"')
_MAX_CELLS = 8_000_000

Cell = str | float | int | bool | date | time | datetime | timedelta


def check_extent(archive: zipfile.ZipFile) -> None:
    """Raises TooMuch for a sheet whose cells lie too far apart: one at XFD1048576 stands for 17,000,000,000."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            sheet = archive.read(name)
            columns = max((_number(one) for one in set(_COLUMN.findall(sheet))), default=1)
            rows = max(map(int, set(_ROW.findall(sheet))), default=1)
            if columns * rows > _MAX_CELLS:
                raise TooMuch(f"a sheet of {rows} rows and {columns} columns")


def _number(letters: bytes) -> int:
    """A column's number of its letters: A is 1, XFD 16,384."""
    return functools.reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def read_sheets(data: bytes) -> str:
    """The cells of the first sheets. Raises CalamineError for what is no workbook."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets: list[str] = []
    for name in workbook.sheet_names[:MAX_SHEETS]:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=True, nrows=MAX_ROWS)
        sheets.append("\n".join("\t".join(map(_spell, row[:MAX_COLUMNS])).rstrip() for row in rows))
        if sum(map(len, sheets)) > MAX_TEXT_CHARS:
            break
    return clean_text("\n\n".join(sheets))[:MAX_TEXT_CHARS]


def _spell(cell: Cell) -> str:
    """A cell as a person reads it: an EAN that a spreadsheet keeps as the number 4011431856568.0 has no fraction."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return " ".join(str(cell).split())
