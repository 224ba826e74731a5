"""Pictures: opened within bounds, read by two readers, and what one misreads the other mends."""

import io
import struct
import zlib

import pytest
from PIL import Image

from cases.mail import Source
from ingest.files.look import look
from ingest.files.pictures import NoPicture, enlarge, is_dark, open_picture
from ingest.files.sight import Look
from ingest.files.tesseract import find_tesseract, read_with_tesseract
from ingest.files.two_readers import join_found, mend_merged
from ingest.identifiers.found import Found
from ingest.identifiers.own_kinds import OwnKind
from ingest.read.reader import read
from tests.attached import make_scan, with_file
from tests.pictures import draw, encode, screenshot

SHOWN = "Order ID\t302-1234567-7654321\nASIN\tB0GTX9S315\nError 8058: the value is invalid"
IDENTIFIERS = {("order_id", "302-1234567-7654321"), ("asin", "B0GTX9S315"), ("error_code", "8058")}


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few octets that claims to be so large."""
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(bytes(90_000)))
    framed = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed) + bytes(500)


def animation(frames: int) -> bytes:
    stream = io.BytesIO()
    pictures = [Image.new("P", (64, 64), n % 250) for n in range(frames)]
    pictures[0].save(stream, "GIF", save_all=True, append_images=pictures[1:])
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        png_header(50_000, 50_000),
        encode(Image.new("1", (1, 1))) + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        screenshot("x")[:200],
        b"\xff\xd8\xff" + bytes(1_000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>" + bytes(500),
        b"GIF89a" + b"\xff" * 600,
        b"",
    ],
)
def test_what_is_no_picture_or_too_large_a_one_is_refused_before_it_is_decoded(data: bytes) -> None:
    """Threat 64."""
    with pytest.raises(NoPicture):
        open_picture(data)


def test_of_an_animation_the_first_frame_is_taken() -> None:
    assert open_picture(animation(300)).size == (64, 64)


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.new("RGB", (200, 100)).save(stream, "JPEG", exif=exif)
    assert open_picture(stream.getvalue()).size == (100, 200)


def test_transparent_pixels_are_white() -> None:
    assert open_picture(encode(Image.new("RGBA", (50, 50), (0, 0, 0, 0)))).getpixel((1, 1)) == (255, 255, 255)


def test_dark_pictures_are_told_from_light_ones_and_enlarging_has_an_end() -> None:
    assert is_dark(draw("x", ink="white", ground="black"))
    assert not is_dark(draw("x"))
    assert max(enlarge(draw("x"), 100).size) == 3_000


@pytest.mark.parametrize(
    ("data", "content_type", "source"),
    [
        (screenshot(SHOWN), "image/png", Source.IMAGE),
        (screenshot(SHOWN, ink="#e8e8e8", ground="#1b1b1f"), "image/png", Source.IMAGE),
        (screenshot(SHOWN, size=11), "image/png", Source.IMAGE),
        (encode(draw(SHOWN).rotate(1, expand=True, fillcolor="white"), "JPEG"), "image/jpeg", Source.IMAGE),
        (make_scan(screenshot(SHOWN)), "application/pdf", Source.ATTACHMENT),
    ],
    ids=["light", "dark", "small", "tilted", "scan"],
)
def test_what_a_picture_shows_is_found(data: bytes, content_type: str, source: Source) -> None:
    raw = with_file(data, "shot", content_type)
    (path,) = read(raw).to_look_at
    seen = look(Look(raw=raw, path=path, language="en", tesseract=find_tesseract()))
    assert {(one.kind, one.value) for one in seen.identifiers} == IDENTIFIERS
    assert {one.source for one in seen.identifiers} == {source}
    assert seen.defects == ()


def test_own_kinds_are_looked_for_in_pictures_too() -> None:
    raw = with_file(screenshot("Serial HW-88120034417"), "shot.png", "image/png")
    own = (OwnKind(name="serial", labels=("serial",), pattern="HW-[0-9]{11}"),)
    seen = look(Look(raw=raw, path="2", language="en"), own)
    assert [(one.kind, one.value) for one in seen.identifiers] == [("serial", "HW-88120034417")]


def test_a_picture_that_is_none_or_gone_is_a_defect() -> None:
    raw = with_file(png_header(50_000, 50_000), "shot.png", "image/png")
    assert "more than are decoded" in look(Look(raw=raw, path="2")).defects[0]
    assert look(Look(raw=raw, path="7")).defects == ("there is no file 7",)


def test_tesseract_that_fails_says_nothing() -> None:
    assert read_with_tesseract(draw("x"), "/bin/false") == ""
    assert read_with_tesseract(draw("x"), "/no/such/program") == ""


def test_a_w_that_the_other_reader_sees_as_two_v_is_two_v() -> None:
    assert mend_merged("Shipment  FBA15LCW0YH", "Shipment ID FBAISLCVVOYH") == "Shipment  FBA15LCVV0YH"
    assert mend_merged("Shipment  FBA15LCW0YH", "Shipment ID FBA15LCW0YH") == "Shipment  FBA15LCW0YH"
    assert mend_merged("WWWWWWWWWWWW", "VVVVVVVVVVVV") == "WWWWWWWWWWWW"


def test_another_reading_of_the_same_value_is_not_a_second_value() -> None:
    first = (Found(kind="asin", value="B0C4X6LXKZ"), Found(kind="order_id", value="302-1234567-7654321"))
    second = (
        Found(kind="asin", value="B0C4X6LXK2"),
        Found(kind="order_id", value="302-1234567-7654327"),
        Found(kind="error_code", value="5461"),
    )
    assert join_found(first, second) == (*first, second[2])
