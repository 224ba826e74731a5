"""Public holidays, as two take-in stations ask for them at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import holidays
import pytest

from cases.hours import make_calendar, next_opening
from tests.casework import SUPPORT

NEW_YEAR = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)


def test_a_year_that_another_thread_is_just_looking_up_has_its_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    fill = holidays.HolidayBase._populate

    def fill_slowly(self: holidays.HolidayBase, year: int) -> None:
        time.sleep(0.05)
        fill(self, year)

    monkeypatch.setattr(holidays.HolidayBase, "_populate", fill_slowly)
    make_calendar.cache_clear()
    calendar = make_calendar(SUPPORT)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda _: next_opening(calendar, NEW_YEAR), range(2)))
    assert found == [datetime(2031, 1, 2, 8, 0, tzinfo=UTC)] * 2
