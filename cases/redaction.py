"""Taking one person out of what others wrote: their address, their name, what only they can have said.

A word is known as theirs by what is rarely chance: digits, an at sign, a link; a sentence by four words in a row.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ERASED = "[erased]"
_RUN = 4
_TELLING = re.compile(r"(?=\S*[0-9@/])\S{6,}|\S{16,}")
_WORD = re.compile(r"\S+")
_EDGES = ".,;:!?()[]{}<>\"'`*_-–—„“”»«"
_MOST_WORDS = 200_000
_SHORTEST_NAME = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What a person can be known by in others' words: folded words of their own, and runs of four words."""

    address: str
    names: frozenset[str]
    words: frozenset[str]
    runs: frozenset[tuple[str, ...]]


def find_traces(address: str, names: Iterable[str], texts: Iterable[str]) -> Traces:
    """Collect them from all that the person has written; `names` are display names."""
    words: set[str] = set()
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        said = [_bare(match.group()) for match in _WORD.finditer(text)][:_MOST_WORDS]
        words |= {word for word in said if _TELLING.fullmatch(word)}
        kept = [word for word in said if word]
        runs |= {tuple(kept[start : start + _RUN]) for start in range(len(kept) - _RUN + 1)}
    parts = {_bare(part) for name in names for part in [*name.split()]}
    return Traces(
        address=address.casefold(),
        names=frozenset(part for part in parts if len(part) >= _SHORTEST_NAME),
        words=frozenset(words),
        runs=frozenset(runs),
    )


def redact(text: str, traces: Traces) -> str:
    """The text with every trace replaced, several in a row by one mark; the rest stays as it is, line ends too."""
    matches = list(_WORD.finditer(text))
    said = [_bare(match.group()) for match in matches]
    theirs = [_is_telling(word, traces) for word in said]
    for run in _find_runs(said, traces):
        for at in run:
            theirs[at] = True
    pieces: list[str] = []
    end, erased = 0, False
    for match, is_theirs in zip(matches, theirs, strict=True):
        if not (erased and is_theirs):
            pieces.append(text[end : match.start()] + (ERASED if is_theirs else match.group()))
        erased, end = is_theirs, match.end()
    return "".join(pieces) + text[end:]


def has_traces(text: str, traces: Traces) -> bool:
    """Whether anything of theirs is in it."""
    return redact(text, traces) != text


def _find_runs(said: list[str], traces: Traces) -> Iterable[list[int]]:
    """Places of words that are a run of theirs; signs of quotation between them do not count."""
    kept = [at for at, word in enumerate(said) if word]
    for start in range(len(kept) - _RUN + 1):
        window = kept[start : start + _RUN]
        if tuple(said[at] for at in window) in traces.runs:
            yield window


def _is_telling(word: str, traces: Traces) -> bool:
    return bool(word) and (traces.address in word or word in traces.names or word in traces.words)


def _bare(word: str) -> str:
    return word.casefold().strip(_EDGES)
