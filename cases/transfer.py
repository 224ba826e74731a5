"""Content-Transfer-Encoding (RFC 2045 section 6): transferred octets to content."""

import binascii
import re
from collections.abc import Callable

from cases.mail import Part

Note = Callable[[str], None]

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(c for c in range(256) if c not in _BASE64)
# Behind an empty line something that no encoder wrote: the footer of a mailing list or a virus scanner.
_FOOTER = re.compile(rb"\n[ \t\r]{0,100}\n(?=[^\n]{0,1000}?(?:[^A-Za-z0-9+/=\s]|\S[ \t]\S))")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_SPELLINGS = {
    **dict.fromkeys(("quotedprintable", "qp", "quotedprintible", "quoteprintable"), "quoted-printable"),
    **dict.fromkeys(("base64", "b64"), "base64"),
    **dict.fromkeys(("xuuencode", "uuencode", "xuue", "uue"), "x-uuencode"),
}
_MAX_SEGMENTS = 1_000
# A soft line break with blanks behind its "=", added on the way (RFC 2045 section 6.7, rule 3).
_PADDED_BREAK = re.compile(rb"=[ \t]{1,100}(?=\r?\n)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def decode_transfer(data: bytes, encoding: str, note: Note | None = None) -> bytes:
    """The content of a body that was transferred as `encoding`; an unknown encoding means: as it stands.

    Total: damaged base64 gives what can be read of it. Equal input gives equal output in every reader version,
    because parts are stored as ranges of the raw mail and decoded again when they are fetched.
    """
    noted = note or _forget
    if encoding == "base64":
        return _decode_base64(data, noted)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_PADDED_BREAK.sub(b"=", data))
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _decode_uu(data, noted)
    return data


def decode_part(transferred: bytes, part: Part) -> bytes:
    """The content of a part or, where it lies within another file, its octets of that file's content."""
    content = decode_transfer(transferred, part.encoding)
    return content if part.inside is None else content[part.inside : part.inside + part.size]


def parse_encoding(value: str) -> str:
    """The Content-Transfer-Encoding of a header value, lower-case, "7bit" where there is none."""
    word = value.strip().strip("\"'").split(";")[0].split("(")[0].strip().lower()
    for spelling in (word, word.split(" ", maxsplit=1)[0]):
        if known := _SPELLINGS.get(_NO_LETTER.sub("", spelling)):
            return known
    return word[:40] or "7bit"


def _decode_base64(data: bytes, note: Note) -> bytes:
    if (footer := _FOOTER.search(data)) and not data[: footer.start()].isspace():
        note("text behind the end of base64 was left out")
        data = data[: footer.start()]
    kept = data.translate(None, _NOT_BASE64)
    body = kept.rstrip(b"=")
    if b"=" not in body:
        return _decode_segment(body, note)
    # Several encoded pieces behind one another, each with its padding (seen from gateways that append a footer).
    segments = re.split(b"=+", body, maxsplit=_MAX_SEGMENTS)
    return b"".join(_decode_segment(segment.replace(b"=", b""), note) for segment in segments)


def _decode_segment(body: bytes, note: Note) -> bytes:
    spare = len(body) % 4
    if spare == 1:
        note("base64 ends within a character")
        body = body[:-1]
        spare = 0
    return binascii.a2b_base64(body + b"=" * (-spare % 4))


def _decode_uu(data: bytes, note: Note) -> bytes:
    begin = _UU_BEGIN.search(data)
    lines = data[begin.end() if begin else 0 :].splitlines()
    out: list[bytes] = []
    for line in lines:
        if line in (b"end", b"`", b" ", b""):
            if line == b"end":
                break
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count the octets of the last group wrong: cut the line to what its length octet says.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                note("uuencoded line could not be decoded")
    return b"".join(out)


def _forget(_defect: str) -> None:
    """Where nobody asks for the defects."""
