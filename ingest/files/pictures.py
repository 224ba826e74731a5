"""Attached pictures, opened as text recognition wants them: upright, opaque, neither huge nor tiny.

The size is read from the header first: a few kilobytes can claim to be 50,000 by 50,000 pixels.
"""

import io

from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from ingest.files.limits import MAX_PIXELS, MIN_PICTURE_SIDE

Image.MAX_IMAGE_PIXELS = None  # the size is looked at here, before anything is decoded
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_MAX_SIDE = 3_000
_DARK = 100  # mean brightness of 255 below which a picture is light text on dark


class NoPicture(ValueError):
    """Octets that are no picture, one too large to decode, or one too small to show anything."""


def open_picture(data: bytes) -> Image.Image:
    """The first frame as RGB, turned as its camera says, at most 3,000 pixels wide or high. Raises NoPicture."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        _check_size(picture)
        picture.draft("RGB", (_MAX_SIDE, _MAX_SIDE))
        picture = _upright(picture)
    except NoPicture:
        raise
    except UnidentifiedImageError as error:
        raise NoPicture("damaged, or no picture at all") from error
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError) as error:
        raise NoPicture(f"{type(error).__name__}: {str(error)[:100]}") from error
    picture = _opaque(picture)
    picture.thumbnail((_MAX_SIDE, _MAX_SIDE), Image.Resampling.LANCZOS)
    return picture


def is_dark(picture: Image.Image) -> bool:
    """Whether a picture is rather dark than light."""
    return float(ImageStat.Stat(picture.convert("L")).mean[0]) < _DARK


def enlarge(picture: Image.Image, factor: float) -> Image.Image:
    """The picture so many times as large, no side longer than 3,000 pixels."""
    factor = min(factor, _MAX_SIDE / max(picture.size))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise NoPicture(f"{width} x {height} pixels are more than are decoded")
    if min(width, height) < MIN_PICTURE_SIDE:
        raise NoPicture(f"{width} x {height} pixels show nothing")


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    return ImageOps.exif_transpose(picture)


def _opaque(picture: Image.Image) -> Image.Image:
    """Transparent pixels become white, as mail programs show them."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    return picture.convert("RGB")
