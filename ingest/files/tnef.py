"""winmail.dat (TNEF, MS-OXTNEF): the files and the text that Outlook wraps up for Outlook alone (tnefparse)."""

import struct
from dataclasses import dataclass

from striprtf.striprtf import rtf_to_text
from tnefparse import TNEF

from ingest.files.limits import MAX_FILES, MAX_TEXT_CHARS
from ingest.read.charset import clean_text
from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.filenames import safe_filename
from ingest.read.html import html_to_text

_FIRST_ATTRIBUTE, _ATTRIBUTE_HEAD = 6, 9
_BEGINS_FILE = 0x00069002  # attAttachRendData
_MAX_ATTRIBUTES = 5_000
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
    """Files and text. Raises ValueError for a damaged stream, or one of more files than anybody attaches."""
    _check_attributes(data)
    try:
        stream = TNEF(data, do_checksum=False)
    except READ_ERRORS as error:
        raise ValueError(f"damaged TNEF ({type(error).__name__})") from error
    files = tuple(
        TnefFile(filename=safe_filename(_name(one.long_filename() or one.name)), data=bytes(one.data or b""))
        for one in stream.attachments[:MAX_FILES]
    )
    try:
        text = clean_text(_text(stream, defects))[:MAX_TEXT_CHARS]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  compressed_rtf raises bare Exceptions; the files are good all the same
        defects.add(f"text in winmail.dat could not be read ({type(error).__name__}: {str(error)[:80]})")
        text = ""
    return Tnef(text=text, files=files)


def _check_attributes(data: bytes) -> None:
    """Walk over the attributes (MS-OXTNEF section 2.1.3: level, id, length, data, checksum) before any is read."""
    place, attributes, files = _FIRST_ATTRIBUTE, 0, 0
    while place + _ATTRIBUTE_HEAD <= len(data) and attributes <= _MAX_ATTRIBUTES and files <= MAX_FILES:
        attribute, length = struct.unpack_from("<II", data, place + 1)
        attributes += 1
        files += attribute == _BEGINS_FILE
        place += _ATTRIBUTE_HEAD + length + 2
    if attributes > _MAX_ATTRIBUTES or files > MAX_FILES:
        raise ValueError(f"TNEF of more than {MAX_FILES} files or {_MAX_ATTRIBUTES} attributes")


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
