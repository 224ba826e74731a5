"""Mails that stay in the mailbox: too large, or not given out. One of them must not keep the others waiting. Pure."""

from datetime import datetime, timedelta

from store.mailboxes import LeftMail

# How long after each failed try the next one is, the last wait for all later ones.
_WAITS = (
    timedelta(),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(1),
)


def leave_large(uid: int, *, size: int, limit: int) -> LeftMail:
    """A mail over the limit is not fetched at all, unless the limit is raised."""
    return LeftMail(uid=uid, size=size, reason=f"{size} octets, and [smtp] max_message_bytes is {limit}")


def leave_failed(uid: int, *, size: int, reason: str, tries: int, now: datetime) -> LeftMail:
    """A mail that could not be fetched after `tries` tries is tried again, later each time."""
    next_try_at = now + _WAITS[min(tries, len(_WAITS)) - 1]
    return LeftMail(uid=uid, size=size, reason=reason, tries=tries, next_try_at=next_try_at)


def may_be_tried(one: LeftMail, *, limit: int, now: datetime) -> bool:
    """Whether to fetch it now: its time has come, or it was too large and is no more."""
    if one.next_try_at is not None:
        return one.next_try_at <= now
    return not one.tries and 0 < one.size <= limit


def groups(uids: list[int], sizes: dict[int, int], *, limit: int, count: int, octets: int) -> list[list[int]]:
    """The UIDs in order, in groups of `count` mails and `octets` at most, a mail over `limit` counting as nothing."""
    made: list[list[int]] = []
    room = 0
    for uid in uids:
        size = sizes.get(uid, limit)
        cost = size if size <= limit else 0
        if not made or len(made[-1]) == count or cost > room:
            made.append([])
            room = octets
        made[-1].append(uid)
        room -= cost
    return made
