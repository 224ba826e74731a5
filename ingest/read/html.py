"""HTML mail: the text a person reads (`html_to_text`) and a safe copy to show (`sanitise_html`).

Hidden text is dropped before anything else looks at it: what the reader of the mail could not see is not the
sender's word. History becomes lines with ">", a signature stands below "-- ", so that the rules for plain text
find both.
"""

import re
from typing import TYPE_CHECKING

from lxml.etree import HTML, HTMLParser, LxmlError

from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.html_elements import UNNESTED, measure_depth, strip_controls
from ingest.read.html_hidden import Strictness
from ingest.read.html_lines import SIGNATURE_MARK, Line
from ingest.read.html_sanitise import sanitise_html
from ingest.read.html_text import Page, lay_out, unquote_all
from ingest.read.limits import MAX_TEXT_BYTES
from ingest.read.reply_rules import CLOSINGS

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["html_to_text", "sanitise_html"]

_MAX_SOURCE = 4 * MAX_TEXT_BYTES
# libxml2 gives up at 2,048 levels; up to four of them (table, tbody, tr, td) are counted as one here.
_MAX_PARSED_DEPTH = 480
_WHOLE_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})[^<>]{0,4000}>")
_XML_DECLARATION = re.compile(r"\A\s{0,100}<\?xml[^>]{0,200}\?>")
_PICTURE_DATA = re.compile(r"data:[a-z]{1,20}/[\w.+-]{1,60};base64,[A-Za-z0-9+/=%]{1,}")
# Gateways add their small print behind the end of the document, where libxml2 does not look.
_DOCUMENT_END = re.compile(r"</(?:html|body)[^<>]{0,100}>", re.IGNORECASE)
# Programs that make HTML of text forget to escape "Jane <jane@shop.example>" and "<https://…>".
_UNESCAPED = re.compile(r"<(?=[^\s<>\"'=/@]{1,64}@[^\s<>\"'=@]{1,250}>|https?://[^\s<>\"]{1,2000}>)")
_ANY_TAG = re.compile(r"<[a-zA-Z!?/][^<>]{0,4000}>|-->")
_DROPPED = re.compile(r"<(?:(script|style|title)\b[^<>]{0,4000}>?|!--)", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_DELIMITER = ("--", "-- ", "—")


def html_to_text(html: str, defects: Defects) -> str:
    """The visible text: rows of tables on a line each, lists with marks, links with where they lead, history with ">".

    At most one empty line in a row. Hidden text is read only where there is no other, and a defect says so.
    """
    text = ""
    try:
        tree = _parse(html)
        if tree is not None:
            text = _join(_see(tree, defects))
    except (*READ_ERRORS, LxmlError) as error:
        defects.add(f"HTML: could not be laid out ({type(error).__name__})")
    if not text.strip():
        text = _without_tags(html)
        if text:
            defects.add("HTML: read without layout")
    return text[:MAX_TEXT_BYTES]


def _parse(html: str) -> "_Element | None":
    source = _PICTURE_DATA.sub("data:", _XML_DECLARATION.sub("", html))[:_MAX_SOURCE]
    source = _UNESCAPED.sub("&lt;", _DOCUMENT_END.sub("", strip_controls(source)))
    if measure_depth(source) > _MAX_PARSED_DEPTH:
        source = _flatten(source)
    parser = HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=True)
    return HTML(source.encode("utf-8", "replace"), parser) if source.strip() else None


def _flatten(source: str) -> str:
    """The source without the tags that are nested too deep, so that their text is still found and laid out."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        if match[2].lower() in UNNESTED:
            return match[0]
        depth = max(0, depth - 1) if match[1] else depth + 1
        return match[0] if depth < _MAX_PARSED_DEPTH else " "

    return _WHOLE_TAG.sub(keep, source)


def _see(tree: "_Element", defects: Defects) -> tuple[Line, ...]:
    """The lines that can be seen; where there are none of the sender's own, those in the colour of their ground too.

    Dark screens make telephones write white words on no ground at all.
    """
    page = lay_out(tree, Strictness.ALL)
    if not page.has_new() and page.faded:
        defects.add("HTML: text in the colour of its ground is read, there is no other")
        page = lay_out(tree, Strictness.NOT_BY_COLOUR)
    if not page.lines and page.hid:
        page = lay_out(tree, Strictness.NOTHING)
        if page.lines:
            defects.add("HTML: hidden text is read, there is no other")
    return _with_delimiters(page)


def _with_delimiters(page: Page) -> tuple[Line, ...]:
    """A line "-- " above each signature, unless the program wrote one, or it begins with a closing: those are words."""
    lines = page.lines
    out: list[Line] = []
    for index, line in enumerate(lines):
        if line.words != SIGNATURE_MARK:
            out.append(line)
            continue
        below = next((other for other in lines[index + 1 : index + 6] if other.words.strip()), None)
        above = next((other.words for other in reversed(out[-5:]) if other.words), "")
        if below is None or below.depth or below.words == SIGNATURE_MARK or above in _DELIMITER:
            continue
        if below.words in _DELIMITER or any(rule.pattern.match(below.words[:120]) for rule in CLOSINGS):
            continue
        out.append(Line(depth=line.depth, words="-- "))
    return tuple(out) if page.has_new() else unquote_all(tuple(out))


def _join(lines: tuple[Line, ...]) -> str:
    text = "\n".join(("> " * line.depth + line.words).rstrip(" ") if line.depth else line.words for line in lines)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def _without_tags(html: str) -> str:
    """The last resort: whatever is not a tag, without scripts, styles and comments that end."""
    pieces: list[str] = []
    position = 0
    source = _PICTURE_DATA.sub("", html)[:_MAX_SOURCE]
    unended: set[str] = set()
    while match := _DROPPED.search(source, position):
        pieces.append(source[position : match.start()])
        closing = f"</{match[1]}" if match[1] else "-->"
        end = -1 if closing in unended else source.find(closing, match.end())
        if end < 0:
            unended.add(closing)  # not looked for again: ten thousand <title> stay linear
        position = end if end >= 0 else match.end()
    pieces.append(source[position:])
    lines = (" ".join(line.split()) for line in _ANY_TAG.sub("\n", "".join(pieces)).split("\n"))
    return "\n".join(line for line in lines if line)
