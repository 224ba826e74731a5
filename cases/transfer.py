"""Content-Transfer-Encoding (RFC 2045 section 6): transferred octets to content."""

import binascii
import io
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
_PADDING = re.compile(b"=+")
_MAX_SEGMENTS = 1_000
_PIECE = 2**20
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
        return _decode_base64(memoryview(data), noted)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_PADDED_BREAK.sub(b"=", data))
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _decode_uu(data, noted)
    return data


def decode_range(raw: bytes, start: int, length: int, encoding: str, note: Note | None = None) -> bytes:
    """As `decode_transfer` of these octets of a mail, without a copy of a large part that is in base64."""
    if encoding == "base64":
        return _decode_base64(memoryview(raw)[start : start + length], note or _forget)
    return decode_transfer(raw[start : start + length], encoding, note)


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


def _decode_base64(data: memoryview, note: Note) -> bytes:
    """Piece by piece: a large part must not stand in the memory several times over."""
    end = len(data)
    if (footer := _FOOTER.search(data)) and not bytes(data[: footer.start()]).isspace():
        note("text behind the end of base64 was left out")
        end = footer.start()
    segments = _Segments(note)
    for start in range(0, end, _PIECE):
        segments.take(bytes(data[start : min(start + _PIECE, end)]).translate(None, _NOT_BASE64))
    return segments.finish()


class _Segments:
    """Several encoded pieces behind one another, each with its padding (seen from gateways that append a footer).

    After the first thousand no padding ends a segment any more.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._out = io.BytesIO()  # gives its octets away without another copy
        self._rest = b""  # of the segment that is open: less than a group of four
        self._after_padding = False
        self._splits = 0

    def take(self, piece: bytes) -> None:
        """The next characters of the alphabet, padding among them."""
        if self._after_padding:
            piece = piece.lstrip(b"=")
        if not piece:
            return
        self._after_padding = piece.endswith(b"=")
        left = _MAX_SEGMENTS - self._splits
        *ended, open_one = _PADDING.split(piece, maxsplit=left) if left else [piece]
        for segment in ended:
            self._splits += 1
            self._decode(segment)
            self._end()
        self._decode(open_one.replace(b"=", b""))

    def finish(self) -> bytes:
        """The content, once all has been taken."""
        self._end()
        return self._out.getvalue()

    def _decode(self, characters: bytes) -> None:
        characters = self._rest + characters
        whole = len(characters) & ~3
        self._rest = characters[whole:]
        self._out.write(binascii.a2b_base64(characters[:whole]))

    def _end(self) -> None:
        if len(self._rest) == 1:
            self._note("base64 ends within a character")
        elif self._rest:
            self._out.write(binascii.a2b_base64(self._rest + b"=" * (4 - len(self._rest))))
        self._rest = b""


def _decode_uu(data: bytes, note: Note) -> bytes:
    begin = _UU_BEGIN.search(data)
    start = begin.end() if begin else 0
    out = bytearray()
    while 0 <= start < len(data):
        stop = max(data.rfind(end, start, start + _PIECE) for end in (b"\n", b"\r")) + 1 or len(data)
        ended = any(_decode_uu_line(line, out, note) for line in data[start:stop].splitlines())
        start = -1 if ended else stop
    return bytes(out)


def _decode_uu_line(line: bytes, out: bytearray, note: Note) -> bool:
    """Add what a line holds; whether it is the last."""
    if line in (b"end", b"`", b" ", b""):
        return line == b"end"
    try:
        out += binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders count the octets of the last group wrong: cut the line to what its length octet says.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            out += binascii.a2b_uu(line[:length])
        except binascii.Error:
            note("uuencoded line could not be decoded")
    return False


def _forget(_defect: str) -> None:
    """Where nobody asks for the defects."""
