"""As much of CSS as decides what a reader can see: declarations, lengths, colours and the simple rules of <style>.

Only rules of one simple selector count (`p`, `.x`, `p.x`, `#x`), outside of any @media: what a telephone or a dark
screen would hide, the others show.
"""

import re
from dataclasses import dataclass, field

Colour = tuple[int, int, int]

_DECLARATION = re.compile(r"([a-z-]{2,40})\s{0,20}:\s{0,20}([^;{}]{1,300})")
_SGML_COMMENT = re.compile(r"<!--|-->")
_BRACE = re.compile(r"[{}]")
_CLASS = re.compile(r"\.[\w-]{1,80}")
_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9:]{0,20})?(?P<name>[.#][\w-]{1,80})?\Z")
_LENGTH = re.compile(r"(-?\d{0,6}(?:\.\d{1,6})?)\s{0,3}(px|pt|em|rem|ex|%|in|cm|mm|pc|vw|vh)?(?![\w.])")
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])")
_RGB = re.compile(
    r"rgba?\(\s{0,9}(\d{1,3})[\s,]{1,9}(\d{1,3})[\s,]{1,9}(\d{1,3})"
    r"(?:[\s,/]{1,9}(\d{0,3}(?:\.\d{1,9})?)%?)?\s{0,9}\)"
)
_PIXELS = {"px": 1.0, "pt": 1.333, "em": 16.0, "rem": 16.0, "ex": 8.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "pc": 16.0}
# Only names that mails use for a ground; another name is "unknown", and what is unknown hides nothing.
_NAMES: dict[str, Colour] = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0),
    "windowtext": (0, 0, 0),
    "window": (255, 255, 255),
    "silver": (192, 192, 192),
    "lightgrey": (211, 211, 211),
    "lightgray": (211, 211, 211),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
}
_ALIKE = 12
_MAX_STYLE = 3_000
_MAX_SHEET = 200_000
_MAX_RULES = 3_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """Property to value, both in lower case; `strong` are those marked !important."""

    plain: dict[str, str] = field(default_factory=dict)
    strong: dict[str, str] = field(default_factory=dict)


NOTHING_DECLARED = Declarations()
_UNKNOWN_GROUND = Declarations(plain={"background-color": "unknown"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The rules of a mail's <style> elements by selector: "p", ".x", "p.x", "#x"."""

    rules: dict[str, Declarations] = field(default_factory=dict)

    def declared(self, tag: str, classes: str, name: str, inline: str) -> dict[str, str]:
        """What holds for an element: its tag's rules, its classes', its id's, its own style, then the !important."""
        selectors = [tag]
        for one in classes.split()[:20]:
            selectors += (f".{one}", f"{tag}.{one}")
        if name:
            selectors.append(f"#{name}")
        found = [self.rules[key] for key in selectors if key in self.rules]
        if inline:
            found.append(parse_declarations(inline))
        merged: dict[str, str] = {}
        for declarations in found:
            merged |= declarations.plain
        for declarations in found:
            merged |= declarations.strong
        return merged


def parse_declarations(text: str) -> Declarations:
    """The declarations of a style attribute or of one rule; the last of a name counts."""
    plain: dict[str, str] = {}
    strong: dict[str, str] = {}
    for match in _DECLARATION.finditer(text[:_MAX_STYLE].lower()):
        value, mark, _ = match[2].partition("!")
        (strong if mark else plain)[match[1]] = value.strip()
    return Declarations(plain=plain, strong=strong)


def parse_sheet(text: str) -> Sheet:
    """The simple rules of a style sheet; @-rules and their blocks are passed over, unclosed ones end the sheet."""
    first, *others = _SGML_COMMENT.sub(" ", text[:_MAX_SHEET].lower()).split("/*")
    source = first + " ".join(other.partition("*/")[2] for other in others)
    rules: dict[str, Declarations] = {}
    start = 0
    while len(rules) < _MAX_RULES and (opened := source.find("{", start)) >= 0:
        head = source[max(start, opened - 2_000) : opened].rpartition(";")[2].strip()
        if head.startswith("@"):
            start = _behind_block(source, opened)
            continue
        closed = source.find("}", opened)
        if closed < 0:
            break
        found = parse_declarations(source[opened + 1 : closed])
        for selector in head.split(",")[:50]:
            _add_rule(rules, selector.strip(), found)
        start = closed + 1
    return Sheet(rules=rules)


def _add_rule(rules: dict[str, Declarations], selector: str, found: Declarations) -> None:
    if (match := _SELECTOR.match(selector)) and match[0]:
        _merge_rule(rules, match[0], found)
    elif any(name.startswith("background") for name in (*found.plain, *found.strong)):
        # ".button a" or ".head td": which elements have this ground is not worked out, so theirs is unknown.
        for name in _CLASS.findall(selector)[:20]:
            _merge_rule(rules, name, _UNKNOWN_GROUND)


def _merge_rule(rules: dict[str, Declarations], selector: str, found: Declarations) -> None:
    before = rules.get(selector, NOTHING_DECLARED)
    rules[selector] = Declarations(plain=before.plain | found.plain, strong=before.strong | found.strong)


def _behind_block(source: str, opened: int) -> int:
    """The index behind the brace that closes the one at `opened`; the end where there is none."""
    depth = 0
    for match in _BRACE.finditer(source, opened):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(source)


def find_length(value: str | None) -> float | None:
    """A CSS length in pixels (16 to the em); per cent count as if of 16; None for words such as `auto`."""
    match = _LENGTH.match(value.strip()) if value else None
    if match is None or not match[1] or match[1] == "-":
        return None
    unit = match[2] or "px"
    return float(match[1]) * (0.16 if unit in ("%", "vw", "vh") else _PIXELS[unit])


def find_colour(value: str | None) -> Colour | None:
    """Red, green and blue of a colour; None for one that is not known."""
    word = (value or "").strip().lower()[:60]
    if match := _HEX.match(word):
        digits = match[1] if len(match[1]) == 6 else "".join(c * 2 for c in match[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if match := _RGB.match(word):
        return int(match[1]), int(match[2]), int(match[3])
    return _NAMES.get(word.split(" ", 1)[0]) if word else None


def is_transparent(value: str | None) -> bool:
    """Whether a colour lets all of what is behind it through."""
    word = (value or "").strip().lower()[:60]
    match = _RGB.match(word)
    return word == "transparent" or bool(match and match[4] and float(match[4]) == 0)


def are_alike(one: Colour, other: Colour) -> bool:
    """Whether nobody can tell the two colours apart."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _ALIKE
