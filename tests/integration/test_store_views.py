"""Lists of cases, however many there are; what they say of mail that did not leave; what errors do not say."""

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.change import Change, Opening
from cases.mail import Address
from cases.model import Happening, Priority
from store.apply import apply
from store.outbox import claim_outgoing
from store.people import queue_by_name
from store.store import Store
from store.tables import pauses
from store.views import list_cases, show_case
from tests.casework import NOW, SELLER
from tests.office import HOLDER, Office


def open_case(store: Store) -> str:
    with store.cases.read() as connection:
        queue = queue_by_name(connection, "support")
    opening = Opening(
        queue_id=queue.id,
        subject="Where is my money?",
        topic="payments",
        priority=Priority.NORMAL,
        language="en",
        requester=Address(address=SELLER),
        reply_address=SELLER,
    )
    done = apply(store.cases, Change(actor=SELLER, at=NOW, opening=opening, happenings=(Happening.OPENED,)))
    assert done.number is not None
    return done.number


def test_more_cases_are_listed_than_a_statement_takes_values(store: Store) -> None:
    if not store.cases.is_sqlite:
        pytest.skip("the limit of PostgreSQL, 65,535 values, cannot be lowered")
    numbers = [open_case(store) for _ in range(12)]
    with store.cases.read() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        before = driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)
        try:
            rows = list_cases(connection, limit=None, status=None, queue=None)
        finally:
            driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)
    assert [row["number"] for row in rows] == numbers[::-1]
    assert [[one["address"] for one in row["participants"]] for row in rows] == [[SELLER]] * 12


def test_a_short_list_has_the_participants_of_its_own_cases(store: Store) -> None:
    numbers = [open_case(store) for _ in range(4)]
    with store.cases.read() as connection:
        rows = list_cases(connection, limit=2, status="open", queue="support")
    assert [row["number"] for row in rows] == numbers[:1:-1]
    assert [[one["address"] for one in row["participants"]] for row in rows] == [[SELLER]] * 2


def test_a_case_tells_of_an_automatic_mail_that_was_set_aside_as_too_old(store: Store) -> None:
    number = open_case(store)
    Office(store).write()
    claim_outgoing(store.cases, holder=HOLDER, now=NOW + timedelta(days=6), limit=10)
    with store.cases.read() as connection:
        what = [one["what"] for one in show_case(connection, number)["events"]]
    assert f"acknowledgement to {SELLER}: superseded (not sent in time)" in what


def test_a_database_error_does_not_repeat_the_words_it_is_about(store: Store) -> None:
    pause = {"name": "smtp://host", "until": NOW, "failures": 1, "reason": "a person's words"}
    with store.cases.write() as connection:
        connection.execute(sa.insert(pauses), pause)
        with pytest.raises(sa.exc.IntegrityError) as failed:
            connection.execute(sa.insert(pauses), pause)
        connection.rollback()
    assert "a person's words" not in str(failed.value)
