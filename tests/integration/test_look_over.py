"""Pictures are looked at after the acknowledgement, once, and what they show belongs to the case; both databases."""

import errno
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from cases.change import Applied
from cases.mail import Identifier, Source
from ingest.child_pool import ReaderFailed, ReaderUnavailable
from store.looks import TRIES, claim_looks, count_waiting_looks, free_lapsed_looks, next_look_at
from store.store import Store
from store.tables import looks, messages
from tests.casework import NOW
from tests.office import HOLDER, Office
from tests.pictures import screenshot
from tests.service import mail

ORDER = "302-1234567-7654321"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def with_picture(words: str = "Der Fehler kommt immer wieder, siehe Bild. Meine Bestellung fehlt.") -> EmailMessage:
    message = mail("Bestellung nicht angekommen", words)
    message.add_attachment(screenshot("nothing to see"), maintype="image", subtype="png", filename="shot.png")
    return message


def receive(office: Office, message: EmailMessage) -> Applied:
    applied = office.receive(message)
    assert applied is not None
    return applied


def test_the_acknowledgement_does_not_wait_for_the_picture(office: Office) -> None:
    receive(office, with_picture())
    assert office.write() == 2
    assert office.eyes.asked == []
    assert [row.kind for row in office.outbox()] == ["acknowledgement", "agent_mail"]


def test_the_acknowledgement_says_that_a_picture_may_tell_what_is_missing(office: Office) -> None:
    applied = receive(office, with_picture())
    office.write()
    (sent,) = [one for one in office.case(applied.number)["messages"] if one["kind"] == "acknowledgement"]
    assert "Wenn Ihr Bild oder Scan es zeigt, müssen Sie nichts tun" in " ".join(sent["text"].split())
    plain = office.receive(mail("Bestellung fehlt", "Meine Bestellung ist noch nicht angekommen, bitte helfen Sie."))
    office.write()
    assert plain is not None
    said = [one["text"] for one in office.case(plain.number)["messages"] if one["kind"] == "acknowledgement"]
    assert "Bild oder Scan" not in said[0]


def test_what_a_picture_shows_belongs_to_the_case_and_is_no_longer_missing(office: Office) -> None:
    applied = receive(office, with_picture())
    assert office.case(applied.number)["missing"] == ["order_id"]
    office.eyes.sees = {"order_id": ORDER}
    assert office.look() == 1
    case = office.case(applied.number)
    assert {"kind": "order_id", "value": ORDER, "source": "image", "message": applied.message_id} in case["identifiers"]
    assert case["missing"] == []
    assert "picture in part 2 read: order_id" in office.events(applied.number)


def test_a_picture_is_looked_at_once(office: Office) -> None:
    receive(office, with_picture())
    assert (office.look(), office.look()) == (1, 0)
    assert next_look_at(office.store.cases) is None


def test_the_eyes_are_told_what_the_case_knows(office: Office) -> None:
    receive(office, with_picture(f"Order {ORDER} has not arrived, see the picture of it."))
    office.look()
    known = Identifier(kind="order_id", value=ORDER, source=Source.BODY)
    assert office.eyes.asked == [("2", (known,))]


def test_a_picture_that_stops_its_reader_is_given_up_after_two_tries_and_the_case_says_so(office: Office) -> None:
    applied = receive(office, with_picture())
    office.eyes.faults = [ReaderFailed("died")] * TRIES
    for turn in range(TRIES):
        office.look(now=NOW + timedelta(minutes=turn))
    assert office.look(now=NOW + timedelta(days=1)) == 0
    assert "picture in part 2 could not be read: the reader was stopped: died" in office.events(applied.number)


def test_a_picture_that_takes_too_long_is_given_up_at_once_so_that_others_need_not_wait(office: Office) -> None:
    applied = receive(office, with_picture())
    office.eyes.faults = [ReaderFailed("time")]
    assert (office.look(), office.look(now=NOW + timedelta(days=1))) == (1, 0)
    assert "picture in part 2 could not be read: the reader was stopped: time" in office.events(applied.number)


def test_a_raw_mail_that_is_damaged_is_given_up_and_the_next_picture_is_looked_at(office: Office) -> None:
    receive(office, with_picture())
    office.eyes.faults = [RuntimeError("a fault of the program")] * TRIES
    for turn in range(TRIES + 1):
        office.look(now=NOW + timedelta(minutes=turn))
    (row,) = office.rows(sa.select(looks))
    assert row.state == "failed"


def test_a_strangers_picture_says_nothing_of_what_the_seller_has_told(office: Office) -> None:
    applied = receive(office, with_picture())
    with office.store.cases.write() as connection:
        connection.execute(sa.update(messages).values(unconfirmed=True))
    office.eyes.sees = {"order_id": ORDER}
    office.look()
    assert office.case(applied.number)["missing"] == ["order_id"]


@pytest.mark.parametrize("fault", [ReaderUnavailable("killed"), OSError(errno.EIO, "Input/output error")])
def test_a_reader_that_was_killed_from_outside_or_a_failing_disk_is_no_fault_of_the_picture(
    office: Office, fault: Exception
) -> None:
    receive(office, with_picture())
    office.eyes.faults = [fault] * (TRIES + 1)
    for turn in range(TRIES + 2):
        office.look(now=NOW + timedelta(minutes=turn))
    (row,) = office.rows(sa.select(looks))
    assert (row.state, row.tries) == ("done", 0)


def test_a_claim_that_lapses_is_taken_up_by_another_worker_and_the_late_one_changes_nothing(office: Office) -> None:
    applied = receive(office, with_picture())
    claim_looks(office.store.cases, holder="node:gone:2", now=NOW, limit=5)
    assert office.look() == 0
    assert free_lapsed_looks(office.store.cases, node="node:gone:") == 1
    assert count_waiting_looks(office.store.cases) == 1
    office.eyes.sees = {"order_id": ORDER}
    assert office.look() == 1
    assert office.case(applied.number)["missing"] == []
    assert HOLDER != "node:gone:2"


def test_pictures_of_agents_and_robots_are_not_looked_at(office: Office) -> None:
    message = with_picture()
    message["Auto-Submitted"] = "auto-replied"
    office.receive(message)
    assert count_waiting_looks(office.store.cases) == 0
