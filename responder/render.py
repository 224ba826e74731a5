"""A template and its values become a subject, a text part and an HTML part. Values are data and never become markup."""

import logging
import re
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, get_type_hints

import css_inline
from jinja2 import Template as CompiledTemplate
from jinja2 import TemplateError, TemplateSyntaxError, Undefined, nodes
from markupsafe import Markup

from responder.budget import BudgetSpent, limited, spend
from responder.headers import clean_header
from responder.markdown import count_markup, mask_value, mask_words, parse_markdown, remove_masks, render_html, unmask
from responder.plain_text import render_text
from responder.sandbox import Environment, layout_environment
from responder.templates import Template
from responder.values import Values
from responder.words import find_word, name_language

_log = logging.getLogger(__name__)

_ASIDE_SECONDS = 60.0
MAX_MARKUP_CHARACTERS = 100_000  # of Markdown, values not counted: 800,000 short paragraphs took 44 s
_SUBJECT = "Subject:"
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls and lone surrogates; direction overrides make a text read other than it is written.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202d\u202e]")
_FAULTS = (
    TemplateError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    MemoryError,  # the compiler's word for an expression that is nested too deeply
    SyntaxError,
)
_VALUE_CLASS = re.compile(r"'?responder\.values\.(\w+?)Value object'?")
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


class TemplateFailed(Exception):
    """A template that cannot be rendered: the same again next time, so someone must mend it."""

    def __init__(self, *, name: str, language: str, line: int, message: str, in_layout: bool = False) -> None:
        super().__init__(f"{language}/{name}.md, line {line}: {message}")
        self.name = name
        self.language = language
        self.line = line
        self.message = message
        self.in_layout = in_layout


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """One mail in words; `subject` has no tag yet, `text` and `html` end in a line break.

    `slips` say which templates failed before the one that was used, and how.
    """

    subject: str
    text: str
    html: str
    language: str
    slips: tuple[str, ...] = ()


class Words(str):
    """A person's words: their lines stand in the mail as they were typed."""

    __slots__ = ()


def render(*, template: Template, values: Values) -> Rendered:
    """The mail that the template makes of the values, or where it fails the one that stands behind it.

    No seller waits in silence for an administrator to mend a file. TemplateFailed, when the last of them fails too,
    names file, line and what is wrong.
    """
    template, slips = _skip_aside(template), list[str]()
    while True:
        try:
            with limited():
                return replace(_render(template, values), slips=tuple(slips))
        except TemplateFailed as failed:
            following = _find_following(template, failed)
            if following is None:
                raise
            _log.error("template not used: %s; instead: %s", failed, following.path)
            slips.append(str(failed))
            if isinstance(failed.__cause__, BudgetSpent):
                _aside[template.source, template.layout] = time.monotonic() + _ASIDE_SECONDS
            template = following


def find_faults(template: Template) -> list[TemplateFailed]:
    """What would fail in a template whatever the values are: first line, syntax, unknown variables and attributes."""
    environment = _environment(template.language)
    try:
        with limited():
            trees = [environment.parse_limited(source) for source in _split_source(template)]
            faults = [fault for tree in trees for fault in _find_unknown(tree)]
            for tree in trees:
                environment.compile(tree, filename="<template>")
            _build(layout_environment(), template.layout)
    except TemplateFailed as failed:
        return [failed]
    except _FAULTS as error:
        return [_describe(template, error)]
    return [_fail(template, line, message) for line, message in sorted(set(faults))]


# Templates that cost too much, and until when others are used in their place: the mails behind would wait for each try.
_aside: dict[tuple[str, str], float] = {}


def _skip_aside(template: Template) -> Template:
    while template.otherwise is not None and _aside.get((template.source, template.layout), 0.0) > time.monotonic():
        template = template.otherwise
    return template


def _find_following(template: Template, failed: TemplateFailed) -> Template | None:
    """What stands behind a template without that which failed: its wording or the frame."""
    following = template.otherwise
    while following is not None and (
        following.layout == template.layout if failed.in_layout else following.source == template.source
    ):
        following = following.otherwise
    return following


def _render(template: Template, values: Values) -> Rendered:
    context = {name: _show(getattr(values, name), name) for name in _name_fields(Values)}
    subject_source, body_source = _split_source(template)
    subject = clean_header(unmask(_run(template, subject_source, context)))
    body = _run(template, body_source, context)
    if count_markup(body) > MAX_MARKUP_CHARACTERS:
        raise _fail(template, 3, f"the wording grows over {MAX_MARKUP_CHARACTERS} characters")
    tokens = parse_markdown(body)
    frame = {"subject": subject, "language": template.language, "content": Markup(render_html(tokens))}  # noqa: S704
    return Rendered(
        subject=subject,
        text=render_text(tokens),
        html=_INLINER.inline(_run_layout(template, frame)),
        language=template.language,
    )


def _show(value: Any, name: str) -> Any:
    """The values as a template sees them: texts cleaned, persons' words marked."""
    if isinstance(value, str):
        return _show_text(value, name)
    if isinstance(value, tuple):
        return tuple(_show(one, name) for one in value)
    kind: Any = type(value)
    return kind(**{one: _show(getattr(value, one), one) for one in _name_fields(kind)})


def _show_text(text: str, name: str) -> str:
    if not text.isprintable():
        text = _UNPRINTABLE.sub("", _LINE_END.sub("\n", text))
    return Words(text.strip("\n")) if name in {"body", "text"} else " ".join(text.split())


@lru_cache(maxsize=32)
def _name_fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _mask_output(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)
    if not isinstance(value, str | int | None):
        raise TypeError("only a text or a number can stand in a mail, not a record, a list or a method")
    text = "" if value is None else str(value)
    return mask_words(text) if isinstance(value, Words) or "\n" in text else mask_value(text)


def _split_source(template: Template) -> tuple[str, str]:
    """The subject's source and the body's, the body still on its own lines so that a fault names the right one."""
    source = remove_masks(_LINE_END.sub("\n", template.source))
    first, _, rest = source.partition("\n")
    if not first.startswith(_SUBJECT) or not first.removeprefix(_SUBJECT).strip():
        raise _fail(template, 1, "the first line must be “Subject: …”")
    if rest.partition("\n")[0].strip():
        raise _fail(template, 2, "a blank line must follow the subject")
    return first.removeprefix(_SUBJECT).strip(), "\n" + rest


def _run(template: Template, source: str, context: Mapping[str, Any]) -> str:
    try:
        return _collect(_compile(template.language, source), context)
    except _FAULTS as error:
        raise _describe(template, error) from error


def _run_layout(template: Template, frame: Mapping[str, Any]) -> str:
    try:
        return _collect(_compile_layout(template.layout), frame)
    except _FAULTS as error:
        message = f"in _layout.html: {error}"
        raise TemplateFailed(
            name=template.name, language=template.language, line=_find_line(error), message=message, in_layout=True
        ) from error


def _collect(compiled: CompiledTemplate, context: Mapping[str, Any]) -> str:
    pieces = []
    for piece in compiled.generate(context):
        pieces.append(piece)
        spend(len(piece))
    return "".join(pieces)


@lru_cache(maxsize=64)
def _environment(language: str) -> Environment:
    return Environment(
        finalize=_mask_output,
        filters={
            "word": lambda word: find_word(word, language),
            "language_name": lambda code: name_language(code, language),
        },
    )


@lru_cache(maxsize=256)
def _compile(language: str, source: str) -> CompiledTemplate:
    return _build(_environment(language), source)


@lru_cache(maxsize=16)
def _compile_layout(source: str) -> CompiledTemplate:
    return _build(layout_environment(), source)


def _build(environment: Environment, source: str) -> CompiledTemplate:
    code = environment.compile(environment.parse_limited(source), filename="<template>")
    return CompiledTemplate.from_code(environment, code, {})


def _describe(template: Template, error: BaseException) -> TemplateFailed:
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    return _fail(template, _find_line(error), _VALUE_CLASS.sub(lambda found: found[1].lower(), message))


def _find_line(error: BaseException) -> int:
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    frames = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == "<template>"]
    return (frames[-1] if frames else None) or 1


def _fail(template: Template, line: int, message: str) -> TemplateFailed:
    return TemplateFailed(name=template.name, language=template.language, line=line, message=message)


def _find_unknown(tree: nodes.Template) -> list[tuple[int, str]]:
    known = _list_attributes()
    local = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"} | {"loop"}
    faults = [
        (name.lineno, f"{name.name!r} is no variable of mail templates")
        for name in tree.find_all(nodes.Name)
        if name.name not in known and name.name not in local
    ]
    for node in tree.find_all(nodes.Getattr):
        owner = node.node.name if isinstance(node.node, nodes.Name) and node.node.name not in local else None
        if owner in known and node.attr not in known[owner]:
            faults.append((node.lineno, f"{owner!r} has no {node.attr!r}"))
    return faults


@lru_cache(maxsize=1)
def _list_attributes() -> dict[str, frozenset[str]]:
    hints = get_type_hints(Values)
    return {
        one.name: frozenset(part.name for part in fields(hints[one.name]))
        if is_dataclass(hints[one.name])
        else frozenset()
        for one in fields(Values)
    }
