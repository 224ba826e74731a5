"""Pictures of text for tests: drawn here, so that what they show is known."""

import io

from PIL import Image, ImageDraw, ImageFont


def draw(text: str, *, size: int = 20, ink: str = "black", ground: str = "white") -> Image.Image:
    """Lines of text as a screen shows them; a tab begins the second column."""
    font = ImageFont.load_default(size)
    lines = text.split("\n")
    picture = Image.new("RGB", (size * 34, int(size * 1.9) * len(lines) + 2 * size), ground)
    pen = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        for column, cell in enumerate(line.split("\t")):
            pen.text((size + column * size * 11, size + int(row * size * 1.9)), cell, fill=ink, font=font)
    return picture


def screenshot(text: str, *, size: int = 20, ink: str = "black", ground: str = "white") -> bytes:
    """The same as a PNG file."""
    return encode(draw(text, size=size, ink=ink, ground=ground))


def encode(picture: Image.Image, form: str = "PNG") -> bytes:
    """A picture as a file."""
    stream = io.BytesIO()
    picture.save(stream, form)
    return stream.getvalue()
