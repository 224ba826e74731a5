"""Every file that came with a mail, in order: attachments, and what is inside attached mails and winmail.dat.

A file's path is that of its MIME part; what is inside goes on behind a slash ("2/1" is the first part of the mail
that is part 2).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cases.transfer import decode_range
from ingest.files.file_types import FileType, find_type
from ingest.files.limits import MAX_FILE_BYTES, MAX_FILES, MAX_LEVELS
from ingest.files.tnef import read_tnef
from ingest.read.defects import Defects
from ingest.read.mime import Leaf, parse_tree
from ingest.read.text import read_body


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachedFile:
    """A file and its octets. `text` is there where the walk has it already: that of an attached mail or message."""

    path: str
    filename: str
    content_type: str
    charset: str | None
    type: FileType
    data: bytes = field(repr=False)
    text: str = ""


def find_files(
    raw: bytes, leaves: tuple[Leaf, ...], body_paths: frozenset[str], defects: Defects
) -> Iterator[AttachedFile]:
    """The files of a mail, each decoded when its turn comes: at most 50, three levels deep."""
    for count, file in enumerate(_walk(raw, leaves, body_paths, defects, prefix="", level=0)):
        if count >= MAX_FILES:
            defects.add(f"more than {MAX_FILES} files: not all were opened")
            return
        yield file


def is_file(leaf: Leaf, body_paths: frozenset[str]) -> bool:
    """Whether a part is neither the mail's own words nor what a report holds for machines."""
    return leaf.path not in body_paths and leaf.within("report") is None


def _walk(
    raw: bytes, leaves: tuple[Leaf, ...], body_paths: frozenset[str], defects: Defects, *, prefix: str, level: int
) -> Iterator[AttachedFile]:
    for leaf in leaves:
        if not is_file(leaf, body_paths):
            continue
        if leaf.length > 2 * MAX_FILE_BYTES:
            defects.add(f"part {leaf.path} is too large to be opened")
            continue
        data = decode_range(raw, leaf.offset, leaf.length, leaf.encoding)
        filename = leaf.disposition.params.get("filename") or leaf.content.params.get("name") or ""
        yield from _open(
            AttachedFile(
                path=prefix + leaf.path,
                filename=filename,
                content_type=leaf.content_type,
                charset=leaf.content.params.get("charset"),
                type=find_type(data, leaf.content_type, filename),
                data=data,
            ),
            defects,
            level,
        )


def _open(file: AttachedFile, defects: Defects, level: int) -> Iterator[AttachedFile]:
    """The file itself, or for a container its own text and then the files inside."""
    if file.type is FileType.MAIL and level < MAX_LEVELS:
        yield from _open_mail(file, level)
    elif file.type is FileType.TNEF and level < MAX_LEVELS:
        yield from _open_tnef(file, defects, level)
    else:
        yield file


def _open_mail(file: AttachedFile, level: int) -> Iterator[AttachedFile]:
    inner = Defects()  # what is wrong with a mail inside is not wrong with this one
    tree = parse_tree(file.data, inner)
    body = read_body(file.data, tree.leaves, inner)
    yield _with_text(file, f"{tree.headers.decoded('subject', inner)}\n\n{body.text}")
    yield from _walk(file.data, tree.leaves, body.paths, inner, prefix=f"{file.path}/", level=level + 1)


def _open_tnef(file: AttachedFile, defects: Defects, level: int) -> Iterator[AttachedFile]:
    tnef = defects.guard(f"winmail.dat in part {file.path}", None, read_tnef, file.data, defects)
    if tnef is None:
        return
    yield _with_text(file, tnef.text)
    for number, inside in enumerate(tnef.files, 1):
        name = inside.filename or ""
        yield from _open(
            AttachedFile(
                path=f"{file.path}/{number}",
                filename=name,
                content_type="application/octet-stream",
                charset=None,
                type=find_type(inside.data, "application/octet-stream", name),
                data=inside.data,
            ),
            defects,
            level + 1,
        )


def _with_text(file: AttachedFile, text: str) -> AttachedFile:
    return AttachedFile(
        path=file.path,
        filename=file.filename,
        content_type=file.content_type,
        charset=file.charset,
        type=file.type,
        data=b"",
        text=text,
    )
