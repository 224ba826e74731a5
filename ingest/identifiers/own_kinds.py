"""An administrator's own kinds of identifiers: labels and a pattern from the configuration, run by RE2.

RE2 needs time in proportion to the text whatever the pattern is; it has no look-around and no back-references.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import re2  # type: ignore[import-untyped]

from ingest.identifiers.fold import fold
from ingest.identifiers.found import Found
from ingest.identifiers.kinds import KINDS
from ingest.identifiers.noise import FILLER

_NAME = re.compile(r"[a-z_]{2,32}")
_BUILT_IN = frozenset(kind.name for kind in KINDS) | {"phone"}
_MAX_PATTERN = 500
_MAX_LABEL = 60
_MAX_VALUE = 200
_MAX_FOUND = 1_000
_MAX_MEMORY = 1 << 20
_GAP = r"""[\s:=#.,"'()\[\]|*>-]{0,8}(?:(?i:nr|no|id|number|nummer|n°|nº|is|ist)\b[\s:=#."'()|-]{0,8})?"""
_SEPARATOR = r"\s{0,2}(?:[,;/+&、]|und|and|et|e|y|en|i|och|ve|oder|or|和|と)\s{0,2}"
_MAX_LIST = 200
_LIST_REACH = 300
_SAMPLES = ("", "a", "A1", "1 a", "-", "a b-1.")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnKind:
    """A kind of identifier of this installation.

    `labels` are words that stand before a value, in any case; without any the pattern stands alone. `pattern` is a
    regular expression in RE2's syntax that describes the whole value.
    """

    name: str
    labels: tuple[str, ...] = ()
    pattern: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Patterns:
    """Compiled: the value, with its label if it has some, and a value that follows one in a list."""

    first: Any
    following: Any


def check_own_kind(kind: OwnKind) -> None:
    """Raises ValueError with a sentence that says what is wrong with a kind and what to do."""
    if not _NAME.fullmatch(kind.name):
        raise ValueError(f'name "{kind.name}" must be 2 to 32 small letters a-z and underscores, such as "serial"')
    if kind.name in _BUILT_IN:
        raise ValueError(f'name "{kind.name}" is a kind that casepost has already; take another name')
    if not kind.pattern:
        raise ValueError(f'pattern of "{kind.name}" is empty; write what a value looks like, such as "HW-[0-9]{{11}}"')
    if len(kind.pattern) > _MAX_PATTERN:
        raise ValueError(f'pattern of "{kind.name}" is longer than {_MAX_PATTERN} characters; make it shorter')
    for label in kind.labels:
        if not label.strip() or len(label) > _MAX_LABEL:
            raise ValueError(
                f'a label of "{kind.name}" needs 1 to {_MAX_LABEL} characters; leave out all labels for none'
            )
    _check_pattern(kind)


def _check_pattern(kind: OwnKind) -> None:
    try:
        compiled = re2.compile(kind.pattern, _options())
    except re2.error as error:
        raise ValueError(_explain(kind, error)) from None
    if any(not match[0] for sample in _SAMPLES for match in compiled.finditer(sample)):
        raise ValueError(
            f'pattern "{kind.pattern}" of "{kind.name}" matches an empty text; make one character of it required'
        )


def _explain(kind: OwnKind, error: Exception) -> str:
    said = error.args[0] if error.args else ""
    message = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    what, _, part = message.rpartition(": ")
    place = kind.pattern.find(part) if part and part != kind.pattern else -1
    where = f" at character {place + 1} ({part})" if place >= 0 else ""
    start = f'pattern "{kind.pattern}" of "{kind.name}" is no regular expression{where}'
    if part.startswith(("(?=", "(?!", "(?<")):
        return f"{start}: RE2 has no look-ahead or look-behind; describe the value alone, its borders are found without"
    return f"{start}: {what or message}; the syntax is that of RE2"


def find_own(text: str, kinds: tuple[OwnKind, ...]) -> tuple[Found, ...]:
    """The values of an installation's own kinds in a text, each once. The kinds have passed `check_own_kind`."""
    return take_own(fold(text), kinds)[1]


def take_own(folded: str, kinds: tuple[OwnKind, ...]) -> tuple[str, tuple[Found, ...]]:
    """The text (`fold`ed) with the values of own kinds overwritten, so that no other kind takes them; the values."""
    found: dict[Found, None] = {}
    for name, patterns in _compiled(kinds):
        pieces: list[str] = []
        done = 0
        for start, end in _find_spans(folded, patterns):
            found.setdefault(Found(kind=name, value=folded[start:end]))
            pieces += (folded[done:start], FILLER * (end - start))
            done = end
            if len(found) >= _MAX_FOUND:
                break
        if done:
            folded = "".join((*pieces, folded[done:]))
    return folded, tuple(found)


def _find_spans(text: str, patterns: _Patterns) -> Iterator[tuple[int, int]]:
    """Places of values that are no part of a longer word, and of those that follow in a list behind a label."""
    for match in patterns.first.finditer(text):
        start, end = match.span(1)
        if not _is_whole(text, start, end, labelled=match.start() < start):
            continue
        yield start, end
        for _ in range(_MAX_LIST if patterns.following else 0):
            following = patterns.following.match(text[end : end + _LIST_REACH])
            if following is None or not _is_whole(
                text, end + following.start(1), end + following.end(1), labelled=False
            ):
                break
            start, end = end + following.start(1), end + following.end(1)
            yield start, end


def _is_whole(text: str, start: int, end: int, *, labelled: bool) -> bool:
    if not 0 < end - start <= _MAX_VALUE or FILLER in text[start:end]:
        return False
    begins = labelled or not (text[start].isalnum() and _is_latin(text[start - 1 : start]))
    return begins and not (text[end - 1].isalnum() and _is_latin(text[end : end + 1]))


def _is_latin(char: str) -> bool:
    return char.isalnum() and char < "\u2fff"


@functools.cache
def _compiled(kinds: tuple[OwnKind, ...]) -> tuple[tuple[str, _Patterns], ...]:
    return tuple((kind.name, _patterns(kind)) for kind in kinds)


def _patterns(kind: OwnKind) -> _Patterns:
    value = f"({kind.pattern})"
    if not kind.labels:
        return _Patterns(first=re2.compile(value, _options()), following=None)
    labels = "|".join(r"\s{1,2}".join(re2.escape(word) for word in label.split()) for label in kind.labels)
    return _Patterns(
        first=re2.compile(f"(?:(?i:{labels})){_GAP}{value}", _options()),
        following=re2.compile(_SEPARATOR + value, _options()),
    )


def _options() -> Any:
    """Of several ways in which a pattern fits the longest counts; a pattern that needs too much memory is refused."""
    options = re2.Options()
    options.log_errors = False
    options.longest_match = True
    options.max_mem = _MAX_MEMORY
    return options
