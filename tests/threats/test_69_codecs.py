"""Threat 69, charsets: the name in a mail never chooses a codec of Python's; only text codecs are, by a list.

`rot13`, `zip` or `unicode_escape` as a charset would run a transform over somebody's octets, and `utf-7` hides words.
"""

import encodings
import encodings.aliases
import json
import pkgutil

import msgspec
import pytest

from cases.mail import Mail
from ingest.read.charset_names import find_codec
from ingest.read.reader import read
from store.columns import clean_text

_NAMES = sorted(
    {module.name for module in pkgutil.iter_modules(encodings.__path__)} | set(encodings.aliases.aliases) - {"aliases"}
)
_NO_TEXT = ("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec")
_CODE = ("idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "mbcs", "oem")
_WORDS = "Meine Bestellung 302-1234567-7654321 fehlt"


def _read(charset: str, body: bytes = _WORDS.encode() + b" \xc3\xa4\xff+AGEAYg- \\u0041") -> Mail:
    return read(
        b"From: =?%b?q?J=E4n?= <a@shop.example>\r\nTo: support@casepost.example\r\nSubject: =?%b?b?5A==?= x\r\n"
        b"Content-Type: text/plain; charset=%b\r\n\r\n%b\r\n" % ((charset.encode("ascii", "replace"),) * 3 + (body,))
    )


@pytest.mark.parametrize("charset", _NAMES)
def test_69_whatever_codec_is_named_the_words_can_be_kept(charset: str) -> None:
    mail = _read(charset)
    for text in (mail.text, mail.subject, mail.reply_text, mail.sender.name if mail.sender else ""):
        assert clean_text(text).encode("utf-8")
    assert json.loads(msgspec.json.encode(mail))
    assert mail.author is not None


@pytest.mark.parametrize("charset", [*_NO_TEXT, *_CODE, *(name.replace("_", "-") for name in (*_NO_TEXT, *_CODE))])
def test_69_what_is_no_charset_of_text_is_never_run(charset: str) -> None:
    assert find_codec(charset) is None
    mail = _read(charset)
    assert _WORDS in mail.text
    assert any("charset" in defect for defect in mail.defects)


@pytest.mark.parametrize("charset", ["", "x" * 10_000, "utf-8\x00", "../utf-8", "utf-8; drop", "\x1b[31m", "'", "None"])
def test_69_a_name_that_is_none_is_said_and_the_words_are_read(charset: str) -> None:
    assert _WORDS in _read(charset).text


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"+/v8-"])
def test_69_a_byte_order_mark_changes_no_word(bom: bytes) -> None:
    assert "302-1234567-7654321" in _read("utf-8", bom + _WORDS.encode()).text


def test_69_half_a_surrogate_pair_is_replaced() -> None:
    mail = _read("utf-8", _WORDS.encode() + b" \xed\xa0\x80")
    assert mail.text.encode("utf-8")
