"""winmail.dat (TNEF, MS-OXTNEF): the files and the text that Outlook wraps up for Outlook alone (tnefparse)."""

from dataclasses import dataclass

from striprtf.striprtf import rtf_to_text
from tnefparse import TNEF

from ingest.files.limits import MAX_FILES, MAX_TEXT_CHARS
from ingest.read.charset import clean_text
from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.filenames import safe_filename
from ingest.read.html import html_to_text

_SIGNATURE = b"\x78\x9f\x3e\x22"


@dataclass(frozen=True, kw_only=True, slots=True)
class TnefFile:
    """A file inside: its safe name (None without one) and its octets."""

    filename: str | None
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Tnef:
    """What a winmail.dat holds."""

    text: str
    files: tuple[TnefFile, ...]


def is_tnef(data: bytes) -> bool:
    """Whether octets are TNEF, by their signature."""
    return data.startswith(_SIGNATURE)


def read_tnef(data: bytes, defects: Defects) -> Tnef:
    """Files and text. Raises ValueError for a damaged stream."""
    try:
        stream = TNEF(data, do_checksum=False)
    except READ_ERRORS as error:
        raise ValueError(f"damaged TNEF ({type(error).__name__})") from error
    files = tuple(
        TnefFile(filename=safe_filename(_name(one.long_filename() or one.name)), data=bytes(one.data or b""))
        for one in stream.attachments[:MAX_FILES]
    )
    return Tnef(text=clean_text(_text(stream, defects))[:MAX_TEXT_CHARS], files=files)


def _name(name: str | bytes) -> str:
    text = name.decode("cp1252", "replace") if isinstance(name, bytes) else name
    return text.rstrip("\x00")


def _text(stream: TNEF, defects: Defects) -> str:
    """The best of the three forms a body may have: plain, HTML, compressed RTF."""
    if stream.body:
        return _name(stream.body)
    if stream.htmlbody:
        return html_to_text(_name(stream.htmlbody), defects)
    rtf = stream.rtfbody
    return rtf_to_text(rtf.decode("latin-1"), errors="ignore") if rtf else ""
