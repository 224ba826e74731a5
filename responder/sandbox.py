"""The part of Jinja2 that templates are written in: small enough that no template can do harm or run for ever.

Jinja's sandbox keeps a template from Python's objects but not from time and memory: `"a" * 10**9`, `"%999999999d"`,
`.center()` and nested loops all pass it. So calls, arithmetic, macros, includes and nested loops are left out of the
language altogether, filters are a list of those that cannot grow a text, and a loop goes over at most 200 things.
What is left is counted: each filter, comparison and test spends from the budget of one mail (`responder/budget.py`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from responder.budget import MAX_RENDERED_CHARACTERS, spend

MAX_SOURCE_CHARACTERS = 64_000
MAX_ROWS = 200

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.If, nodes.For, nodes.Assign, nodes.Filter, nodes.Keyword, nodes.Test, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Tuple, nodes.List,
)  # fmt: skip
_FILTERS = (
    "capitalize", "count", "d", "default", "first", "last", "length", "list", "lower", "map", "rejectattr",
    "selectattr", "title", "trim", "upper",
)  # fmt: skip
_TESTS = ("defined", "undefined", "none", "string", "eq", "equalto", "==", "ne", "!=", "in", "true", "false")
_TAG = re.compile(r"\{%.*?%\}")
_ENDS_IN_TAG = re.compile(r"(?<![-+])%\}$")


class Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox without globals and calls; unknown variables are errors."""

    def __init__(self, *, finalize: Callable[[Any], str] | None, filters: dict[str, Callable[..., Any]]) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=finalize is None,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals = {}
        allowed = {name: FILTERS[name] for name in _FILTERS} | _OWN_FILTERS | filters
        self.filters = {name: _counted(one) for name, one in allowed.items()}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is called from a template."""
        del obj
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Values are read, their methods are not even named: `format` and its like would be text otherwise."""
        return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def parse_limited(self, source: str) -> nodes.Template:
        """The source as Jinja's tree; TemplateSyntaxError names the line and what a mail template cannot do."""
        if len(source) > MAX_SOURCE_CHARACTERS:
            raise TemplateSyntaxError(f"a template has at most {MAX_SOURCE_CHARACTERS} characters", 1)
        tree = self.parse(_keep_line_ends(source))
        rewritten: nodes.Template = _Rewriter().visit(tree)
        self._check_nodes(rewritten, inside_loop=False)
        return rewritten

    def _check_nodes(self, node: nodes.Node, *, inside_loop: bool) -> None:
        if not isinstance(node, _ALLOWED):
            raise TemplateSyntaxError(f"“{_name_node(node)}” is not available in mail templates", node.lineno)
        if isinstance(node, nodes.Name) and node.name in {"self", "super"}:
            raise TemplateSyntaxError(f"“{node.name}” is not available in mail templates", node.lineno)
        if isinstance(node, nodes.For) and (inside_loop or node.recursive):
            raise TemplateSyntaxError("a loop inside a loop is not available in mail templates", node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in self.filters:
            raise TemplateSyntaxError(f"the filter “{node.name}” is not available in mail templates", node.lineno)
        if isinstance(node, nodes.Test) and node.name not in self.tests:
            raise TemplateSyntaxError(f"the test “{node.name}” is not available in mail templates", node.lineno)
        for child in node.iter_child_nodes():
            self._check_nodes(child, inside_loop=inside_loop or isinstance(node, nodes.For))


class _Rewriter(NodeTransformer):
    """Turns what is allowed only with a limit into filters that keep the limit."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 (the name is Jinja's)
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 (the name is Jinja's)
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "rows", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 (the name is Jinja's)
        self.generic_visit(node)
        return nodes.Filter(node, _COUNT, [], [], None, None, lineno=node.lineno)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802 (the name is Jinja's)
        self.generic_visit(node)
        return nodes.Filter(node, _COUNT, [], [], None, None, lineno=node.lineno)


def _counted(plain: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, with what it makes and how long it takes counted. Also before it begins: nothing starts too late."""

    @wraps(plain)  # with the marks by which Jinja knows what else to hand over
    def counted(*arguments: Any, **named: Any) -> Any:
        spend()
        made = plain(*arguments, **named)
        spend(len(made) if isinstance(made, str | list) else 0)
        return made

    return counted


def _keep_line_ends(source: str) -> str:
    """Jinja's trim_blocks eats the line end after every tag. That is right for a line of tags alone; after a tag that
    ends a line of text it would join two lines of Markdown, so there the tag becomes `+%}`, which keeps it."""
    lines = source.split("\n")
    return "\n".join(_ENDS_IN_TAG.sub("+%}", line) if _TAG.sub("", line).strip() else line for line in lines)


def _name_node(node: nodes.Node) -> str:
    operator = getattr(node, "operator", None)
    return str(operator) if operator else type(node).__name__.lower()


def _join_parts(parts: Iterable[Any], separator: str = "") -> str:
    """Jinja's `join` with a limit on what comes out."""
    pieces = [str(part) for part in islice(parts, MAX_ROWS)]
    if sum(map(len, pieces)) + len(separator) * len(pieces) > MAX_RENDERED_CHARACTERS:
        raise SecurityError("the text grows too long")
    return separator.join(pieces)


def _replace_text(text: str, old: str, new: str) -> str:
    """Jinja's `replace` with a limit on what comes out."""
    if len(text) + text.count(old) * len(new) > MAX_RENDERED_CHARACTERS:
        raise SecurityError("the text grows too long")
    return text.replace(old, new)


def _list_rows(things: Iterable[Any]) -> Sequence[Any]:
    """What a loop goes over: things, never the characters of a text."""
    if isinstance(things, str):
        raise SecurityError("a loop goes over a list, not over a text")
    return list(islice(things, MAX_ROWS))


def _raise_first(text: str) -> str:
    """The text with its first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]


def _count(value: Any) -> Any:
    """The value as it is: only the clock is looked at."""
    return value


_COUNT = "counted"  # no name that a template could use by chance; it would do no harm
_OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "join": _join_parts,
    "replace": _replace_text,
    "rows": _list_rows,
    "first_upper": _raise_first,
    _COUNT: _count,
}


@lru_cache(maxsize=1)
def layout_environment() -> Environment:
    """For `_layout.html`: values are escaped as HTML."""
    return Environment(finalize=None, filters={})
