"""The text part of a mail: what a person would have typed, from the same Markdown as the HTML part."""

import re
from collections.abc import Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from responder.line_breaks import wrap_line
from responder.markdown import is_words, unmask

LINE_WIDTH = 76
_RULE = "-" * 20


def render_text(tokens: Sequence[Token]) -> str:
    """Paragraphs wrapped at 76 columns, a person's words as typed, links as `text (url)`, ends in one line break."""
    lines = _render_blocks(SyntaxTreeNode(list(tokens)).children, LINE_WIDTH)
    return "\n".join(lines).strip("\n") + "\n"


def _render_blocks(nodes: Sequence[SyntaxTreeNode], width: int, gap: Sequence[str] = ("",)) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        if lines:
            lines += gap
        lines += _render_block(node, width)
    return lines


def _render_block(node: SyntaxTreeNode, width: int) -> list[str]:
    if node.type in {"paragraph", "heading"}:
        return _wrap(_render_inline(node.children), width)
    if node.type in {"bullet_list", "ordered_list"}:
        return _render_list(node, width)
    if node.type == "blockquote":
        return [f"> {line}" if line else ">" for line in _render_blocks(node.children, width - 2)]
    if node.type == "table":
        return _render_table(node)
    if node.type == "hr":
        return [_RULE]
    return [f"    {line}" for line in unmask(node.content).rstrip("\n").split("\n")]


def _render_list(node: SyntaxTreeNode, width: int) -> list[str]:
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    number = int(node.attrs.get("start", 1))
    lines: list[str] = []
    for item in node.children:
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        if lines and not tight:
            lines.append("")
        inside = _render_blocks(item.children, width - len(mark), () if tight else ("",)) or [""]
        lines += [mark + inside[0], *(line and " " * len(mark) + line for line in inside[1:])]
        number += 1
    return lines


def _render_table(node: SyntaxTreeNode) -> list[str]:
    """A table of two columns is a block of facts, `Label:  value`; any other has its cells side by side."""
    rows = [
        [unmask(_render_inline(cell.children)).replace("\n", " ") for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    rows = [row for row in rows if any(row)]
    if any(len(row) != 2 for row in rows):
        return [" | ".join(row) for row in rows]
    labels = [f"{label}:" if label and not label.endswith(":") else label for label, _ in rows]
    column = max(map(len, labels), default=0) + 2
    return [(label.ljust(column) + value).rstrip() for label, (_, value) in zip(labels, rows, strict=True)]


def _render_inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "".join(_render_span(node) for node in nodes)


def _render_span(node: SyntaxTreeNode) -> str:
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.type == "link":
        return _render_link(_render_inline(node.children), str(node.attrs.get("href", "")))
    return _render_inline(node.children) if node.children else node.content


def _render_link(shown: str, url: str) -> str:
    target = re.sub("^mailto:", "", url, flags=re.IGNORECASE)
    return target if unmask(shown) == target else f"{shown} ({target})"


def _wrap(text: str, width: int) -> list[str]:
    """Words stay masked while the lines around them are wrapped: they are one unbreakable word to `textwrap`."""
    if is_words(text):
        return unmask(text).split("\n")
    lines: list[str] = []
    for line in text.split("\n"):
        if _holds_words(line):
            lines += unmask("\n".join(wrap_line(line, width))).split("\n")
        else:
            lines += wrap_line(unmask(line), width)
    return lines


def _holds_words(line: str) -> bool:
    return "\n" in unmask(line) or any(is_words(piece) for piece in line.split())
