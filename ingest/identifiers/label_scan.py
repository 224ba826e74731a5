"""Where labels stand in a text, and the values behind them: also lists of values, and values before bracketed labels.

All labels of all kinds are one pattern, made as a tree so that each character is looked at once or twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.identifiers.fold import fold_words
from ingest.identifiers.kind import Labelled, Way

_JOIN = r"(?:\.?+[ \t_-]{0,2}+\n?+[ \t]{0,2}+)"
_MAX_ENDING = 6
_ENDING = f"[a-z]{{0,{_MAX_ENDING}}}+"
_UNSPACED = "\u2fff"  # from here on scripts put no blanks between words
_LATIN = "ßæœþ"  # letters that have no accent to lose
_LETTERS = re.compile(f"[a-z{_LATIN}]+")
_STEM_HEAD = 2
_MAX_KEPT, _MAX_KNOWN = 40, 20_000  # letters of a word, words
_NOT_IN_BARE = re.compile(r"[ \t\n_.:*()'/|-]+")
# A label that ends in a digit (EAN-13, EAN 8) must not take the first digit of the value: "EAN 8032415596566".
_NUMBERED = r"(?:(?<![0-9])|(?<=8)(?=[ ]?[0-9]{8}(?![0-9]))|(?<!8)(?![0-9])|(?![ ]?[0-9]))"
_MAX_LIST = 200
_SEPARATOR = re.compile(
    r"(?P<aside>[ \t]?\([^()\n\x1a]{0,60}+\)|[ \t]?(?:x[ \t]?\d{1,4}|\d{1,4}[ \t]?x)(?![a-z0-9]))?"
    r"\s{0,2}+(?:(?P<sign>[,;/+|、])\s{0,3}+)?"
    r"(?P<and>(?:und|and|sowie|oder|or|et|ou|ed|e|o|y|u|en|of|i|oraz|lub|och|samt|eller|ve|ile|veya|resp\.?|bzw\.?)"
    r"(?=[\s\"'])\s{1,3}+|&\s{0,2}+|[和与及とや或、]\s?)?[\"'„“”‘«»]{0,2}+"
)
_LINE = re.compile(r"[ \t]{0,8}+[,;]?[ \t]{0,8}+\n(?:[ \t]{0,8}+(?:[-*•·–+]|\d{1,2}[.)])?[ \t]{1,8}+|(?=\S))")
_BEHIND_ITEM = re.compile(
    r"[\"'”“»)]{0,2}+[ \t]{0,3}+(?:[,;.:!?)/&|+(\u3000-\u9fff]|x[ \t]?\d|\d{1,4}[ \t]?x(?![a-z])|\n|\x1a|\Z"
    r"|(?:und|and|sowie|oder|or|et|ou|ed|e|o|y|en|of|i|oraz|och|ve)\s)"
)
# Read backwards: a bracket, at most three words in it ("our SKU"), and what stands before it.
_OPENED = r"(?: [^\s()\[\]\d,;:.]{1,20}){0,3}+[(\[][ \t\"'”“»]{0,3}+"
_TOKEN = re.compile(_OPENED + r"(?P<v>[0-9A-Za-z./+_-]{2,40}+)")
# The same with digits in groups: a parcel's fours, a UPC and an EAN as they are printed, any others.
_GROUPED = tuple(
    re.compile(rf"{_OPENED}(?P<v>{groups})(?![0-9A-Za-z.,/_-])")
    for groups in (
        r"\d{1,4}(?:[ ]\d{4}){2,6}+",
        r"\d[ ]\d{5}[ ]\d{5}[ ]\d",
        r"\d{6}[ ]\d{6}[ ]\d",
        r"\d{2,14}(?:[ -]\d{2,14}){1,5}+",
    )
)
_BEFORE_REACH = 60
_AMOUNT = re.compile(
    r"[ \t]?(?:%|€|\$|£|x(?![a-z])|(?:stuck|stk|st|pcs|pieces|units?|items?|artikel[ns]?|products?|produkte[n]?|eur"
    r"|euro|usd|gbp|pln|sek|try|tl|zl|kr|rows?|zeilen|times|kez|defa|mal|uhr|unites|unidades|unita|pezzi|stuks|sztuk|adet|files?|days?"
    r"|tage[n]?|kunden|customers?|orders?|bestellungen|kg|g|ml|cm|mm)(?![a-z])|[个件円元本個])"
)


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    ends: bool = False
    bends: bool = False  # with any ending

    def add(self, word: str) -> None:
        node = self
        for char in word.rstrip("*"):
            node = node.children.setdefault(char, _Node())
        node.ends = node.ends or not word.endswith("*")
        node.bends = node.bends or word.endswith("*")

    def pattern(self) -> str:
        ways = [(_JOIN if char == " " else re.escape(char)) + node.pattern() for char, node in self._blank_last()]
        if self.bends:
            ways.append(_ENDING)
        elif self.ends and ways:
            ways.append("")
        return ways[0] if len(ways) == 1 else "(?:" + "|".join(ways) + ")" if ways else ""

    def _blank_last(self) -> list[tuple[str, "_Node"]]:
        """A blank of a label may be missing in the text: "barcode van het pakket" must not end as "bar code"."""
        return sorted(self.children.items(), key=lambda item: item[0] == " ")

    def may_match(self, letters: str) -> bool:
        """Whether a word of the tree may begin where `letters` do, which something that is no letter follows."""
        nodes = [self]
        for index, letter in enumerate(letters):
            nodes += [node.children[" "] for node in nodes if " " in node.children]
            if any(node.bends for node in nodes) and len(letters) - index <= _MAX_ENDING:
                return True
            nodes = [node.children[letter] for node in nodes if letter in node.children]
            if not nodes:
                return False
        return any(
            node.ends or node.bends or any(not _LETTERS.match(child) for child in node.children) for node in nodes
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One label of the text: where it stands, and what may stand behind it."""

    start: int
    end: int
    labelled: Labelled


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One value in its normal form, and where it stands."""

    start: int
    end: int
    value: str


class LabelScan:
    """The labels of several kinds as one pattern. Where two kinds have the same word, the first one has it."""

    def __init__(self, labelled: tuple[Labelled, ...]) -> None:
        """Two trees: of words that begin a word, and of those that may be the end of a compound or are not spaced."""
        whole, inside = _Node(), _Node()
        self._whole, self._inside = whole, inside
        self._begins: dict[str, tuple[int, ...]] = {}
        self._words: dict[str, Labelled] = {}
        self._stems: dict[str, Labelled] = {}
        for one in labelled:
            for word in (word.strip() for line in one.words.values() for word in line.split("|")):
                spelled = fold_words(word)
                tree = inside if spelled.startswith("*") or spelled[0] > _UNSPACED else whole
                tree.add(spelled.lstrip("*"))
                (self._stems if word.endswith("*") else self._words).setdefault(bare_word(word), one)
        self._stem_heads = frozenset(stem[:_STEM_HEAD] for stem in self._stems)
        self._pattern = re.compile(
            rf"(?:(?<![a-z{_LATIN}]){whole.pattern()}|{inside.pattern()})"
            rf"(?:(?![a-z{_LATIN}])|(?<=[{_UNSPACED}-\uffff])){_NUMBERED}"
        )
        others = "".join(first for first in {*whole.children, *inside.children} if not _LETTERS.match(first))
        self._may_begin = re.compile(rf"{_LETTERS.pattern}|[{re.escape(others)}]")

    def find_labels(self, words: str) -> Iterator[Hit]:
        """The labels in a text of `fold_words`, in order of place."""
        for match in self._find_all(words):
            labelled = self.find_heading(match[0])
            # `</sku>` closes what `<sku>` has named.
            if labelled is not None and words[match.start() - 2 : match.start()] != "</":
                yield Hit(start=match.start(), end=match.end(), labelled=labelled)

    def _find_all(self, words: str) -> "Iterator[re.Match[str]]":
        """What `finditer` of the pattern finds, ten times as fast: most words begin no label, and are known by now."""
        done = 0
        for run in self._may_begin.finditer(words):
            letters = run[0]
            begins: Sequence[int] | None = self._begins.get(letters)
            if begins is None:
                begins = self._find_begins(letters)
            for offset in begins:
                at = run.start() + offset
                match = self._pattern.match(words, at) if at >= done else None
                if match is not None:
                    done = match.end()
                    yield match

    def _find_begins(self, letters: str) -> Sequence[int]:
        """The places in a run of letters at which a label may begin; kept, since nearly all words come again."""
        if not _LETTERS.match(letters):
            return (0,)
        if len(letters) > _MAX_KEPT:
            return range(len(letters))
        begins = tuple(
            at
            for at in range(len(letters))
            if self._inside.may_match(letters[at:]) or (at == 0 and self._whole.may_match(letters))
        )
        if len(self._begins) < _MAX_KNOWN:
            self._begins[letters] = begins
        return begins

    def find_heading(self, cell: str) -> Labelled | None:
        """The label that a cell of a table is, when it is nothing else."""
        return self.find_bare_heading(bare_word(cell))

    def find_bare_heading(self, bare: str) -> Labelled | None:
        """The same for what `bare_word` has left of a cell."""
        known = self._words.get(bare)
        if known is not None:
            return known
        if bare[:_STEM_HEAD] not in self._stem_heads:
            return None
        for end in range(len(bare), len(bare) - _MAX_ENDING - 1, -1):
            known = known or self._stems.get(bare[:end])
        return known


def bare_word(word: str) -> str:
    """A label or heading without what may stand in it or not: blanks, hyphens, brackets, case, accents."""
    return _NOT_IN_BARE.sub("", fold_words(word))


def find_behind(hit: Hit, text: str, words: str) -> Iterator[Candidate]:
    """The value behind a label, and those of the list that it begins. `words` is `fold_words` of `text`."""
    for way in hit.labelled.ways:
        first = _match_behind(way, hit.end, text, words)
        value = way.normal(first["v"]) if first else None
        if first is not None and value is not None:
            yield _candidate(first, value)
            yield from _find_list(way, hit.end, first, text, words)
            return
    yield from _find_before(hit, text)


def _match_behind(way: Way, end: int, text: str, words: str) -> "re.Match[str] | None":
    gap = way.gap.match(words if way.folded else text, end)
    begin = gap.end() if gap else end
    if begin == end and not (way.glued and _can_be_glued(words, begin)):
        return None
    match = way.value.match(text, begin)
    return None if match is None or _is_amount(match, words) else match


def _can_be_glued(words: str, place: int) -> bool:
    """A digit may follow the label directly, and any value follows a label without blanks between words."""
    return words[place : place + 1].isdigit() or words[place - 1] > _UNSPACED


def _is_amount(match: "re.Match[str]", words: str) -> bool:
    """Plain digits before a unit: 4500 EUR, 25 pieces."""
    return match["v"].isdigit() and _AMOUNT.match(words, match.end("v")) is not None


def _candidate(match: "re.Match[str]", value: str) -> Candidate:
    return Candidate(start=match.start("v"), end=match.end("v"), value=value)


def _find_list(way: Way, label: int, first: "re.Match[str]", text: str, words: str) -> Iterator[Candidate]:
    own_lines = "\n" in words[label : first.start("v")]
    item = first
    for _ in range(_MAX_LIST):
        following = _next_in_list(way, text, words, item, own_lines=own_lines)
        if following is None or not _is_alike(first["v"], following["v"]):
            return
        item = following
        value = way.normal(item["v"])
        if value is not None:
            yield _candidate(item, value)


def _next_in_list(way: Way, text: str, words: str, item: "re.Match[str]", *, own_lines: bool) -> "re.Match[str] | None":
    end = item.start("v") + len(item["v"].rstrip(".,;/+-"))
    separator = _SEPARATOR.match(words, end)
    if separator and (separator["sign"] or separator["and"]):
        following = way.value.match(text, separator.end())
        if following and not _is_amount(following, words):
            return following if separator["and"] or _BEHIND_ITEM.match(words, following.end("v")) else None
    line = _LINE.match(words, end) if own_lines else None
    following = way.value.match(text, line.end()) if line else None
    if following and words[following.end("v") : following.end("v") + 1] in ("", "\n", ",", ";"):
        return following
    return None


def _is_alike(first: str, item: str) -> bool:
    """Whether two values of a list are of one make: both with letters or both without, the same separators."""
    if any(c.isalpha() for c in first) != any(c.isalpha() for c in item):
        return False
    if not any(c.isalpha() for c in item) and len(item) < min(4, len(first)):
        return False
    return all((sign in first) <= (sign in item) for sign in "-_/")


def _find_before(hit: Hit, text: str) -> Iterator[Candidate]:
    """`302-… (order number)`: a label in brackets names what stands before it."""
    if text[hit.end : hit.end + 1] not in (")", "]"):
        return
    low = max(0, hit.start - _BEFORE_REACH)
    backwards = text[low : hit.start][::-1]
    for pattern in (_TOKEN, *_GROUPED):
        token = pattern.match(backwards)
        spelled = token["v"][::-1].lstrip("./+_-") if token else ""
        for way in hit.labelled.ways if token else ():
            value = way.normal(spelled) if way.value.fullmatch(spelled) else None
            if value is not None:
                start = text.rindex(spelled, low, hit.start)
                yield Candidate(start=start, end=start + len(spelled), value=value)
                return
