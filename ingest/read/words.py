"""Encoded words (RFC 2047) and header text: from octets to one clean line of text."""

import binascii
import re
import unicodedata

from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.limits import MAX_ENCODED_WORDS

# Spaces within the encoded text are against section 2 and sent all the same.
_WORD = re.compile(r"=\?([!-<>@-~]{1,60}?)(?:\*[A-Za-z-]{1,20})?\?([bBqQ])\?([^?\r\n]*)\?=")
_BETWEEN = re.compile(r"\s*\Z")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_BLANKS = re.compile(r" {2,}")


def header_text(value: bytes) -> str:
    """The octets of a header field as text; raw 8-bit headers are UTF-8 or windows-1252 (RFC 6532, and the wild).

    Control characters become U+FFFD: they show, no database refuses them, and no strict address holds one.
    """
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("cp1252", "replace")
    return _FORBIDDEN.sub("\ufffd", text)


def clean_line(text: str) -> str:
    """One line: control and direction characters, CR and LF become blanks, blanks are folded."""
    return _BLANKS.sub(" ", _CONTROLS.sub(" ", text)).strip()


def decode_words(value: str, defects: Defects) -> str:
    """A header value with its encoded words decoded, as one clean line.

    Neighbours of one charset are joined as octets before decoding: senders cut multi-byte characters in two.
    """
    if "=?" not in value:
        return clean_line(value)
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0
    for count, match in enumerate(_WORD.finditer(value)):
        if count >= MAX_ENCODED_WORDS:
            defects.add(f"more than {MAX_ENCODED_WORDS} encoded words in one header")
            break
        between = value[end : match.start()]
        joined = bool(pending) and _BETWEEN.match(between) is not None
        if pending and not (joined and match[1].lower() == charset):
            out.append(decode_text(b"".join(pending), charset, defects))
            pending = []
        if not joined:
            out.append(between)
        charset = match[1].lower()
        pending.append(_octets(match[2], match[3]))
        end = match.end()
    if pending:
        out.append(decode_text(b"".join(pending), charset, defects))
    out.append(value[end:])
    return clean_line(unicodedata.normalize("NFC", "".join(out)))


def _octets(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
