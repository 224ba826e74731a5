"""Labelled mails and how well they are read. A label that is null is not scored; names of values are folded.

An identifier counts as found under whatever source; it is right when it is labelled under any source. `optional`
ones are neither required nor counted false. Sources other than those labelled (signature) are not scored.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.quality.measure import Measure

Label = Mapping[str, Any]
Pair = tuple[str, str]

_GROUPS = {
    "subject and body": ("subject", "body"),
    "quoted": ("quoted",),
    "attachment": ("attachment",),
    "image": ("image",),
}
LEAST = {
    "kind": 1.00,
    "language": 0.98,
    "topic": 0.92,
    "urgent": None,
    "reply_text": 0.95,
    "attachments by name": 1.00,
    "bounce": None,
    "identifiers, subject and body: F1": 0.99,
    "identifiers, quoted: F1": 0.97,
    "identifiers, attachment: F1": 0.97,
    "identifiers, image: F1": 0.90,
    "identifiers, subject and body: precision": 0.98,
    "identifiers, quoted: precision": 0.98,
    "identifiers, attachment: precision": 0.98,
    "identifiers, image: precision": 0.95,
}
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad\u2060"))


def load_labels(folder: Path) -> dict[str, Label]:
    """NAME.json of each NAME.eml of a folder."""
    files = sorted(folder.glob("*.json"))
    return {one.stem: json.loads(one.read_text(encoding="utf-8")) for one in files if one.with_suffix(".eml").exists()}


def score(labels: Mapping[str, Label], results: Mapping[str, Label]) -> list[Measure]:
    """All measures of a set; `results` are the objects of `casepost parse` by NAME."""
    pairs = [(name, label, results.get(name, {})) for name, label in labels.items()]
    return [
        *(_score_value(name, pairs) for name in ("kind", "language", "topic", "urgent")),
        _score_reply_text(pairs),
        _score_attachments(pairs),
        _score_bounces(pairs),
        *(one for group in _GROUPS for one in _score_identifiers(group, pairs)),
    ]


def _measure(name: str, outcomes: Iterable[tuple[str, bool]], share: float | None = None) -> Measure:
    all_of = list(outcomes)
    failing = tuple(said for said, right in all_of if not right)
    right = len(all_of) - len(failing)
    return Measure(name=name, right=right, total=len(all_of), least=LEAST[name], share=share, failing=failing)


def _score_value(key: str, pairs: list[tuple[str, Label, Label]]) -> Measure:
    return _measure(
        key,
        (
            (f"{name}: {found.get(key)}, not {label[key]}", found.get(key) == label[key])
            for name, label, found in pairs
            if label.get(key) is not None
        ),
    )


def _score_reply_text(pairs: list[tuple[str, Label, Label]]) -> Measure:
    def forms(label: Label) -> set[str]:
        return {fold(text) for text in (label["reply_text"], *(label.get("reply_text_also") or ()))}

    return _measure(
        "reply_text",
        (
            (name, fold(found.get("reply_text")) in forms(label))
            for name, label, found in pairs
            if label.get("reply_text") is not None
        ),
    )


def _score_attachments(pairs: list[tuple[str, Label, Label]]) -> Measure:
    def outcomes() -> Iterator[tuple[str, bool]]:
        for name, label, found in pairs:
            names = [fold(one.get("filename")).casefold() for one in found.get("attachments") or ()]
            for wanted in label.get("attachments") or ():
                filename = fold(wanted["filename"]).casefold()
                yield f"{name}: {wanted['filename']}", filename in names
                if filename in names:
                    names.remove(filename)

    return _measure("attachments by name", outcomes())


def _score_bounces(pairs: list[tuple[str, Label, Label]]) -> Measure:
    def is_right(label: Label, found: Label) -> bool:
        wanted, bounce = label["bounce"], found.get("bounce") or {}
        named = {one["address"].casefold() for one in bounce.get("recipients") or ()}
        original = wanted.get("original_message_id")
        return named == {one.casefold() for one in wanted["recipients"]} and (
            original is None or bounce.get("original_message_id") == original
        )

    return _measure("bounce", ((name, is_right(label, found)) for name, label, found in pairs if label.get("bounce")))


def _score_identifiers(group: str, pairs: list[tuple[str, Label, Label]]) -> Iterator[Measure]:
    missed: list[tuple[str, bool]] = []
    reported: list[tuple[str, bool]] = []
    for name, label, found in pairs:
        labelled = {pair for one in _GROUPS for pair in _pairs(label["identifiers"], one)}
        free = {(one["kind"], one["value"]) for one in label.get("optional_identifiers") or ()} - labelled
        all_found = {pair for one in _GROUPS for pair in _pairs(found.get("identifiers"), one)}
        for pair in sorted(_pairs(label["identifiers"], group)):
            missed.append((f"{name}: {' '.join(pair)} missed", pair in all_found))
        for pair in sorted(_pairs(found.get("identifiers"), group) - free):
            reported.append((f"{name}: {' '.join(pair)} is none", pair in labelled))
    recall = _share(missed)
    precision = _share(reported)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    yield _measure(f"identifiers, {group}: F1", missed, f1)
    yield _measure(f"identifiers, {group}: precision", reported, precision)


def _share(outcomes: list[tuple[str, bool]]) -> float:
    return sum(right for _, right in outcomes) / len(outcomes) if outcomes else 1.0


def _pairs(identifiers: Iterable[Label] | None, group: str) -> set[Pair]:
    sources = _GROUPS[group]
    return {
        (one["kind"], str(one["value"]).strip())
        for one in identifiers or ()
        if (one.get("source") or "body") in sources
    }


def fold(text: str | None) -> str:
    """NFC without zero-width characters; bars of tables and all white space are one blank."""
    return " ".join(re.sub(r"\|", " ", unicodedata.normalize("NFC", text or "").translate(_ZERO_WIDTH)).split())
