"""The small language in which topic files write words, and finding them in a text.

`word` stands for itself, whatever its case and accents; `word*` has any ending, `*word` any beginning; several words
are a phrase; `#` is a number; `a|b` is one of the two; `a & b` is both in one sentence, in any order. Words of Chinese
and Japanese are found anywhere, since nothing parts them there.
"""

import functools
import re
import unicodedata
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Span = tuple[int, int]
_Begun = tuple[tuple[tuple[str, ...], str], ...]

MAX_CHARS = 20_000
_MAX_SPANS = 50
_MAX_AFFIX = 40
_MAX_KNOWN = 20_000
_NEAR = 120
"""How many letters may stand between two words that belong together: a long sentence."""

_EAST = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_TOKEN = re.compile(rf"[^\W\d_{_EAST}]+|\d+")
_PATTERN_TOKEN = re.compile(rf"\*?[^\W\d_{_EAST}]+\*?|\d+|#")
_IS_EAST = re.compile(f"[{_EAST}]")
_EAST_GAP = re.compile(rf"(?<=[{_EAST}])[ \t\r\n]{{1,9}}(?=[{_EAST}])")
_BREAK = re.compile(rf"[.!?;](?=[\s{_EAST}]|$)|\n[ \t]{0, 40}\n|\n[ \t]{0, 40}[-•*]|。")
_CLAUSE = re.compile(rf",(?=[\s{_EAST}])|\s[-–—]\s|、")
_PLAIN = str.maketrans({"ł": "l", "ı": "i", "ß": "ss", "ø": "o", "đ": "d", "’": "'", "æ": "ae", "œ": "oe"})
_FIRST_MARK = "\u0300"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """What one string of a topic file means: each part is a choice of phrases, and all parts stand in one sentence."""

    parts: tuple[frozenset[str], ...]

    @property
    def phrases(self) -> frozenset[str]:
        """All phrases of all parts, folded."""
        return frozenset().union(*self.parts)


def parse_expression(text: str) -> Expression:
    """One string of a topic file. Raises ValueError, saying what is wrong with it."""
    parts = []
    for part in text.split("&"):
        phrases = [phrase.strip() for phrase in part.split("|")]
        for phrase in phrases:
            _check(phrase, text)
        parts.append(frozenset(form for phrase in phrases for form in _forms(phrase)))
    return Expression(parts=tuple(parts))


def _check(phrase: str, text: str) -> None:
    if not phrase:
        raise ValueError(f"{text!r}: a word is empty")
    if len(phrase) > 100:
        raise ValueError(f"{text!r}: a word or phrase has 100 letters at most")
    if not any(letter.isalnum() or letter == "#" for letter in phrase):
        raise ValueError(f"{text!r}: a word needs a letter, a digit or #")
    if re.search(r"(?<=\w)\*(?=\w)", phrase) or ("*" in phrase and _IS_EAST.search(phrase)):
        raise ValueError(f"{text!r}: * stands only at the beginning or the end of a word")


def _forms(phrase: str) -> set[str]:
    """The phrase without accents, and as it is written on a keyboard that has no umlauts."""
    return {fold(phrase), fold(phrase.lower().translate(_UMLAUTS))}


def fold(text: str) -> str:
    """Lower case, no accents, no full-width letters; the marks of kana stay, there they make another letter."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    for mark in {letter for letter in set(bare) if letter >= _FIRST_MARK and unicodedata.combining(letter)}:
        if mark not in "\u3099\u309a":
            bare = bare.replace(mark, "")
    return _EAST_GAP.sub("", unicodedata.normalize("NFC", bare))


class Finder:
    """Finds many phrases in one pass: the time grows with the text, not with the number of phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._exact: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._starts: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._ends: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._known: dict[str, _Begun] = {}
        self._east: list[tuple[re.Pattern[str], str]] = []
        for phrase in phrases:
            self._add(phrase)

    def _add(self, phrase: str) -> None:
        if _IS_EAST.search(phrase):
            body = re.escape(phrase.replace(" ", "")).replace(r"\#", r"\d{1,4}")
            self._east.append((re.compile(body), phrase))
            return
        tokens = tuple(_PATTERN_TOKEN.findall(phrase))
        if not tokens:
            return
        first = tokens[0]
        where = self._starts if first.endswith("*") else self._ends if first.startswith("*") else self._exact
        where[first.strip("*")].append((tokens, phrase))

    def find(self, folded: str) -> Mapping[str, list[Span]]:
        """Where each phrase stands in a folded text, at most fifty places each."""
        found: dict[str, list[Span]] = defaultdict(list)
        tokens = _find_tokens(folded)
        known = self._known
        for place, (token, span) in enumerate(tokens):
            begun = known.get(token)
            if begun is None:
                begun = self._find_begun(token)
            for rest, phrase in begun:
                end = _match(rest, tokens, place + 1) if rest else span[1]
                if end is not None and len(found[phrase]) < _MAX_SPANS:
                    found[phrase].append((span[0], end))
        if self._east and _IS_EAST.search(folded):
            for compiled, phrase in self._east:
                for hit, _ in zip(compiled.finditer(folded), range(_MAX_SPANS), strict=False):
                    found[phrase].append(hit.span())
        return {phrase: spans for phrase, spans in found.items() if spans}

    def _find_begun(self, token: str) -> "_Begun":
        """What follows in the phrases that begin with a word; kept, since nearly all words come again."""
        begun = tuple((pattern[1:], phrase) for pattern, phrase in self._candidates(token))
        if len(self._known) < _MAX_KNOWN and len(token) <= _MAX_AFFIX and not token.isdigit():
            self._known[token] = begun
        return begun

    def _candidates(self, token: str) -> Iterable[tuple[tuple[str, ...], str]]:
        yield from self._exact.get(token, ())
        if token.isdigit():
            yield from self._exact.get("#", ())
            return
        for size in range(1, min(len(token), _MAX_AFFIX) + 1):
            yield from self._starts.get(token[:size], ())
            yield from self._ends.get(token[-size:], ())


@functools.lru_cache(maxsize=2)  # a subject and a text, which topics and urgency are both looked for in
def _find_tokens(folded: str) -> list[tuple[str, Span]]:
    return [(token[0], token.span()) for token in _TOKEN.finditer(folded)]


def _match(pattern: tuple[str, ...], tokens: list[tuple[str, Span]], place: int) -> int | None:
    """The end of words of a phrase whose first one stands at `place`, or None."""
    if place + len(pattern) > len(tokens):
        return None
    for offset, wanted in enumerate(pattern):
        if not _is_word(wanted, tokens[place + offset][0]):
            return None
    return tokens[place + len(pattern) - 1][1][1]


def _is_word(wanted: str, token: str) -> bool:
    if wanted == "#":
        return token.isdigit()
    stem = wanted.strip("*")
    if wanted.startswith("*") and wanted.endswith("*"):
        return stem in token
    if wanted.endswith("*"):
        return token.startswith(stem)
    return token.endswith(stem) if wanted.startswith("*") else token == stem


def find_breaks(folded: str) -> list[int]:
    """Where sentences end."""
    return [found.start() for found in _BREAK.finditer(folded)]


def find_clause_breaks(folded: str) -> list[int]:
    """Where sentences end or a comma or dash stands: "he wants his money at once, please help" is two clauses."""
    return sorted({*find_breaks(folded), *(found.start() for found in _CLAUSE.finditer(folded))})


def find_together(expression: Expression, found: Mapping[str, list[Span]], breaks: list[int]) -> list[tuple[Span, ...]]:
    """Where all parts of an expression stand in one sentence: a place of the first part, then those of the others."""
    choices = [sorted(span for phrase in part for span in found.get(phrase, ())) for part in expression.parts]
    if not all(choices):
        return []
    together = []
    for span in choices[0]:
        others = [_near(span, spans, breaks) for spans in choices[1:]]
        if all(others):
            together.append((span, *(other for near in others for other in near)))
    return together


def _near(span: Span, spans: list[Span], breaks: list[int]) -> list[Span]:
    """The places in the same sentence, of up to six around; a place that overlaps is the same word once more."""
    at, sentence = bisect(spans, span), bisect(breaks, span[0])
    return [
        other
        for other in spans[max(0, at - 3) : at + 3]
        if not (other[0] < span[1] and span[0] < other[1])
        and abs(other[0] - span[0]) <= _NEAR
        and bisect(breaks, other[0]) == sentence
    ]
