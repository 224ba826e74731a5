"""What an attached file is: by its first octets where they tell, else by its type and name.

Senders label spreadsheets as octet-stream and programs as pictures; the octets are what a reader would be given.
"""

from enum import Enum, auto

from ingest.files.archives import list_members
from ingest.files.tnef import is_tnef


class FileType(Enum):
    """How a file is read."""

    TEXT = auto()
    HTML = auto()
    PDF = auto()
    SHEET = auto()
    DOCX = auto()
    MAIL = auto()
    TNEF = auto()
    PICTURE = auto()
    OTHER = auto()


_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_TYPES = frozenset(
    {
        *("text/plain", "text/csv", "text/tab-separated-values", "text/comma-separated-values", "text/markdown"),
        *("text/xml", "application/csv", "application/json", "application/xml", "application/x-csv", "text/x-csv"),
    }
)
_VAGUE_TYPES = ("application/octet-stream", "application/vnd.ms-excel", "text", "application/x-download", "")
_TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".log", ".json", ".xml", ".md")
_MAIL_TYPES = ("message/rfc822", "message/global")


def find_type(data: bytes, content_type: str, filename: str) -> FileType:
    """The type of a file; OTHER for what is not read (archives, programs, sound, video)."""
    name = filename.lower()
    by_octets = _by_octets(data, name)
    if by_octets is not None:
        return by_octets
    if content_type in _MAIL_TYPES or name.endswith(".eml"):
        return FileType.MAIL
    if content_type in ("text/html", "application/xhtml+xml") or name.endswith((".html", ".htm")):
        return FileType.HTML
    vague = content_type in _VAGUE_TYPES or content_type.startswith("text/")
    if content_type in _TEXT_TYPES or (vague and name.endswith(_TEXT_ENDINGS)):
        return FileType.TEXT
    return FileType.OTHER


def is_picture_data(data: bytes) -> bool:
    """Whether octets begin as a picture does."""
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _by_octets(data: bytes, name: str) -> FileType | None:
    if b"%PDF-" in data[:1024]:
        return FileType.PDF
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith(_OLE):
        return FileType.SHEET if name.endswith((".xls", ".xlt", ".xla")) else FileType.OTHER
    if is_tnef(data):
        return FileType.TNEF
    if is_picture_data(data):
        return FileType.PICTURE
    return None


def _office(data: bytes) -> FileType:
    members = list_members(data)
    if "word/document.xml" in members:
        return FileType.DOCX
    if members & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return FileType.SHEET
    return FileType.OTHER
