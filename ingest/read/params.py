"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045, RFC 2231), in linear time."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from ingest.read.charset import decode_text
from ingest.read.charset_names import find_codec
from ingest.read.defects import Defects
from ingest.read.limits import MAX_PARAMETERS, MAX_SECTION
from ingest.read.words import decode_words

_TOKEN = re.compile(r"[\s;,]*([^\s;=\"]{1,100})[ \t]*=[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BEHIND_QUOTE = re.compile(r"[ \t]*(?:;|\Z|\([^()]*\)|[A-Za-z*0-9-]{1,40}[ \t]*=)")
_BARE = re.compile(r"[^;]*")
_SINGLE_QUOTED = re.compile(r"\A'(.+)'\Z", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,6}))?(\*)?\Z")
_COMMENT = re.compile(r"\([^()]*\)\s*\Z")
_COMMENT_BEFORE = re.compile(r"\A\s*\([^()]*\)")
_WORD = r"[A-Za-z0-9!#$&^_.+*-]{1,100}"
_HEAD = re.compile(rf"[\s;\"']*({_WORD}(?:\s?/\s?{_WORD})?)(?=[\s;,\"'(]|\Z)")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+*-]{1,100}\Z")
_MAX_INNER_QUOTES = 20
# What stands there without a subtype (old mailers, scripts), and what is meant.
_SHORT_TYPES = {
    "text": "text/plain",
    "plain": "text/plain",
    "html": "text/html",
    "multipart": "multipart/mixed",
    "mixed": "multipart/mixed",
    "application": "application/octet-stream",
    "image": "application/octet-stream",
    "audio": "application/octet-stream",
    "video": "application/octet-stream",
    "message": "message/rfc822",
    "pdf": "application/pdf",
}
_FILE_NAMES = ("filename", "name")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameterised:
    """A header value such as `text/plain; charset=utf-8`: the value in lower case and its parameters."""

    value: str
    params: dict[str, str] = field(default_factory=dict)


def parse_content_type(value: str, default: str, defects: Defects) -> Parameterised:
    """Content-Type; what is no type/subtype is text/plain (RFC 2045 section 5.2), nothing at all is `default`."""
    if not value:
        return Parameterised(value=default)
    parsed = parse_parameterised(value, defects)
    if _TYPE.match(parsed.value):
        return parsed
    defects.add("Content-Type is not a media type")
    return Parameterised(value=_SHORT_TYPES.get(parsed.value, "text/plain"), params=parsed.params)


def parse_parameterised(value: str, defects: Defects) -> Parameterised:
    """The first word, and the parameters behind it; defective parameters are left out.

    A missing semicolon is forgiven: `text/html charset=utf-8`.
    """
    match = _HEAD.match(value)
    head, rest = (match[1], value[match.end() :].lstrip("\"'")) if match else ("", value)
    if match is None and ";" in value and "=" not in value.partition(";")[0]:
        rest = value.partition(";")[2]
    found: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, text in _split(_COMMENT_BEFORE.sub("", rest), defects):
        _note_section(found, name, text, defects)
    params = {name: _join(name, sections, defects) for name, sections in found.items()}
    return Parameterised(value="".join(head.split()).lower()[:210], params=params)


def _split(rest: str, defects: Defects) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    pos = 0
    while len(out) < MAX_PARAMETERS and (match := _TOKEN.match(rest, pos)):
        name = match[1].lower()
        text, pos = _value(rest, match.end())
        # An unquoted file name with a semicolon in it: what follows is no parameter but the rest of the name.
        while name.rstrip("*") in _FILE_NAMES and rest[pos : pos + 1] == ";" and not _TOKEN.match(rest, pos):
            more = _BARE.match(rest, pos + 1)
            if more is None or not more[0].strip():
                break
            text, pos = f"{text};{more[0].rstrip()}", more.end()
        out.append((name, _SINGLE_QUOTED.sub(r"\1", text) if name in _FILE_NAMES else text))
    if rest[pos:].strip(" ;\t,"):
        defects.add("parameters that are none were left out")
    return out


def _value(rest: str, start: int) -> tuple[str, int]:
    """A parameter's value and where the next begins. Quotes may be missing, unescaped within, or not closed."""
    if rest[start : start + 1] != '"':
        bare = _BARE.match(rest, start)
        text = bare[0] if bare else ""
        return _COMMENT.sub("", text).strip(), start + len(text)
    end = start
    for _ in range(_MAX_INNER_QUOTES):
        quoted = _QUOTED.match(rest, end)
        if quoted is None:
            break
        end = quoted.end()
        if _BEHIND_QUOTE.match(rest, end):
            skip = rest.find(";", end)
            inner = rest[start + 1 : end - 1]
            pos = len(rest) if skip < 0 else skip
            other = _TOKEN.match(rest, end)
            return _ESCAPED.sub(r"\1", inner), end if other and other.start(1) < pos else pos
        end -= 1  # this quote stands within the value and begins the next piece
    bare = _BARE.match(rest, start)
    text = bare[0] if bare else ""
    return text.strip().strip('"'), start + len(text)


def _note_section(found: dict[str, dict[int, tuple[bool, str]]], name: str, text: str, defects: Defects) -> None:
    """`name*1*=…` is section 1 of name, percent-encoded. Section 0 without a number wins over the plain form."""
    match = _SECTION.match(name)
    if match is None or int(match[2] or 0) > MAX_SECTION:
        defects.add("parameters that are none were left out")
        return
    sections = found.setdefault(match[1], {})
    index = int(match[2]) if match[2] is not None else (-1 if match[3] else -2)
    if index in sections:
        defects.add(f"parameter {match[1][:40]!r} is given twice: the first counts")
        return
    sections[index] = (match[3] is not None, text)


def _join(name: str, sections: dict[int, tuple[bool, str]], defects: Defects) -> str:
    """The extended form before whole sections, those before the plain form, that before sections with a gap."""
    if name == "boundary" and -2 in sections:
        return sections[-2][1]  # octet for octet as it will stand in the body, double blanks and all
    if -1 in sections:
        return _decode_extended([sections[-1]], defects)
    numbered = sorted(index for index in sections if index >= 0)
    whole = numbered == list(range(len(numbered)))
    if not whole:
        defects.add("a section of a parameter is missing")
    if numbered and (whole or -2 not in sections):
        return _decode_extended([sections[index] for index in numbered], defects)
    return decode_words(sections[-2][1], defects) if -2 in sections else ""


def _decode_extended(run: list[tuple[bool, str]], defects: Defects) -> str:
    """charset'language'value of RFC 2231 section 4; all sections are joined as octets before they are decoded."""
    charset, first = _charset_of(run[0][1]) if run[0][0] else (None, run[0][1])
    octets: list[bytes] = []
    for number, (extended, section) in enumerate(run):
        value = section if number else first
        octets.append(unquote_to_bytes(value) if extended else value.encode("utf-8", "replace"))
    joined = b"".join(octets)
    if not any(extended for extended, _ in run):
        return decode_words(joined.decode("utf-8", "replace"), defects)
    text = decode_text(joined, charset or None, defects)
    return decode_words(text, defects) if "=?" in text else text


def _charset_of(section: str) -> tuple[str | None, str]:
    """The charset and the value of a first section; the second quote is often missing, or both are."""
    pieces = section.split("'", 2)
    if len(pieces) == 3:
        return pieces[0], pieces[2]
    if len(pieces) == 2 and pieces[0] and find_codec(pieces[0]) is not None:
        return pieces[0], pieces[1]
    return None, section
