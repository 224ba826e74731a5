"""A strict check of cleaned HTML: whatever could load from outside, run, or lead to our own pages is a fault."""

from lxml import html

_NEVER = (
    *("script", "style", "link", "meta", "base", "form", "input", "button", "iframe", "frame", "object", "embed"),
    *("svg", "video", "audio", "source", "track", "picture", "math", "template", "textarea", "area", "map", "body"),
)
_LOADING = ("//", "url(", "\\", "javascript:", "@", "expression", "var(", "image-set", "attr(")


def faults(clean: str) -> list[str]:
    """Whatever in a cleaned HTML could load something, run, or lead to a relative address."""
    found = []
    for element in html.fragment_fromstring(clean, create_parent="section").iter():
        if not isinstance(element.tag, str) or element.tag in _NEVER:
            found.append(str(element.tag))
            continue
        for name, value in element.items():
            low = "".join(value.lower().split())
            if element.tag == "a" and name == "href":
                fine = low.startswith(("http://", "https://", "mailto:", "tel:"))
            elif element.tag == "img" and name == "src":
                fine = low.startswith(("cid:", "data:image/png;base64,", "data:image/jpeg;base64,"))
            else:
                fine = not name.startswith("on") and not any(bad in low for bad in _LOADING)
            if not fine:
                found.append(f"{element.tag} {name}={value}")
    return found
