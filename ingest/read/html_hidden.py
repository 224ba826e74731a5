"""What the reader of an HTML mail cannot see: it is not the sender's word.

An element is looked at together with what it inherits. What is not known for certain (a picture as ground, a colour by
a name nobody uses) hides nothing: losing a seller's words is worse than reading a newsletter's preheader.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from ingest.read.html_elements import NEVER_SHOWN
from ingest.read.html_style import (
    Colour,
    are_alike,
    find_colour,
    find_length,
    is_transparent,
    parse_sheet,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_TINY = 1.4
_FAR_OUT = -500.0
_FAINT = 0.06
_RELEVANT = frozenset(("style", "class", "id", "hidden", "bgcolor", "background", "color", "size", "text"))
_MAX_KNOWN = 50_000


class Strictness(IntEnum):
    """How much is hidden; the less strict are tried where nothing would be left."""

    NOTHING = 0
    NOT_BY_COLOUR = 1
    ALL = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What text looks like where it stands; a colour of None is unknown or nobody's choice.

    Only a colour that the sender chose hides: mail programs leave out dark grounds of a whole page and keep black.
    """

    colour: Colour | None = None
    ground: Colour | None = (255, 255, 255)
    tiny: bool = False
    unseen: bool = False
    clear: bool = False

    def shows(self, strictness: Strictness) -> bool:
        """Whether text of this look can be read."""
        if strictness is Strictness.NOTHING:
            return True
        if self.tiny or self.unseen:
            return False
        if strictness is Strictness.NOT_BY_COLOUR:
            return True
        return not self.clear and not (self.colour and self.ground and are_alike(self.colour, self.ground))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    """All of an element that decides its look: elements of the same key in the same place look alike."""

    tag: str
    attributes: tuple[str, ...]
    is_button: bool
    around: Look


class Eyes:
    """Looks at the elements of one mail; remembers what it has seen, since mails repeat the same styles."""

    def __init__(self, tree: "_Element", strictness: Strictness) -> None:
        self._sheet = parse_sheet("\n".join(style.text or "" for style in tree.iter("style")))
        self._strictness = strictness
        self._known: dict[_Key, Look | None] = {}
        self._declared: dict[tuple[str, str, str, str], dict[str, str]] = {}

    def declared(self, element: "_Element") -> dict[str, str]:
        """The declarations that hold for an element, from the mail's rules and its own style."""
        get = element.get
        key = (str(element.tag), (get("class") or "").lower(), (get("id") or "").lower(), get("style") or "")
        found = self._declared.get(key)
        if found is None:
            found = self._sheet.declared(*key)
            if len(self._declared) < _MAX_KNOWN:
                self._declared[key] = found
        return found

    def find_look(self, element: "_Element", around: Look) -> Look | None:
        """The look of an element inside one of the look `around`; None where nothing in it can be seen."""
        tag = str(element.tag)
        if tag in NEVER_SHOWN:
            return None if self._strictness or tag != "xml" else around
        if self._strictness is Strictness.NOTHING:
            return around
        if tag not in self._sheet.rules and tag != "a" and not any(name in _RELEVANT for name in element.attrib):
            return around
        attributes = tuple(f"{name}={value}" for name, value in element.items() if name in _RELEVANT)
        key = _Key(tag=tag, attributes=attributes, is_button=_is_button(element), around=around)
        if key in self._known:
            return self._known[key]
        look = self._look(element, around, is_button=key.is_button)
        if len(self._known) < _MAX_KNOWN:
            self._known[key] = look
        return look

    def _look(self, element: "_Element", around: Look, *, is_button: bool) -> Look | None:
        declared = self.declared(element)
        if element.get("hidden") is not None and "display" not in declared:
            return None
        if element.tag not in ("html", "body") and _is_out_of_sight(declared, is_button=is_button):
            return None
        return _coloured(element, declared, _sized(element, declared, around))


def _is_button(element: "_Element") -> bool:
    """Whether `mso-hide:all` may stand on it and all but Outlook show it: a link drawn twice, for Outlook as VML."""
    return element.tag == "a" or ("mso-hide" in (element.get("style") or "") and element.find(".//a") is not None)


def _is_out_of_sight(declared: dict[str, str], *, is_button: bool) -> bool:
    if declared.get("display") == "none" or declared.get("content-visibility") == "hidden":
        return True
    if declared.get("mso-hide") == "all" and not is_button:
        return True
    written = declared.get("opacity", "")
    opacity = find_length(written.rstrip("%"))
    if opacity is not None and opacity < (_FAINT * 100 if "%" in written else _FAINT):
        return True
    if declared.get("filter", "").replace(" ", "") == "alpha(opacity=0)":
        return True
    return _is_cut_off(declared) or _is_outside(declared)


def _is_cut_off(declared: dict[str, str]) -> bool:
    """A box without height or width whose content does not run over (the preheader of most newsletters)."""
    if "hidden" not in declared.get("overflow", ""):
        return False
    boxes = (find_length(declared.get(name)) for name in ("max-height", "height", "max-width", "width"))
    return any(size is not None and 0 <= size <= _TINY for size in boxes)


def _is_outside(declared: dict[str, str]) -> bool:
    if (find_length(declared.get("text-indent")) or 0) <= _FAR_OUT:
        return True
    if (find_length(declared.get("margin-left")) or 0) <= _FAR_OUT:
        return True
    if declared.get("transform", "").replace(" ", "").startswith("scale(0)"):
        return True
    if declared.get("position") not in ("absolute", "fixed"):
        return False
    if any((find_length(declared.get(side)) or 0) <= _FAR_OUT for side in ("left", "top", "right", "bottom")):
        return True
    return declared.get("clip", "").replace(" ", "").replace("px", "").startswith(("rect(0,0,0,0", "rect(1,1,1,1"))


def _sized(element: "_Element", declared: dict[str, str], around: Look) -> Look:
    """Whether text is too small to see; a real size inside a box of size 0 is seen (MJML and Foundation lay out so)."""
    tiny, unseen = around.tiny, around.unseen
    written = declared.get("font-size") or (declared.get("font", "") if declared.get("font", "")[:1] == "0" else "")
    size = find_length(written)
    if size is not None:
        relative = any(unit in written for unit in ("em", "%")) and "rem" not in written
        tiny = (tiny or size <= _TINY) if relative else size <= _TINY
    elif written or (element.tag == "font" and element.get("size")):
        tiny = tiny and written in ("inherit", "smaller", "larger")
    if seen := declared.get("visibility"):
        unseen = seen in ("hidden", "collapse")
    return replace(around, tiny=tiny, unseen=unseen)


def _coloured(element: "_Element", declared: dict[str, str], around: Look) -> Look:
    colour, clear = around.colour, around.clear
    if element.tag == "a" and element.get("href"):
        colour = None
    named = declared.get("color") or element.get("color" if element.tag == "font" else "text")
    if named and named not in ("inherit", "currentcolor"):
        colour, clear = find_colour(named), is_transparent(named)
    return replace(around, colour=colour, clear=clear, ground=_ground(element, declared, around))


def _ground(element: "_Element", declared: dict[str, str], around: Look) -> Colour | None:
    if element.get("background") or "background-image" in declared:
        return None
    named = declared.get("background-color") or declared.get("background") or element.get("bgcolor")
    if not named or named in ("none", "inherit", "initial", "unset") or is_transparent(named):
        return around.ground
    return None if "url" in named or "gradient" in named else find_colour(named)
