"""Something that waits too long is told of: once a day, by one node, and when it is over."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casepost.alarms import Bell
from casepost.app import App
from casepost.config import load
from cases.arrival import Arrival, Channel
from responder.outcome import Failed, OutgoingMail, Sent
from store.alarms import AlarmLimits, book_alarms, find_alarms, record_told
from store.people import add_user
from store.store import Store
from store.vitals import load_vitals
from tests.casework import NOW, SELLER, SUPPORT
from tests.office import Office, Way
from tests.rehearsal import parsed
from tests.service import mail, text_of

ADMIN = "admin@office.example"
LIMITS = AlarmLimits(undecided=timedelta(minutes=15), unsent=timedelta(hours=2))


def _arrive(store: Store) -> None:
    raw = mail("Where is it?", "Order 302-1234567-7654321").as_bytes()
    store.ledger.add(
        [Arrival(raw=raw, channel=Channel.SMTP, sender=SELLER, recipients=(SUPPORT.address,), received_at=NOW)]
    )


def test_nothing_is_wrong_with_a_store_in_which_nothing_waits_too_long(store: Store) -> None:
    _arrive(store)
    assert find_alarms(load_vitals(store, now=NOW + timedelta(minutes=14)), LIMITS) == []


def test_a_mail_without_a_case_is_an_alarm(store: Store) -> None:
    _arrive(store)
    (alarm,) = find_alarms(load_vitals(store, now=NOW + timedelta(minutes=20)), LIMITS)
    assert alarm.name == "undecided"
    assert alarm.says == "1 mails came in and have no case yet, the oldest for 20 minutes"
    assert find_alarms(load_vitals(store, now=NOW + timedelta(days=9)), replace(LIMITS, undecided=None)) == []


def test_a_mail_that_is_due_or_written_and_does_not_leave_is_an_alarm(store: Store) -> None:
    office = Office(store)
    office.receive(mail("Where is it?", "Order 302-1234567-7654321"))
    names = [alarm.name for alarm in find_alarms(load_vitals(store, now=NOW + timedelta(hours=1)), LIMITS)]
    assert names == ["unwritten"]
    office.write()
    assert find_alarms(load_vitals(store, now=NOW + timedelta(hours=1)), LIMITS) == []
    (alarm,) = find_alarms(load_vitals(store, now=NOW + timedelta(hours=3)), LIMITS)
    assert alarm.name == "unsent"


def test_a_mail_that_could_not_be_read_is_an_alarm_at_once(store: Store) -> None:
    office = Office(store)
    office.reader.faults = [ValueError("x")] * 3
    office.receive(mail("Bad", "Order"))
    for _ in range(2):
        ((entry),) = store.ledger.claim(holder="node:test:1", now=NOW + timedelta(hours=1), limit=1)
        office.take_in().take_in(entry, now=NOW + timedelta(hours=1))
    names = [alarm.name for alarm in find_alarms(load_vitals(store, now=NOW + timedelta(minutes=1)), LIMITS)]
    assert "quarantine" in names


def test_a_trouble_is_told_of_once_a_day_and_once_when_it_is_over(store: Store) -> None:
    _arrive(store)
    found = find_alarms(load_vitals(store, now=NOW + timedelta(hours=1)), LIMITS)
    at = NOW + timedelta(hours=1)
    assert book_alarms(store.cases, found, holder="a", now=at).begun == tuple(found)
    assert book_alarms(store.cases, found, holder="b", now=at).begun == (), "another node is at it"
    assert book_alarms(store.cases, found, holder="a", now=at).begun == tuple(found), "nobody could be told"
    record_told(store.cases, found, now=at)
    assert book_alarms(store.cases, found, holder="a", now=at + timedelta(hours=23)).begun == ()
    assert book_alarms(store.cases, found, holder="a", now=at + timedelta(hours=24)).begun == tuple(found)
    assert book_alarms(store.cases, [], holder="a", now=at + timedelta(hours=24, minutes=5)).over == ()
    assert book_alarms(store.cases, [], holder="a", now=at + timedelta(hours=24, minutes=11)).over == ("undecided",)
    assert book_alarms(store.cases, found, holder="a", now=at + timedelta(days=2)).begun == tuple(found)


class _Ringing:
    """A bell on a store, its mail going to `way`."""

    def __init__(self, store: Store, folder: Path, **config: str) -> None:
        (folder / "casepost.toml").write_text("")
        self.way = Way()
        self.now = NOW + timedelta(hours=1)
        way = self.way

        class Wired(App):
            def transport(self) -> Way:
                return way

        app = Wired(load(folder / "casepost.toml", config), {}, clock=lambda: self.now)
        app.__dict__["store"] = store
        self.bell = Bell(app, role="test")
        (folder / "var").mkdir(exist_ok=True)
        with store.cases.write() as connection:
            add_user(connection, ADMIN, role="admin", queue_ids=[], now=NOW)

    def texts(self) -> list[str]:
        return [text_of(parsed(one)) for one in self.way.tried]


def test_all_administrators_get_a_mail_that_nothing_answers(store: Store, tmp_path: Path) -> None:
    ringing = _Ringing(store, tmp_path)
    _arrive(store)
    ringing.bell.ring()
    ringing.bell.ring()
    (sent,) = ringing.way.tried
    assert (sent.envelope_to, sent.envelope_from) == (ADMIN, "")
    message = parsed(sent)
    assert message["Auto-Submitted"] == "auto-generated"
    assert "have no case yet" in str(message["Subject"])
    assert "casepost doctor" in text_of(message)


def test_whoever_the_configuration_names_is_told_instead(store: Store, tmp_path: Path) -> None:
    ringing = _Ringing(store, tmp_path, CASEPOST_ALARMS__TO='["night@ops.example"]')
    _arrive(store)
    ringing.bell.ring()
    assert [one.envelope_to for one in ringing.way.tried] == ["night@ops.example"]


def test_an_alarm_that_cannot_be_told_is_tried_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ringing = _Ringing(store, tmp_path)
    _arrive(store)

    def refuse(_: OutgoingMail) -> Failed:
        return Failed(temporary=True, code=None, enhanced="", text="no route", way_down=True)

    ringing.way.answer = refuse
    ringing.bell.ring()
    assert "the administrators cannot be told" in caplog.text
    ringing.way.answer = lambda _: Sent(response="250 OK")
    ringing.bell.ring()
    assert len(ringing.way.tried) == 2
    ringing.bell.ring()
    assert len(ringing.way.tried) == 2


def test_nothing_leaves_in_a_trial_run_and_the_log_tells(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ringing = _Ringing(store, tmp_path, CASEPOST_DELIVERY__HOLD="true")
    _arrive(store)
    ringing.bell.ring()
    assert ringing.way.tried == []
    assert "have no case yet" in caplog.text


def test_when_it_is_over_they_hear_of_that_too(store: Store, tmp_path: Path) -> None:
    ringing = _Ringing(store, tmp_path)
    _arrive(store)
    ringing.bell.ring()
    (entry,) = store.ledger.claim(holder="node:test:1", now=NOW, limit=1)
    Office(store).take_in().take_in(entry, now=ringing.now)
    Office(store).write(now=ringing.now)
    ringing.now += timedelta(minutes=11)
    ringing.bell.ring()
    assert ringing.texts()[-1].startswith("Over: undecided")
