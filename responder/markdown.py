"""Markdown for mails: a template's Markdown is markup, a value in it never is.

A value goes through the Markdown parser as a mask: a run of private-use characters that spells its octets.
Markdown sees one odd word and finds no markup in it; afterwards the mask is taken off and the renderer
escapes what was under it. Nothing has to know Markdown's special characters, so none can be forgotten.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token

_VALUE, _WORDS, _END, _OCTETS = "\ue000", "\ue001", "\ue002", 0xE100
_MASK = re.compile(f"[{_VALUE}{_WORDS}]([\ue100-\ue1ff]*){_END}")
_WORDS_ONLY = re.compile(f"{_WORDS}[\ue100-\ue1ff]*{_END}")
_MASK_CHARACTERS = re.compile("[\ue000-\ue1ff]")
_LINK = re.compile(r"\]\(\s*<?([^\s)>]{1,500})")
_CASE_NUMBER = re.compile(r"\bCP-\d{10}\b")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)


def mask_value(value: str) -> str:
    """A value of one line, to stand in Markdown."""
    return _mask(_VALUE, value)


def mask_words(words: str) -> str:
    """A person's words, to stand in Markdown: their own lines are kept, never wrapped, never joined."""
    return _mask(_WORDS, words)


def unmask(text: str) -> str:
    """The text with all masks taken off. What was under one is not looked at again."""
    return _MASK.sub(lambda found: bytes(ord(one) - _OCTETS for one in found[1]).decode(errors="replace"), text)


def is_words(text: str) -> bool:
    """Whether the text is nothing but one person's words."""
    return bool(_WORDS_ONLY.fullmatch(text))


def remove_masks(source: str) -> str:
    """A template's source without characters that masks are made of."""
    return _MASK_CHARACTERS.sub("", source)


def count_markup(source: str) -> int:
    """How many characters the parser has to think about: those under masks are none."""
    return len(_MASK_CHARACTERS.sub("", source))


def find_refused_links(source: str) -> list[tuple[int, str]]:
    """(line, target) of what is written as a link and would stand in the mail as typed, for its target is none."""
    found = []
    for number, line in enumerate(source.split("\n"), start=1):
        for target in _LINK.findall(line):
            if "{" not in target and not _SAFE_LINK.fullmatch(target):
                found.append((number, target))
    return found


def parse_markdown(source: str) -> list[Token]:
    """CommonMark and tables; no HTML, no pictures (they would be remote), links to http, https and mailto alone."""
    return _MARKDOWN.parse(source)


def render_html(tokens: Sequence[Token]) -> str:
    """The HTML of what `parse_markdown` gave, values escaped."""
    return str(_MARKDOWN.renderer.render(list(_unmask_tokens(tokens)), _MARKDOWN.options, {}))


def _mask(start: str, text: str) -> str:
    return start + "".join(chr(_OCTETS + octet) for octet in text.encode(errors="replace")) + _END


def _clean_link(url: str) -> str:
    """The link for the wire. A value may be a whole link or a piece of one; a piece cannot add parts to it."""
    return normalizeLink(
        _MASK.sub(lambda found: quote(unmask(found[0]), safe="@") if found.start() else unmask(found[0]).strip(), url)
    )


def _unmask_tokens(tokens: Sequence[Token]) -> list[Token]:
    result: list[Token] = []
    for token in _drop_empty_heads(tokens):
        if token.type == "inline" and is_words(token.content) and result and result[-1].type == "paragraph_open":
            result[-1] = Token("html_block", "", 0, content=_render_words(unmask(token.content)))
        elif token.type == "paragraph_close" and result and result[-1].type == "html_block":
            continue
        elif token.type == "inline":
            result.append(token.copy(children=_unmask_inline(token.children or [])))
        else:
            result.append(token.copy(content=unmask(token.content)))
    return result


def _unmask_inline(children: Sequence[Token]) -> list[Token]:
    result: list[Token] = []
    for child in children:
        first, *others = unmask(child.content).split("\n")
        result.append(child.copy(content=first))
        for line in others:
            result += [Token("hardbreak", "br", 0), child.copy(content=line)]
    return result


def _drop_empty_heads(tokens: Sequence[Token]) -> list[Token]:
    """Without table heads that hold nothing: Markdown has no table without a head, a block of facts needs none."""
    result: list[Token] = []
    head: list[Token] | None = None
    for token in tokens:
        if token.type == "thead_open":
            head = []
        if head is None:
            result.append(token)
            continue
        head.append(token)
        if token.type == "thead_close":
            result += head if any(one.content for one in head) else []
            head = None
    return result


def _render_words(words: str) -> str:
    """Lines as typed. Direction is found for each paragraph, so that Arabic and Hebrew read as they should."""
    paragraphs = re.split(r"\n[ \t]*\n", words)
    return "".join(f'<p class="words" dir="auto">{_render_lines(one)}</p>\n' for one in paragraphs)


def _render_lines(paragraph: str) -> str:
    lines = [escape(line.expandtabs(4).rstrip()) for line in paragraph.split("\n")]
    return "<br>\n".join(re.sub("^ |(?<= ) ", "\u00a0", line) for line in lines) or "\u00a0"


def _render_text(_renderer: RendererProtocol, tokens: Sequence[Token], index: int, *_: Any) -> str:
    """Escaped text; a case number stays in one line, which a hyphen would else end on a phone."""
    return _CASE_NUMBER.sub(r'<span style="white-space: nowrap">\g<0></span>', escapeHtml(tokens[index].content))


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    markdown.enable("table").disable(["image", "html_block", "html_inline"])
    # The library's way to change what a link may be: its methods are replaced.
    markdown.normalizeLink = _clean_link  # type: ignore[method-assign]
    markdown.add_render_rule("text", _render_text)
    markdown.validateLink = lambda url: bool(_SAFE_LINK.fullmatch(url))  # type: ignore[method-assign]
    return markdown


_MARKDOWN = _make_markdown()
