"""PDF files (pypdfium2): the text of their pages, and pages that are pictures of text.

PDFium reads in C++: this runs only in children that can be killed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2

from ingest.files.boxes import Box, lay_out
from ingest.files.limits import MAX_PAGE_CHARS, MAX_PDF_PAGES, MAX_SCANNED_PAGES, MAX_TEXT_CHARS
from ingest.read.charset import clean_text

if TYPE_CHECKING:
    from PIL.Image import Image

_WORD = re.compile(r"[^\s\x00-\x1f]+")
_COLUMN_GAP = 0.42  # of a character's whole height: a blank is 0.32 wide in common fonts
_FEW_CHARS = 20
_DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72
_MAX_SIDE = 3_000  # pixels of a page's longer side


@dataclass(frozen=True, kw_only=True, slots=True)
class PdfText:
    """The text of a document. `is_scanned`: it has pages, and next to no text on them."""

    text: str
    is_scanned: bool


def read_pdf(data: bytes) -> PdfText:
    """The text of the first pages, columns apart. Raises PdfiumError for what is no PDF or needs a password."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages: list[str] = []
        for index in range(min(len(document), MAX_PDF_PAGES)):
            pages.append(_page_text(document[index]))
            if sum(map(len, pages)) > MAX_TEXT_CHARS:
                break
    finally:
        document.close()
    text = clean_text("\n\n".join(page for page in pages if page.strip()))[:MAX_TEXT_CHARS]
    return PdfText(text=text, is_scanned=bool(pages) and len(text.strip()) < _FEW_CHARS)


def render_pages(data: bytes) -> Iterator["Image"]:
    """The first pages as pictures, for text recognition."""
    document = pypdfium2.PdfDocument(data)
    try:
        for index in range(min(len(document), MAX_SCANNED_PAGES)):
            page = document[index]
            longest = max(*page.get_size(), 1.0)
            scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, _MAX_SIDE / longest)
            yield page.render(scale=scale).to_pil()
    finally:
        document.close()


def _page_text(page: pypdfium2.PdfPage) -> str:
    """The words of a page where they stand; PDFium's own order where a page has too many of them."""
    text_page = page.get_textpage()
    count = text_page.count_chars()
    if count > MAX_PAGE_CHARS:
        return str(text_page.get_text_bounded())
    return lay_out(_words(text_page, count), column_gap=_COLUMN_GAP)


def _words(text_page: pypdfium2.PdfTextPage, count: int) -> Iterator[Box]:
    """PDFium says where words end, by blanks and line ends that it puts between characters."""
    text = str(text_page.get_text_range(0, count)) if count else ""
    if len(text) != count:  # characters beyond the basic plane count twice there: their places are not known
        yield Box(left=0, top=0, right=1, bottom=1, text=text)
        return
    for match in _WORD.finditer(text):
        boxes = [text_page.get_charbox(index, loose=True) for index in range(*match.span())]
        yield Box(
            left=min(box[0] for box in boxes),
            bottom=-min(box[1] for box in boxes),
            right=max(box[2] for box in boxes),
            top=-max(box[3] for box in boxes),
            text=match[0],
        )
