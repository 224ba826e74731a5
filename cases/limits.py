"""How much automatic mail goes where: the rules of `[limits]`, and when what is over one may go out.

What is over a limit is never lost: it waits for the next free slot. 0 is no limit. A window is open at its end: what
went out at ten counts until eleven, and at eleven the slot is free.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.plan import ReplyKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWERED_WITHIN = timedelta(seconds=60)  # so fast, and every time, answers no person

# What sellers are sent although nobody of the staff has said a word: whoever forges a From could fill a mailbox by it.
CAPPED = frozenset({ReplyKind.ACKNOWLEDGEMENT, ReplyKind.STATUS})

# Every reason begins so: `casepost delivery list` tells by it what waits for a slot.
REASON_PREFIX = "limit: "

_PREFIX = re.compile(r"\s*[^\W\d]{1,5}\s?(\[\d+\]|\(\d+\))?\s*[:：]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The numbers of `[limits]`, as the contract names them."""

    per_address_hour: int = 3
    per_address_day: int = 10
    unproved_hour: int = 2000
    same_subject_hours: int = 24
    robot_pair_day: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Going:
    """An automatic mail whose turn has come. `address_key` is the mailbox it goes to, without a +tag.

    Only of acknowledgements: `subject_key` of the message that is acknowledged; `proved`: its author is; `fresh`: its
    author is not, and it names something (an order, a parcel) that they have never named before.
    """

    kind: ReplyKind
    address_key: str
    proved: bool = True
    subject_key: str = ""
    fresh: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """An automatic mail that went to the address; `answered`: a mail came from there within a minute."""

    at: datetime
    answered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What went out before. `same_kind` and `all_mail` are of the address, newest first, of the last day.

    `same_subject` is the last acknowledgement of that subject to the address. `unproved` is the newest but
    `unproved_hour` - 1 of all places that acknowledgements to unproved senders have or had: when it is an hour old,
    the next one is free.
    """

    same_kind: tuple[datetime, ...] = ()
    all_mail: tuple[Sent, ...] = ()
    same_subject: datetime | None = None
    unproved: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """When a mail that is over a limit may go out, why not before, and whether it is the limit on all unproved ones."""

    at: datetime
    reason: str
    in_all: bool = False


def decide_slot(limits: Limits, going: Going, history: History, *, now: datetime) -> Slot | None:
    """None when the mail may go out now, else the first instant at which no limit stands against it."""
    slots = [_robot_slot(limits, history)]
    if going.kind in CAPPED:
        slots += [
            _address_slot(limits.per_address_hour, HOUR, "an hour", going, history),
            _address_slot(limits.per_address_day, DAY, "a day", going, history),
        ]
    if going.kind is ReplyKind.ACKNOWLEDGEMENT and not going.proved:
        slots += [_subject_slot(limits, going, history), _unproved_slot(limits, history)]
    over = [slot for slot in slots if slot is not None and slot.at > now]
    return max(over, key=lambda slot: slot.at, default=None)


def key_subject(subject: str) -> str:
    """What a subject is compared by: without digits, reply prefixes, case and spaces; a digest, "" for no words."""
    words = unicodedata.normalize("NFKC", subject[:1000]).casefold()
    while prefix := _PREFIX.match(words):
        words = words[prefix.end() :]
    plain = "".join(one for one in words if not one.isdigit() and not one.isspace())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()[:32] if plain else ""


def _robot_slot(limits: Limits, history: History) -> Slot | None:
    most = limits.robot_pair_day
    if not most or len(history.all_mail) < most or not all(sent.answered for sent in history.all_mail[:most]):
        return None
    reason = f"{REASON_PREFIX}{_count(most, 'mail')} a day to an address that answers within a minute"
    return Slot(at=history.all_mail[most - 1].at + DAY, reason=reason)


def _address_slot(most: int, window: timedelta, said: str, going: Going, history: History) -> Slot | None:
    if not most or len(history.same_kind) < most:
        return None
    reason = f"{REASON_PREFIX}{_count(most, going.kind.words)} {said} to one address"
    return Slot(at=history.same_kind[most - 1] + window, reason=reason)


def _subject_slot(limits: Limits, going: Going, history: History) -> Slot | None:
    if not limits.same_subject_hours or history.same_subject is None or going.fresh:
        return None
    window = _count(limits.same_subject_hours, "hour")
    reason = f"{REASON_PREFIX}one acknowledgement in {window} of the same subject, its sender is not proved"
    return Slot(at=history.same_subject + limits.same_subject_hours * HOUR, reason=reason)


def _unproved_slot(limits: Limits, history: History) -> Slot | None:
    if not limits.unproved_hour or history.unproved is None:
        return None
    reason = f"{REASON_PREFIX}{_count(limits.unproved_hour, 'acknowledgement')} an hour to senders who are not proved"
    return Slot(at=history.unproved + HOUR, reason=reason, in_all=True)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
