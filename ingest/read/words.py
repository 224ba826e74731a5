"""Encoded words (RFC 2047) and header text: from octets to one clean line of text."""

import binascii
import re
import unicodedata
from dataclasses import dataclass

from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.jis import decode_iso_2022_jp, is_iso_2022_jp
from ingest.read.limits import MAX_ENCODED_WORDS
from ingest.read.mojibake import repair_double_encoding

# Blanks within and an empty charset are against section 2 and sent all the same.
_OPENING = re.compile(
    r"=\?[ \t]{0,2}([!-<>@-~]{0,60}?)(?:\*[A-Za-z0-9-]{1,20})?[ \t]{0,2}\?[ \t]{0,2}([bBqQ])[ \t]{0,2}\?"
)
_CLOSING = "?="
_UNENDED = {"b": re.compile(r"[A-Za-z0-9+/]{4,2000}={0,2}\??\Z"), "q": re.compile(r"[!->@-~]{1,2000}\??\Z")}
_FOLDED_BASE64 = re.compile(r"[\s]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_BLANKS = re.compile(r" {2,}")
_BROKEN_HEX = re.compile(rb"=[ \t\r\n]{1,4}([0-9A-Fa-f]{2})")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """An encoded word as it stands between `start` and `end` of a value."""

    start: int
    end: int
    charset: str
    encoding: str
    text: str


def header_text(value: bytes, hint: str = "") -> str:
    """The octets of a header field as text; raw 8-bit headers are UTF-8 (RFC 6532) or in the charset of the mail.

    `hint` is the charset label of the mail's text. Control characters become U+FFFD: they show, no database refuses
    them, and no strict address holds one.
    """
    if is_iso_2022_jp(value):
        text = decode_iso_2022_jp(value, Defects())
    elif value.isascii():
        text = value.decode("ascii")
    else:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            # Control characters would be dropped by a text decoder; here they must stay to be seen.
            pieces = re.split(rb"([\x00-\x1f\x7f])", value)
            text = "".join(_eight_bit(piece, hint) for piece in pieces)
    return _FORBIDDEN.sub("\ufffd", text)


def _eight_bit(piece: bytes, hint: str) -> str:
    return piece.decode("ascii") if piece.isascii() else decode_text(piece, None, Defects(), hint=hint)


def clean_line(text: str) -> str:
    """One line: control and direction characters, CR and LF become blanks, blanks are folded."""
    return _BLANKS.sub(" ", _CONTROLS.sub(" ", text)).strip()


def decode_words(value: str, defects: Defects) -> str:
    """A header value with its encoded words decoded, as one clean line."""
    value = repair_double_encoding(value, defects)
    if "=?" not in value:
        return clean_line(value)
    once = _decode_once(value, defects)
    if "=?" in once and _find_words(once, defects):  # encoded twice (seen from gateways and ticket systems)
        once = _decode_once(once, defects)
    return clean_line(unicodedata.normalize("NFC", once))


def turns_direction(value: str) -> bool:
    """Whether a header value holds characters that make it read other than it is written (CVE-2021-42574)."""
    return _DIRECTION.search(_decode_once(value, Defects())) is not None


def _decode_once(value: str, defects: Defects) -> str:
    """Neighbours of one charset are joined as octets before decoding: senders cut multi-byte characters in two."""
    out: list[str] = []
    run: list[_Word] = []
    end = 0
    for word in _find_words(value, defects):
        between = value[end : word.start]
        joined = bool(run) and not between.strip()
        if run and not (joined and word.charset == run[-1].charset):
            out.append(_decode_run(run, defects))
            run = []
        if not joined:
            out.append(between)
        run.append(word)
        end = word.end
    if run:
        out.append(_decode_run(run, defects))
    out.append(value[end:])
    return "".join(out)


def _find_words(value: str, defects: Defects) -> list[_Word]:
    """The encoded words of a value, at most 200. One whose end is missing goes to the end of the value."""
    words: list[_Word] = []
    pos, close = 0, -1
    while match := _OPENING.search(value, pos):
        if len(words) >= MAX_ENCODED_WORDS:
            defects.add(f"more than {MAX_ENCODED_WORDS} encoded words in one header")
            break
        encoding = match[2].lower()
        if close < match.end():  # looked for once only, or many openings before one end would cost their square
            close = value.find(_CLOSING, match.end())
            close = len(value) if close < 0 else close
        again = value.find("=?", match.end(), close)
        if close < len(value) and again < 0:
            text, end = value[match.end() : close], close + len(_CLOSING)
        elif again < 0 and _UNENDED[encoding].match(value, match.end()):
            defects.add("encoded word without its end")
            text, end = value[match.end() :].rstrip("?"), len(value)
        else:
            pos = match.end()
            continue
        words.append(_Word(start=match.start(), end=end, charset=match[1].lower(), encoding=encoding, text=text))
        pos = end
    return words


def _decode_run(run: list[_Word], defects: Defects) -> str:
    octets: list[bytes] = []
    base64 = ""
    for word in run:
        if word.encoding == "b":
            base64 += _FOLDED_BASE64.sub("", word.text)
            # Some senders cut the base64 text without regard to its groups of four.
            if len(base64) % 4 == 0 or base64.endswith("=") or word is run[-1]:
                octets.append(_from_base64(base64))
                base64 = ""
            continue
        octets.append(_from_base64(base64))
        base64 = ""
        octets.append(_from_q(word.text))
    return decode_text(b"".join(octets), run[0].charset or None, defects)


def _from_q(text: str) -> bytes:
    data = _BROKEN_HEX.sub(rb"=\1", text.encode("utf-8", "replace"))
    return binascii.a2b_qp(data, header=True)


def _from_base64(text: str) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", text.encode("utf-8", "replace"))
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
