"""Reading an Authentication-Results value (RFC 8601 section 2.2) in one pass, comments and all.

The library authres raises on what Microsoft writes ("spf=pass (sender IP is …)" with no authserv-id, "; hotmail.com;"
between results), drops the comments in which OpenDMARC and Google name the policy, recurses into nested comments, and
takes quadratic time.
"""

import re
from dataclasses import dataclass, field

MAX_CHARS = 16_384
_MAX_RESULTS = 100

# A token, a quoted string, or one character. Parentheses are counted and not matched, so depth costs nothing.
_PIECE = re.compile(r'[^\s;=()"\\]+|"(?:[^"\\]|\\.)*"|\s+|\\.|.', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_METHOD = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One result: "dkim", "pass", its properties in lower-case names ("header.d"), and its comments as one text."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()
    comment: str = ""

    def find(self, *names: str) -> str:
        """The first property of one of these names, in the order of the names, or ""."""
        return next((value for wanted in names for name, value in self.properties if name == wanted), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """A whole value: who says it (lower case, "" if nobody), and what."""

    authserv_id: str
    results: tuple[Result, ...]


@dataclass(kw_only=True, slots=True)
class _Section:
    """What stands between two semicolons: words, each with the value behind its "=" or without one, and the comments.

    Only the first "=" behind a word is a sign; later ones belong to the value. A local part may hold "=", and
    "smtp.mailfrom=good.example=x@evil.example" must not be read as good.example's.
    """

    words: list[tuple[str, str | None]] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    is_glued: bool = False
    awaits_value: bool = False

    def add_sign(self) -> None:
        """A "=": it opens a value when a word without one stands before it."""
        if self.words and self.words[-1][1] is None:
            self.words[-1] = (self.words[-1][0], "")
            self.awaits_value = True
        else:
            self.add_text("=")

    def add_text(self, text: str) -> None:
        """A piece of a word or of a value."""
        if self.awaits_value or self.is_glued:
            name, value = self.words[-1]
            self.words[-1] = (name + text, None) if value is None else (name, value + text)
        else:
            self.words.append((text, None))
        self.is_glued, self.awaits_value = True, False


def parse_results(value: str) -> Results | None:
    """Read a value without the field's name; None for one that is torn, too long, or of another version than 1."""
    sections = _split(value)
    if not sections or not sections[0].words:
        return None
    head, rest = sections[0].words, sections[1:]
    if any(value is not None for _, value in head):
        # Microsoft names nobody: "spf=pass (sender IP is …) …". Whom it is by cannot be known, so nobody believes it.
        head, rest = [("", None)], sections
    elif len(head) > 2 or (len(head) == 2 and head[1][0] != "1"):
        return None
    found = (_read_section(section) for section in rest[:_MAX_RESULTS])
    return Results(authserv_id=head[0][0].lower(), results=tuple(result for result in found if result is not None))


def _split(value: str) -> list[_Section]:
    """The sections of a value; an empty list when a comment or a quoted string does not end."""
    if len(value) > MAX_CHARS:
        return []
    sections = [_Section()]
    depth = 0
    for match in _PIECE.finditer(value):
        piece, section = match[0], sections[-1]
        if piece in ("(", ")"):
            depth += 1 if piece == "(" else -1
            section.comment.append(" ")
            section.is_glued = False
        elif depth > 0:
            section.comment.append(piece)
        elif piece == ";":
            sections.append(_Section())
        elif piece.isspace():
            section.is_glued = False
        elif piece == "=":
            section.add_sign()
        else:
            section.add_text(_ESCAPE.sub(r"\1", piece[1:-1]) if len(piece) > 1 and piece[0] == '"' else piece)
        if depth < 0 or (piece == '"' and not depth):
            return []
    return [] if depth else sections


def _read_section(section: _Section) -> Result | None:
    """ "dkim = pass header.d = x" as a Result; None where it does not begin with a method and its result."""
    if not section.words or not section.words[0][1]:
        return None
    method, value = section.words[0]
    method = method.lower().partition("/")[0]
    if not _METHOD.fullmatch(method):
        return None
    return Result(
        method=method,
        value=(value or "").lower(),
        properties=tuple((name.lower(), text) for name, text in section.words[1:] if text is not None),
        comment="".join(section.comment).strip(),
    )
