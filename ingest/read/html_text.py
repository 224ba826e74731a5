"""The layout of an HTML mail as text: blocks, lists, tables, links and quotations, in one walk over the tree.

Written for mail instead of taken from a library: inscriptis recurses (nothing at all comes out of 1,000 nested
elements), drops where links lead, and knows neither history nor text that cannot be seen.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from lxml.etree import iterwalk

from ingest.read.html_elements import BLOCKS, SPACED
from ingest.read.html_hidden import Eyes, Look, Strictness
from ingest.read.html_lines import SIGNATURE_MARK, Line, Lines, Table
from ingest.read.html_links import find_target
from ingest.read.html_quotes import Mark, begins_history, decide_container, find_mark, is_attribution, is_cited

if TYPE_CHECKING:
    from lxml.etree import _Element

_AS_BLOCK = frozenset(("block", "table", "list-item", "flex", "grid"))
_MAX_TABLES = 12
_MAX_LINKS = 80
_MANY_LINKS = 10
_MAX_DEPTH = 20
_MAX_NUMBER = 10_000
_NUMBERED = re.compile(r"[0-9a-zA-Z]{1,4}[.)]")
_SMALL = 40
_MIN_SENTENCE = 3
_MAX_MARK = 6
# Without width: padding of preheaders, soft hyphens, marks of direction; the joiners of words and emoji stay.
_UNWANTED = re.compile("[\ue000\u00ad\u034f\u200b\u200e\u200f\u2060\ufeff]|(?<![\u0600-\u0dff])\u200c")
_WINGDINGS = str.maketrans("JKLàßáâèüûØ§lnqv", "☺😐☹→←↑↓➔✓✗➢▪●■❑❖")
# What programs write into `alt` by themselves, and pictures that are no words of anybody.
_EMPTY_ALT = re.compile(
    r".*(?:\.(?:png|jpe?g|gif|bmp|webp|svg)\Z|logo|icon|banner|spacer|pixel|facebook|instagram|twitter|linkedin|youtube"
    r"|xing|tiktok|whatsapp|pinterest|automatisch generiert|automatically generated|généré automatiquement)"
    r"|(?:image|bild|grafik|picture|photo|foto|immagine|imagen|afbeelding|obraz|图片|画像)[\s_]?\d{0,5}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The lines of a mail, and whether anything was left out as hidden.

    `faded`: there are words in the colour of their ground, outside of history.
    """

    lines: tuple[Line, ...]
    faded: bool
    hid: bool

    def has_new(self) -> bool:
        """Whether any words stand outside of history and above the signature."""
        is_signature = False
        for line in self.lines:
            is_signature = not line.depth and (is_signature or line.words == SIGNATURE_MARK)
            if line.words and not line.depth and not is_signature:
                return True
        return False


@dataclass(kw_only=True, slots=True)
class _Open:
    """An element whose end has not come yet, and what is to be undone there."""

    look: Look | None
    preserved: bool = False
    has_symbols: bool = False
    is_block: bool = False
    is_spaced: bool = False
    cites: int = 0
    is_container: bool = False
    framed: str = ""


@dataclass(kw_only=True, slots=True)
class _Link:
    href: str
    shown: list[str] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class _List:
    number: int | None


def lay_out(tree: "_Element", strictness: Strictness) -> Page:
    """The text of a parsed mail, of what can be seen as `strictness` has it."""
    return _Layout(tree, strictness).run(tree)


class _Layout:
    def __init__(self, tree: "_Element", strictness: Strictness) -> None:
        self._eyes = Eyes(tree, strictness)
        self._strictness = strictness
        self._open = [_Open(look=Look())]
        self._sinks = [Lines()]
        self._tables: list[Table] = []
        self._unframed = 0
        self._lists: list[_List] = []
        self._link: _Link | None = None
        self._targets: set[str] = set()
        self._has_many_links = sum(1 for _ in islice(tree.iter("a"), _MANY_LINKS)) >= _MANY_LINKS
        self._cites = 0
        self._containers = 0
        self._leads_in = False
        self._is_rest = False
        self._has_cited = False
        self._faded = False
        self._hid = False

    def run(self, tree: "_Element") -> Page:
        walker = iterwalk(tree, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                self._close(element)
                if element is not tree and element.tail:
                    self._write(element.tail)
            elif not self._start(element):
                walker.skip_subtree()
            elif element.text:
                self._write(element.text)
        return Page(lines=tuple(self._sinks[0].finish()), faded=self._faded, hid=self._hid)

    @property
    def _depth(self) -> int:
        return min(self._cites + self._leads_in + self._is_rest, _MAX_DEPTH)

    def _write(self, text: str) -> None:
        state = self._open[-1]
        if state.look is None or not state.look.shows(self._strictness):
            self._hid = True
            is_faded = state.look is not None and state.look.shows(Strictness.NOT_BY_COLOUR)
            self._faded = self._faded or (is_faded and not self._depth and bool(text.strip()))
            return
        if state.has_symbols and len(text.strip()) <= _MAX_MARK:
            text = text.translate(_WINGDINGS)
        if not text.isascii():
            text = _UNWANTED.sub("", text)
        self._sinks[-1].write(text, self._depth, preserved=state.preserved)
        if self._link is not None:
            self._link.shown.append(text)

    def _start(self, element: "_Element") -> bool:
        """Open an element; False if nothing in it is to be read."""
        around = self._open[-1]
        if not isinstance(element.tag, str) or around.look is None:
            self._open.append(_Open(look=None))
            return False
        look = self._eyes.find_look(element, around.look)
        state = _Open(look=look, preserved=around.preserved, has_symbols=around.has_symbols)
        self._open.append(state)
        if look is None:
            self._hid = True
            return False
        is_told = bool(element.attrib)  # most elements of a long mail say nothing of themselves
        if is_told:
            if (bullet := _find_bullet(element)) is not None:
                self._write(bullet)
                return False
            state.has_symbols = _has_symbols(element, around.has_symbols)
        self._shape(element, state)
        if element.tag == "blockquote" or (is_told and not self._depth):
            self._mark(element, state)
        self._enter(element, state)
        return True

    def _shape(self, element: "_Element", state: _Open) -> None:
        """Whether it stands on lines of its own, with a gap around, and whether its blanks count."""
        tag = element.tag
        state.is_block = tag in BLOCKS or tag in SPACED
        state.is_spaced = tag in SPACED and not (tag in ("ul", "ol", "p") and self._lists)
        state.preserved = state.preserved or tag in ("pre", "listing", "xmp")
        if element.get("style") or element.get("class") or tag == "p":
            declared = self._eyes.declared(element)
            display = declared.get("display", "")
            state.is_block = (state.is_block or display in _AS_BLOCK) and display != "inline"
            if space := declared.get("white-space"):
                state.preserved = space.startswith(("pre", "break-spaces"))
            if tag == "p" and (_has_no_margin(declared) or (element.get("class") or "").startswith("Mso")):
                state.is_spaced = False
        if state.is_spaced:
            self._sinks[-1].gap()
        elif state.is_block:
            self._sinks[-1].end_line()

    def _mark(self, element: "_Element", state: _Open) -> None:
        """Begin history or a signature where the element says so."""
        mark = find_mark(element)
        if element.tag == "blockquote":
            is_history = is_cited(element) or (not self._depth and mark is Mark.HISTORY) or self._containers > 0
            self._cite(state, is_history=is_history)
        elif self._depth:
            return
        elif mark is Mark.HISTORY_FROM_HERE or begins_history(element):
            self._sinks[-1].end_line()
            self._is_rest = True
        elif mark is Mark.HISTORY or (mark is Mark.CITES and decide_container(element) is Mark.HISTORY):
            self._sinks[-1].end_line()
            state.cites = 1
            self._cites += 1
        elif mark is Mark.CITES:
            state.is_container = True
            self._leads_in = not self._containers and decide_container(element) is Mark.CITES
            self._containers += 1
        elif mark is Mark.SIGNATURE:
            self._sinks[-1].add(Line(depth=0, words=SIGNATURE_MARK))

    def _cite(self, state: _Open, *, is_history: bool) -> None:
        """A blockquote: the first one takes the line above it along, which says who wrote it and when."""
        lines = self._sinks[-1]
        lines.end_line()
        self._leads_in = False
        before = len(lines.rows)
        if not self._depth and not self._has_cited:
            lead = lines.find_lead(is_attribution)
            is_history = is_history or lead < before
            if is_history:
                lines.quote_from(lead)
        if is_history:
            state.cites = 1
            self._cites += 1
            self._has_cited = True
        else:
            state.is_spaced = True
            lines.gap()

    def _enter(self, element: "_Element", state: _Open) -> None:
        """What single elements do at their start."""
        tag = element.tag
        if tag == "br":
            if state.look is not None and not state.look.unseen:
                self._sinks[-1].break_line(self._depth)
        elif tag == "img":
            self._write(_picture(element))
        elif tag == "a" and element.get("href") and self._link is None:
            self._link = _Link(href=element.get("originalsrc") or element.get("href") or "")
            state.framed = "link"
        elif tag in ("ul", "ol"):
            start = _number(element, "start", 1) if tag == "ol" else None
            self._lists.append(_List(number=start))
            state.framed = "list"
        elif tag == "li":
            self._sinks[-1].start_item(self._item(element))
            state.framed = "item"
        elif tag in ("table", "tr", "td", "th"):
            self._enter_table(tag, state)

    def _item(self, element: "_Element") -> str:
        """The mark of a list's item: a number as the list counts, or "- "; lists in lists stand further right."""
        if not self._lists:
            return "- "
        inner = self._lists[-1]
        indent = "  " * min(len(self._lists) - 1, 6)
        if inner.number is None:
            return f"{indent}- "
        number = _number(element, "value", inner.number)
        inner.number = number + 1
        return f"{indent}{number}. "

    def _enter_table(self, tag: str, state: _Open) -> None:
        if tag == "table":
            self._sinks[-1].end_line()
            if len(self._tables) >= _MAX_TABLES:
                self._unframed += 1
                state.framed = "unframed"
                return
            self._tables.append(Table())
            self._sinks.append(self._tables[-1].loose)
            state.framed = "table"
        elif not self._tables or self._unframed:
            state.is_block = True
            self._sinks[-1].end_line()
        elif tag == "tr":
            self._tables[-1].rows.append([])
        else:
            self._sinks.append(Lines())
            state.framed = "cell"

    def _close(self, element: "_Element") -> None:
        state = self._open.pop()
        if state.framed:
            self._leave(element, state)
        if state.is_spaced:
            self._sinks[-1].gap()
        elif state.is_block or state.cites:
            self._sinks[-1].end_line()
        self._cites -= state.cites
        if state.is_container:
            self._sinks[-1].end_line()
            self._containers -= 1
            self._leads_in = False

    def _leave(self, element: "_Element", state: _Open) -> None:
        if state.framed == "link":
            self._say_target()
        elif state.framed == "list":
            self._lists.pop()
        elif state.framed == "item":
            self._sinks[-1].end_item()
        elif state.framed == "unframed":
            self._unframed -= 1
            self._sinks[-1].end_line()
        elif state.framed == "cell":
            lines = self._sinks.pop().finish()
            columns, rows = _number(element, "colspan", 1), _number(element, "rowspan", 1)
            self._tables[-1].add_cell(lines, columns=columns, rows=rows)
        else:
            self._sinks.pop()
            for line in self._tables.pop().finish():
                self._sinks[-1].add(line)

    def _say_target(self) -> None:
        link, self._link = self._link, None
        shown = "".join(link.shown) if link else ""
        if link is None or not shown.strip() or len(self._targets) >= _MAX_LINKS:
            return
        target = find_target(link.href, shown, is_one_of_many=self._has_many_links)
        if target is not None and "://" not in target and self._sinks[-1].holds_only(shown):
            return  # a typed name that is a link to its own address stays a name
        if target is not None and target not in self._targets:
            self._targets.add(target)
            self._sinks[-1].add_behind(f" <{target}>", self._depth)


def _has_symbols(element: "_Element", around: bool) -> bool:
    """Whether letters here are pictures: Outlook writes a smiley as the J of Wingdings, an arrow as its à."""
    face = (element.get("face") or "") + (element.get("style") or "")
    return "wingdings" in face.lower() or (around and "font-family" not in face)


def _has_no_margin(declared: dict[str, str]) -> bool:
    margins = declared.get("margin", "").split()
    top = declared.get("margin-top") or (margins[0] if margins else "")
    bottom = declared.get("margin-bottom") or (margins[2 if len(margins) > 2 else 0] if margins else "")
    return top.startswith("0") and bottom.startswith(("0", ".0"))


def _number(element: "_Element", name: str, default: int) -> int:
    value = (element.get(name) or "").strip()
    return min(int(value), _MAX_NUMBER) if value.isascii() and value.isdigit() and len(value) < 9 else default


def _find_bullet(element: "_Element") -> str | None:
    """Word writes a list's mark as text: a number stays, a character of its symbol fonts becomes a hyphen."""
    style = element.get("style") or ""
    if "mso-list" not in style or "ignore" not in style.lower():
        return None
    mark = "".join(islice(element.itertext(), 8)).strip(" \xa0\t\n\r")
    if len(mark) > _MAX_MARK:
        return None
    return f"{mark} " if _NUMBERED.fullmatch(mark) else "- " if mark else ""


def _picture(element: "_Element") -> str:
    """What stands for a picture: an emoji itself, the words of a remote one; attached ones are listed as parts."""
    alt = " ".join((element.get("alt") or "").split())[:200]
    if not alt:
        return ""
    if len(alt) <= 16 and ord(alt[0]) > 0x2000 and not any(c.isalnum() for c in alt):
        return alt
    source = (element.get("src") or "").strip().lower()
    sizes = [_number(element, name, _SMALL + 1) for name in ("width", "height")]
    if not source.startswith("http") or min(sizes) <= _SMALL or len(alt) < 3 or _EMPTY_ALT.match(alt):
        return ""
    is_name = alt.isascii() and len(alt.split()) < _MIN_SENTENCE and not any(c.isdigit() for c in alt)
    return "" if is_name else f"[image: {alt}]"


def unquote_all(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines of history without their outermost marks: for a mail that was forwarded without a word."""
    out = min((line.depth for line in lines if line.words and line.depth), default=0)
    return tuple(replace(line, depth=max(0, line.depth - out)) for line in lines) if out else lines
