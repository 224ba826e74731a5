"""Working time, by examples counted by hand, by a slow model, and by the promise that no later start is due earlier."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.hours import (
    Calendar,
    Duration,
    add,
    between,
    make_calendar,
    next_opening,
    open_time,
    parse_duration,
    parse_hours,
)
from cases.model import Queue

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = "Mon-Fri 09:00-18:00"
LUNCH = "Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-14:00"
NIGHT = "Sat-Sun 01:00-04:30; Mon-Fri 22:00-24:00"


def calendar(hours: str = OFFICE, *, country: str = "DE", closing_days: tuple[str, ...] = ()) -> Calendar:
    return make_calendar(
        Queue(
            id=1,
            name="support",
            address="support@casepost.example",
            language="en",
            country=country,
            timezone="Europe/Berlin",
            hours=hours,
            closing_days=closing_days,
        )
    )


def berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


def due(start: str, duration: str, hours: str = OFFICE, *, clock: str = "business", **queue: object) -> str:
    """The end as a Berlin wall clock shows it."""
    found = add(calendar(hours, **queue), berlin(start), parse_duration(duration), clock=clock)  # type: ignore[arg-type]
    assert found.tzinfo is UTC
    return found.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-11-23 10:15", "PT24H", "2026-11-24 10:15"),  # Monday to Tuesday
        ("2026-11-23 10:15", "P1D", "2026-11-24 10:15"),
        ("2026-11-27 10:15", "PT24H", "2026-11-30 10:15"),  # over the weekend
        ("2026-11-27 10:15", "PT48H", "2026-12-01 10:15"),
        ("2026-11-28 12:00", "PT24H", "2026-12-01 09:00"),  # Saturday starts on Monday at nine
        ("2026-11-23 07:00", "PT24H", "2026-11-24 09:00"),
        ("2026-11-23 18:00", "PT24H", "2026-11-25 09:00"),  # the closing minute is closed
        ("2026-11-23 17:59", "PT24H", "2026-11-24 17:59"),
        ("2026-11-23 17:00", "PT2H", "2026-11-24 10:00"),
        ("2026-11-23 16:00", "PT2H", "2026-11-24 09:00"),  # an end at closing time moves on
        ("2026-11-27 16:30", "PT26H", "2026-12-01 09:30"),  # a day, then two hours
        ("2026-11-23 10:00", "P7D", "2026-12-02 10:00"),  # seven working days
        ("2026-11-23 10:00", "P1W", "2026-12-02 10:00"),
        ("2026-11-23 20:00", "PT0S", "2026-11-24 09:00"),
    ],
)
def test_business_time_counts_working_days_at_the_same_local_time_and_then_open_minutes(
    start: str, duration: str, end: str
) -> None:
    assert due(start, duration) == end


def test_a_public_holiday_is_no_working_day() -> None:
    assert due("2026-12-23 10:00", "PT48H") == "2026-12-28 10:00"  # the 25th and 26th, then a Sunday


def test_a_holiday_of_a_subdivision_counts_there_alone() -> None:
    assert due("2027-01-05 10:00", "PT24H", country="DE-BY") == "2027-01-07 10:00"
    assert due("2027-01-05 10:00", "PT24H", country="DE") == "2027-01-06 10:00"


def test_a_queues_own_closing_days_count_beside_public_holidays() -> None:
    assert due("2026-12-23 10:00", "PT24H", closing_days=("2026-12-24",)) == "2026-12-28 10:00"


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2026-11-23 12:30", "PT0S", "2026-11-23 13:00"),  # lunch
        ("2026-11-23 11:30", "PT1H", "2026-11-23 13:30"),
        ("2026-11-23 11:00", "PT1H", "2026-11-23 13:00"),
        ("2026-11-27 16:00", "PT24H", "2026-11-30 09:00"),  # Saturday at 16:00 is closed, so Monday
        ("2026-11-27 09:30", "PT24H", "2026-11-28 10:00"),  # Saturday opens at ten
        ("2026-11-28 13:00", "PT2H", "2026-11-30 10:00"),
    ],
)
def test_a_lunch_gap_and_a_short_saturday_move_starts_and_ends_to_the_next_opening(
    start: str, duration: str, end: str
) -> None:
    assert due(start, duration, LUNCH) == end


def test_the_change_of_clocks_does_not_move_the_local_time() -> None:
    assert due("2026-03-27 10:00", "PT24H") == "2026-03-30 10:00"
    assert due("2026-10-23 10:00", "PT24H") == "2026-10-26 10:00"
    assert due("2026-03-28 12:00", "PT24H", "24/7") == "2026-03-29 12:00"
    assert due("2026-10-24 12:00", "PT24H", "24/7") == "2026-10-25 12:00"


def test_open_hours_across_a_change_of_clocks_are_counted_as_they_pass() -> None:
    assert due("2026-03-29 01:30", "PT2H", "24/7") == "2026-03-29 04:30"
    assert due("2026-10-25 01:30", "PT3H", "24/7") == "2026-10-25 03:30"


def test_a_local_time_that_does_not_exist_is_the_end_of_the_gap() -> None:
    assert due("2026-03-28 02:30", "PT24H", "24/7") == "2026-03-29 03:00"
    assert next_opening(calendar("Sun 02:30-18:00"), berlin("2026-03-28 12:00")) == berlin("2026-03-29 03:00")


def test_a_start_in_the_second_run_of_an_hour_is_not_due_before_one_in_its_first() -> None:
    all_week, day = calendar("24/7"), parse_duration("P1D")
    first = add(all_week, berlin("2026-10-25 02:50"), day, clock="business")
    second = add(all_week, berlin("2026-10-25 02:10", fold=1), day, clock="business")
    assert first == berlin("2026-10-26 02:50")
    assert second == berlin("2026-10-26 03:00")


def test_round_the_clock_knows_no_holidays_or_closing_days() -> None:
    assert due("2026-12-24 20:00", "P1D", "24/7", closing_days=("2026-12-25",)) == "2026-12-25 20:00"
    assert due("2026-11-28 23:30", "PT1H", "24/7") == "2026-11-29 00:30"


def test_the_wall_clock_adds_the_duration_to_the_instant() -> None:
    assert due("2026-11-27 20:00", "PT24H", clock="wall") == "2026-11-28 20:00"
    assert due("2026-10-24 20:00", "PT24H", clock="wall") == "2026-10-25 19:00"


def test_hours_that_end_at_midnight_reach_the_next_day() -> None:
    assert due("2026-11-23 23:30", "PT1H", NIGHT) == "2026-11-24 22:30"


@pytest.mark.parametrize(
    ("start", "end", "hours", "passed"),
    [
        ("2026-11-23 10:15", "2026-11-23 11:00", OFFICE, timedelta(minutes=45)),
        ("2026-11-23 17:00", "2026-11-24 10:00", OFFICE, timedelta(hours=2)),
        ("2026-11-27 16:00", "2026-11-30 10:00", OFFICE, timedelta(hours=3)),  # over the weekend
        ("2026-11-28 12:00", "2026-11-29 12:00", OFFICE, timedelta()),
        ("2026-12-23 17:00", "2026-12-28 10:00", OFFICE, timedelta(hours=11)),  # the 24th is no holiday, the rest is
        ("2026-11-23 11:30", "2026-11-23 13:30", LUNCH, timedelta(hours=1)),
        ("2026-11-23 10:00", "2026-11-23 10:00", OFFICE, timedelta()),
        ("2026-11-24 10:00", "2026-11-23 10:00", OFFICE, timedelta()),
        ("2026-11-23 23:30", "2026-11-24 22:30", NIGHT, timedelta(hours=1)),
        ("2026-03-28 12:00", "2026-03-29 12:00", "24/7", timedelta(hours=23)),
        ("2026-10-24 12:00", "2026-10-25 12:00", "24/7", timedelta(hours=25)),
        ("2026-03-28 12:00", "2026-03-29 12:00", NIGHT, timedelta(hours=2, minutes=30)),  # from one to half past four
        ("2026-10-24 12:00", "2026-10-25 12:00", NIGHT, timedelta(hours=4, minutes=30)),
        ("2026-12-24 12:00", "2026-12-27 12:00", "24/7", timedelta(days=3)),
    ],
)
def test_the_time_between_two_instants_is_the_open_time_that_passes(
    start: str, end: str, hours: str, passed: timedelta
) -> None:
    assert between(calendar(hours), berlin(start), berlin(end)) == passed


def test_the_time_between_is_exact_to_the_second_and_over_years() -> None:
    begin = berlin("2026-11-23 10:00")
    assert between(calendar(), begin, begin + timedelta(seconds=1, microseconds=5)) == timedelta(
        seconds=1, microseconds=5
    )
    assert between(calendar("24/7"), begin, begin + timedelta(days=3000)) == timedelta(days=3000)


def test_hours_in_which_no_day_is_ever_open_are_refused_where_they_are_used() -> None:
    shut = Calendar(zone=BERLIN, hours=parse_hours("Mon-Sun 09:00-10:00"), is_closed=lambda _day: True)
    with pytest.raises(ValueError, match="no opening"):
        next_opening(shut, berlin("2026-11-23 10:00"))


IMPOSSIBLE = (
    "",
    "Mon",
    "Mon 09:00",
    "Mon 18:00-09:00",
    "Mon 09:00-24:30",
    "Xxx 09:00-10:00",
    "Mon 09:00-12:00,11:00-13:00",
)


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_impossible_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_hours(text)


@pytest.mark.parametrize("text", ["", "P", "PT", "24H", "P1Y", "-P1D", "PT1.5H", "P1D "])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_duration(text)


# The slow model: minutes, one after the other, each open or not by what a wall clock and a calendar on the wall show.

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_MINUTES = 366 * 24 * 60
_CALENDARS = [(OFFICE, ()), (LUNCH, ("2026-12-24",)), (NIGHT, ()), ("24/7", ())]
# Around both changes of clocks and around Christmas, where the trouble is.
_HARD = [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 12, 23, tzinfo=UTC)]
_starts = st.one_of(
    st.integers(0, _MINUTES),
    st.builds(lambda at, n: int((at - _FIRST).total_seconds()) // 60 + n, st.sampled_from(_HARD), st.integers(0, 5760)),
)
_durations = st.builds(Duration, days=st.integers(0, 4), seconds=st.integers(0, 23 * 60).map(lambda n: n * 60))


def _is_open(hours: Calendar, instant: datetime) -> bool:
    local = instant.astimezone(BERLIN)
    if hours.is_closed(local.date()):
        return False
    # In the second run of an hour the clock shows what it showed before: an opening or closing then was the first time.
    return any(
        _utc(local, start) <= instant and (end == time.max or instant < _utc(local, end))
        for start, end in hours.hours.spans[local.weekday()]
    )


def _utc(local: datetime, at: time) -> datetime:
    return datetime.combine(local.date(), at, BERLIN).astimezone(UTC)


def _slow_opening(hours: Calendar, instant: datetime) -> datetime:
    while not _is_open(hours, instant):
        instant += timedelta(minutes=1)
    return instant


def _slow_add(hours: Calendar, start: datetime, duration: Duration) -> datetime:
    at = _slow_opening(hours, start)
    local = at.astimezone(BERLIN)
    if duration.days:
        wall = local.replace(tzinfo=None)
        if local.fold:
            wall = wall.replace(hour=3, minute=0)
        day = wall.date()
        for _ in range(duration.days):
            day += timedelta(days=1)
            while hours.is_closed(day) or not hours.hours.spans[day.weekday()]:
                day += timedelta(days=1)
        at = datetime.combine(day, wall.time(), BERLIN).astimezone(UTC)
        if at.astimezone(BERLIN).time() != wall.time():
            at = at.astimezone(BERLIN).replace(minute=0).astimezone(UTC)
        at = _slow_opening(hours, at)
    left = duration.seconds // 60
    while left:
        left -= _is_open(hours, at)
        at += timedelta(minutes=1)
    return _slow_opening(hours, at)


@settings(max_examples=60, deadline=None)
@given(which=st.sampled_from(_CALENDARS), start=_starts, duration=_durations)
def test_the_sum_agrees_with_counting_minute_by_minute(
    which: tuple[str, tuple[str, ...]], start: int, duration: Duration
) -> None:
    hours = calendar(which[0], closing_days=which[1])
    begin = _FIRST + timedelta(minutes=start)
    assert add(hours, begin, duration, clock="business") == _slow_add(hours, begin, duration)


@settings(max_examples=300, deadline=None)
@given(
    which=st.sampled_from(_CALENDARS), start=_starts, later=st.integers(0, 3 * 24 * 60), duration=_durations,
    clock=st.sampled_from(["business", "wall"]),
)  # fmt: skip
def test_a_later_start_is_never_due_earlier(
    which: tuple[str, tuple[str, ...]], start: int, later: int, duration: Duration, clock: str
) -> None:
    hours = calendar(which[0], closing_days=which[1])
    one = _FIRST + timedelta(minutes=start)
    two = one + timedelta(minutes=later)
    assert add(hours, one, duration, clock=clock) <= add(hours, two, duration, clock=clock)


_stretches = st.tuples(_starts, st.integers(-60, 6 * 24 * 60))


@settings(max_examples=60, deadline=None)
@given(which=st.sampled_from(_CALENDARS), stretch=_stretches)
def test_the_time_between_agrees_with_counting_minute_by_minute(
    which: tuple[str, tuple[str, ...]], stretch: tuple[int, int]
) -> None:
    hours = calendar(which[0], closing_days=which[1])
    begin = _FIRST + timedelta(minutes=stretch[0])
    slow = sum(_is_open(hours, begin + timedelta(minutes=one)) for one in range(stretch[1]))
    assert between(hours, begin, begin + timedelta(minutes=stretch[1])) == timedelta(minutes=slow)


@settings(max_examples=200, deadline=None)
@given(which=st.sampled_from(_CALENDARS), stretch=_stretches, share=st.floats(0, 1))
def test_a_stretch_is_as_long_as_its_parts_and_as_what_was_counted_up_around_it(
    which: tuple[str, tuple[str, ...]], stretch: tuple[int, int], share: float
) -> None:
    hours = calendar(which[0], closing_days=which[1])
    begin = _FIRST + timedelta(minutes=stretch[0])
    end = begin + timedelta(minutes=max(stretch[1], 0))
    middle = begin + (end - begin) * share
    whole = between(hours, begin, end)
    assert between(hours, begin, middle) + between(hours, middle, end) == whole
    assert open_time(hours, begin - timedelta(days=9), end + timedelta(days=9)).between(begin, end) == whole


@settings(max_examples=200, deadline=None)
@given(which=st.sampled_from(_CALENDARS), start=_starts, minutes=st.integers(0, 23 * 60 + 59))
def test_minutes_that_are_added_are_the_time_between(
    which: tuple[str, tuple[str, ...]], start: int, minutes: int
) -> None:
    hours = calendar(which[0], closing_days=which[1])
    begin = _FIRST + timedelta(minutes=start)
    end = add(hours, begin, Duration(days=0, seconds=minutes * 60), clock="business")
    assert between(hours, begin, end) == timedelta(minutes=minutes)
