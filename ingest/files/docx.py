"""Word documents (docx): paragraphs and tables in their order, with headers, footers, notes and text boxes.

Libraries were tried: python-docx leaves out tables, docx2txt gives a table's cells as paragraphs of their own, and both
hand the XML to parsers that know entities. What is needed is this walk over the elements.
"""

import zipfile
from collections.abc import Iterator

from lxml import etree

from ingest.files.archives import open_office_file
from ingest.files.limits import MAX_TEXT_CHARS
from ingest.read.charset import clean_text

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROW, _CELL, _PARAGRAPH, _TEXT = f"{_WORD}tr", f"{_WORD}tc", f"{_WORD}p", f"{_WORD}t"
_BLANKS: dict[object, str] = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same once more, for old Word
_BESIDE = ("word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")
_MAX_BESIDE = 20


def read_docx(data: bytes) -> str:
    """The text of a document. Raises TooMuch, BadZipFile, KeyError or XMLSyntaxError for what is none."""
    with open_office_file(data) as archive:
        beside = [name for name in archive.namelist() if name.startswith(_BESIDE) and name.endswith(".xml")]
        texts = [_read_member(archive, name) for name in ("word/document.xml", *sorted(beside)[:_MAX_BESIDE])]
    return clean_text("\n\n".join(text for text in texts if text.strip()))[:MAX_TEXT_CHARS]


def _read_member(archive: zipfile.ZipFile, name: str) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(archive.read(name), parser)
    return "\n".join(_lines(root))


def _lines(root: etree._Element) -> Iterator[str]:
    """A line a paragraph, and a line a row of a table with tabs between its cells. Without recursion."""
    walk = _Walk()
    skipped: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if skipped is not None:
            skipped = None if element is skipped and event == "end" else skipped
        elif event == "start" and element.tag == _FALLBACK:
            skipped = element
        elif event == "start":
            walk.begin(element.tag)
        else:
            line = walk.end(element.tag, element.text or "")
            if line is not None:
                yield line


class _Walk:
    """The open rows of tables, outermost first, and the text of what is open: the page, and a cell of each row."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._texts: list[list[str]] = [[]]

    def begin(self, tag: object) -> None:
        """An element begins."""
        if tag == _ROW:
            self._rows.append([])
        elif tag == _CELL:
            self._texts.append([])

    def end(self, tag: object, text: str) -> str | None:
        """An element with this text of its own ends; a line when one is whole."""
        if tag == _TEXT:
            self._texts[-1].append(text)
        elif tag in _BLANKS:
            self._texts[-1].append(" " if self._rows else _BLANKS[tag])
        elif tag == _PARAGRAPH:
            return self._end_line(" ")
        elif tag == _CELL and self._rows and len(self._texts) > 1:
            self._rows[-1].append("".join(self._texts.pop()).strip())
        elif tag == _ROW and self._rows:
            self._texts[-1].append("\t".join(self._rows.pop()))
            return self._end_line("  ")
        return None

    def _end_line(self, blank: str) -> str | None:
        """The text so far as a line; within a cell it goes on, a table in it too."""
        if self._rows:
            self._texts[-1].append(blank)
            return None
        line = "".join(self._texts[-1])
        self._texts[-1].clear()
        return line
