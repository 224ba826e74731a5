"""Looking at a picture of a mail: which identifiers it shows. Slow, so it is done after the acknowledgement.

Runs in a child with limits of its own; `picture_pool` is what asks it.
"""

import functools
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PIL import ImageOps

from cases.mail import Identifier, Source
from ingest.files.attached import AttachedFile, find_files
from ingest.files.boxes import Box, lay_out
from ingest.files.file_types import FileType
from ingest.files.pdf import render_pages
from ingest.files.pictures import NoPicture, enlarge, is_dark, open_picture
from ingest.files.rapid import read_with_rapid
from ingest.files.sight import Look, Seen
from ingest.files.tesseract import read_with_tesseract
from ingest.files.texts import FILE_ERRORS
from ingest.files.two_readers import join_found, mend_merged
from ingest.identifiers.confusables import find_in_picture
from ingest.identifiers.found import Found
from ingest.identifiers.own_kinds import OwnKind
from ingest.read.defects import Defects
from ingest.read.mime import parse_tree
from ingest.read.text import read_body

if TYPE_CHECKING:
    from PIL.Image import Image

_SMALL_TEXT = 22  # pixels of a line below which letters run together
_GOOD_TEXT = 32
_FOR_TESSERACT = 2  # times as large: it was made for scans of 300 dots an inch
_KINDS_NOT_SEEN = frozenset({"phone"})  # on pictures they are those of logos and signatures


def look(question: Look, own_kinds: tuple[OwnKind, ...] = ()) -> Seen:
    """What a picture or a scanned document of a mail shows; a defect when it is none or no longer there."""
    defects = Defects()
    file = _find(question)
    if file is None:
        return Seen(defects=(f"there is no file {question.path}",))
    find = functools.partial(_find_in, question=question, own_kinds=own_kinds)
    begun = time.monotonic()
    texts: list[str] = []
    found: tuple[Found, ...] = ()
    try:
        for picture in _pictures(file):
            if time.monotonic() - begun > question.seconds:
                defects.add(f"picture in part {question.path}: not all pages were looked at")
                break
            text, seen = _read(picture, question, find)
            texts.append(text)
            found = join_found(found, seen)
    except NoPicture as error:
        defects.add(f"picture in part {question.path} could not be read ({error})")
    except FILE_ERRORS as error:
        defects.add(f"picture in part {question.path} could not be read ({type(error).__name__})")
    identifiers = tuple(Identifier(kind=one.kind, value=one.value, source=_source(file)) for one in found)
    return Seen(text="\n\n".join(texts), identifiers=identifiers, defects=defects.all())


def _find(question: Look) -> AttachedFile | None:
    known = Defects()  # what is wrong with the mail was said when it was read
    tree = parse_tree(question.raw, known)
    body = read_body(question.raw, tree.leaves, known)
    files = find_files(question.raw, tree.leaves, body.paths, known)
    return next((file for file in files if file.path == question.path), None)


def _pictures(file: AttachedFile) -> Iterator["Image"]:
    if file.type is FileType.PDF:
        yield from render_pages(file.data)
    else:
        yield open_picture(file.data)


def _source(file: AttachedFile) -> Source:
    """A scanned document is a document all the same."""
    return Source.ATTACHMENT if file.type is FileType.PDF else Source.IMAGE


def _read(picture: "Image", question: Look, find: Callable[[str], tuple[Found, ...]]) -> tuple[str, tuple[Found, ...]]:
    text = _read_lines(picture)
    if question.tesseract is None:
        return text, find(text)
    ground = ImageOps.invert(picture) if is_dark(picture) else picture
    second = read_with_tesseract(enlarge(ground, _FOR_TESSERACT), question.tesseract)
    text = mend_merged(text, second)
    return text, join_found(find(text), find(second))


def _read_lines(picture: "Image") -> str:
    """The lines of a picture; small letters are read again enlarged."""
    boxes = read_with_rapid(picture)
    height = _usual_height(boxes)
    if boxes and height < _SMALL_TEXT:
        boxes = read_with_rapid(enlarge(picture, _GOOD_TEXT / height)) or boxes
    return lay_out(boxes)


def _usual_height(boxes: list[Box]) -> float:
    heights = sorted(box.height for box in boxes)
    return heights[len(heights) // 2] if heights else 0.0


def _find_in(text: str, *, question: Look, own_kinds: tuple[OwnKind, ...]) -> tuple[Found, ...]:
    known = frozenset(Found(kind=kind, value=value) for kind, value in question.known)
    found = find_in_picture(text, question.language, known, own_kinds)
    return tuple(one for one in found if one.kind not in _KINDS_NOT_SEEN)
