"""Payment cards in a text, told from the identifiers in it that look like one."""

from collections.abc import Iterable

from ingest.identifiers.cards import mask_card_numbers
from ingest.identifiers.search import find_identifiers


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
