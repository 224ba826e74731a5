"""What an agent needs to work on a topic and the seller has not said yet."""

from collections.abc import Iterable

_NEEDED: dict[str, str] = {
    "order": "order_id",
    "returns": "order_id",
    "listing": "asin",
    "fba": "fba_shipment_id",
    "technical": "error_code",
}


def find_missing(topic: str, kinds: Iterable[str], *, has_picture: bool = False) -> tuple[str, ...]:
    """The identifier kinds that `topic` needs and that are not among `kinds`; a picture may show the error."""
    needed = _NEEDED.get(topic)
    if needed is None or needed in set(kinds) or (needed == "error_code" and has_picture):
        return ()
    return (needed,)
