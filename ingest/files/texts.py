"""The text of attached files, and which of them can only be looked at."""

import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from lxml.etree import XMLSyntaxError
from pypdfium2 import PdfiumError
from python_calamine import CalamineError

from cases.transfer import decode_range
from ingest.files.archives import open_office_file
from ingest.files.attached import AttachedFile, find_files, is_file
from ingest.files.docx import read_docx
from ingest.files.file_types import FileType, is_picture_data
from ingest.files.limits import MAX_ALL_CHARS, MAX_PATH_CHARS, MAX_PICTURES, MAX_TEXT_CHARS
from ingest.files.pdf import read_pdf
from ingest.files.sheets import check_extent, read_sheets
from ingest.read.charset import decode_text
from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.html import html_to_text
from ingest.read.mime import Leaf

# What the readers raise on damaged files. They run in a child: one that dies takes only itself with it.
FILE_ERRORS = (
    *READ_ERRORS,
    OSError,
    EOFError,
    RuntimeError,  # zipfile, where a member is encrypted
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    PdfiumError,
    CalamineError,
    XMLSyntaxError,
)
_MIN_PICTURE_BYTES = 400  # a tracking pixel has less; a screenshot has thousands


@dataclass(frozen=True, kw_only=True, slots=True)
class FileTexts:
    """The texts of all files, and the paths of those that must be looked at: pictures and scanned documents.

    `message` is the text that a winmail.dat has for the mail itself; Outlook may put it nowhere else.
    """

    texts: tuple[str, ...] = ()
    to_look_at: tuple[str, ...] = ()
    message: str = ""


def read_files(raw: bytes, leaves: tuple[Leaf, ...], body_paths: frozenset[str], defects: Defects) -> FileTexts:
    """What stands in the files of a mail. One that cannot be read is a defect, and the next one goes on."""
    texts: list[str] = []
    to_look_at: list[str] = []
    message = ""
    for file in find_files(raw, leaves, body_paths, defects):
        if len(file.path) > MAX_PATH_CHARS:
            defects.add("a file too deep inside was not opened")
        elif is_picture(file):
            to_look_at.append(file.path)
        elif file.type is FileType.TNEF and "/" not in file.path and not message:
            message = file.text
        elif sum(map(len, texts)) > MAX_ALL_CHARS:
            defects.add("too much text in attached files: not all of it was searched")
        else:
            texts.append(_read(file, to_look_at, defects))
    if len(to_look_at) > MAX_PICTURES:
        defects.add(f"more than {MAX_PICTURES} pictures: the rest are not looked at")
    return FileTexts(
        texts=tuple(text for text in texts if text), to_look_at=tuple(to_look_at[:MAX_PICTURES]), message=message
    )


def find_pictures(raw: bytes, leaves: tuple[Leaf, ...], body_paths: frozenset[str]) -> FileTexts:
    """The pictures among the parts of a mail, without opening any other file."""
    paths = [
        leaf.path
        for leaf in leaves
        if is_file(leaf, body_paths)
        and leaf.content_type.startswith("image/")
        and is_picture_data(decode_range(raw, leaf.offset, leaf.length, leaf.encoding))
    ]
    return FileTexts(to_look_at=tuple(paths[:MAX_PICTURES]))


def is_picture(file: AttachedFile) -> bool:
    """Whether a file is a picture that may show something."""
    return file.type is FileType.PICTURE and len(file.data) >= _MIN_PICTURE_BYTES


def _read(file: AttachedFile, to_look_at: list[str], defects: Defects) -> str:
    if file.text:
        return file.text
    try:
        if file.type is FileType.PDF:
            pdf = read_pdf(file.data)
            if pdf.is_scanned:
                to_look_at.append(file.path)
            return pdf.text
        read = _READERS.get(file.type)
        return read(file, defects) if read else ""
    except FILE_ERRORS as error:
        defects.add(f"file in part {file.path} could not be read ({type(error).__name__}: {str(error)[:100]})")
        return ""


def _read_sheet(file: AttachedFile, _defects: Defects) -> str:
    if file.data.startswith(b"PK"):
        with open_office_file(file.data) as archive:
            check_extent(archive)  # calamine unpacks whatever it is given, and makes room for every cell between
    return read_sheets(file.data)


def _read_docx(file: AttachedFile, _defects: Defects) -> str:
    return read_docx(file.data)


def _read_text(file: AttachedFile, defects: Defects) -> str:
    return decode_text(file.data[: 2 * MAX_TEXT_CHARS], file.charset, defects)[:MAX_TEXT_CHARS]


def _read_html(file: AttachedFile, defects: Defects) -> str:
    return html_to_text(_read_text(file, defects), defects)


_READERS: dict[FileType, Callable[[AttachedFile, Defects], str]] = {
    FileType.SHEET: _read_sheet,
    FileType.DOCX: _read_docx,
    FileType.TEXT: _read_text,
    FileType.HTML: _read_html,
}
