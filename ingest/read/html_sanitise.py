"""A safe copy of an HTML mail to show to agents: nothing in it loads by itself, runs, or lays itself over the page."""

import re

import nh3

from ingest.read.defects import Defects
from ingest.read.html_elements import FORMATTING, TAG, measure_depth, strip_controls
from ingest.read.limits import MAX_HTML_DEPTH

_MAX_REOPENED = 300_000
_LINKS = ("http:", "https:", "mailto:", "tel:")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]{1,87400}\Z")
_LOADING = re.compile(r"url|//|expression|import|image|@|\\|src\(|attr\(|var\(", re.IGNORECASE)
_TAGS = nh3.ALLOWED_TAGS - {"area", "map"} | {"font"}
_BOX = {"align", "valign", "bgcolor", "width", "height"}
_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set(names) - {"cite", "background"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"style", "dir", "lang", "title"},
    "a": {"href"},
    "font": {"color", "size", "face"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", *_BOX},
    "tr": _BOX,
    "td": {"colspan", "rowspan", "nowrap", *_BOX},
    "th": {"colspan", "rowspan", "nowrap", "scope", *_BOX},
    "ol": {"start", "type"},
    "ul": {"type"},
}
# Colours, letters and boxes; nothing that moves an element out of its place (position, margin, transform, z-index).
_PROPERTIES = {
    *("color", "background-color", "font-size", "font-weight", "font-style", "font-family", "text-decoration"),
    *("text-align", "vertical-align", "white-space", "direction", "line-height", "list-style-type", "display"),
    *("visibility", "max-height", "overflow", "opacity", "padding", "padding-left", "padding-top", "width"),
    *("border", "border-left", "border-top", "border-right", "border-bottom", "border-collapse", "border-style"),
    *("border-color", "border-width"),
}


def sanitise_html(html: str, defects: Defects) -> str | None:
    """The HTML without scripts, forms and whatever loads from outside; None where cleaning it would cost too much.

    A picture is an attached one (`cid:`) or a small one written out (`data:`, 64 KB); a link leads to the web, a mail
    address or a telephone. What hides text stays, so that agents are shown what the sender's reader is shown.
    """
    if measure_depth(html) > MAX_HTML_DEPTH:
        defects.add("HTML nested too deep: shown as text only")
        return None
    if _count_reopened(html) > _MAX_REOPENED:
        defects.add("HTML with too many elements left open: shown as text only")
        return None
    return nh3.clean(
        strip_controls(html),
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template", "xml"},
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        filter_style_properties=_PROPERTIES,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer",
    )


def _count_reopened(html: str) -> int:
    """An upper bound of the elements a parser adds: HTML 5 opens <b>, <font>… again in each block if left open.

    57 KB of 1,400 open <font> and 4,000 <p> became 141 MB and 1.6 GB of memory.
    """
    still_open: dict[str, int] = {}
    total = added = 0
    for match in TAG.finditer(html):
        tag = match[2].lower()
        if tag not in FORMATTING:
            added += total
        elif not match[1]:
            still_open[tag] = still_open.get(tag, 0) + 1
            total += 1
        elif still_open.get(tag):
            still_open[tag] -= 1
            total -= 1
    return added


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """The value, or None where it could load, run or lead to this system's own pages."""
    if tag == "a" and name == "href":
        return value if value.strip().lower().startswith(_LINKS) else None
    if tag == "img" and name == "src":
        source = value.strip()
        return source if source[:4].lower() == "cid:" or _PICTURE.match(source) else None
    if name == "style":
        return ";".join(one for one in value.split(";") if not _LOADING.search(one)) or None
    return None if "//" in value or "url(" in value.lower() else value
