"""What a delivery report means for the mail of ours that it is about (RFC 3464 section 2.3, RFC 3463 section 2)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from cases.address import fold_address
from cases.mail import Bounce, BouncedRecipient

_ARRIVED = ("delivered", "relayed", "expanded")
_MOST_WORDS = 200
# Mail systems quote whom a mail came from; a signed address is a key to its case and stands in no report.
_SIGNED = re.compile(r"\+a[a-z2-7]{42}@", re.IGNORECASE)


class Fate(StrEnum):
    """What became of a mail that was handed over.

    `lost`: it did not arrive, and the next one may. `refused`: nothing will arrive at that address.
    """

    ARRIVED = "arrived"
    DELAYED = "delayed"
    LOST = "lost"
    REFUSED = "refused"


_WORST_LAST = (Fate.ARRIVED, Fate.DELAYED, Fate.LOST, Fate.REFUSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """A report on the mail of the outbox row `outbox_id`; `words` are the status and what the other side said."""

    outbox_id: int
    fate: Fate
    words: str


def judge_report(bounce: Bounce, *, sent_to: str) -> tuple[Fate, str]:
    """What became of a mail of ours to `sent_to`, and why, for people to read.

    Each mail of ours has one recipient. Where the report names another one, the mailbox we wrote to has passed the
    mail on: that something failed behind it does not say that nobody reads it, so such a failure counts as lost.
    So does a report that names nobody, which says neither who nor why.
    """
    ours = [one for one in bounce.recipients if fold_address(one.address) == fold_address(sent_to)]
    named = ours or bounce.recipients
    if not named:
        return Fate.LOST, "the report names no recipient"
    worst = max(named, key=lambda one: _WORST_LAST.index(_fate(one)))
    fate = _fate(worst)
    said = _SIGNED.sub("+…@", worst.diagnostic)
    words = " ".join([worst.status or "no status", *said.split()])[:_MOST_WORDS]
    if ours:
        return fate, words
    return (Fate.LOST if fate is Fate.REFUSED else fate), f"{words} (passed on to {worst.address})"


def _fate(one: BouncedRecipient) -> Fate:
    if one.action in _ARRIVED:
        return Fate.ARRIVED
    if one.action == "delayed":
        return Fate.DELAYED
    return Fate.LOST if one.status.startswith("4") else Fate.REFUSED
