"""What is wrong with a template: tried with every kind of case, so that an administrator hears of it before a seller.

A fault means that a mail would not go out by this template; a warning that it would, and might not be what was meant.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, get_args, get_type_hints

from responder.markdown import find_refused_links
from responder.render import TemplateFailed, find_faults, render
from responder.sample import make_sample
from responder.templates import Template
from responder.values import Values

_UNKNOWN = re.compile(r"'(\w+)' is no variable|'(\w+)' has no '(\w+)'|no attribute '(\w+)'|'(\w+)' is undefined")
_NUMBER_EXPECTED = frozenset({"acknowledgement", "status", "reminder", "closing", "reopened"})
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing about a template; `line` counts from 1."""

    name: str
    language: str
    path: str
    line: int
    message: str
    is_fault: bool = True


def check_template(template: Template) -> list[Finding]:
    """All findings of one template, faults first; [] when it is fine."""
    alone = replace(template, otherwise=None)  # what stands behind it would hide what is wrong with it
    faults = find_faults(alone) or list(_find_failures(alone))
    if faults:
        return [_finding(template, one.line, one.message + _suggest(one.message)) for one in _first_of_each(faults)]
    return [*_find_doubts(alone)]


def _find_failures(template: Template) -> Iterator[TemplateFailed]:
    for _, values in sample_cases(template.language):
        try:
            render(template=template, values=values)
        except TemplateFailed as failed:
            yield failed


def _first_of_each(faults: list[TemplateFailed]) -> list[TemplateFailed]:
    return list({(one.line, one.message): one for one in faults}.values())


def _find_doubts(template: Template) -> Iterator[Finding]:
    """What a person should look at: links that come out as text, a number that is missing, braces that are left."""
    for number, link in find_refused_links(template.source):
        yield _finding(template, number, f"the link {link!r} is neither https:, http: nor mailto:", is_fault=False)
    values = make_sample(template.language)
    rendered = render(template=template, values=values)
    if template.name in _NUMBER_EXPECTED and values.case.number not in rendered.subject + rendered.text:
        yield _finding(template, 1, "the case number stands nowhere in the text", is_fault=False)
    if _BRACES.search(rendered.text):
        yield _finding(template, 1, "braces of a variable or a tag are left in the text", is_fault=False)


def sample_cases(language: str) -> tuple[tuple[str, Values], ...]:
    """Made-up cases that differ in what a template asks about: everything filled, nothing, one of each."""
    full = make_sample(language)
    case = full.case
    nothing: dict[str, Any] = dict.fromkeys(_optional_texts(), "")
    bare = replace(case, identifiers=(), missing=(), **nothing)
    return (
        ("everything", full),
        ("nothing missing", replace(full, case=replace(case, missing=(), looking=""))),
        ("one missing", replace(full, case=replace(case, missing=case.missing[:1], looking=""))),
        ("as little as there can be", replace(_emptied(full), case=bare)),
        ("waiting", replace(full, case=replace(case, status="waiting"))),
        ("closed", replace(full, case=replace(case, status="closed"))),
    )


@lru_cache(maxsize=1)
def _optional_texts() -> tuple[str, ...]:
    """The texts of a case that may be empty."""
    kept = {"number", "subject", "status", "queue", "topic", "created"}
    hints = get_type_hints(type(make_sample("en").case))
    return tuple(name for name, kind in hints.items() if kind is str and name not in kept)


def _emptied(values: Values) -> Values:
    """The values with every text of agent, message and body empty, as for a case of somebody without a name."""
    empty: dict[str, Any] = {}
    for one in fields(values):
        value = getattr(values, one.name)
        if one.name in ("agent", "message", "seller"):
            empty[one.name] = replace(value, **{part.name: type(getattr(value, part.name))() for part in fields(value)})
    return replace(values, body="", queue=replace(values.queue, hours="", answer_by=""), **empty)


def _suggest(message: str) -> str:
    """ "; did you mean …?" for a name that is nearly one there is."""
    match = _UNKNOWN.search(message)
    name = next((one for one in reversed(match.groups()) if one), "") if match else ""
    near = difflib.get_close_matches(name, _known_names(), n=1, cutoff=0.6) if name else []
    return f"; did you mean {near[0]!r}?" if near else ""


@lru_cache(maxsize=1)
def _known_names() -> tuple[str, ...]:
    names: dict[str, None] = {}
    for name, kind in get_type_hints(Values).items():
        names[name] = None
        for part, inner in get_type_hints(kind).items() if hasattr(kind, "__dataclass_fields__") else ():
            names[part] = None
            for item in get_args(inner):
                names.update(dict.fromkeys(getattr(item, "__dataclass_fields__", ())))
    return tuple(names)


def _finding(template: Template, line: int, message: str, *, is_fault: bool = True) -> Finding:
    return Finding(
        name=template.name,
        language=template.language,
        path=template.path,
        line=line,
        message=message,
        is_fault=is_fault,
    )
