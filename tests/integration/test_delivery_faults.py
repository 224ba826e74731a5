"""Mails of which nobody knows, senders that die, and a way out that is down; on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from cases.change import Applied
from responder.outcome import Outcome, OutgoingMail, Sent
from store.apply import apply
from store.errors import NotFound
from store.outbox import (
    SEND_AGAIN_AFTER,
    Outgoing,
    claim_outgoing,
    free_lapsed_outgoing,
    next_try_at,
    record_data_begins,
    renew_outgoing,
    retry,
)
from store.store import Store
from store.tables import attempts, outbox, pauses
from tests.casework import NOW, SELLER
from tests.integration.test_due_and_delivery import (
    BUSY,
    DOWN,
    LOST,
    REFUSED,
    answered,
    answering,
    states,
    text_of,
    to_seller,
)
from tests.integration.test_store_apply import new_case
from tests.office import HOLDER, Office


@pytest.fixture
def office(store: Store) -> Office:
    """An office with one case whose acknowledgement and relay are planned."""
    office = Office(store)
    apply(store.cases, new_case(store))
    return office


@pytest.fixture
def case(office: Office) -> Applied:
    """That case."""
    (row,) = office.rows(sa.text("SELECT id, number FROM cases"))  # type: ignore[arg-type]
    return Applied(outcome=None, reason="", case_id=row.id, number=row.number)


# Uncertain ends.


def test_an_automatic_mail_of_which_nobody_knows_is_sent_once_more_after_a_quarter_of_an_hour(
    office: Office,
) -> None:
    office.write()
    office.way.answer = lambda mail: LOST if mail.envelope_to == SELLER else Sent(response="250 OK")
    office.deliver()
    assert ("acknowledgement", "uncertain") in states(office)
    assert office.deliver(now=NOW + SEND_AGAIN_AFTER - timedelta(seconds=1)) == 0
    assert office.deliver(now=NOW + SEND_AGAIN_AFTER) == 1
    assert office.deliver(now=NOW + 2 * SEND_AGAIN_AFTER) == 0
    assert ("acknowledgement", "failed") in states(office)
    first, second = to_seller(office)
    assert first == second


def test_a_persons_words_of_which_nobody_knows_wait_for_a_person(office: Office, case: Applied) -> None:
    office.write()
    office.deliver()
    answered(office, case)
    office.write()
    office.way.answer = answering(LOST)
    office.deliver()
    assert office.deliver(now=NOW + timedelta(days=2)) == 0
    assert ("answer", "uncertain") in states(office)
    assert next_try_at(office.store.cases) is None
    # And they hold back nothing that comes later.
    answered(office, case, "Something else.")
    office.write()
    assert office.deliver() == 2  # the answer, and the report on the one that nobody knows of
    assert "Something else." in text_of(to_seller(office)[-1])


def begins_data(office: Office, mail: Outgoing, *, holder: str) -> bool:
    with office.store.cases.write() as connection:
        return record_data_begins(office.store.cases, connection, mail=mail, holder=holder)


def test_a_sender_that_died_leaves_its_mail_queued_before_data_and_uncertain_within(office: Office) -> None:
    office.write()
    before, within = claim_outgoing(office.store.cases, holder="n:1", now=NOW, limit=2)
    assert begins_data(office, within, holder="n:1")
    assert free_lapsed_outgoing(office.store.cases, now=NOW) == 0
    assert free_lapsed_outgoing(office.store.cases, now=NOW, node="n:") == 2
    found = {row.id: (row.state, row.in_data) for row in office.outbox()}
    assert found == {before.id: ("queued", False), within.id: ("uncertain", False)}


def test_a_mail_whose_claim_was_lost_does_not_enter_data(office: Office) -> None:
    office.write()
    mail = claim_outgoing(office.store.cases, holder="slow", now=NOW, limit=1)[0]
    with office.store.cases.write() as connection:
        connection.execute(sa.update(outbox).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC)))
    renew_outgoing(office.store.cases, holder="quick", ids=[mail.id])
    assert free_lapsed_outgoing(office.store.cases, now=NOW) == 1
    claim_outgoing(office.store.cases, holder="quick", now=NOW, limit=1)
    assert not begins_data(office, mail, holder="slow")


# The way out is down.


def fill(office: Office, count: int) -> None:
    """So many more mails that wait, each to somebody else."""
    with office.store.cases.write() as connection:
        row = connection.execute(sa.select(outbox).limit(1)).one()._asdict()
        for n in range(count):
            values = row | {"rfc_message_id": f"<{n}@x>", "envelope_to": f"s{n}@x.example", "planned_id": None}
            del values["id"]
            connection.execute(sa.insert(outbox).values(values))


def test_a_way_out_that_is_down_costs_one_connection_a_try_and_no_mail_an_attempt(office: Office) -> None:
    office.write()
    fill(office, 40)
    office.way.answer = lambda _mail: DOWN
    office.deliver()
    office.way.tried.clear()
    now, gaps = NOW, []
    for _ in range(9):
        (pause,) = office.rows(sa.select(pauses))
        gaps.append(pause.until - now)
        assert office.deliver(now=pause.until - timedelta(seconds=1)) == 0
        now = pause.until
        assert office.deliver(now=now) == 1
    assert len(office.way.tried) == 9
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (timedelta(seconds=10), timedelta(minutes=15))
    assert {(row.state, row.attempts) for row in office.outbox()} == {("queued", 0)}
    assert office.rows(sa.select(attempts)) == []


def test_many_mails_that_find_the_way_down_at_once_count_as_one_failure(office: Office) -> None:
    office.write()
    fill(office, 20)
    office.way.answer = lambda _mail: DOWN
    assert office.deliver() == 16
    (pause,) = office.rows(sa.select(pauses))
    assert (pause.failures, pause.until) == (1, NOW + timedelta(seconds=10))


def test_the_first_mail_that_gets_through_ends_the_pause(office: Office) -> None:
    office.write()
    office.way.answer = lambda _mail: DOWN
    office.deliver()
    office.way.answer = answering()
    later = NOW + timedelta(seconds=10)
    assert [office.deliver(now=later) for _ in range(3)] == [1, 1, 0]
    assert office.rows(sa.select(pauses)) == []
    assert {state for _, state in states(office)} == {"sent"}


def test_a_way_that_is_down_for_five_days_fails_its_mails_one_connection_a_try(office: Office) -> None:
    office.write()
    fill(office, 5)
    with office.store.cases.write() as connection:
        connection.execute(sa.update(outbox).values(not_after=None))
    office.way.answer = lambda _mail: DOWN
    office.deliver()
    late = NOW + timedelta(days=5, seconds=1)
    assert office.deliver(now=late) == 1
    assert office.deliver(now=late) == 0
    assert [row.state for row in office.outbox()].count("failed") == 1


def test_retry_clears_the_pause_and_the_back_off(office: Office) -> None:
    office.write()
    office.way.answer = lambda _mail: DOWN
    office.deliver()
    ids = [row.id for row in office.outbox()]
    assert retry(office.store.cases, None, now=NOW) == ids
    office.way.answer = answering(BUSY, BUSY)
    office.deliver()
    assert office.deliver() == 0
    assert retry(office.store.cases, ids[:1], now=NOW) == ids[:1]
    assert office.deliver() == 1


def test_a_retry_that_names_something_unknown_changes_nothing(office: Office) -> None:
    office.write()
    office.way.answer = lambda _mail: REFUSED
    office.deliver()
    failed = office.outbox()[0].id
    with pytest.raises(NotFound, match="999"):
        retry(office.store.cases, [failed, 999], now=NOW)
    assert {state for _, state in states(office)} == {"failed"}
    assert retry(office.store.cases, None, now=NOW) == []
    assert retry(office.store.cases, [failed], now=NOW) == [failed]


def test_a_fault_in_one_mail_lets_the_others_end_before_it_is_raised(office: Office) -> None:
    office.write()

    def fail(mail: OutgoingMail) -> Outcome:
        if mail.envelope_to == SELLER:
            raise RuntimeError("a bug")
        return Sent(response="250 OK")

    office.way.answer = fail
    with pytest.raises(RuntimeError):
        office.deliver()
    assert dict(states(office)) == {"acknowledgement": "sending", "agent_mail": "sent"}
    assert free_lapsed_outgoing(office.store.cases, now=NOW, node=HOLDER.rpartition(":")[0]) == 1
