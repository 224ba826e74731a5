"""Spreadsheets (xlsx, xlsb, xls, ods by calamine) as lines of cells between tabs, as the rules for tables read them."""

import io
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

from ingest.files.limits import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, MAX_TEXT_CHARS
from ingest.read.charset import clean_text

Cell = str | float | int | bool | date | time | datetime | timedelta


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
