"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045, RFC 2231), in linear time."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.limits import MAX_PARAMETERS, MAX_SECTION
from ingest.read.words import decode_words

_TOKEN = re.compile(r"[\s;]*([^\s;=]{1,100})\s*=\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_BARE = re.compile(r"[^;]*")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,6}))?(\*)?\Z")
_COMMENT = re.compile(r"\([^()]*\)\s*\Z")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}\Z")


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
    return Parameterised(value="text/plain", params=parsed.params)


def parse_parameterised(value: str, defects: Defects) -> Parameterised:
    """The value before the first semicolon, and the parameters behind it; defective parameters are left out."""
    head, semicolon, rest = value.partition(";")
    found: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, text in _split(rest if semicolon else "", defects):
        _note_section(found, name, text, defects)
    params = {name: _join(sections, defects) for name, sections in found.items()}
    return Parameterised(value=_COMMENT.sub("", head).strip().strip("\"'").lower()[:210], params=params)


def _split(rest: str, defects: Defects) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    pos = 0
    while len(out) < MAX_PARAMETERS and (match := _TOKEN.match(rest, pos)):
        quoted = _QUOTED.match(rest, match.end())
        if quoted:
            out.append((match[1].lower(), re.sub(r"\\(.)", r"\1", quoted[1])))
            pos = quoted.end()
            skip = rest.find(";", pos)
            pos = len(rest) if skip < 0 else skip
        else:
            bare = _BARE.match(rest, match.end())
            text = bare[0] if bare else ""
            out.append((match[1].lower(), _COMMENT.sub("", text).strip()))
            pos = match.end() + len(text)
    if rest[pos:].strip(" ;\t"):
        defects.add("parameters that are none were left out")
    return out


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


def _join(sections: dict[int, tuple[bool, str]], defects: Defects) -> str:
    if -1 in sections:
        return _decode_extended([sections[-1]], defects)
    if 0 in sections:
        run: list[tuple[bool, str]] = []
        while len(run) in sections:
            run.append(sections[len(run)])
        if len(run) < sum(1 for index in sections if index >= 0):
            defects.add("a section of a parameter is missing")
        return _decode_extended(run, defects)
    if -2 in sections:
        return decode_words(sections[-2][1], defects)
    return ""


def _decode_extended(run: list[tuple[bool, str]], defects: Defects) -> str:
    """charset'language'value of RFC 2231 section 4; all sections are joined as octets before they are decoded."""
    charset: str | None = None
    octets: list[bytes] = []
    for number, (extended, section) in enumerate(run):
        value = section
        if extended and number == 0 and section.count("'") >= 2:
            charset, _, value = section.split("'", 2)
        octets.append(unquote_to_bytes(value) if extended else value.encode("utf-8", "replace"))
    joined = b"".join(octets)
    if not any(extended for extended, _ in run):
        return decode_words(joined.decode("utf-8", "replace"), defects)
    return decode_text(joined, charset or None, defects)
