"""Limits on automatic mail: what is over one waits for its slot, and all that waits for an address is one mail."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cases.change import Applied
from cases.identity import UNKNOWN, Identity, Verdict
from cases.limits import Limits
from responder import letters
from responder.due import Due
from responder.outcome import OutgoingMail
from store.store import Store, open_store
from store.tables import sendings
from store.views import Document, list_deliveries
from tests.casework import AGENT, NOW, SELLER
from tests.office import HOLDER, Office
from tests.service import mail

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
PASS = Identity(verdict=Verdict.PASS, detail="dmarc=pass")
SUBJECTS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass
class Desk:
    """An office with limits of its own, and mails that come at some instant."""

    office: Office
    limits: Limits = field(default_factory=Limits)
    identity: Identity = UNKNOWN

    def receive(self, subject: str, at: datetime, *, sender: str = SELLER, text: str = "Where is it?") -> Applied:
        """A mail of its own, taken in."""
        message = mail(subject, text, sender=sender)
        self.office.check_identity = lambda *_: self.identity
        applied = self.office.receive(message, sender=sender, now=at)
        assert applied is not None
        return applied

    def write(self, at: datetime) -> list[OutgoingMail]:
        """All that is due is written and delivered; the acknowledgements that left."""
        before = len(self.office.way.tried)
        due = self.due()
        while due.write_due(now=at):
            pass
        while self.office.deliver(now=at):
            pass
        ours = {row.rfc_message_id for row in self.office.outbox() if row.kind == "acknowledgement"}
        return [one for one in self.office.way.tried[before:] if one.id in ours]

    def due(self, holder: str = HOLDER) -> Due:
        return replace(self.office.due(), limits=self.limits, holder=holder)

    def postponed(self) -> list[Document]:
        """What `delivery list` shows of it."""
        with self.office.store.cases.read() as connection:
            return [one for one in list_deliveries(connection, everything=False) if one["state"] == "postponed"]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(Office(store), identity=PASS)


def text_of(sent: OutgoingMail) -> str:
    message: Any = message_from_bytes(sent.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def four_mails(desk: Desk) -> list[Applied]:
    """Four cases of one seller, ten minutes apart; three are acknowledged at once."""
    opened = []
    for number in range(4):
        at = NOW + number * 10 * MINUTE
        opened.append(desk.receive(SUBJECTS[number], at))
        assert len(desk.write(at)) == (1 if number < 3 else 0)
    return opened


def test_the_fourth_in_an_hour_goes_out_at_the_next_free_slot(desk: Desk) -> None:
    fourth = four_mails(desk)[3]
    assert desk.write(NOW + HOUR - SECOND) == []
    (late,) = desk.write(NOW + HOUR)
    assert f"CP-{fourth.number}" in text_of(late)
    assert "more than once" not in text_of(late)
    said = "acknowledgement postponed to 2026-11-23 10:00:00 UTC (limit: 3 acknowledgements an hour to one address)"
    assert said in desk.office.events(fourth.number)
    assert desk.postponed() == []
    assert desk.write(NOW + 48 * HOUR) == []


def test_what_waits_for_one_address_is_one_mail_that_lists_all_numbers(desk: Desk) -> None:
    fourth = four_mails(desk)[3]
    fifth, sixth = (desk.receive(subject, NOW + 40 * MINUTE) for subject in SUBJECTS[4:6])
    assert desk.write(NOW + 40 * MINUTE) == []
    assert [row["case"] for row in desk.postponed()] == [fourth.number, fifth.number, sixth.number]
    (together,) = desk.write(NOW + HOUR)
    text = text_of(together)
    assert f"Your case number is CP-{fourth.number}." in text.replace("*", "")
    assert text.index(f"- CP-{fifth.number}") < text.index(f"- CP-{sixth.number}")
    assert f"[CP-{fourth.number}]" in message_from_bytes(together.content, policy=policy.default)["Subject"]
    for merged in (fifth, sixth):
        assert f"acknowledged together with CP-{fourth.number}, in one mail" in desk.office.events(merged.number)
    assert desk.postponed() == []
    assert {state for kind, state in desk.office.planned() if kind == "acknowledgement"} == {"done"}
    assert desk.write(NOW + 48 * HOUR) == []


def test_the_list_of_what_waits_shows_the_slot_and_the_limit(desk: Desk) -> None:
    fourth = four_mails(desk)[3]
    (row,) = desk.postponed()
    assert row == {
        "id": None,
        "case": fourth.number,
        "kind": "acknowledgement",
        "to": SELLER,
        "subject": "Four",
        "message_id": None,
        "state": "postponed",
        "since": "2026-11-23T09:30:00+00:00",
        "attempts": 0,
        "next_try_at": "2026-11-23T10:00:00+00:00",
        "last_error": "limit: 3 acknowledgements an hour to one address",
    }


def test_a_mail_that_may_go_takes_along_what_waits_for_its_address(desk: Desk) -> None:
    desk.identity = UNKNOWN
    first = desk.receive("Refund", NOW)
    desk.write(NOW)
    again = desk.receive("Re: Refund", NOW + MINUTE)
    assert desk.write(NOW + MINUTE) == []
    other = desk.receive("Parcel", NOW + 5 * MINUTE)
    (together,) = desk.write(NOW + 5 * MINUTE)
    assert f"CP-{other.number}" in text_of(together)
    assert f"- CP-{again.number}" in text_of(together)
    assert first.number is not None
    assert first.number not in text_of(together)


def test_another_seller_does_not_wait(desk: Desk) -> None:
    four_mails(desk)
    desk.receive("Mine", NOW + 40 * MINUTE, sender="eve@other.example")
    (sent,) = desk.write(NOW + 40 * MINUTE)
    assert sent.envelope_to == "eve@other.example"


def test_tags_and_letter_case_make_no_other_mailbox(desk: Desk) -> None:
    for number, sender in enumerate(("jan@p.example", "JAN+a@p.example", "jan+b@P.example")):
        desk.receive(SUBJECTS[number], NOW + number * 2 * MINUTE, sender=sender)
        assert len(desk.write(NOW + number * 2 * MINUTE)) == 1
    desk.receive("Four", NOW + 10 * MINUTE, sender="jan+c@p.example")
    assert desk.write(NOW + 10 * MINUTE) == []


def test_ten_a_day_and_the_rest_in_one_mail_the_next_day(desk: Desk) -> None:
    sent = []
    for number, subject in enumerate(SUBJECTS):
        at = NOW + number * 30 * MINUTE
        desk.receive(subject, at)
        sent += desk.write(at)
    assert len(sent) == 10
    assert {row["next_try_at"] for row in desk.postponed()} == {"2026-11-24T09:00:00+00:00"}
    assert desk.write(NOW + 24 * HOUR - SECOND) == []
    (together,) = desk.write(NOW + 24 * HOUR)
    assert "- CP-" in text_of(together)


def test_zero_is_no_limit(desk: Desk) -> None:
    desk.identity = UNKNOWN
    desk.limits = Limits(per_address_hour=0, per_address_day=0, unproved_hour=0, same_subject_hours=0, robot_pair_day=0)
    for _ in range(12):
        desk.receive("Same", NOW)
    assert len(desk.write(NOW)) == 12


def test_the_same_subject_of_the_unproved_waits_unless_it_names_something_new(desk: Desk) -> None:
    desk.identity = UNKNOWN
    desk.receive("Order 302-1234567-7654321 lost", NOW)
    assert len(desk.write(NOW)) == 1
    desk.receive("RE: order  302-1234567-7654321 lost", NOW + 5 * MINUTE)
    assert desk.write(NOW + 5 * MINUTE) == []
    desk.receive("Order 302-9999999-1111111 lost", NOW + 10 * MINUTE)
    assert len(desk.write(NOW + 10 * MINUTE)) == 1
    desk.identity = PASS
    desk.receive("Order 302-9999999-1111111 lost", NOW + 15 * MINUTE)
    assert len(desk.write(NOW + 15 * MINUTE)) == 1


def test_the_unproved_in_all_have_places_in_line_and_the_proved_pass(desk: Desk) -> None:
    desk.identity, desk.limits = UNKNOWN, Limits(unproved_hour=2)
    for number in range(7):
        desk.receive("Hello", NOW + number * MINUTE, sender=f"s{number}@many.example")
    assert len(desk.write(NOW + 7 * MINUTE)) == 2
    places = [row["next_try_at"][11:19] for row in desk.postponed()]
    assert places == ["10:07:00", "10:07:00", "11:07:00", "11:07:00", "12:07:00"]
    desk.identity = PASS
    desk.receive("Hello", NOW + 8 * MINUTE, sender="known@shop.example")
    assert [one.envelope_to for one in desk.write(NOW + 8 * MINUTE)] == ["known@shop.example"]
    desk.identity = UNKNOWN
    desk.receive("Hello", NOW + 65 * MINUTE, sender="late@many.example")
    assert desk.write(NOW + 65 * MINUTE) == []
    assert desk.postponed()[-1]["next_try_at"][11:19] == "12:07:00"
    gone = [sorted(one.envelope_to for one in desk.write(NOW + 7 * MINUTE + hours * HOUR)) for hours in (1, 2, 3)]
    assert [[to.partition("@")[0] for to in each] for each in gone] == [["s2", "s3"], ["s4", "s5"], ["late", "s6"]]


def test_after_a_night_without_a_worker_the_limit_still_holds(desk: Desk) -> None:
    desk.identity, desk.limits = UNKNOWN, Limits(unproved_hour=2)
    for number in range(7):
        desk.receive("Hello", NOW, sender=f"s{number}@many.example")
    assert len(desk.write(NOW)) == 2
    night = NOW + 10 * HOUR
    sent = [len(desk.write(night + minutes * MINUTE)) for minutes in (0, 30, 59, 60, 90, 120)]
    assert sent == [2, 0, 0, 2, 0, 1]


def test_a_flood_from_one_address_takes_one_place_in_the_line_of_all(desk: Desk) -> None:
    desk.identity, desk.limits = UNKNOWN, Limits(unproved_hour=1)
    desk.receive("Hello", NOW, sender="first@many.example")
    assert len(desk.write(NOW)) == 1
    for number in range(20):
        desk.receive(SUBJECTS[number % 12], NOW, sender="victim@flooded.example")
    desk.write(NOW)
    desk.receive("Hello", NOW, sender="last@many.example")
    desk.write(NOW)
    assert desk.postponed()[-1]["next_try_at"] == "2026-11-23T11:00:00+00:00"
    (together,) = desk.write(NOW + HOUR)
    assert text_of(together).count("- CP-") == 19


def test_of_too_many_to_list_it_says_how_many_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MOST_LISTED", 3)
    four_mails(desk)
    for subject in SUBJECTS[4:9]:
        desk.receive(subject, NOW + 40 * MINUTE)
    desk.write(NOW + 40 * MINUTE)
    (together,) = desk.write(NOW + HOUR)
    assert text_of(together).count("- CP-") == 3
    assert "- and 2 more" in text_of(together)
    assert desk.postponed() == []


def test_what_waits_moves_together_when_the_slot_is_taken(desk: Desk) -> None:
    desk.limits = Limits(per_address_hour=1, per_address_day=2)
    for number, minutes in enumerate((0, 60, 61, 62, 63)):
        desk.receive(SUBJECTS[number], NOW + minutes * MINUTE)
        desk.write(NOW + minutes * MINUTE)
    assert {row["next_try_at"] for row in desk.postponed()} == {"2026-11-24T09:00:00+00:00"}
    desk.limits = Limits(per_address_hour=1, per_address_day=1)  # lowered meanwhile
    assert desk.write(NOW + 24 * HOUR) == []
    assert {row["next_try_at"] for row in desk.postponed()} == {"2026-11-24T10:00:00+00:00"}
    assert len(desk.postponed()) == 3
    (together,) = desk.write(NOW + 25 * HOUR)
    assert text_of(together).count("- CP-") == 2


def test_what_would_go_out_after_its_use_is_superseded_and_says_so(desk: Desk) -> None:
    desk.identity, desk.limits = UNKNOWN, Limits(same_subject_hours=24 * 6)
    desk.receive("Refund", NOW)
    desk.write(NOW)
    again = desk.receive("Refund", NOW + MINUTE)
    assert desk.write(NOW + MINUTE) == []
    assert desk.postponed() == []
    assert any("superseded: it would have gone out too late" in what for what in desk.office.events(again.number))


def test_it_holds_after_a_restart(desk: Desk, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    four_mails(desk)
    url = "" if desk.office.store.cases.is_sqlite else request.getfixturevalue("migrated_postgresql")
    again = open_store(tmp_path / "var", url, clock=lambda: NOW)
    try:
        after = Desk(Office(again), identity=PASS)
        after.receive("Five", NOW + 40 * MINUTE)
        assert after.write(NOW + 40 * MINUTE) == []
        (together,) = after.write(NOW + HOUR)
        assert text_of(together).count("- CP-") == 1
    finally:
        again.close()


def test_two_writers_at_once_keep_the_limit(desk: Desk) -> None:
    for subject in SUBJECTS:
        desk.receive(subject, NOW)
    writers = [threading.Thread(target=_write_all, args=(desk.due(f"node:w{n}:1"), NOW)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [row.kind for row in desk.office.outbox()].count("acknowledgement") == 3
    assert len(desk.postponed()) == 9
    desk.write(NOW)
    (together,) = desk.write(NOW + HOUR)
    assert text_of(together).count("- CP-") == 8


def _write_all(due: Due, now: datetime) -> None:
    while due.write_due(now=now, limit=2):
        pass


def test_an_address_that_answers_everything_within_a_minute_gets_three_mails_a_day(desk: Desk) -> None:
    desk.limits = Limits(per_address_hour=0, per_address_day=0)
    for number in range(5):
        desk.receive(SUBJECTS[number], NOW + number * 20 * SECOND)
        assert len(desk.write(NOW + number * 20 * SECOND)) == (1 if number < 3 else 0)
    assert desk.postponed()[0]["last_error"] == "limit: 3 mails a day to an address that answers within a minute"
    (together,) = desk.write(NOW + 24 * HOUR)
    assert text_of(together).count("- CP-") == 1


def test_one_mail_that_is_not_answered_so_fast_is_enough_to_be_no_robot(desk: Desk) -> None:
    desk.limits = Limits(per_address_hour=0, per_address_day=0)
    for number, seconds in enumerate((0, 20, 90, 110, 130)):
        desk.receive(SUBJECTS[number], NOW + seconds * SECOND)
        assert len(desk.write(NOW + seconds * SECOND)) == 1


def test_an_agent_who_answers_at_once_is_no_robot(desk: Desk) -> None:
    for number in range(6):
        at = NOW + number * 10 * SECOND
        desk.receive(SUBJECTS[number], at, sender=f"s{number}@many.example")
        desk.write(at)
        relay = next(one for one in reversed(desk.office.way.tried) if one.envelope_to == AGENT)
        answer = mail("Re: it", "It is on its way.", sender=AGENT)
        desk.office.receive(answer, relay.envelope_from, sender=AGENT, now=at + 5 * SECOND)
    assert [kind for kind, state in desk.office.planned() if kind == "agent_mail" and state == "waiting"] == []
    assert [row.answered for row in desk.office.rows(sa.select(sendings)) if row.answered] == []


def test_old_rows_are_swept_as_new_ones_come(desk: Desk) -> None:
    four_mails(desk)
    desk.receive("Five", NOW + 72 * HOUR)
    desk.write(NOW + 72 * HOUR)
    assert min(row.at for row in desk.office.rows(sa.select(sendings))) > NOW + HOUR


def test_what_is_told_of_many_cases_of_one_address_is_told_in_one_mail(desk: Desk) -> None:
    opened = [desk.receive(f"{SUBJECTS[number]} {number}", NOW + number * SECOND) for number in range(6)]
    due = NOW + 48 * HOUR + 5 * SECOND
    desk.write(due)
    told = [row for row in desk.office.outbox() if row.kind == "status"]
    assert len(told) == 1
    text = text_of(next(one for one in desk.office.way.tried if one.id == told[0].rfc_message_id))
    assert "The same is true of your other cases" in text
    assert [f"CP-{one.number}" in text for one in opened] == [True] * 6
    said = f"told how it stands together with CP-{opened[0].number}, in one mail"
    assert all(said in desk.office.events(one.number) for one in opened[1:])


def test_status_mails_to_one_address_have_the_caps_of_acknowledgements(desk: Desk) -> None:
    for number in range(12):
        desk.receive(SUBJECTS[number % 6] + " again" * number, NOW + number * 10 * MINUTE)
    for number in range(12):
        desk.write(NOW + 48 * HOUR + number * 10 * MINUTE)
    told = [row for row in desk.office.outbox() if row.kind == "status"]
    assert len(told) == 3 + 3  # three in each of the two hours; the third of each tells of what waited
    assert {state for kind, state in desk.office.planned() if kind == "status"} <= {"done", "waiting"}
