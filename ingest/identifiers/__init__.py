"""Order numbers, ASINs, shipments and the rest: found in any text by one table of kinds."""

from collections.abc import Iterable

from ingest.identifiers.cards import mask_card_numbers
from ingest.identifiers.found import Found
from ingest.identifiers.kinds import KINDS
from ingest.identifiers.own_kinds import OwnKind
from ingest.identifiers.search import find_identifiers

__all__ = ["KINDS", "Found", "OwnKind", "find_identifiers", "mask_cards"]


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
