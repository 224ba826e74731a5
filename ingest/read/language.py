"""Which of the eleven languages a text is in, or None where there is too little of it, or another language.

Three steps: the script, which decides Chinese and Japanese by themselves; then for each line py3langid over the
Latin languages of Europe and their neighbours, helped by tables of short words, since any detector is wrong on four
words; then the lines vote, and what a person says of themselves weighs more than what they pasted.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.read.language_words import OWN, WORDS
from ingest.read.own_words import MIN_WORDS, WORD, find_own_words
from ingest.read.script import find_script_language

LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pl", "sv", "tr", "ja", "zh")
_LATIN = LANGUAGES[:9]
_NEIGHBOURS = tuple(code for code in WORDS if code not in LANGUAGES)
_FARTHER = ("eu", "cy", "ga", "mt", "eo", "la", "tl", "sw", "fy")
_MAX_CHARS = 5_000
_MAX_LINES = 120
_WORD_WEIGHT = 7.0
_HOME = 3.0
"""What a language of the product is worth before a word is read: most sellers write in one."""
_LONG_SENTENCE = 15
_TOLD = 0.3
_OWN_WORD = 3
_CLEAR = 8.0
_WHOLE = 1.0
_ROUNDING = 1e-6


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages([*_LATIN, *_NEIGHBOURS, *_FARTHER])
    # A new one of what was chosen: the whole keeps the tables of all its languages, 27 MB in every child.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=False,
        tk_row=whole.tk_row,
    )


def warm_up() -> None:
    """Load the model (0.2 s): done once in the fork server, so that every child has it."""
    _identifier()
    _table()


def find_language(text: str) -> str | None:
    """The ISO 639-1 code of a text's language among the eleven; None below about three words or for another one."""
    own = find_own_words(unicodedata.normalize("NFC", text[:_MAX_CHARS]))
    by_script = find_script_language(own)
    if by_script is not None:
        return by_script if by_script in LANGUAGES else None
    words = WORD.findall(own)
    if len(words) < MIN_WORDS:
        return None
    voters = [_Voter(words=WORD.findall(sentence), share=share) for sentence, share in _sentences(own)]
    best = _decide_early(voters) or _decide(voters, words)
    return best if best in LANGUAGES else None


class _Voter:
    """A sentence: its own words vote for the languages they are in, all its words for the one they are most likely in.

    What follows a colon is often another's words ("the message says: ..."), so it has less than a whole share.
    """

    __slots__ = ("_scored", "_share", "_words", "most", "own")

    def __init__(self, words: list[str], share: float) -> None:
        self._words, self._share = words, share
        self.own = {code: share * _OWN_WORD * count for code, count in _own_words(words).items()}
        self.most = share * min(len(words), _LONG_SENTENCE) if len(words) >= MIN_WORDS else 0.0
        self._scored: tuple[str, float] | None = None

    def vote(self, votes: dict[str, float]) -> None:
        """Add this sentence's votes."""
        for code, weight in self.own.items():
            votes[code] += weight
        if self.most:
            best, weight = self._find_best()
            votes[best] += weight

    def _find_best(self) -> tuple[str, float]:
        if self._scored is None:
            scores = _score(self._words)
            best, second = sorted(scores, key=lambda code: -scores[code])[:2]
            sure = min(1.0, (scores[best] - scores[second]) / _CLEAR)
            self._scored = best, self._share * sure * min(len(self._words), _LONG_SENTENCE)
        return self._scored


def _decide_early(voters: list[_Voter]) -> str | None:
    """The language that none can overtake, whatever the sentences that were not asked say: half of them are enough.

    None where all were asked and the whole text could still turn it.
    """
    votes: dict[str, float] = defaultdict(float)
    left = _WHOLE + sum(voter.most + max(voter.own.values(), default=0.0) for voter in voters) + _ROUNDING
    for voter in voters:
        voter.vote(votes)
        left -= voter.most + max(voter.own.values(), default=0.0)
        if not votes:
            continue
        best = max(votes, key=lambda code: votes[code])
        if votes[best] - max((votes[code] for code in votes if code != best), default=0.0) > left:
            return best
    return None


def _decide(voters: list[_Voter], words: list[str]) -> str:
    """Each sentence's words for its language; the whole text decides where no sentence is long enough."""
    whole = _score(words)
    votes: dict[str, float] = defaultdict(float)
    votes[max(whole, key=lambda code: whole[code])] = _WHOLE
    for voter in voters:
        voter.vote(votes)
    return max(votes, key=lambda code: votes[code])


def _sentences(own: str) -> Iterator[tuple[str, float]]:
    """The sentences, each with its share: less behind a colon to the end of that line, or of the next if it ends so."""
    told = False
    for line in [line for line in own.split("\n") if line.strip()][:_MAX_LINES]:
        before, colon, after = line.partition(":")
        for sentence in re.split(r"[.!?;]+", before):
            yield sentence, _TOLD if told else 1.0
        for sentence in re.split(r"[.!?;]+", after):
            yield sentence, _TOLD
        told = bool(colon) and not after.strip()


def _score(words: list[str]) -> dict[str, float]:
    """Log likelihood by language, as py3langid has it, and the weight of the known words."""
    lowered = [word.lower() for word in words]
    scores = {code: float(score) for code, score in _identifier().rank(" ".join(lowered))}
    table = _table()
    for word in lowered:
        if word in table:
            for code, weight in table[word].items():
                scores[code] = scores.get(code, -1e6) + _WORD_WEIGHT * weight
    for code in _LATIN:
        scores[code] += _HOME
    return scores


@functools.cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """Word to its weight by language, shared out among the languages that have it; also without accents."""
    having: dict[str, set[str]] = defaultdict(set)
    for code, listed in WORDS.items():
        for word in listed.split():
            for form in {word, _plain(word)}:
                having[form].add(code)
    return {word: dict.fromkeys(codes, 1 / len(codes)) for word, codes in having.items()}


@functools.cache
def _own_table() -> Mapping[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for code, listed in OWN.items():
        for word in listed.split():
            for form in {word, _plain(word)}:
                table[form].add(code)
    return {word: frozenset(codes) for word, codes in table.items()}


def _own_words(words: list[str]) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    table = _own_table()
    for word in {word.lower() for word in words}:
        codes = table.get(word, ())
        for code in codes:
            found[code] += 1 / len(codes)
    return found


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.replace("ł", "l").replace("ı", "i").replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
