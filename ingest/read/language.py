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
    votes = _votes(own, _score(words))
    best = max(votes, key=lambda code: votes[code])
    return best if best in LANGUAGES else None


def _votes(own: str, whole: Mapping[str, float]) -> Mapping[str, float]:
    """Each sentence's words for its language, and more for what one says of oneself.

    What follows a colon is often another's words ("the message says: ..."), so it counts less. The whole text decides
    where no sentence is long enough.
    """
    votes: dict[str, float] = defaultdict(float)
    votes[max(whole, key=lambda code: whole[code])] = 1.0
    for sentence, share in _sentences(own):
        words = WORD.findall(sentence)
        for code, count in _own_words(words).items():
            votes[code] += share * _OWN_WORD * count
        if len(words) >= MIN_WORDS:
            scores = _score(words)
            best, second = sorted(scores, key=lambda code: -scores[code])[:2]
            sure = min(1.0, (scores[best] - scores[second]) / _CLEAR)
            votes[best] += share * sure * min(len(words), _LONG_SENTENCE)
    return votes


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
    for word in lowered:
        for code, weight in _table().get(word, {}).items():
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
    for word in {word.lower() for word in words}:
        codes = _own_table().get(word, frozenset())
        for code in codes:
            found[code] += 1 / len(codes)
    return found


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.replace("ł", "l").replace("ı", "i").replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
