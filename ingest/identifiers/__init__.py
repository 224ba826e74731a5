"""Order numbers, ASINs, shipments and the rest: found in any text by one table of kinds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.identifiers.cards import mask_card_numbers
from ingest.identifiers.columns import find_cells
from ingest.identifiers.fold import fold
from ingest.identifiers.kinds import KINDS, Kind
from ingest.identifiers.phones import find_phones

__all__ = ["KINDS", "Found", "find_identifiers", "mask_cards"]

_COLUMNS = {heading: kind.name for kind in KINDS for heading in kind.columns}
_BY_NAME = {kind.name: kind for kind in KINDS}
_MAX_TEXT = 300_000
_MAX_FOUND = 2_000


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Found:
    """One identifier in its normal form."""

    kind: str
    value: str


def find_identifiers(text: str, language: str | None = None) -> tuple[Found, ...]:
    """All identifiers of a text in order of kind and place, each once.

    `language` (ISO 639-1) decides whose national telephone numbers are read; None reads international ones only.
    """
    folded = fold(text[:_MAX_TEXT])
    taken = bytearray(len(folded))
    found: dict[Found, None] = {}
    for one in (*_find_by_pattern(folded, taken), *_find_in_tables(folded), *_find_phones(folded, taken, language)):
        if len(found) >= _MAX_FOUND:
            break
        found.setdefault(one)
    return tuple(found)


def mask_cards(text: str, identifiers: Iterable[str] = ()) -> str:
    """The text with payment card numbers as `•••• 1111`.

    An order id or tracking number that happens to pass the card check stays: pass the values found in the mail as
    `identifiers`; those of the text itself are looked for here.
    """
    masked = mask_card_numbers(text, identifiers)
    if masked == text:
        return text
    own = (one.value for one in find_identifiers(text))
    return mask_card_numbers(text, (*identifiers, *own))


def _find_by_pattern(text: str, taken: bytearray) -> Iterator[Found]:
    for kind in KINDS:
        for pattern, normal in kind.patterns:
            for match in pattern.finditer(text):
                start, end = match.span("v")
                if _is_taken(kind, taken, start, end):
                    continue
                value = normal(match["v"])
                if value is not None:
                    taken[start:end] = b"\x02" * (end - start) if kind.shares else b"\x01" * (end - start)
                    yield Found(kind=kind.name, value=value)


def _is_taken(kind: Kind, taken: bytearray, start: int, end: int) -> bool:
    span = taken[start:end]
    return 1 in span or (2 in span and not kind.shares)


def _find_in_tables(text: str) -> Iterator[Found]:
    for name, cell in find_cells(text, _COLUMNS):
        bare = _BY_NAME[name].bare
        value = bare(cell) if bare else None
        if value is not None:
            yield Found(kind=name, value=value)


def _find_phones(text: str, taken: bytearray, language: str | None) -> Iterator[Found]:
    for number, start, end in find_phones(text, language):
        if not any(taken[start:end]):
            yield Found(kind="phone", value=number)
