"""Safe header values: everything that goes into a header of ours passes through here.

The standard library's own folding is not used for these headers. It writes References with an id longer
than a line as an encoded word, which breaks threading, and when it folds an address it drops the quotes of
an encoded display name (seen in CPython 3.11.7), so that a comma in a name becomes a second recipient.
"""

import base64
import re
import unicodedata
from email.headerregistry import HeaderRegistry
from email.policy import EmailPolicy
from functools import lru_cache
from typing import Any

MAX_HEADER_CHARACTERS = 500
MAX_FILENAME_OCTETS = 120
_LINE_WIDTH = 78  # RFC 5322 section 2.1.1: should be no more than 78 characters
_ENCODED_WORD_OCTETS = 45  # 60 characters of Base64 and the frame: under the 75 of RFC 2047 section 2

_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
# C0, C1, lone surrogates and what turns the reading direction round (Trojan Source, CVE-2021-42574)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]+")
_NO_FILENAME = re.compile('[\u200b-\u200f\u2060\ufeff/\\\\:*?"<>|]+')
_NO_MESSAGE_ID = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_MESSAGE_ID = re.compile("<[\x21-\x3b\x3d\x3f-\x7e]{1,800}>")
_PLAIN = re.compile(r"[\x20-\x7e]*")

VERBATIM = frozenset({"from", "to", "cc", "reply-to", "subject", "message-id", "in-reply-to", "references", "date"})


def clean_header(value: str, limit: int = MAX_HEADER_CHARACTERS) -> str:
    """One line of at most `limit` characters without controls, line breaks of any kind or direction overrides.

    A line break becomes a space, so that words stay apart; a longer value ends in "…".
    """
    line = _UNSAFE.sub("", _BREAKS.sub(" ", value[: limit * 4]))
    line = re.sub(" {2,}", " ", line).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_filename(name: str) -> str:
    """A file name as it may be shown and saved: NFC, no separators, controls or invisible characters, 120 octets.

    The ending survives shortening, because it decides what opens the file. "attachment" if nothing is left.
    """
    line = unicodedata.normalize("NFC", clean_header(name, limit=1000))
    line = _NO_FILENAME.sub("_", line).strip(" .") or "attachment"
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = line, "", ""
    room = MAX_FILENAME_OCTETS - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


def find_message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs with their brackets in a value that came from outside; what is none is left out."""
    return tuple(_MESSAGE_ID.findall(_NO_MESSAGE_ID.sub("", value)))


def encode_text(value: str) -> str:
    """An unstructured value for the wire: as it is if ASCII with words that fit a line, else RFC 2047 words."""
    if _PLAIN.fullmatch(value) and "=?" not in value and all(len(word) < _LINE_WIDTH - 12 for word in value.split(" ")):
        return value
    return " ".join(_encode_word(piece) for piece in _split_octets(value))


def encode_mailbox(name: str, address: str) -> str:
    """`name <address>` for the wire; the name is quoted or encoded, never bare. `address` must be checked before."""
    shown = clean_header(name, limit=120)
    if not shown:
        return address
    encoded = encode_text(shown)
    if encoded == shown:
        encoded = '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    return f"{encoded} <{address}>"


def fold_header(name: str, value: str) -> str:
    """`Name: value` with CRLF, folded before 78 characters at spaces and nowhere else (RFC 5322 section 2.2.3)."""
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _LINE_WIDTH and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) + "\r\n"


class WirePolicy(EmailPolicy):
    """SMTP's line ends, 7-bit content, and the headers in `VERBATIM` exactly as this module wrote them."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keeps a ready value; a line break in it is a fault of ours and raises ValueError."""
        if name.lower() not in VERBATIM:
            return super().header_store_parse(name, value)
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"{name} is not ready for the wire")
        return name, value

    def fold(self, name: str, value: str) -> str:
        """The header as text with CRLF."""
        return fold_header(name, value) if name.lower() in VERBATIM else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as octets with CRLF; the generator of octets calls this one."""
        return fold_header(name, value).encode("ascii") if name.lower() in VERBATIM else _fold_by_library(name, value)


class _KnownHeaders:
    """The library's registry of headers, asked once: those that say how a part is written are alike in all mails."""

    def __init__(self) -> None:
        registry = HeaderRegistry()
        self._parse = lru_cache(maxsize=512)(registry)
        self._find_class = lru_cache(maxsize=64)(registry.__getitem__)

    def __call__(self, name: str, value: str) -> Any:
        return self._parse(name, value)

    def __getitem__(self, name: str) -> Any:
        return self._find_class(name)


WIRE_POLICY = WirePolicy(linesep="\r\n", cte_type="7bit", max_line_length=_LINE_WIDTH, header_factory=_KnownHeaders())


@lru_cache(maxsize=512)
def _fold_by_library(name: str, value: str) -> bytes:
    return EmailPolicy.fold_binary(WIRE_POLICY, name, value)


def _encode_word(text: str) -> str:
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode("ascii") + "?="


def _split_octets(text: str) -> list[str]:
    """Pieces of at most 45 octets of UTF-8, cut between characters (RFC 2047 section 5 forbids cuts inside one)."""
    pieces, piece, size = [], "", 0
    for character in text:
        octets = len(character.encode())
        if size + octets > _ENCODED_WORD_OCTETS:
            pieces.append(piece)
            piece, size = "", 0
        piece += character
        size += octets
    return [*pieces, piece]
