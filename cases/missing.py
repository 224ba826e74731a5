"""What an agent needs to work on a topic and the seller has not said yet: one record a topic, with its own examples."""

from collections.abc import Iterable
from dataclasses import dataclass

PICTURE = "picture"
"""Stands among the kinds for a picture that came with the mail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a topic needs: the identifier kind that is asked for, and the kinds that tell the agent as much.

    `enough` and `not_enough` are examples: kinds of a mail with which nothing, or this, is asked for.
    """

    topic: str
    asks_for: str
    told_by: frozenset[str] = frozenset()
    enough: tuple[frozenset[str], ...]
    not_enough: tuple[frozenset[str], ...]


NEEDS = (
    Need(
        topic="order",
        asks_for="order_id",
        enough=(frozenset({"order_id"}), frozenset({"order_id", "tracking_number"})),
        # The marketplace finds no order by what the carrier calls the parcel.
        not_enough=(frozenset(), frozenset({"tracking_number"}), frozenset({"invoice_number", PICTURE})),
    ),
    Need(
        topic="returns",
        asks_for="order_id",
        enough=(frozenset({"order_id"}),),
        not_enough=(frozenset(), frozenset({"tracking_number", "asin"}), frozenset({PICTURE})),
    ),
    # A seller's own number names an offer and not the page it is on; one EAN may have several pages.
    Need(
        topic="listing",
        asks_for="asin",
        enough=(frozenset({"asin"}), frozenset({"asin", "sku"})),
        not_enough=(frozenset(), frozenset({"sku", "gtin"}), frozenset({"order_id"}), frozenset({PICTURE})),
    ),
    # The stock number says which goods, not which of the shipments they went missing from.
    Need(
        topic="fba",
        asks_for="fba_shipment_id",
        enough=(frozenset({"fba_shipment_id"}),),
        not_enough=(frozenset(), frozenset({"fnsku", "sku"}), frozenset({"tracking_number"}), frozenset({PICTURE})),
    ),
    Need(
        topic="technical",
        asks_for="error_code",
        told_by=frozenset({PICTURE}),
        enough=(frozenset({"error_code"}), frozenset({PICTURE})),
        not_enough=(frozenset(), frozenset({"sku", "asin"}), frozenset({"external_case_id"})),
    ),
)
"""Payments, account and other need nothing: the sender says who is concerned."""

_BY_TOPIC = {need.topic: need for need in NEEDS}


def find_missing(topic: str, kinds: Iterable[str], *, has_picture: bool = False) -> tuple[str, ...]:
    """The identifier kinds to ask for: what `topic` needs and neither `kinds` nor a picture tells."""
    need = _BY_TOPIC.get(topic)
    known = {*kinds, *([PICTURE] if has_picture else [])}
    if need is None or need.asks_for in known or need.told_by & known:
        return ()
    return (need.asks_for,)
