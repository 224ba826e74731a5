"""Files that stand uuencoded within a text, as mail programs attached them before MIME and old ERP systems do still."""

import re
from dataclasses import dataclass

_BEGIN = re.compile(rb"^begin 0?[0-7]{3} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_END = re.compile(rb"\nend[ \t]*\r?(?:\n|\Z)")
_YENC = re.compile(rb"^=ybegin [^\r\n]{0,400}\bname=", re.MULTILINE)
_MAX_TRIES = 50
_CHECKED_LINES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class UuFile:
    """Where a uuencoded file lies in the raw mail, from its `begin` to behind its `end`, and its name as written."""

    start: int
    end: int
    name: bytes


def find_uu_files(raw: bytes, start: int, end: int) -> tuple[UuFile, ...]:
    """The uuencoded files between two places of a raw mail; a `begin` in prose has no data lines and is none."""
    files: list[UuFile] = []
    close = start
    for _ in range(_MAX_TRIES):
        begin = _BEGIN.search(raw, start, end)
        if begin is None:
            break
        if close < begin.end():
            closing = _END.search(raw, begin.end() - 1, end)
            if closing is None:
                break
            close = closing.end()
        if _are_data_lines(raw, begin.end(), close):
            files.append(UuFile(start=begin.start(), end=close, name=begin[1].strip()))
            start = close
        else:
            start = begin.end()
    return tuple(files)


def has_yenc(raw: bytes, start: int, end: int) -> bool:
    """Whether a yEnc file stands in a text: it is 8-bit data, and no mail program of today sends it."""
    return _YENC.search(raw, start, end) is not None


def _are_data_lines(raw: bytes, start: int, end: int) -> bool:
    """The first octet of a line says how many octets it holds: four characters for three of them."""
    for ended in raw[start : min(end, start + 400)].split(b"\n")[:_CHECKED_LINES]:
        line = ended.rstrip(b"\r")
        if line in (b"", b"`", b"end"):
            return True
        size = (line[0] - 32) & 63
        if not (32 <= line[0] <= 96) or not size or len(line) < (size * 4 + 2) // 3:
            return False
    return True
