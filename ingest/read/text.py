"""The body of a mail: which parts it is made of, and the whole of it as a person reads it."""

import re
from dataclasses import dataclass

from cases.transfer import decode_transfer
from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.limits import MAX_TEXT_BYTES
from ingest.read.mime import Leaf

_FLOWED_QUOTE = re.compile(r">*")
_STUB_CHARS = 60
_MAX_FORMS = 10
_BODY_TYPES = ("text/plain", "text/html", "text/enriched", "text/markdown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The text and the sanitised HTML of a mail, and the paths of the parts they were made of."""

    text: str
    html: str | None
    paths: frozenset[str]


def read_text_part(raw: bytes, leaf: Leaf, defects: Defects) -> str:
    """A text part decoded, at most 256 KB of it; the transferred octets are cut before they are decoded."""
    transferred = raw[leaf.offset : leaf.offset + min(leaf.length, MAX_TEXT_BYTES * 3)]
    data = decode_transfer(transferred, leaf.encoding, defects.add)
    if len(data) > MAX_TEXT_BYTES or leaf.length > len(transferred):
        defects.add(f"text of part {leaf.path} is cut at {MAX_TEXT_BYTES // 1024} KB")
        data = data[:MAX_TEXT_BYTES]
    text = decode_text(data, leaf.content.params.get("charset"), defects)
    if leaf.content_type == "text/plain" and leaf.content.params.get("format", "").lower() == "flowed":
        return unflow(text, delsp=leaf.content.params.get("delsp", "").lower() == "yes")
    return text


def find_body_leaves(leaves: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    """The parts that are the mail's own words: text without a name that is not disposed of as an attachment."""
    texts = [leaf for leaf in leaves if leaf.content_type in _BODY_TYPES and leaf.disposition.value != "attachment"]
    nameless = [leaf for leaf in texts if not _is_named(leaf)]
    if not nameless and texts and texts[0] is leaves[0]:
        nameless = texts[:1]  # some mailers name their only body part
    report = next((leaf.within("report") for leaf in nameless if leaf.within("report") is not None), None)
    if report is None:
        return tuple(nameless)
    # RFC 6522: the first part of a report is for people, the rest is for machines.
    first = nameless[0].within("alternative")
    return tuple(
        leaf for leaf in nameless if leaf is nameless[0] or (first is not None and leaf.within("alternative") == first)
    )


def _is_named(leaf: Leaf) -> bool:
    return bool(leaf.disposition.params.get("filename") or leaf.content.params.get("name"))


def read_body(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> Body:
    """Text of all body parts in order; of a multipart/alternative the plain text, or the HTML where that is a stub."""
    bodies = find_body_leaves(leaves)
    groups: dict[str, list[Leaf]] = {}
    for leaf in bodies:
        alternative = leaf.within("alternative")
        groups.setdefault(f"={leaf.path}" if alternative is None else alternative, []).append(leaf)
    texts: list[str] = []
    htmls: list[str] = []
    for group in groups.values():
        if sum(map(len, texts)) + sum(map(len, htmls)) > 2 * MAX_TEXT_BYTES:
            defects.add("too much text: later parts are not read")
            break
        parts = [(leaf.content_type == "text/html", read_text_part(raw, leaf, defects)) for leaf in group[:_MAX_FORMS]]
        plain = "\n".join(text for is_html, text in parts if not is_html)
        html = "\n".join(text for is_html, text in parts if is_html)
        texts.append(_choose(plain, html, defects))
        if html:
            htmls.append(html)
    joined = "\n".join(htmls)[:MAX_TEXT_BYTES]
    return Body(
        text="\n".join(text.strip("\n") for text in texts if text.strip())[:MAX_TEXT_BYTES].rstrip(),
        html=defects.guard("HTML", None, sanitise_html, joined, defects) if joined else None,
        paths=frozenset(leaf.path for leaf in bodies),
    )


def _choose(plain: str, html: str, defects: Defects) -> str:
    if not html:
        return plain
    if len(plain.strip()) > _STUB_CHARS:
        return plain
    rendered = html_to_text(html, defects)
    # "This mail needs an HTML viewer": the stub is far shorter than what it stands for.
    return plain if plain.strip() and len(rendered) < 4 * _STUB_CHARS else rendered


def unflow(text: str, *, delsp: bool) -> str:
    """format=flowed (RFC 3676) undone: a line that ends in a blank goes on in the next of the same quote depth."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        match = _FLOWED_QUOTE.match(line)
        depth = match.end() if match else 0
        words = line[depth:]
        if words.startswith(" "):
            words = words[1:]
        flowed = words.endswith(" ") and words != "-- "
        if depth == open_depth and words != "-- ":
            out[-1] += words
        else:
            out.append((">" * depth + " " if depth else "") + words)
        if flowed and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if flowed else -1
    return "\n".join(line if line in ("-- ",) else line.rstrip() for line in out)
