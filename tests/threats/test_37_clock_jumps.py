"""Threat 37: a clock that jumps, and days that are not 24 hours long: every reminder once, within office hours.

What a change of the clocks does to a span of working time is in tests/unit/test_hours.py, whole waits in
tests/integration/test_rehearsals.py.
"""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from store.people_tables import queues
from store.planned import next_due_at
from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.rehearsal import Rehearsal
from tests.service import mail

ONE_OF_EACH = {"agent_reminder": 1, "escalation": 1, "status": 1}
# A Friday before the change of the clocks in spring, one before that in autumn, the end of a year, a leap day.
ZONES = {
    "Europe/Berlin": ("DE", (2027, 3, 26), (2027, 10, 29)),
    "Europe/London": ("GB", (2027, 3, 26), (2027, 10, 29)),
    "America/New_York": ("US", (2027, 3, 12), (2027, 11, 5)),
    "America/Santiago": ("CL", (2027, 9, 3), (2027, 4, 2)),
    "Australia/Lord_Howe": ("AU", (2027, 10, 1), (2027, 4, 2)),  # changes by half an hour
    "Pacific/Auckland": ("NZ", (2027, 9, 24), (2027, 4, 2)),
}
ANYWHERE = ((2027, 12, 31), (2028, 2, 28), (2028, 2, 29))


def seat(office: Office, zone: str, country: str) -> Rehearsal:
    """All queues of the office are in that place."""
    with office.store.cases.write() as connection:
        connection.execute(sa.update(queues).values(timezone=zone, country=country, lead=AGENT))
    return Rehearsal(office)


def open_case(rehearsal: Rehearsal, at: datetime) -> None:
    applied = rehearsal.office.receive(mail(f"Order of {at:%d.%m.}", "Where is order 302-1234567-7654321?"), now=at)
    assert applied is not None
    rehearsal.do(at)


def timed_since(rehearsal: Rehearsal, before: int) -> list[tuple[datetime, str, str]]:
    return [one for one in rehearsal.timed() if one in rehearsal.left[before:]]


def is_open(instant: datetime, zone: str) -> bool:
    local = instant.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and time(9) <= local.time() <= time(18)


@pytest.mark.parametrize("zone", ZONES)
def test_37_around_changes_of_clocks_leap_days_and_new_year_each_reminder_comes_once_in_office_hours(
    office: Office, zone: str
) -> None:
    country, *changes = ZONES[zone]
    rehearsal = seat(office, zone, country)
    for year, month, day in sorted({*changes, *ANYWHERE}):
        begun = datetime(year, month, day, 16, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        before = len(rehearsal.left)
        open_case(rehearsal, begun)
        rehearsal.run(begun + timedelta(days=14))
        found = timed_since(rehearsal, before)
        assert Counter(kind for _, kind, _ in found) == ONE_OF_EACH, (zone, begun)
        assert [one for one in found if not is_open(one[0], zone)] == []
        # A case that comes on a holiday, Good Friday or the eve of a long New Year, counts from the next opening.
        assert {at.astimezone(ZoneInfo(zone)).time() for at, *_ in found} <= {time(16, 30), time(9)}


@pytest.mark.parametrize(
    "jump",
    [
        pytest.param(timedelta(days=3), id="three days on"),
        pytest.param(timedelta(days=-1), id="a day back"),
        pytest.param(timedelta(hours=-1), id="an hour back"),
    ],
)
def test_37_a_clock_that_jumps_makes_no_reminder_come_twice_or_not_at_all(office: Office, jump: timedelta) -> None:
    """After each thing that is done the clock jumps once, and goes on from there."""
    rehearsal = seat(office, "Europe/Berlin", "DE")
    begun = datetime(2027, 6, 7, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    open_case(rehearsal, begun)
    cases = rehearsal.office.store.cases
    while (due := next_due_at(cases)) is not None and due < begun + timedelta(days=30):
        rehearsal.do(due)
        rehearsal.do(due + jump)
        rehearsal.do(due + jump + timedelta(minutes=1))
    counted = Counter((kind, to) for _, kind, to in rehearsal.timed())
    # Three days on both mails to the agent were due at once: they get the later one.
    assert set(counted.values()) == {1}
    assert counted[("escalation", AGENT)] == counted[("status", SELLER)] == 1


def test_37_mail_that_came_before_the_clock_went_back_is_worked_on_all_the_same(office: Office) -> None:
    later = datetime(2027, 6, 8, 10, tzinfo=UTC)
    applied = office.receive(mail("Question", "Where is it?"), now=later)
    assert applied is not None
    office.write(now=later)
    assert office.deliver(now=later - timedelta(days=1)) == 0  # not due by this clock: it waits, and is not lost
    assert office.deliver(now=later) > 0
