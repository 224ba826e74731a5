"""The states of a case and what moves it from one to another: one table.

open ──agent answers──▶ waiting ──seller writes──▶ open
  │                        │
  └────────close───────────┴──▶ closed ──seller writes / reopen──▶ open
"""

from cases.model import Happening, Status

_MOVES: dict[Happening, dict[Status, Status]] = {
    Happening.SELLER_WROTE: dict.fromkeys(Status, Status.OPEN),
    # Agents shall look at what a stranger wrote, but a stranger does not decide who has the next word.
    Happening.STRANGER_WROTE: {Status.CLOSED: Status.OPEN},
    Happening.AGENT_ANSWERED: dict.fromkeys(Status, Status.WAITING),
    Happening.ANSWER_RELEASED: dict.fromkeys(Status, Status.WAITING),
    # Who asks for time keeps the next word, also right after an answer.
    Happening.PUT_OFF: {Status.WAITING: Status.OPEN},
    # Words that cannot reach the seller leave the case with the agents.
    Happening.ANSWER_FAILED: {Status.WAITING: Status.OPEN},
    Happening.CLOSED: dict.fromkeys(Status, Status.CLOSED),
    Happening.MERGED: dict.fromkeys(Status, Status.CLOSED),
    # A case that waited for an agent went into this one, which waits for one from now on.
    Happening.MERGED_IN: dict.fromkeys(Status, Status.OPEN),
    Happening.REOPENED: {Status.CLOSED: Status.OPEN},
}


def next_status(status: Status, happening: Happening) -> Status:
    """The status after `happening`; what the table does not name changes nothing."""
    return _MOVES.get(happening, {}).get(status, status)
