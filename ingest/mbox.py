"""The mbox format: many mails in one file, each behind a line `From SENDER DATE`.

There is no one format. A line "From " within a mail is written ">From " by some (mboxo), and ">From " as ">>From " by
others (mboxrd); here one `>` is taken off `>From `, `>>From `, …, which is right for mboxrd, and for mboxo wrong only
where a person wrote ">From " at the start of a line. Some write a plain "From " within a mail (mboxcl, old
Thunderbird), so a mail begins only where the next line is a header field and either the line before is blank or the
"From " line has a time of day and a year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

_PIECE = 1 << 20  # a line may be as long as the file
_HEADER = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,100}[ \t]*:|>From ")
_DATED = re.compile(
    rb"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?P<day>\d{1,2}) +"
    rb"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    rb"(?: +(?:(?P<zone>[+-]\d{4})|[A-Z]{1,5}))?(?: +(?P<year>\d{4}))(?: +(?P<late_zone>[+-]\d{4}))?\s*$"
)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MboxMail:
    """One mail without its "From " line; `offset` is where that line stands; `raw` is None if the mail is too large."""

    offset: int
    raw: bytes | None
    date: datetime | None


class _Line(NamedTuple):
    """A line with its end, or a piece of one that is longer than a megabyte."""

    octets: bytes
    offset: int
    is_start: bool


def looks_like_header(line: bytes) -> bool:
    """Say whether a line could be the first of a mail: a header field, or a "From " line that was quoted."""
    return _HEADER.match(line) is not None


def mails_in_mbox(path: Path, max_bytes: int) -> Iterator[MboxMail]:
    """Give the mails one by one; holds one of them, never more than `max_bytes`. Raises OSError.

    Line ends are left as the file has them. The blank line before the next "From " line belongs to the mbox.
    """
    with path.open("rb") as file:
        offset, date = 0, None
        kept, size = bytearray(), 0
        for line, begins in _lines(file):
            if not begins:
                size += len(line.octets)
                if size <= max_bytes:
                    kept += line.octets
                else:
                    kept.clear()
                continue
            if line.offset > 0:
                yield MboxMail(offset=offset, raw=_finished(kept) if size <= max_bytes else None, date=date)
            offset, date = line.offset, parse_from_line_date(line.octets)
            kept, size = bytearray(), 0
        yield MboxMail(offset=offset, raw=_finished(kept) if size <= max_bytes else None, date=date)


def count_mbox(path: Path) -> int:
    """Count what mails_in_mbox will give; reads the whole file. Raises OSError."""
    with path.open("rb") as file:
        return sum(begins for _, begins in _lines(file))


def parse_from_line_date(line: bytes) -> datetime | None:
    """Read the date of a "From " line (asctime, also with a zone as Gmail writes it); without a zone it is UTC."""
    found = _DATED.search(line)
    if found is None:
        return None
    zone = found["zone"] or found["late_zone"] or b"+0000"
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[:1] == b"-" else 1)
    try:
        local = datetime(
            int(found["year"]),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"] or 0),
            tzinfo=UTC,
        )
        return local - ahead
    except (ValueError, OverflowError):
        return None


def _lines(file: BufferedReader) -> Iterator[tuple[_Line, bool]]:
    """Give each line and whether a mail begins with it; that takes the lines before and after it."""
    line, after_blank = _next_line(file, 0, is_start=True), True
    while line is not None:
        following = _next_line(file, line.offset + len(line.octets), is_start=line.octets.endswith(b"\n"))
        begins = line.offset == 0 or (
            line.is_start
            and line.octets.startswith(b"From ")
            and following is not None
            and looks_like_header(following.octets)
            and (after_blank or _DATED.search(line.octets) is not None)
        )
        yield line, begins
        after_blank = line.is_start and not line.octets.strip(b"\r\n")
        line = following


def _next_line(file: BufferedReader, offset: int, *, is_start: bool) -> _Line | None:
    octets = file.readline(_PIECE)
    return _Line(octets=octets, offset=offset, is_start=is_start) if octets else None


def _finished(kept: bytearray) -> bytes:
    raw = bytes(kept)
    if raw.endswith((b"\n\n", b"\n\r\n")):
        raw = raw[: -2 if raw.endswith(b"\r\n") else -1]
    return _QUOTED_FROM.sub(rb"\1", raw)
