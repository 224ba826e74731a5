"""Which transfer encoding a part really has, where its label is plainly wrong."""

import binascii
import re

_SAMPLE_BYTES = 4_096
_MAX_LINES = 20
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,3}\Z")
_SHORT = 200


def find_true_encoding(raw: bytes, start: int, end: int, declared: str) -> str:
    """`declared`, or "8bit" where base64 is said and the lines are words: seen from scripts and broken gateways."""
    if declared != "base64":
        return declared
    sample = raw[start : min(end, start + _SAMPLE_BYTES)]
    lines = [line.strip() for line in sample.split(b"\n")[:_MAX_LINES] if line.strip()]
    if not lines:
        return declared
    strange = [_BASE64_LINE.match(line) is None for line in lines]
    if end - start > _SAMPLE_BYTES:
        strange = strange[:-1] or strange  # the last one may be cut
    if strange[0] and 2 * sum(strange) >= len(strange):
        return "8bit"
    return "8bit" if len(sample) < _SHORT and end - start < _SHORT and _is_short_word(lines) else declared


def _is_short_word(lines: list[bytes]) -> bool:
    """One word, or a few lines of one word each, that decode to no text."""
    joined = b"".join(lines)
    if len(joined) % 4 == 0 or b"=" in joined:
        return False
    if len(joined) % 4 == 1:
        return True
    try:
        text = binascii.a2b_base64(joined + b"=" * (-len(joined) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return True
    return any(char < " " and char not in "\t\r\n" for char in text)
