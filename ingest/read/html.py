"""HTML mail: a safe copy to show (nh3) and the text a person reads (inscriptis, selectolax where it gives up).

Hidden text is dropped before anything else looks at it: what the reader of the mail could not see is not the
sender's word. Cited blockquotes become lines with ">", so that the rules for plain text find them.
"""

import itertools
import re
from typing import TYPE_CHECKING

import lxml.html
import nh3
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig
from lxml.etree import ParserError
from selectolax.lexbor import LexborHTMLParser

from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.limits import MAX_HTML_DEPTH, MAX_TEXT_BYTES

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TAG = re.compile(r"<(/?)([a-zA-Z]{1,20})")
# Elements without an end tag, and those whose end tag may be left out: neither makes the tree deeper.
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "option",
    ]
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0\s*(?:;|\Z)", re.I)
_NO_SIZE = re.compile(r"font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|\Z)", re.IGNORECASE)
_CITED_CLASS = re.compile(
    r"gmail_quote|protonmail_quote|yahoo_quoted|moz-cite|zmail_extra|tutanota_quote", re.IGNORECASE
)
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
_BLANK_LINES = re.compile(r"\n{3,}")
_ATTRIBUTES = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}


def sanitise_html(html: str, defects: Defects) -> str | None:
    """The HTML without scripts, styles, forms and remote pictures; a picture may only be `cid:`. None if too deep."""
    if _depth(html) > MAX_HTML_DEPTH:
        defects.add("HTML nested too deep: shown as text only")
        return None
    return nh3.clean(html, attributes=_ATTRIBUTES, attribute_filter=_keep_attribute, url_schemes=_SCHEMES)


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Whatever loads by itself loads nothing from outside: sources are cid: or gone (threats: tracking pixels)."""
    if name in ("src", "srcset", "background", "poster", "data", "cite", "longdesc"):
        return value if name == "src" and tag == "img" and value.strip().lower().startswith("cid:") else None
    return value


def html_to_text(html: str, defects: Defects) -> str:
    """The visible text with tables as columns, cited history marked by ">", at most one empty line in a row."""
    text = ""
    if _depth(html) <= MAX_HTML_DEPTH:
        try:
            text = _render(html[:MAX_TEXT_BYTES])
        except (*READ_ERRORS, ParserError) as error:
            defects.add(f"HTML: could not be laid out ({type(error).__name__})")
    if not text.strip():
        text = _render_plainly(html)
        if text.strip():
            defects.add("HTML: read without layout")
    return _tidy(text)


def _depth(html: str) -> int:
    """An upper bound of how deep elements nest; layout libraries recurse and give up silently (3,000 blockquotes)."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _render(html: str) -> str:
    parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    source = _MARKS.sub("", _XML_DECLARATION.sub("", html)).encode("utf-8", "replace")
    tree = lxml.html.document_fromstring(source, parser=parser)
    for element in list(tree.iter()):
        if _is_hidden(element):
            element.drop_tree()
        elif element.tag in ("p", "div"):
            _tidy_paragraph(element)
        elif element.tag == "blockquote" and _is_cited(element):
            element.text = f"{_OPEN}\n{element.text or ''}"
            element.append(element.makeelement("p"))
            element[-1].text = _CLOSE
    return _mark_quotes(Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE.copy())).get_text())


def _tidy_paragraph(element: "HtmlElement") -> None:
    """Outlook's paragraphs have no margin; its empty line, and GMX's, is one that holds a no-break space."""
    if element.tag == "p" and (element.get("class") or "").startswith("Mso"):
        element.tag = "div"
    if len(element) > 1 or (element.text and element.text.strip()):
        return
    if "\xa0" in "".join(itertools.islice(element.itertext(), 4)) and not "".join(element.itertext()).strip():
        for child in list(element):
            element.remove(child)
        element.text = None
        element.append(element.makeelement("br"))


def _is_hidden(element: "HtmlElement") -> bool:
    if element.tag in ("script", "style", "template", "noscript") or element.get("hidden") is not None:
        return element.getparent() is not None
    style = element.get("style")
    if not style or element.getparent() is None:
        return False
    if _HIDDEN.search(style):
        return True
    # Newsletter layouts (MJML) set size 0 on a cell and a real one inside: only text of size 0 itself is hidden.
    return bool(_NO_SIZE.search(style)) and not element.xpath(".//*[contains(@style, 'font-size')]")


def _is_cited(element: "HtmlElement") -> bool:
    if (element.get("type") or "").lower() == "cite" or _CITED_CLASS.search(element.get("class") or ""):
        return True
    return any(_CITED_CLASS.search(parent.get("class") or "") for parent in element.iterancestors())


def _mark_quotes(text: str) -> str:
    """Lines between the marks get one "> " for each level; a line that holds only marks goes."""
    depth = 0
    out: list[str] = []
    for line in text.split("\n"):
        opened, closed = line.count(_OPEN), line.count(_CLOSE)
        words = _MARKS.sub("", line).strip() if opened or closed or depth else line
        depth += opened
        if words or not (opened or closed):
            out.append("> " * min(depth, 20) + words if depth else words)
        depth = max(0, depth - closed)
    return "\n".join(out)


def _render_plainly(html: str) -> str:
    tree = LexborHTMLParser(html[:MAX_TEXT_BYTES])
    tree.strip_tags(["script", "style", "head", "title", "template"], recursive=True)
    return tree.body.text(separator="\n", strip=True) if tree.body else ""


def _tidy(text: str) -> str:
    lines = (line.replace("\xa0", " ").rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
