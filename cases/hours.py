"""Working time: when a queue is open, and when a duration that starts now is over.

The definition is the contract's: a start outside open hours moves to the next opening; each whole 24 h is
then one working day on at the same local time; what is left counts open minutes; an end outside open hours
moves to the next opening. So a later start is never due earlier; where clocks change, that decides: a local
time that does not exist is the end of the gap, and a start in an hour's second run counts as that hour's end.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from threading import Lock
from zoneinfo import ZoneInfo

from cases.model import Queue

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_FAR = 366 * 2  # days looked ahead for an opening before hours are taken for impossible

Span = tuple[time, time]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Open spans by weekday (Monday is 0), sorted; `always` is "24/7" and knows no holidays."""

    spans: tuple[tuple[Span, ...], ...]
    always: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """A length of time: whole days of 24 hours, and seconds that are left."""

    days: int
    seconds: int

    def as_timedelta(self) -> timedelta:
        """The same as plain time."""
        return timedelta(days=self.days, seconds=self.seconds)

    def until(self, longer: "Duration") -> "Duration":
        """What `longer` has more than this; nothing if it has less."""
        left = max(longer.as_timedelta() - self.as_timedelta(), timedelta())
        return Duration(days=left.days, seconds=left.seconds)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Calendar:
    """The open hours of a queue in its zone, without its holidays and closing days; equal to nothing but itself."""

    zone: ZoneInfo
    hours: Hours
    is_closed: Callable[[date], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTime:
    """The open spans of a stretch of time, counted up once, so that each question about it is quick.

    `before` is the open time before each span; spans are in order and do not overlap.
    """

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants of the stretch; none when `end` is not after `start`."""
        return max(self._until(end) - self._until(start), timedelta())

    def _until(self, instant: datetime) -> timedelta:
        at = bisect_right(self.starts, instant) - 1
        if at < 0:
            return timedelta()
        return self.before[at] + (min(instant, self.ends[at]) - self.starts[at])


def parse_hours(text: str) -> Hours:
    """Hours from "Mon-Fri 09:00-12:00,13:00-18:00; Sat 10:00-14:00" or "24/7"; ValueError says what is wrong."""
    if text.strip() == "24/7":
        return Hours(spans=(((time.min, time.max),),) * 7, always=True)
    spans: list[list[Span]] = [[] for _ in _DAYS]
    for clause in filter(None, (part.strip() for part in text.split(";"))):
        days, _, times = clause.partition(" ")
        parsed = [_parse_span(span.strip()) for span in times.split(",")]
        for day in _parse_days(days):
            spans[day] += parsed
    for spans_of_day in spans:
        spans_of_day.sort()
        if any(first[1] > second[0] for first, second in pairwise(spans_of_day)):
            raise ValueError("two spans of one day overlap")
    if not any(spans):
        raise ValueError('no open hours at all; write for example "Mon-Fri 09:00-18:00" or "24/7"')
    return Hours(spans=tuple(tuple(day) for day in spans))


def parse_duration(text: str) -> Duration:
    """A duration from ISO 8601 such as "PT24H", "P7D" or "P1DT12H"; ValueError says what is wrong."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f'{text!r} is no ISO 8601 duration such as "PT24H" or "P7D"')
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    total = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(days=total.days, seconds=total.seconds)


def parse_delay(text: str) -> timedelta | None:
    """Plain time from an ISO 8601 duration, None from ""; ValueError says what is wrong."""
    return parse_duration(text).as_timedelta() if text else None


@lru_cache(maxsize=256)
def make_calendar(queue: Queue) -> Calendar:
    """The calendar of a queue: its hours and zone, its country's public holidays, its own closing days."""
    closing = frozenset(date.fromisoformat(day) for day in queue.closing_days)
    hours = parse_hours(queue.hours)
    if hours.always:
        return Calendar(zone=ZoneInfo(queue.timezone), hours=hours, is_closed=lambda _day: False)
    public = _holidays(queue.country)
    return Calendar(zone=ZoneInfo(queue.timezone), hours=hours, is_closed=lambda day: day in closing or public(day))


def add(calendar: Calendar, start: datetime, duration: Duration, *, clock: str) -> datetime:
    """The instant (UTC) at which `duration` that starts at `start` is over, by the "business" or "wall" clock."""
    if clock == "wall":
        return start.astimezone(UTC) + duration.as_timedelta()
    instant = next_opening(calendar, start)
    if duration.days:
        at = _local(calendar, instant)
        day = at.date()
        for _ in range(duration.days):
            day = _next_working_day(calendar, day)
        instant = _instant(calendar, day, at.time())
    return _count_open(calendar, next_opening(calendar, instant), timedelta(seconds=duration.seconds))


def next_opening(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` itself (UTC) if the queue is open then, else the next instant at which it opens."""
    for start, end in _spans_from(calendar, instant):
        if instant < end:
            return max(instant, start).astimezone(UTC)
    raise ValueError("no opening within two years")


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The open time between two instants, as it passes; none when `end` is not after `start`."""
    return open_time(calendar, start, end).between(start, end)


def open_time(calendar: Calendar, since: datetime, until: datetime) -> OpenTime:
    """The open time of a stretch, for many questions about it; none when `until` is not after `since`."""
    first = since.astimezone(calendar.zone).date() - timedelta(days=1)
    days = (until.astimezone(calendar.zone).date() - first).days + 2 if since < until else 0
    spans = [span for offset in range(days) for span in _spans_on(calendar, first + timedelta(days=offset))]
    passed = accumulate((end - start for start, end in spans), initial=timedelta())
    return OpenTime(
        starts=tuple(start for start, _ in spans),
        ends=tuple(end for _, end in spans),
        before=tuple(passed)[:-1],
    )


def _count_open(calendar: Calendar, instant: datetime, left: timedelta) -> datetime:
    """`left` of open time on from `instant`; an end that falls on a closing time moves to the next opening."""
    for start, end in _spans_from(calendar, instant):
        begin = max(instant, start)
        if begin + left < end:
            return begin + left
        left -= max(end - begin, timedelta())
    raise ValueError("no opening within two years")


def _spans_from(calendar: Calendar, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open spans as UTC instants from the day before `instant` on."""
    first = instant.astimezone(calendar.zone).date() - timedelta(days=1)
    for offset in range(_FAR):
        yield from _spans_on(calendar, first + timedelta(days=offset))


@lru_cache(maxsize=4096)  # each mail asks for the same few days, several times
def _spans_on(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The open spans of a local day as UTC instants."""
    if calendar.is_closed(day):
        return ()
    spans = calendar.hours.spans[day.weekday()]
    return tuple((_instant(calendar, day, start), _instant(calendar, day, end)) for start, end in spans)


def _length(span: Span) -> timedelta:
    start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in span)
    return (timedelta(days=1) if span[1] == time.max else end) - start


def _instant(calendar: Calendar, day: date, at: time) -> datetime:
    if at == time.max:  # midnight at the end of the day
        day, at = day + timedelta(days=1), time.min
    local = datetime.combine(day, at, calendar.zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(calendar.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # The clock skips this time (PEP 495, section "Invalid local time"): what is meant is the moment it skips.
    return _find_change(calendar, local.replace(fold=1).astimezone(UTC), instant)


def _local(calendar: Calendar, instant: datetime) -> datetime:
    """What the clock shows, without a zone; in the second run of an hour, the end of that hour."""
    local = instant.astimezone(calendar.zone)
    first_run = local.replace(fold=0).astimezone(UTC)
    if first_run == instant.astimezone(UTC):
        return local.replace(tzinfo=None)
    change = _find_change(calendar, first_run, instant)
    return local.replace(tzinfo=None) + (change - first_run)


def _find_change(calendar: Calendar, before: datetime, after: datetime) -> datetime:
    """The instant between two others at which the zone changes its offset: a whole minute, in all zones of today."""
    offset = before.astimezone(calendar.zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(calendar.zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.astimezone(UTC).replace(second=0, microsecond=0)


def _next_working_day(calendar: Calendar, day: date) -> date:
    for offset in range(1, _FAR):
        candidate = day + timedelta(days=offset)
        if calendar.hours.spans[candidate.weekday()] and not calendar.is_closed(candidate):
            return candidate
    raise ValueError("no working day within two years")


def _parse_days(text: str) -> range | tuple[int, ...]:
    first, _, last = text.partition("-")
    names = [first, last or first]
    if any(name not in _DAYS for name in names):
        raise ValueError(f"{text!r} names no weekdays; write them as Mon Tue Wed Thu Fri Sat Sun or Mon-Fri")
    low, high = (_DAYS.index(name) for name in names)
    return range(low, high + 1) if low <= high else (*range(low, 7), *range(high + 1))


def _parse_span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no span such as 09:00-18:00")
    hours = [int(group) for group in match.groups()]
    if hours[0] > 23 or hours[2] > 24 or hours[1] > 59 or hours[3] > 59 or (hours[2] == 24 and hours[3]):
        raise ValueError(f"{text!r} is no span of a day")
    start = time(hours[0], hours[1])
    end = time.max if hours[2] == 24 else time(hours[2], hours[3])
    if start >= end:
        raise ValueError(f"{text!r} ends before it begins")
    return start, end


def _holidays(country: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday in "DE" or "DE-BY"; the library is slow to import, so only on need."""
    import holidays

    code, _, subdivision = country.partition("-")
    known = holidays.country_holidays(code, subdiv=subdivision or None)
    filling = Lock()

    def is_holiday(day: date) -> bool:
        # The library says that it knows a year before it has filled it in: another thread would see no holidays.
        with filling:
            return day in known

    return is_holiday
