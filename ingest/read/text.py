"""The body of a mail: which parts it is made of, and the whole of it as a person reads it."""

import re
from dataclasses import dataclass

from cases.transfer import decode_transfer
from ingest.read.calendar_text import calendar_to_text
from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.limits import MAX_HTML_BYTES, MAX_TEXT_BYTES
from ingest.read.markup import enriched_to_text, richtext_to_text
from ingest.read.mime import Leaf, parse_tree
from ingest.read.sealed import find_signed_content, note_seals, open_armour

_FLOWED_QUOTE = re.compile(r">*")
_STUB_CHARS = 60
_LONG_STUB_CHARS = 250
_LONG_WORD = re.compile(r"\w{3,60}")
_MAX_FORMS = 10
_BODY_TYPES = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown")
_FILES = ("calendar", "rtf", "csv", "tab-separated-values", "vcard", "x-vcard", "directory", "xml")
_MARKUP = {"text/enriched": enriched_to_text, "text/richtext": richtext_to_text}
_IS_HTML = re.compile(r"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?<(?:!doctype html|html)[\s>]", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_META_BYTES = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The text and the sanitised HTML of a mail, and the paths of the parts they were made of."""

    text: str
    html: str | None
    paths: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Forms:
    """One text in the forms in which a mail has it."""

    plain: str
    html: str
    other: str


def read_text_part(raw: bytes, leaf: Leaf, defects: Defects) -> str:
    """A text part decoded, at most 256 KB of it (HTML: 512); the transferred octets are cut before they are decoded."""
    most = MAX_HTML_BYTES if leaf.content_type == "text/html" else MAX_TEXT_BYTES
    transferred = raw[leaf.offset : leaf.offset + min(leaf.length, most * 3)]
    data = decode_transfer(transferred, leaf.encoding, defects.add)
    if len(data) > most or leaf.length > len(transferred):
        defects.add(f"text of part {leaf.path} is cut at {most // 1024} KB")
        data = data[:most]
    charset = leaf.content.params.get("charset")
    if not charset and leaf.content_type == "text/html" and (meta := _META_CHARSET.search(data, 0, _META_BYTES)):
        charset = meta[1].decode("ascii")
    text = decode_text(data, charset, defects, hint=leaf.headers.hint)
    if leaf.content_type in _MARKUP:
        return _MARKUP[leaf.content_type](text)
    if leaf.content_type == "text/plain" and leaf.content.params.get("format", "").lower() == "flowed":
        return unflow(text, delsp=leaf.content.params.get("delsp", "").lower() == "yes")
    return text


def find_body_leaves(leaves: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    """The parts that are the mail's own words: text without a name that is not disposed of as an attachment."""
    texts = [leaf for leaf in leaves if leaf.content_type in _BODY_TYPES and leaf.disposition.value != "attachment"]
    if not texts and len(leaves) == 1 and _is_only_text(leaves[0]):
        return leaves
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


def _is_only_text(leaf: Leaf) -> bool:
    """A nameless text that is the whole mail, whatever is said of it: "attachment" (seen from scanners and scripts),
    or a kind that nobody knows, which is plain text (RFC 2046 section 4.1.4). What a program reads is a file.
    """
    subtype = leaf.content_type.removeprefix("text/")
    return subtype != leaf.content_type and subtype not in _FILES and not _is_named(leaf)


def _is_named(leaf: Leaf) -> bool:
    return bool(leaf.disposition.params.get("filename") or leaf.content.params.get("name"))


def read_body(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> Body:
    """Text of all body parts in order; of a multipart/alternative the plain text, or the HTML where that is a stub.

    Where that is nothing: what an opaque signature holds, or what an invitation says.
    """
    note_seals(leaves, defects)
    body = _read_leaves(raw, leaves, defects)
    signed = find_signed_content(raw, leaves, defects)
    if signed is not None:
        inside = _read_leaves(signed, parse_tree(signed, defects).leaves, defects)
        text = "\n".join(one for one in (body.text, inside.text) if one)[:MAX_TEXT_BYTES]
        return Body(text=text, html=body.html or inside.html, paths=body.paths)
    if body.text:
        return body
    invitation = next((leaf for leaf in leaves if leaf.content_type == "text/calendar"), None)
    if invitation is None:
        return body
    return Body(text=calendar_to_text(read_text_part(raw, invitation, defects)), html=body.html, paths=body.paths)


def _read_leaves(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> Body:
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
        forms = _read_forms(raw, group[:_MAX_FORMS], defects)
        texts.append(_choose(forms.plain or forms.other, forms.html, defects))
        if forms.html:
            htmls.append(forms.html)
    joined = "\n".join(htmls)[:MAX_TEXT_BYTES]
    return Body(
        text="\n".join(text.strip("\n") for text in texts if text.strip())[:MAX_TEXT_BYTES].rstrip(),
        html=defects.guard("HTML", None, sanitise_html, joined, defects) if joined else None,
        paths=frozenset(leaf.path for leaf in bodies),
    )


def _read_forms(raw: bytes, group: list[Leaf], defects: Defects) -> _Forms:
    """The forms of one text: plain, HTML, and others, which say the same as the plain one where both are there."""
    plain: list[str] = []
    html: list[str] = []
    other: list[str] = []
    for leaf in group:
        text = read_text_part(raw, leaf, defects)
        if leaf.content_type == "text/html":
            html.append(text)
        elif leaf.content_type != "text/plain":
            other.append(text)
        elif _IS_HTML.match(text):
            defects.add("text said to be plain is HTML")
            html.append(text)
        else:
            plain.append(open_armour(text, defects))
    return _Forms(plain=_joined(plain), html=_joined(html), other=_joined(other))


def _joined(texts: list[str]) -> str:
    return "\n".join(texts) if any(text.strip() for text in texts) else ""


def _choose(plain: str, html: str, defects: Defects) -> str:
    if not html:
        return plain
    words = "".join(plain.split())
    if len(words) > _LONG_STUB_CHARS:
        return plain
    rendered = html_to_text(html, defects)
    if len(words) > _STUB_CHARS:
        # "This is an HTML message, please use …" says little of what the HTML says, and much less.
        said = set(_LONG_WORD.findall(plain.lower()))
        shared = len(said & set(_LONG_WORD.findall(rendered.lower())))
        return rendered if len(rendered) > 2 * len(words) and 10 * shared < 6 * len(said) else plain
    # "This mail needs an HTML viewer": the stub is far shorter than what it stands for.
    return plain if words and len(rendered) < 4 * _STUB_CHARS else rendered


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
