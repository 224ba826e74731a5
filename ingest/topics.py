"""What a mail is about, and whether it is urgent: words with weights from topics.toml, no guessing beyond them."""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

TOPICS = ("order", "listing", "fba", "returns", "payments", "account", "technical", "other")
_FILE = Path(__file__).with_name("topics.toml")
_MAX_CHARS = 20_000
_SUBJECT_FACTOR = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The compiled file: (topic, weight, words), the weight of identifier kinds by topic, words of urgency."""

    words: tuple[tuple[str, float, re.Pattern[str]], ...]
    kinds: tuple[tuple[str, str, float], ...]
    urgent: re.Pattern[str]
    not_urgent: re.Pattern[str]


def find_topic(subject: str, text: str, kinds: tuple[str, ...] = ()) -> str:
    """The topic with the most weight in subject (counted twice) and new text; "other" below a weight of one.

    Each word counts once however often it stands there. `kinds` are the identifier kinds that were found.
    """
    rules = load_rules()
    scores = dict.fromkeys(TOPICS, 0.0)
    for topic, weight, pattern in rules.words:
        scores[topic] += weight * len({hit.lower() for hit in pattern.findall(text[:_MAX_CHARS])})
        scores[topic] += _SUBJECT_FACTOR * weight * len({hit.lower() for hit in pattern.findall(subject)})
    for kind, topic, weight in rules.kinds:
        scores[topic] += weight * (kind in kinds)
    best = max(TOPICS, key=lambda topic: scores[topic])
    return best if scores[best] >= 1 else "other"


def is_urgent(subject: str, text: str, *, is_reply: bool = False) -> bool:
    """Whether the writer says that it is urgent. In an answer the subject is inherited and does not count."""
    rules = load_rules()
    said = text[:_MAX_CHARS] if is_reply else f"{subject}\n{text[:_MAX_CHARS]}"
    return rules.urgent.search(rules.not_urgent.sub(" ", said)) is not None


@functools.cache
def load_rules() -> Rules:
    """The rules of topics.toml; words are matched without regard to case, `*` at the end matches any ending."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words = tuple(
        (topic, float(weight), _compile(by_weight[weight]))
        for topic, by_weight in data["topics"].items()
        for weight in by_weight
    )
    kinds = tuple((kind, topic, float(weight)) for kind, (topic, weight) in data["identifiers"].items())
    return Rules(
        words=words,
        kinds=kinds,
        urgent=_compile(data["urgent"]["words"]),
        not_urgent=_compile(data["urgent"]["but_not"]),
    )


def _compile(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_word(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)


def _word(word: str) -> str:
    """A word with its borders; CJK has none, and a leading `*` allows compounds such as "Kontosperrung"."""
    body = re.escape(word.strip("*")).replace(r"\ ", r"\s+")
    if ord(word.strip("*")[0]) > 0x2E80:
        return body
    start = "" if word.startswith("*") else r"(?<!\w)"
    return start + body + (r"\w{0,30}" if word.endswith("*") else r"(?!\w)")
