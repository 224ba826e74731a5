"""Mails as large as the service takes, in the forms that make a reader copy them most often."""

import base64
import binascii
import random
from collections.abc import Callable, Mapping

from tests.hostile.bombs import HEAD, WORDS

BIGGEST = 36_700_000
"""Just below the greatest size that the service takes without being told another one."""

_MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"


def _file(encoding: bytes, body: bytes, content_type: bytes = b"application/octet-stream") -> bytes:
    field = b"Content-Type: " + content_type + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    return HEAD + _MIXED + field + body + b"\r\n--b--\r\n"


def _fill(piece: bytes, size: int = BIGGEST) -> bytes:
    return piece * (size // len(piece))


def in_base64() -> bytes:
    """A file of random octets, as any mail program sends it."""
    content = random.Random(1).randbytes(1_000_000)
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return _file(b"base64", _fill(encoded))


def in_base64_with_padding() -> bytes:
    """Base64 of pieces that are each padded."""
    return _file(b"base64", _fill(b"QUI=\r\n"))


def in_one_line() -> bytes:
    """Base64 in one line."""
    return _file(b"base64", _fill(b"QUJD"))


def in_quoted_printable() -> bytes:
    """Quoted-printable where each octet is written out."""
    return _file(b"quoted-printable", _fill(b"=41=42=43=0D=\r\n"))


def in_uuencode() -> bytes:
    """Uuencode, in lines that are short."""
    return _file(b"x-uuencode", b"begin 644 a\r\n" + _fill(b"#0V%T\r\n") + b"end")


def uuencode_in_text() -> bytes:
    """A text that is a uuencoded file."""
    line = binascii.b2a_uu(bytes(range(45))).rstrip() + b"\r\n"
    return HEAD + b"\r\nhello\r\nbegin 644 a.bin\r\n" + _fill(line) + b"`\r\nend\r\n"


def uuencode_many_in_text() -> bytes:
    """A text of uuencoded files."""
    return HEAD + b"\r\nhello\r\n" + _fill(b"begin 644 a\r\n#0V%T\r\n`\r\nend\r\n")


def in_8bit() -> bytes:
    """A file of octets as they are, line ends among them."""
    return _file(b"8bit", _fill(random.Random(2).randbytes(999_999).replace(b"\n", b"\r\n")))


def text() -> bytes:
    """Words and nothing else."""
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + _fill(WORDS)


def text_in_base64() -> bytes:
    """Words in base64."""
    encoded = base64.encodebytes(WORDS * 1_000).replace(b"\n", b"\r\n")
    return HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _fill(encoded)


def html() -> bytes:
    """HTML of one long run of elements."""
    return HEAD + b"Content-Type: text/html\r\n\r\n" + _fill(b"<div><p>hello</p>\r\n")


def csv() -> bytes:
    """A table as a file."""
    return _file(b"8bit", b"order-id;qty\r\n" + _fill(b"302-1234567-7654321;1\r\n"), b"text/csv; name=a.csv")


def mail_in_mail() -> bytes:
    """A forwarded mail with a large file, in base64 three times."""
    inner = in_base64()[: BIGGEST // 3]
    for _ in range(2):
        encoded = base64.encodebytes(inner).replace(b"\n", b"\r\n")
        inner = _file(b"base64", encoded, b"message/rfc822")
    return inner


def old_macintosh() -> bytes:
    """CR for line ends, which a reader may want to change in all of it."""
    return (HEAD + _MIXED).replace(b"\r\n", b"\r") + _fill(b"hello\r") + b"\r--b--\r"


def lines_of_nothing() -> bytes:
    """Line ends only."""
    return HEAD + b"\r\n" + _fill(b"\r\n")


BIG: Mapping[str, Callable[[], bytes]] = {
    one.__name__.replace("_", " "): one
    for one in (
        *(in_base64, in_base64_with_padding, in_one_line, in_quoted_printable, in_uuencode, uuencode_in_text),
        *(uuencode_many_in_text, in_8bit, text, text_in_base64, html, csv, mail_in_mail, old_macintosh),
        *(lines_of_nothing,),
    )
}
