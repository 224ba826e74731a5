"""Threat 63, decompression: 195 KB that become 200 MB. No archive is unpacked; documents are, with small bounds."""

import bz2
import gzip
import hashlib
import io
import lzma
import struct
import zipfile
import zlib

import pytest

from tests.hostile.measured import InChild, read_in_child
from tests.office import Office
from tests.service import mail

_ZEROS = bytes(40_000_000)


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _nested_zip() -> bytes:
    """As 42.zip: archives in archives, each larger than the one around it."""
    inner = _zip({"zeros": _ZEROS})
    for level in range(4):
        inner = _zip({f"{level}-{number}.zip": inner for number in range(8)})
    return inner


def _overlapping_zip() -> bytes:
    """A thousand names for one and the same member (David Fifield, "A better zip bomb")."""
    packed = zlib.compress(_ZEROS, 9)[2:-4]
    check = zlib.crc32(_ZEROS)
    sizes = struct.pack("<III", check, len(packed), len(_ZEROS))
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 1, 0) + b"a" + packed
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<HHHHHII", 4, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%04d" % number for number in range(1_000))
    return (
        local + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1_000, 1_000, len(directory), len(local), 0)
    )


def _zip_of_itself() -> bytes:
    """A member that is said to be the archive it is in: unpacking would never end."""
    data = bytearray(_zip({"a.zip": b"x" * 200}))
    at = data.find(b"PK\x01\x02")
    data[at + 42 : at + 46] = struct.pack("<I", 0)
    data[at + 20 : at + 28] = struct.pack("<II", len(data), len(data))
    return bytes(data)


def _office_file(part: str) -> bytes:
    entities = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
        f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 10)
    )
    return _zip({"[Content_Types].xml": b"<Types/>", part: (entities + "]><x>&a9;</x>").encode()})


_BOMBS = {
    "zeros.zip": _zip({"zeros": _ZEROS}),
    "42.zip": _nested_zip(),
    "overlap.zip": _overlapping_zip(),
    "quine.zip": _zip_of_itself(),
    "names.zip": _zip({f"{number:06}": b"" for number in range(20_000)}),
    "zeros.gz": gzip.compress(_ZEROS),
    "zeros.csv.gz": gzip.compress(_ZEROS),
    "zeros.bz2": bz2.compress(_ZEROS),
    "zeros.xz": lzma.compress(_ZEROS, preset=0),
    # A frame of Zstandard (RFC 8878) whose one block repeats an octet 128 KB long, as often as it stands there.
    "zeros.zst": b"\x28\xb5\x2f\xfd\x00\x58" + (b"\x02\x00\x10\x00") * 20_000 + b"\x03\x00\x10\x00",
    "entities.docx": _office_file("word/document.xml"),
    "entities.xlsx": _office_file("xl/workbook.xml"),
    "zeros.docx": _zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": _ZEROS}),
    "zeros.xlsx": _zip({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": _ZEROS}),
}


@pytest.mark.parametrize("name", _BOMBS)
def test_63_a_bomb_is_a_file_of_a_case_kept_as_it_came_and_read_at_little_cost(office: Office, name: str) -> None:
    """Within 2 s of processor and 256 MB in the child, which is what `InChild` asks."""
    office.reader = InChild()
    message = mail("See the file", "My order 302-1234567-7654321 is lost.", sender="jan@petersen.example")
    message.add_attachment(_BOMBS[name], maintype="application", subtype="octet-stream", filename=name)
    applied = office.receive(message)
    assert applied is not None
    (said,) = office.case(applied.number)["messages"]
    assert said["text"].strip() == "My order 302-1234567-7654321 is lost."
    (file,) = said["attachments"]
    assert (file["filename"], file["sha256"]) == (name, hashlib.sha256(_BOMBS[name]).hexdigest())


@pytest.mark.parametrize(
    ("name", "why"),
    [("zeros.docx", "TooMuch"), ("zeros.xlsx", "TooMuch"), ("entities.docx", "amplification")],
)
def test_63_a_document_that_would_grow_is_not_unpacked_and_that_is_said(name: str, why: str) -> None:
    message = mail("See the file", "My order is lost.", sender="jan@petersen.example")
    message.add_attachment(_BOMBS[name], maintype="application", subtype="octet-stream", filename=name)
    (said,) = read_in_child(message.as_bytes()).defects
    assert why in said
