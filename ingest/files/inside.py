"""The files within a winmail.dat as parts of the mail: agents get them as files, beside the winmail.dat itself."""

import hashlib
import mimetypes
from collections.abc import Iterator

from cases.mail import Part
from cases.transfer import decode_range
from ingest.files.limits import MAX_FILE_BYTES
from ingest.files.tnef import is_tnef, read_tnef
from ingest.read.defects import Defects

_BEGIN = 1_024  # transferred octets: enough for the signature in any encoding
_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream")


def add_inside(raw: bytes, parts: tuple[Part, ...], defects: Defects) -> tuple[Part, ...]:
    """The parts, and behind each winmail.dat those of the files in it: ranges of its content."""
    out: list[Part] = []
    for part in parts:
        out.append(part)
        if part.attachment and part.content_type in _TYPES and part.size <= MAX_FILE_BYTES:
            out += defects.guard(f"winmail.dat in part {part.path}", (), _parts_inside, raw, part)
    return tuple(out)


def _parts_inside(raw: bytes, part: Part) -> tuple[Part, ...]:
    begin = decode_range(raw, part.offset, min(part.length, _BEGIN), part.encoding)
    if not is_tnef(begin):
        return ()
    content = decode_range(raw, part.offset, part.length, part.encoding)
    return tuple(_find_inside(content, part))


def _find_inside(content: bytes, part: Part) -> Iterator[Part]:
    start = 0
    for number, file in enumerate(read_tnef(content, Defects()).files, 1):
        place = content.find(file.data, start)
        if not file.data or place < 0:
            continue
        start = place + len(file.data)
        name = file.filename or f"unnamed {number}"
        yield Part(
            path=f"{part.path}/{number}",
            offset=part.offset,
            length=part.length,
            encoding=part.encoding,
            inside=place,
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size=len(file.data),
            sha256=hashlib.sha256(file.data).hexdigest(),
            filename=name,
            attachment=True,
        )
