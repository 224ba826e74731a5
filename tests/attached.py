"""Files for tests to attach: made here, so that what stands in them is known."""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage

from fpdf import FPDF
from openpyxl import Workbook

Row = Sequence[str | int | float]

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def make_pdf(lines: Iterable[str] = (), *, rows: Iterable[Row] = (), password: str = "") -> bytes:
    """A page of lines, and a table of rows with 50 mm columns."""
    pdf = FPDF()
    if password:
        pdf.set_encryption(owner_password=password, user_password=password)
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    for line in lines:
        pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    for row in rows:
        for cell in row:
            pdf.cell(w=50, text=str(cell))
        pdf.ln()
    return bytes(pdf.output())


def make_scan(picture: bytes) -> bytes:
    """A page that is a picture and nothing else."""
    pdf = FPDF()
    pdf.add_page()
    pdf.image(io.BytesIO(picture), w=180)
    return bytes(pdf.output())


def make_sheet(rows: Iterable[Row]) -> bytes:
    """An xlsx file with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_docx(body: str, *, before: str = "", parts: dict[str, str] | None = None) -> bytes:
    """A docx file with this XML in its body; `before` stands before the root element."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", f'<?xml version="1.0"?>{before}{document}')
        for name, text in (parts or {}).items():
            archive.writestr(name, f'<w:hdr xmlns:w="{_WORD}">{text}</w:hdr>')
    return stream.getvalue()


def paragraph(*runs: str) -> str:
    """A paragraph of runs."""
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table; a cell is the XML in it."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def make_tnef(files: dict[str, bytes], *, body: str = "") -> bytes:
    """A winmail.dat (MS-OXTNEF) with these files, and with a text when there is one."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    if body:
        out += _attribute(1, 0x0002800C, body.encode("cp1252") + b"\0")
    for name, data in files.items():
        out += _attribute(2, 0x00069002, b"\1\0" + b"\xff" * 4 + b"\0" * 8)
        out += _attribute(2, 0x00018010, name.encode("cp1252") + b"\0")
        out += _attribute(2, 0x0006800F, data)
    return out


def _attribute(level: int, code: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, code, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def with_file(data: bytes, name: str, content_type: str = "application/octet-stream", text: str = "") -> bytes:
    """A mail with a file."""
    message = EmailMessage()
    message["From"] = "Anna <anna@seller.example>"
    message["To"] = "support@casepost.example"
    message["Subject"] = "A file"
    message.set_content(text or "Please see the file.")
    maintype, _, subtype = content_type.partition("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()
