"""Octets to text: only text codecs from a list, mislabelled mail read as it was meant, never an exception.

A name in a mail is never handed to `bytes.decode` as it stands: Python also knows codecs that run transforms
(rot13, zlib, unicode_escape). What is not on the list is read as UTF-8 or windows-1252, with a defect.
"""

import codecs
import re

from ingest.read.defects import Defects

# The label on the left is what mail says, the codec on the right is what is meant. Wider relatives are taken where
# senders label with the narrower name: Outlook says gb2312 and writes GBK, says ks_c_5601-1987 and writes cp949.
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-sig", "utf8mb4"), "utf-8"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb-2312", "gb-2312-80", "x-gbk", "cp936", "hz-gb-2312"), "gb18030"),
    **dict.fromkeys(("ks-c-5601-1987", "ks-c-5601", "euc-kr", "cp949", "korean", "windows-949"), "cp949"),
    **dict.fromkeys(("big5", "big-5", "x-big5", "cp950", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("shift-jis", "shiftjis", "sjis", "x-sjis", "cp932", "ms-kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-jp", "x-euc-jp", "eucjp"), "euc_jp"),
    **dict.fromkeys(("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3"), "iso2022_jp"),
    **dict.fromkeys(("iso-2022-jp-2004", "iso-2022-jp-ms", "cp50220", "cp50221", "csiso2022jp"), "iso2022_jp"),
    "iso-2022-kr": "iso2022_kr",
    **dict.fromkeys(("koi8-r", "koi8r"), "koi8_r"),
    "koi8-u": "koi8_u",
    **dict.fromkeys(("tis-620", "windows-874", "iso-8859-11"), "cp874"),
    **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254", "cp1254"), "cp1254"),
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"iso8859-{n}": f"iso8859_{n}" for n in (2, 5, 7, 15)},
    **{f"windows-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 858, 866, 1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-6-i"), "iso8859_8"),
    "utf-16": "utf-16",
    "utf-32": "utf-32",
    **{f"utf-{n}{end}": f"utf-{n}-{end}" for n in (16, 32) for end in ("le", "be")},
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman", "macroman"), "mac_roman"),
}
_WESTERN = frozenset(
    (
        *("", "us-ascii", "ascii", "ansi-x3.4-1968", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252"),
        *("cp1252", "x-ansi", "ansi", "iso-8859-1-windows-3.1-latin-1", "default", "none", "8bit", "unknown"),
    )
)
_JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
# C0 controls but TAB and LF, DEL, C1, line and paragraph separators as line ends below, lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0c\x85\u2028\u2029]")


def clean_text(text: str) -> str:
    """Text with LF line ends and without NUL, control characters, byte order marks and lone surrogates."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def decode_text(data: bytes, charset: str | None, defects: Defects) -> str:
    """`data` as text, line ends LF. `charset` is the label of the mail, None where there is none."""
    label = (charset or "").strip().strip("\"'").lower().replace("_", "-").removeprefix("x-unknown")
    return clean_text(_decode(data, label, defects))


def _decode(data: bytes, label: str, defects: Defects) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return _utf8(data[3:], defects)
    codec = "" if label in _WESTERN else _CODECS.get(label)
    if codec is None:
        defects.add(f"charset {label[:40]!r} is not a known text charset")
        label = codec = ""
    if codec == "":
        return _western(data, label, defects)
    by_hand = {"utf-8": _utf8, "iso2022_jp": _iso_2022_jp}.get(codec)
    return by_hand(data, defects) if by_hand else _by_codec(data, codec, label, defects)


def _by_codec(data: bytes, codec: str, label: str, defects: Defects) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        defects.add(f"text is not all {label}")
        return data.decode(codec, "replace")


def _western(data: bytes, label: str, defects: Defects) -> str:
    """ASCII, Latin-1 and nothing said. What is valid UTF-8 is UTF-8: by chance that is all but impossible."""
    if data.isascii():
        if b"\x1b" in data and _JAPANESE_ESCAPE.search(data):
            return _iso_2022_jp(data, defects)
        return data.decode("ascii")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if label in ("", "us-ascii", "ascii"):
            defects.add("8-bit text without a charset: read as windows-1252")
        return data.decode("cp1252", "replace")
    defects.add(f"text said to be {label or 'unlabelled'} is UTF-8")
    return text


def _utf8(data: bytes, defects: Defects) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:  # only the last character is cut, by a size cap of ours or of the sender
            return data[: error.start].decode("utf-8")
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(1 for c in text if c > "\x7f") - broken > broken:
        defects.add("text is not all utf-8")
        return text
    defects.add("text said to be utf-8 is windows-1252")
    return data.decode("cp1252", "replace")


def _iso_2022_jp(data: bytes, defects: Defects) -> str:
    """ISO-2022-JP and what is sent under its name: JIS X 0212 and 0213, half-width kana, NEC and IBM rows."""
    for codec in ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    defects.add("text is not all iso-2022-jp")
    return data.decode("iso2022_jp_ext", "replace")
