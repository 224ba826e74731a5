"""How much automatic mail goes where, as tables: what went out before, and when the next may."""

from datetime import datetime, timedelta

import pytest

from cases.limits import DAY, HOUR, REASON_PREFIX, Going, History, Limits, Sent, decide_slot, key_subject
from cases.plan import ReplyKind
from tests.casework import NOW

PROVED = Going(kind=ReplyKind.ACKNOWLEDGEMENT, address_key="jan@petersen.example", subject_key="s")
UNPROVED = Going(kind=ReplyKind.ACKNOWLEDGEMENT, address_key="jan@petersen.example", proved=False, subject_key="s")
FRESH = Going(kind=ReplyKind.ACKNOWLEDGEMENT, address_key="a@b.example", proved=False, subject_key="s", fresh=True)
RELAY = Going(kind=ReplyKind.AGENT_MAIL, address_key="ada@office.example")
STATUS = Going(kind=ReplyKind.STATUS, address_key="jan@petersen.example")
DEFAULT = Limits()
NO_LIMIT = Limits(per_address_hour=0, per_address_day=0, unproved_hour=0, same_subject_hours=0, robot_pair_day=0)


def ago(*minutes: float) -> tuple[datetime, ...]:
    """Instants, newest first."""
    return tuple(NOW - timedelta(minutes=one) for one in sorted(minutes))


def robot(*minutes: float, left_out: float = -1) -> tuple[Sent, ...]:
    """Mails that were answered within a minute, but for the one so many minutes ago."""
    return tuple(Sent(at=NOW - timedelta(minutes=one), answered=one != left_out) for one in sorted(minutes))


def slot(going: Going, limits: Limits = DEFAULT, **history: object) -> timedelta | None:
    """How long the mail has to wait, None when it may go now."""
    found = decide_slot(limits, going, History(**history), now=NOW)  # type: ignore[arg-type]
    return found.at - NOW if found is not None else None


@pytest.mark.parametrize(
    ("same_kind", "waits"),
    [
        ((), None),
        (ago(1, 2), None),
        (ago(1, 2, 30), timedelta(minutes=30)),
        (ago(1, 2, 59.99), timedelta(seconds=0.6)),
        (ago(1, 2, 60), None),
        (ago(1, 2, 30, 50), timedelta(minutes=30)),  # more than the limit: it was lowered
        (ago(*range(61, 661, 60)), 24 * HOUR - timedelta(minutes=601)),
        (ago(*range(61, 601, 60)), None),
        (ago(1, 2, 3, *range(61, 481, 60)), 24 * HOUR - timedelta(minutes=421)),  # both: the later one
    ],
)
def test_three_an_hour_and_ten_a_day_to_one_address(same_kind: tuple[datetime, ...], waits: timedelta | None) -> None:
    assert slot(PROVED, same_kind=same_kind) == waits
    assert slot(STATUS, same_kind=same_kind) == waits
    assert slot(UNPROVED, same_kind=same_kind) == waits
    assert slot(RELAY, same_kind=same_kind) is None
    assert slot(PROVED, NO_LIMIT, same_kind=same_kind) is None


@pytest.mark.parametrize(
    ("going", "before", "waits"),
    [
        (UNPROVED, NOW - HOUR, 23 * HOUR),
        (UNPROVED, NOW - DAY, None),
        (UNPROVED, None, None),
        (PROVED, NOW - HOUR, None),
        (FRESH, NOW - HOUR, None),
        (RELAY, NOW - HOUR, None),
    ],
)
def test_the_same_subject_once_a_day_from_the_unproved_that_bring_nothing_new(
    going: Going, before: datetime | None, waits: timedelta | None
) -> None:
    assert slot(going, same_subject=before) == waits
    assert slot(going, NO_LIMIT, same_subject=before) is None


@pytest.mark.parametrize(
    ("going", "place", "waits"),
    [
        (UNPROVED, NOW - timedelta(minutes=20), timedelta(minutes=40)),
        (FRESH, NOW - timedelta(minutes=20), timedelta(minutes=40)),
        (UNPROVED, NOW + 5 * HOUR, 6 * HOUR),  # a place in a long line
        (UNPROVED, NOW - HOUR, None),
        (UNPROVED, None, None),
        (PROVED, NOW - timedelta(minutes=20), None),
        (RELAY, NOW - timedelta(minutes=20), None),
    ],
)
def test_the_unproved_share_one_limit_and_the_proved_have_none_of_it(
    going: Going, place: datetime | None, waits: timedelta | None
) -> None:
    assert slot(going, unproved=place) == waits
    assert slot(going, NO_LIMIT, unproved=place) is None


@pytest.mark.parametrize("going", [PROVED, UNPROVED, RELAY])
@pytest.mark.parametrize(
    ("all_mail", "waits"),
    [
        (robot(1, 2), None),
        (robot(1, 2, 60), 23 * HOUR),
        (robot(1, 2, 60, left_out=2), None),
        (robot(1, 2, 60, 90, left_out=90), 23 * HOUR),
        (robot(1, 2, 24 * 60), None),
    ],
)
def test_a_robot_gets_three_mails_a_day_of_whatever_kind(
    going: Going, all_mail: tuple[Sent, ...], waits: timedelta | None
) -> None:
    assert slot(going, all_mail=all_mail) == waits
    assert slot(going, NO_LIMIT, all_mail=all_mail) is None


def test_the_reason_is_that_of_the_limit_that_stands_longest() -> None:
    history = History(same_kind=ago(1, 2, 3), same_subject=NOW - HOUR, unproved=NOW)
    found = decide_slot(Limits(), UNPROVED, history, now=NOW)
    assert found is not None
    assert (
        found.reason == REASON_PREFIX + "one acknowledgement in 24 hours of the same subject, its sender is not proved"
    )
    assert not found.in_all


@pytest.mark.parametrize(
    ("limits", "history", "said"),
    [
        (Limits(per_address_hour=1), History(same_kind=ago(1)), "1 acknowledgement an hour to one address"),
        (Limits(per_address_hour=0), History(same_kind=ago(*range(10))), "10 acknowledgements a day to one address"),
        (Limits(), History(unproved=NOW), "2000 acknowledgements an hour to senders who are not proved"),
        (Limits(), History(all_mail=robot(1, 2, 3)), "3 mails a day to an address that answers within a minute"),
    ],
)
def test_the_reason_says_the_number_that_holds(limits: Limits, history: History, said: str) -> None:
    found = decide_slot(limits, UNPROVED, history, now=NOW)
    assert found is not None
    assert found.reason == REASON_PREFIX + said
    assert found.in_all == ("not proved" in said)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Where is my money?", "RE: Where is my money?", True),
        ("Where is my money?", "Re: AW: Fwd: WHERE is  my money?", True),
        ("Re[2]: Order 302-1234567-7654321", "Order 302-7654321-1234567", True),
        ("回复：订单 12", "订单 99", True),
        ("Order １２", "order 77", True),
        ("Where is my money?", "Where is my parcel?", False),
        ("Order: lost", "Order: late", False),
        ("", "12345", True),
    ],
)
def test_subjects_are_compared_without_digits_and_reply_prefixes(one: str, other: str, same: bool) -> None:
    assert (key_subject(one) == key_subject(other)) is same
