"""Threat 11, a mail bomb through acknowledgements: in small; `bench/mail_bomb.py` plays all 10,000 mails."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.limits import Limits
from tests.casework import NOW
from tests.flood import Flood, Flooding

VICTIM = "victim@flooded.example"
REAL = "real@shop.example"
MAILS = 400
AN_HOUR = 80


@pytest.fixture
def flood(tmp_path: Path) -> Iterator[Flood]:
    flood = Flood(tmp_path / "var", limits=Limits(unproved_hour=AN_HOUR))
    yield flood
    flood.close()


def most_in(instants: list[datetime], window: timedelta) -> int:
    """How many fall into the fullest window of this length."""
    return max((sum(one <= other < one + window for other in instants) for one in instants), default=0)


def test_11_a_flood_in_the_name_of_one_victim_is_a_handful_of_acknowledgements(flood: Flood) -> None:
    for minute in range(10):
        now = NOW + timedelta(minutes=minute)
        subjects = (f"Urgent {chr(97 + number % 26) * (1 + number // 26)}" for number in range(MAILS // 10))
        flood.receive((Flooding(VICTIM, subject) for subject in subjects), now=now)
        flood.receive([Flooding(REAL, f"Mine {'x' * minute}", proved=True)] if minute in (3, 7) else [], now=now)
        flood.work(now)
        if minute == 4:
            flood.restart()
    for hour in range(1, 26):
        flood.work(NOW + timedelta(hours=hour))
    to_victim = [at for at, one in flood.left if one.envelope_to == VICTIM]
    assert most_in(to_victim, timedelta(hours=1)) <= 3
    assert most_in(to_victim, timedelta(days=1)) <= 10
    assert len(to_victim) <= 5
    assert flood.office.planned().count(("acknowledgement", "waiting")) == 0
    arrived = [at for at, one in flood.left if one.envelope_to == REAL]
    assert arrived == [NOW + timedelta(minutes=3), NOW + timedelta(minutes=7)]


def test_11_a_flood_in_the_names_of_many_shares_one_limit(flood: Flood) -> None:
    for minute in range(10):
        now = NOW + timedelta(minutes=minute)
        flood.receive((Flooding(f"v{minute}-{number}@many.example") for number in range(MAILS // 10)), now=now)
        flood.receive([Flooding(REAL, f"Mine {'x' * minute}", proved=True)] if minute in (5, 9) else [], now=now)
        flood.work(now)
        if minute == 4:
            flood.restart()
    first_hour = [one for _, one in flood.left if one.envelope_to != REAL]
    assert len(first_hour) == AN_HOUR
    arrived = [at for at, one in flood.left if one.envelope_to == REAL]
    assert arrived == [NOW + timedelta(minutes=5), NOW + timedelta(minutes=9)]
    for minutes in range(15, 6 * 60, 15):
        flood.work(NOW + timedelta(minutes=minutes))
    to_victims = [at for at, one in flood.left if one.envelope_to != REAL]
    assert most_in(to_victims, timedelta(hours=1)) == AN_HOUR
    assert len(to_victims) == MAILS
    assert max(to_victims) <= NOW + timedelta(hours=4, minutes=15)
