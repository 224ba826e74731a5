"""Text recognition by the program tesseract, where it is installed: the second reader.

It reads light text on dark ground that RapidOCR passes over, and tells VV from W; it mistakes O for 0 more often.
"""

import io
import shutil
import subprocess
from typing import TYPE_CHECKING

from ingest.files.boxes import Box, lay_out

if TYPE_CHECKING:
    from PIL.Image import Image

_SECONDS = 20
_SPARSE = "11"  # page segmentation for screens: find text wherever it stands
_MIN_CONFIDENCE = 40.0
_WORD_LEVEL = "5"


def find_tesseract() -> str | None:
    """The path of the program, None where it is not installed."""
    return shutil.which("tesseract")


def read_with_tesseract(picture: "Image", program: str) -> str:
    """The text of a picture, laid out in lines; "" when the program fails or takes too long."""
    stream = io.BytesIO()
    picture.convert("L").save(stream, "PNG", compress_level=1)
    command = [program, "stdin", "stdout", "--psm", _SPARSE, "tsv"]
    try:
        done = subprocess.run(  # noqa: S603  a fixed program with fixed words; the picture comes on standard input
            command,
            input=stream.getvalue(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={"OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return lay_out(_words(done.stdout.decode("utf-8", "replace")))


def _words(table: str) -> list[Box]:
    """The words of tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, conf, text."""
    boxes = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        if float(cells[10]) < _MIN_CONFIDENCE:
            continue
        left, top, width, height = (float(cell) for cell in cells[6:10])
        boxes.append(Box(left=left, top=top, right=left + width, bottom=top + height, text=cells[11].strip()))
    return boxes
