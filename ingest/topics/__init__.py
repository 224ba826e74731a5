"""What a mail is about, and whether it is urgent: weighted words from data files, no guessing beyond them."""

import functools
from collections.abc import Mapping

from ingest.topics.rules import TOPICS, Rules, Words, load_rules
from ingest.topics.words import MAX_CHARS, Span, find_breaks, find_clause_breaks, find_together, fold

__all__ = ["TOPICS", "Rules", "find_topic", "find_weights", "is_urgent", "load_rules"]

_SUBJECT_FACTOR = 2
_ENOUGH = 1.0


def find_topic(
    subject: str, text: str, kinds: tuple[str, ...] = (), *, language: str | None = None, rules: Rules | None = None
) -> str:
    """The topic with the most weight in subject and new text; "other" below a weight of one.

    `kinds` are the identifier kinds that were found. `language` is the mail's, as an ISO 639-1 code: the words of it,
    English ones and those of all languages count; of None, or of a language without a file, all words.
    """
    weights = find_weights(subject, text, kinds, language=language, rules=rules)
    best = max(TOPICS, key=lambda topic: weights[topic])
    return best if weights[best] >= _ENOUGH else "other"


def find_weights(
    subject: str, text: str, kinds: tuple[str, ...] = (), *, language: str | None = None, rules: Rules | None = None
) -> Mapping[str, float]:
    """Each topic's weight, as in `find_topic`: the subject counts twice, each word once however often it stands."""
    words = (rules or load_rules()).of(language)
    weights = dict.fromkeys(TOPICS, 0.0)
    for said, factor in ((subject, _SUBJECT_FACTOR), (text, 1)):
        for topic, weight in _weigh(_fold(said[:MAX_CHARS]), words):
            weights[topic] += factor * weight
    for kind, topic, weight in words.kinds:
        weights[topic] += weight * (kind in kinds)
    return weights


@functools.lru_cache(maxsize=2)  # a subject and a text, each for topic and urgency
def _fold(said: str) -> str:
    return fold(said)


def _weigh(folded: str, words: Words) -> list[tuple[str, float]]:
    """(topic, weight) of each word found. Where two overlap the longer one counts: "removal order" is no order."""
    found = words.topic_finder.find(folded)
    counted: list[tuple[str, float]] = []
    taken = bytearray(len(folded))
    singles = [(span, phrase) for phrase, spans in found.items() if phrase in words.single for span in spans]
    singles.sort(key=lambda one: (one[0][0] - one[0][1], -len(one[1].strip("*")), "*" in one[1]))
    seen: set[str] = set()
    for (start, end), phrase in singles:
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\x01" * (end - start)
        if phrase not in seen:
            seen.add(phrase)
            counted += words.single[phrase].items()
    phrases = frozenset(found)
    together = [one for one in words.together if not one[0].parts[0].isdisjoint(phrases)]
    breaks = find_breaks(folded) if together else []
    counted += [(topic, weight) for expression, topic, weight in together if find_together(expression, found, breaks)]
    return counted


def is_urgent(
    subject: str, text: str, *, is_reply: bool = False, language: str | None = None, rules: Rules | None = None
) -> bool:
    """Whether the writer says that it is urgent. In an answer the subject is inherited and does not count."""
    words = (rules or load_rules()).of(language)
    return any(_says_urgent(_fold(said[:MAX_CHARS]), words) for said in ((text,) if is_reply else (subject, text)))


def _says_urgent(folded: str, words: Words) -> bool:
    found = words.urgent_finder.find(folded)
    phrases = frozenset(found)
    urgent = [one for one in words.urgent if not one.parts[0].isdisjoint(phrases)]
    if not urgent:
        return False
    breaks, clauses = find_breaks(folded), find_clause_breaks(folded)
    but_not = [one for one in words.but_not if not one.parts[0].isdisjoint(phrases)]
    denied = [span for one in but_not for spans in find_together(one, found, clauses) for span in spans]
    return any(
        not any(_overlap(spans[0], no) for no in denied)
        for one in urgent
        for spans in find_together(one, found, breaks)
    )


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
