"""Octets to text: only text codecs from a list, mislabelled mail read as it was meant, never an exception.

What the label says counts unless the octets show that it is wrong: they are valid UTF-8, which by chance is all but
impossible, or they are not valid in the charset named, or they read as words only in another one.
"""

import codecs
import re

from ingest.read.charset_guess import SCORED, guess_codec
from ingest.read.charset_names import WIDE, WINDOWS_RELATIVE, find_codec
from ingest.read.defects import Defects
from ingest.read.jis import decode_iso_2022_jp, is_iso_2022_jp
from ingest.read.mojibake import repair_double_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EIGHT_BIT_FORM = {"hz": "gb18030", "iso2022_kr": "cp949"}
_C1 = re.compile(rb"[\x80-\x9f]")
_WIDE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
# C0 controls but TAB and LF, DEL, C1, line and paragraph separators as line ends below, lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_ENDS = re.compile("\r{1,2}\n|[\r\x0c\x85\u2028\u2029]")
_RARE_ENDS = "\r\x0c\x85\u2028\u2029"
_MIN_WIDE_UTF8 = 3
_MIN_PROOF_BYTES = 10  # a name of a few rare characters is no proof that its label is wrong
_MIN_CUT_BYTES = 1_000
_ASCII = bytes(range(128))


def clean_text(text: str) -> str:
    """Text with LF line ends and without NUL, control characters, byte order marks and lone surrogates."""
    if "\r\r" not in text:
        text = text.replace("\r\n", "\n")
    if any(end in text for end in _RARE_ENDS):
        text = _LINE_ENDS.sub("\n", text)
    return _CONTROLS.sub("", text)


def decode_text(data: bytes, charset: str | None, defects: Defects, *, hint: str = "") -> str:
    """`data` as text, line ends LF. `charset` is the label of the mail, None where there is none.

    `hint` is a label from elsewhere in the same mail, asked where 8-bit text has none of its own.
    """
    label = (charset or "").strip().strip("\"'")
    return clean_text(repair_double_encoding(_decode(data, label, hint, defects), defects))


def is_utf8(data: bytes) -> bool:
    """Whether octets are UTF-8; a last character may be cut."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and not data[: error.start].isascii()
    return True


def _decode(data: bytes, label: str, hint: str, defects: Defects) -> str:
    for mark, codec in _BOMS:
        if data.startswith(mark):
            data = data[len(mark) :]
            if not codec.startswith("utf-16") or b"\x00" in data or not data.isascii():
                return _by_codec(data, codec, label, defects)
            defects.add("a byte order mark of UTF-16 before text that is none")
            break
    found = find_codec(label)
    if found is None:
        defects.add(f"charset {label[:40]!r} is not a known text charset")
    codec = found or ""
    if b"\x00" in data[:4_096] or codec.startswith(("utf-16", "utf-32")):
        codec = _find_byte_order(data, codec)
    if codec == "utf-7" and not data.isascii():
        codec = ""
    if is_iso_2022_jp(data):
        return decode_iso_2022_jp(data, defects)
    if data.isascii() and codec not in ("utf-7", "hz", "iso2022_kr") and not codec.startswith(("utf-16", "utf-32")):
        return data.decode("ascii")
    if codec == "":
        return _unlabelled(data, label, hint, defects)
    return _by_codec(data, codec, label, defects)


def _find_byte_order(data: bytes, codec: str) -> str:
    """UTF-16 without a byte order mark: blanks, line ends and Latin letters have a NUL on one side."""
    sample = data[:4_096]
    if codec.startswith(("utf-16", "utf-32")) and b"\x00" not in sample and is_utf8(data):
        return ""  # text in these has such octets only by chance
    if codec.startswith(("utf-16-", "utf-32")):
        return codec
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if codec != "utf-16" and max(first, second) < len(sample) // 5:
        return codec
    return "utf-16-be" if first > second or (first == second and codec == "utf-16") else "utf-16-le"


def _by_codec(data: bytes, codec: str, label: str, defects: Defects) -> str:
    if codec == "utf-8":
        return _utf8(data, defects)
    if codec in _EIGHT_BIT_FORM and not data.isascii():
        defects.add(f"text said to be {label[:40]} is its 8-bit form")
        codec = _EIGHT_BIT_FORM[codec]
    if codec in WIDE or codec == "iso2022_jp":
        return _wide(data, codec, label, defects)
    if not codec.startswith(("utf-", "iso2022", "hz")):
        return _single(data, codec, label, defects)
    return _strict(data, codec, label, defects)


def _strict(data: bytes, codec: str, label: str, defects: Defects) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        defects.add(f"text is not all {(label or codec)[:40]}")
        return data.decode(codec, "replace")


def _single(data: bytes, codec: str, label: str, defects: Defects) -> str:
    """Charsets of one octet a character fit everything, so the octets are asked whether they are something else."""
    if (text := _valid_utf8(data, label, defects)) is not None:
        return text
    guessed = guess_codec(data, instead_of=codec) if codec in SCORED and _is_long(data) else None
    if guessed:
        return _guessed(data, guessed, label, defects)
    if _C1.search(data) and codec in WINDOWS_RELATIVE:
        codec = WINDOWS_RELATIVE[codec]
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        guessed = guess_codec(data)
        if guessed and guessed != codec:
            return _guessed(data, guessed, label, defects)
        return _strict(data, codec, label, defects)


def _wide(data: bytes, codec: str, label: str, defects: Defects) -> str:
    """East Asian charsets: a label is wrong where the octets are not valid in it, or valid UTF-8 many times over."""
    if len(_WIDE_UTF8.findall(data[:2_000])) >= _MIN_WIDE_UTF8:
        text = _valid_utf8(data, label, defects)
        if text is not None:
            return text
    # One odd octet is damage; that it is a letter of another charset needs more of them.
    may_be_other = _is_long(data) or (_try(data, codec) is None and len(data.translate(None, _ASCII)) > 1)
    guessed = guess_codec(data, instead_of=codec) if may_be_other else None
    if guessed:
        return _guessed(data, guessed, label, defects)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and not data[: error.start].isascii():
            return data[: error.start].decode(codec)
    if codec == "big5hkscs" and (text := _try(data, "cp950")) is not None:
        return text
    return _strict(data, codec, label, defects)


def _is_long(data: bytes) -> bool:
    return len(data.translate(None, _ASCII)) >= _MIN_PROOF_BYTES


def _unlabelled(data: bytes, label: str, hint: str, defects: Defects) -> str:
    """ASCII, Latin-1 and nothing said, with octets beyond ASCII."""
    if (text := _valid_utf8(data, label, defects)) is not None:
        return text
    near = find_codec(hint) if hint else None
    if near and near != "utf-8" and not near.startswith(("utf-", "iso2022")) and (text := _try(data, near)) is not None:
        return text
    guessed = guess_codec(data)
    if guessed:
        return _guessed(data, guessed, label, defects)
    if find_codec(label) != "" or label.lower() in ("", "us-ascii", "ascii"):
        defects.add("8-bit text without a charset: read as windows-1252")
    return _western(data)


def _guessed(data: bytes, codec: str, label: str, defects: Defects) -> str:
    defects.add(f"text said to be {label[:40] or 'unlabelled'} is {codec}")
    return data.decode(codec, "replace")


def _western(data: bytes) -> str:
    """As windows-1252; nobody writes "¤", which is where the euro sign of ISO-8859-15 stands."""
    text = data.decode("cp1252", "replace")
    return text if "€" in text else text.replace("¤", "€")


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _valid_utf8(data: bytes, label: str, defects: Defects) -> str | None:
    """The text where it is UTF-8; a last character cut by a size cap, of ours or of the sender, is left out."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = len(data) > _MIN_CUT_BYTES and error.reason == "unexpected end of data"
        if not is_cut or data[: error.start].isascii():
            return None
        text = data[: error.start].decode("utf-8")
    defects.add(f"text said to be {label[:40] or 'unlabelled'} is UTF-8")
    return text


def _utf8(data: bytes, defects: Defects) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(1 for c in text if c > "\x7f") - broken > broken:
        defects.add("text is not all utf-8")
        return text
    guessed = guess_codec(data)
    if guessed:
        return _guessed(data, guessed, "utf-8", defects)
    defects.add("text said to be utf-8 is windows-1252")
    return _western(data)
