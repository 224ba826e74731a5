"""UTF-8 that was taken for windows-1252 and encoded once more ("fÃ¼r"), read as it was meant where that is sure."""

import re

from ingest.read.defects import Defects

_MARKED = re.compile("[\xc2-\xf4][\x80-\xbf\u20ac-\u2122\u0152-\u02dc]")
# The characters that windows-1252 has for 0x80-0x9F, back to the octets they stand for.
_OCTETS = {
    ord(bytes((octet,)).decode("cp1252")): octet
    for octet in range(0x80, 0xA0)
    if octet not in (129, 141, 143, 144, 157)
}
# One sequence alone may be meant: É» ends a French quotation. These leads are the usual letters and marks.
_USUAL_LEADS = frozenset("ÃÂâÐÑ")
_MAX_CHARS = 1024 * 1024


def repair_double_encoding(text: str, defects: Defects) -> str:
    """The text with each line repaired whose every character beyond ASCII is part of a UTF-8 sequence."""
    if len(text) > _MAX_CHARS or not _MARKED.search(text):
        return text
    lines = text.split("\n")
    repaired = [_repair(line) for line in lines]
    if repaired == lines:
        return text
    defects.add("text was encoded as UTF-8 twice")
    return "\n".join(repaired)


def _repair(line: str) -> str:
    found = _MARKED.findall(line)
    if not found or (len(found) == 1 and found[0][0] not in _USUAL_LEADS):
        return line
    try:
        meant = line.translate(_OCTETS).encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return line
    return line if any("\x80" <= char < "\xa0" for char in meant) else meant
