"""Threat 64, picture bombs: the case is there before any picture is looked at, and none costs more than its bound."""

import io
import struct
import zlib
from email import message_from_bytes, policy

import pytest
from PIL import Image

from cases.mail import Identifier
from ingest.files.pictures import NoPicture, open_picture
from ingest.files.sight import Seen
from tests.office import Eyes, Office
from tests.pictures import draw, encode, screenshot
from tests.service import mail

_SIDE = 50_000


def _png(width: int, height: int, *, more: bytes = b"") -> bytes:
    """A PNG of a few KB that says it is so large."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)]
    chunks += [more] if more else []
    chunks += [b"IDAT" + zlib.compress(bytes(300_000), 9), b"IEND"]
    framed = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed) + bytes(600)


def _frames(form: str, count: int, **how: object) -> bytes:
    stream = io.BytesIO()
    pictures = [Image.new("P", (40, 40), number % 250) for number in range(count)]
    pictures[0].save(stream, form, save_all=True, append_images=pictures[1:], **how)
    return stream.getvalue()


def _tiff_of_endless_pages() -> bytes:
    """Its directory of pages leads back to itself."""
    entries = [(256, 4, 1, _SIDE), (257, 4, 1, _SIDE), (258, 3, 1, 1), (259, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 8)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries)
    return b"II*\x00" + struct.pack("<I", 8) + directory + struct.pack("<I", 8) + bytes(600)


_PICTURES = {
    "50,000 by 50,000": _png(_SIDE, _SIDE),
    "one line of 2,000,000,000": _png(2_000_000_000, 1),
    "81 megapixels": _png(9_000, 9_000),
    "a profile that inflates": _png(9_000, 9_000, more=b"iCCPx\x00\x00" + zlib.compress(bytes(20_000_000), 9)),
    "a text that inflates": _png(9_000, 9_000, more=b"zTXtx\x00\x00" + zlib.compress(bytes(20_000_000), 9)),
    "a GIF of thousands of frames": _frames("GIF", 2_000),
    "an APNG of hundreds of frames": _frames("PNG", 300),
    "a TIFF of endless pages": _tiff_of_endless_pages(),
    "a PNG that ends": screenshot("Order 302-1234567-7654321")[:900],
    "a JPEG that ends": encode(draw("Order 302-1234567-7654321"), "JPEG")[:900],
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' width='50000' height='50000'><script/></svg>" + bytes(600),
    "a program and a picture": b"GIF89a/*" + b"\x00" * 600 + b"*/=1;alert(1)",
    "EXIF of nothing": b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00" + b"MM\x00*\x00\x00\x00\x08\xff\xff" + b"\xff" * 9_000,
}


_FRAMES = ("a GIF of thousands of frames", "an APNG of hundreds of frames")
_TOO_LARGE = ("50,000 by 50,000", "one line of 2,000,000,000", "a TIFF of endless pages", "81 megapixels")


@pytest.mark.parametrize("name", _FRAMES)
def test_64_of_many_frames_the_first_is_taken(name: str) -> None:
    assert open_picture(_PICTURES[name]).size == (40, 40)


@pytest.mark.parametrize("name", [name for name in _PICTURES if name not in _FRAMES])
def test_64_what_is_no_whole_picture_of_a_usual_size_is_refused(name: str) -> None:
    with pytest.raises(NoPicture) as refused:
        open_picture(_PICTURES[name])
    assert ("more than are decoded" in str(refused.value)) is (name in _TOO_LARGE)


@pytest.mark.parametrize("name", _PICTURES)
def test_64_the_case_is_there_and_answered_before_any_picture_is_looked_at(office: Office, name: str) -> None:
    office.eyes = _Opening()
    message = mail("See the picture", "My order 302-1234567-7654321 is lost.", sender="jan@petersen.example")
    message.add_attachment(_PICTURES[name], maintype="image", subtype="png", filename="shot.png")
    applied = office.receive(message)
    assert applied is not None
    office.write()
    assert {row.kind for row in office.outbox()} == {"acknowledgement", "agent_mail"}
    office.look()
    case = office.case(applied.number)
    assert {one["value"] for one in case["identifiers"]} == {"302-1234567-7654321"}


def test_64_of_very_many_pictures_ten_are_looked_at(office: Office) -> None:
    message = mail("See the pictures", "My order is lost.", sender="jan@petersen.example")
    for number in range(40):
        message.add_attachment(screenshot(f"Order {number}"), maintype="image", subtype="png", filename=f"{number}.png")
    office.receive(message)
    office.look()
    assert len(office.eyes.asked) == 10


class _Opening(Eyes):
    """The real opening of a picture; what it shows nobody reads."""

    def look(self, raw: bytes, path: str, *, language: str | None, known: tuple[Identifier, ...] = ()) -> Seen:
        super().look(raw, path, language=language, known=known)
        (file,) = message_from_bytes(raw, policy=policy.default).iter_attachments()
        try:
            open_picture(file.get_content())
        except NoPicture as error:
            return Seen(defects=(str(error),))
        return Seen()
