"""The elements of HTML by what they do, and how deep a source nests them."""

import re

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})")


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# What no mail program shows as text. <noscript> is shown: in mail no script ever runs.
NEVER_SHOWN = _set(
    "script style title template xml iframe object embed applet svg video audio canvas select datalist meta link map"
    " frameset noframes"
)
# On lines of their own; the second set with an empty line around.
BLOCKS = _set(
    "address article aside body center dd details dialog dir div dl dt fieldset figcaption figure footer form header"
    " html legend main menu nav noscript section summary caption blockquote"
)
SPACED = _set("p h1 h2 h3 h4 h5 h6 ul ol dl pre hr figure listing xmp")
# HTML 5 opens these again in the next block where their end is missing.
FORMATTING = _set("a b big code em font i nobr s small strike strong tt u")
# Without an end, or with one that may be left out: neither makes the tree deeper.
UNNESTED = _set("area base br col embed hr img input link meta source wbr p li dt dd tr td th tbody thead tfoot option")

# Characters that no document may hold (XML 1.0, 2.2); a vertical tab is Word's line break within a paragraph.
_CONTROLS = re.compile("[\x00-\x08\x0c\x0e-\x1f\x7f]+")


def strip_controls(html: str) -> str:
    """The source without characters that no document may hold, a blank for each vertical tab."""
    return _CONTROLS.sub("", html.replace("\x0b", " "))


def measure_depth(html: str) -> int:
    """An upper bound of how deep elements nest; libraries recurse and give up silently (3,000 blockquotes)."""
    depth = deepest = 0
    for closing, name in TAG.findall(html):
        if name in UNNESTED or name.lower() in UNNESTED:
            continue
        if closing:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
