"""Whole waits from the first mail to the closing, every instant asserted; on both databases."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from cases.model import Reminders
from responder.outcome import Failed, Outcome, OutgoingMail, Sent, Uncertain
from store.people import add_user, find_user
from store.people_tables import queues
from store.seeding import store_reminders
from store.staff import send_away
from store.store import Store
from store.tables import waits
from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.rehearsal import Rehearsal, berlin
from tests.service import answer, mail, text_of

LEAD = "lead@office.example"
FRIDAY = berlin(2026, 5, 22, 16)  # Monday is a holiday: Whit Monday
TUESDAY, WEDNESDAY = berlin(2026, 5, 26, 16), berlin(2026, 5, 27, 16)


@pytest.fixture
def rehearsal(store: Store) -> Rehearsal:
    """An office whose queue has a lead."""
    with store.cases.write() as connection:
        connection.execute(sa.update(queues).values(lead=LEAD))
        add_user(connection, LEAD, role="agent", queue_ids=[], now=FRIDAY)
    return Rehearsal(Office(store))


def opened(rehearsal: Rehearsal, at: datetime = FRIDAY, text: str = "Where is order 302-1234567-7654321?") -> str:
    applied = rehearsal.office.receive(mail("Where is my order?", text), now=at)
    assert applied is not None
    assert applied.number is not None
    rehearsal.do(at)
    return applied.number


def out_of_office(rehearsal: Rehearsal, who: str, now: datetime) -> None:
    ours = rehearsal.sent_to(who)[-1]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = who, str(ours["From"]), f"Automatic reply: {ours['Subject']}"
    message["Message-ID"], message["In-Reply-To"] = f"<ooo{now.timestamp():.0f}@x.example>", ours["Message-ID"]
    message["Auto-Submitted"] = "auto-replied"
    message.set_content("I am back next week.")
    rehearsal.office.receive(message, str(ours["Reply-To"]).rpartition("<")[2].strip(">"), sender="", now=now)
    rehearsal.do(now)


def status(rehearsal: Rehearsal, number: str) -> str:
    return str(rehearsal.office.case(number)["status"])


def test_a_case_of_friday_afternoon_before_a_long_weekend_waits_for_working_days_alone(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.run(FRIDAY + timedelta(days=30))
    assert rehearsal.timed() == [
        (TUESDAY, "agent_reminder", AGENT),
        (WEDNESDAY, "escalation", LEAD),
        (WEDNESDAY, "status", SELLER),
    ]


@pytest.mark.parametrize(
    ("friday", "reminded", "escalated"),
    [
        (berlin(2026, 3, 27, 16), datetime(2026, 3, 30, 14, tzinfo=UTC), datetime(2026, 3, 31, 14, tzinfo=UTC)),
        (berlin(2026, 10, 23, 16), datetime(2026, 10, 26, 15, tzinfo=UTC), datetime(2026, 10, 27, 15, tzinfo=UTC)),
    ],
)
def test_a_change_of_the_clocks_moves_no_reminder_by_the_clock_on_the_wall(
    rehearsal: Rehearsal, friday: datetime, reminded: datetime, escalated: datetime
) -> None:
    opened(rehearsal, friday)
    rehearsal.run(friday + timedelta(days=30))
    assert rehearsal.timed() == [
        (reminded, "agent_reminder", AGENT),
        (escalated, "escalation", LEAD),
        (escalated, "status", SELLER),
    ]


def test_out_of_office_mails_in_between_move_nothing(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    out_of_office(rehearsal, SELLER, FRIDAY + timedelta(minutes=1))
    out_of_office(rehearsal, AGENT, FRIDAY + timedelta(minutes=2))
    rehearsal.run(WEDNESDAY)
    assert [kind for _, kind, _ in rehearsal.timed()] == ["agent_reminder", "escalation", "status"]
    answered_at = WEDNESDAY + timedelta(minutes=5)
    rehearsal.says(AGENT, "Which address shall it go to?", answered_at)
    out_of_office(rehearsal, SELLER, WEDNESDAY + timedelta(hours=1))
    rehearsal.run(WEDNESDAY + timedelta(days=30))
    assert rehearsal.timed()[3:] == [
        (berlin(2026, 5, 29, 16, 5), "reminder", SELLER),
        (berlin(2026, 6, 5, 16, 5), "closing", SELLER),
    ]
    assert status(rehearsal, number) == "closed"


def test_an_answer_one_minute_before_the_reminder_leaves_nothing_to_remind_of(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.run(TUESDAY - timedelta(minutes=1))
    rehearsal.says(AGENT, "It is on its way.", TUESDAY - timedelta(minutes=1))
    rehearsal.run(TUESDAY + timedelta(hours=4))
    assert rehearsal.timed() == []
    assert rehearsal.plans()[:3] == [(kind, "cancelled") for kind in ("agent_reminder", "escalation", "status")]


def test_an_answer_while_the_reminder_is_in_the_outbox_takes_it_back(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.office.write(now=TUESDAY)
    rehearsal.says(AGENT, "It is on its way.", TUESDAY)
    assert rehearsal.timed() == []
    events = rehearsal.office.events(number)
    assert "agent reminder taken back before it left: agent answered" in events
    assert "escalation and status mail cancelled: agent answered" in events


def test_a_seller_who_does_not_answer_is_reminded_once_then_told_that_the_case_is_closed_and_how_to_go_on(
    rehearsal: Rehearsal,
) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address shall it go to?", berlin(2026, 5, 26, 10))
    assert rehearsal.office.case(number)["next_due"] == {"kind": "reminder", "at": "2026-05-28T08:00:00+00:00"}
    rehearsal.run(berlin(2026, 5, 28, 10))
    reminder = rehearsal.sent_to(SELLER)[-1]
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert "Thursday 4 June, 10:00" in text_of(reminder)
    assert rehearsal.office.case(number)["next_due"] == {"kind": "closing", "at": "2026-06-04T08:00:00+00:00"}
    rehearsal.run(berlin(2026, 6, 4, 9, 59))
    assert status(rehearsal, number) == "waiting"
    rehearsal.run(berlin(2026, 6, 4, 10))
    assert status(rehearsal, number) == "closed"
    assert "[CP-" in str(rehearsal.sent_to(SELLER)[-1]["Subject"])
    rehearsal.says(SELLER, "Sorry, to Berlin please.", berlin(2026, 6, 5, 10))
    assert status(rehearsal, number) == "open"
    assert [kind for _, kind, to in rehearsal.left if to == SELLER] == [
        "acknowledgement",
        "answer",
        "reminder",
        "closing",
        "reopened",
    ]


def test_a_seller_who_answers_is_not_reminded_and_the_agents_are_waited_for_anew(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    rehearsal.says(SELLER, "Berlin.", berlin(2026, 5, 26, 11))
    rehearsal.run(berlin(2026, 5, 28, 18))
    assert rehearsal.timed() == [
        (berlin(2026, 5, 27, 11), "agent_reminder", AGENT),
        (berlin(2026, 5, 28, 11), "escalation", LEAD),
        (berlin(2026, 5, 28, 11), "status", SELLER),
    ]


def test_a_second_word_of_the_agent_begins_the_wait_for_the_seller_anew(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    rehearsal.says(AGENT, "And which phone number?", berlin(2026, 5, 27, 15))
    rehearsal.run(berlin(2026, 5, 29, 18))
    assert rehearsal.timed() == [(berlin(2026, 5, 29, 15), "reminder", SELLER)]


def test_after_an_outage_each_person_gets_one_mail_the_latest(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    with rehearsal.office.store.cases.write() as connection:
        connection.execute(sa.update(queues).values(lead=AGENT))  # who is reminded and told are one
    late = FRIDAY + timedelta(days=8)
    # The escalation was planned for the former lead: a new case has the new one.
    opened(rehearsal, FRIDAY + timedelta(seconds=1), "Another: where is order 303-1234567-7654321?")
    before = len(rehearsal.left)
    rehearsal.do(late)
    second = rehearsal.left[before:]
    assert sorted(kind for _, kind, to in second if to == AGENT) == ["agent_reminder", "escalation"]
    assert [kind for _, kind, to in second if to == LEAD] == ["escalation"]
    assert [kind for _, kind, to in second if to == SELLER] == ["status"]  # one mail for both cases
    rehearsal.run(late + timedelta(days=30))
    assert len(rehearsal.left) == before + len(second)


def test_after_an_outage_no_case_is_closed_whose_seller_was_not_reminded(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    late = berlin(2026, 6, 9, 10)
    rehearsal.do(late)
    assert [kind for _, kind, to in rehearsal.timed() if to == SELLER] == ["reminder"]
    assert status(rehearsal, number) == "waiting"
    assert "Tuesday 16 June, 10:00" in text_of(rehearsal.sent_to(SELLER)[-1])
    assert rehearsal.office.case(number)["next_due"] == {"kind": "closing", "at": "2026-06-16T08:00:00+00:00"}
    rehearsal.run(berlin(2026, 6, 16, 10))
    assert rehearsal.timed()[-1] == (berlin(2026, 6, 16, 10), "closing", SELLER)
    assert status(rehearsal, number) == "closed"


def test_no_case_is_closed_while_its_reminder_cannot_leave(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    down = Failed(temporary=True, code=None, enhanced="", text="connection refused", way_down=True)
    rehearsal.office.way.answer = lambda _mail: down
    for day in range(9):
        rehearsal.do(berlin(2026, 5, 28, 10) + timedelta(days=day))
    assert status(rehearsal, number) == "waiting"
    assert any("closing notice put off" in what for what in rehearsal.office.events(number))
    rehearsal.office.way.answer = lambda _mail: Sent(response="250 OK")
    rehearsal.office.way.tried.clear()
    rehearsal.left.clear()
    rehearsal.run(berlin(2026, 7, 31, 10))
    kinds = [kind for _, kind, to in rehearsal.timed() if to == SELLER]
    assert kinds == ["reminder", "closing"]
    assert status(rehearsal, number) == "closed"


def test_a_notice_that_is_refused_for_good_gives_the_case_back_to_the_agents(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))

    def refuse(outgoing: OutgoingMail) -> Outcome:
        if outgoing.envelope_to == SELLER:
            return Failed(temporary=False, code=550, enhanced="5.1.1", text="no such user")
        return Sent(response="250 OK")

    rehearsal.office.way.answer = refuse
    rehearsal.run(berlin(2026, 5, 28, 10))
    assert status(rehearsal, number) == "open"
    assert "did not arrive" in text_of(rehearsal.sent_to(AGENT)[-1])
    assert ("closing", "cancelled") in rehearsal.plans()


def test_who_asks_for_time_is_reminded_then_and_all_that_comes_later_keeps_its_distance(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.says(AGENT, "#wait 3d", berlin(2026, 5, 26, 10))
    rehearsal.run(berlin(2026, 6, 30, 10))
    assert rehearsal.timed() == [
        (berlin(2026, 5, 29, 10), "agent_reminder", AGENT),
        (berlin(2026, 6, 1, 10), "escalation", LEAD),
        (berlin(2026, 6, 1, 10), "status", SELLER),
    ]


def test_who_asks_for_time_after_a_reminder_is_reminded_again(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    rehearsal.run(TUESDAY)
    rehearsal.says(AGENT, "#wait 2d", TUESDAY + timedelta(minutes=5))
    rehearsal.run(berlin(2026, 5, 28, 18))
    assert [kind for _, kind, _ in rehearsal.timed()] == ["agent_reminder", "agent_reminder"]


def test_nothing_automatic_ever_goes_to_a_machine_that_opened_a_case(rehearsal: Rehearsal) -> None:
    machine = mail("Order failed", "Order 302-1234567-7654321 failed", X_Auto_Response_Suppress="All")
    applied = rehearsal.office.receive(machine, now=FRIDAY)
    assert applied is not None
    rehearsal.run(FRIDAY + timedelta(days=30))
    assert {to for _, _, to in rehearsal.left} == {AGENT, LEAD}
    assert [kind for _, kind, _ in rehearsal.timed()] == ["agent_reminder", "escalation"]


def test_what_is_switched_off_does_not_come(rehearsal: Rehearsal) -> None:
    with rehearsal.office.store.cases.write() as connection:
        store_reminders(connection, Reminders(escalate_after="", seller_after=""))
    number = opened(rehearsal)
    rehearsal.run(TUESDAY)
    rehearsal.says(AGENT, "Which address?", TUESDAY)
    rehearsal.run(TUESDAY + timedelta(days=30))
    assert [kind for _, kind, _ in rehearsal.timed()] == ["agent_reminder", "closing"]
    assert status(rehearsal, number) == "closed"


def test_answers_and_waits_are_on_record_for_the_figures(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    rehearsal.says(SELLER, "Berlin.", berlin(2026, 5, 26, 11))
    rehearsal.says(AGENT, "#close", berlin(2026, 5, 26, 12))
    rows = rehearsal.office.rows(sa.select(waits).order_by(waits.c.id))
    assert [(row.first, row.began_at, row.promised_at, row.answered_at, row.ended_at) for row in rows] == [
        (True, FRIDAY, WEDNESDAY, berlin(2026, 5, 26, 10), berlin(2026, 5, 26, 10)),
        (False, berlin(2026, 5, 26, 11), berlin(2026, 5, 28, 11), None, berlin(2026, 5, 26, 12)),
    ]
    assert status(rehearsal, number) == "closed"


def test_a_lead_answers_the_escalation_like_any_agent(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.run(WEDNESDAY)
    rehearsal.says(LEAD, "We are on it.", WEDNESDAY + timedelta(minutes=1))
    assert "We are on it." in text_of(rehearsal.sent_to(SELLER)[-1])
    assert status(rehearsal, number) == "waiting"


def test_an_escalation_that_is_planned_goes_to_whoever_stands_in_for_a_lead_who_goes_away(rehearsal: Rehearsal) -> None:
    opened(rehearsal)
    with rehearsal.office.store.cases.write() as connection:
        add_user(connection, "deputy@office.example", role="agent", queue_ids=[], now=FRIDAY)
        lead, deputy = find_user(connection, LEAD), find_user(connection, "deputy@office.example")
        assert lead is not None
        send_away(connection, lead, until=FRIDAY + timedelta(days=30), delegate=deputy, now=FRIDAY)
    rehearsal.run(WEDNESDAY)
    assert [to for _, kind, to in rehearsal.timed() if kind == "escalation"] == ["deputy@office.example"]


def test_a_seller_who_writes_while_the_closing_notice_is_on_its_way_keeps_the_case_open(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    rehearsal.run(berlin(2026, 5, 28, 10))
    reply, address = answer(rehearsal.sent_to(SELLER)[-1], "To Berlin.", sender=SELLER)
    closing = berlin(2026, 6, 4, 10)
    written: list[OutgoingMail] = []

    def writes_meanwhile(outgoing: OutgoingMail) -> Outcome:
        if outgoing.envelope_to == SELLER and not written:
            written.append(outgoing)
            rehearsal.office.receive(reply, address, sender=SELLER, now=closing)
        return Sent(response="250 OK")

    rehearsal.office.way.answer = writes_meanwhile
    rehearsal.run(closing)
    assert written
    assert status(rehearsal, number) == "open"


def test_a_closing_notice_that_cannot_leave_for_days_gives_the_case_back_to_the_agents(rehearsal: Rehearsal) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    rehearsal.run(berlin(2026, 5, 28, 10))
    down = Failed(temporary=True, code=None, enhanced="", text="connection refused", way_down=True)
    rehearsal.office.way.answer = lambda _mail: down
    for day in range(7):
        rehearsal.do(berlin(2026, 6, 4, 10) + timedelta(days=day))
    assert status(rehearsal, number) == "open"
    rehearsal.office.way.answer = lambda _mail: Sent(response="250 OK")
    rehearsal.do(berlin(2026, 6, 11, 11))
    assert any("closing notice" in text_of(one) for one in rehearsal.sent_to(AGENT))


@pytest.mark.parametrize("kind", ["reminder", "closing"])
def test_who_may_not_have_got_it_is_not_waited_for(rehearsal: Rehearsal, kind: str) -> None:
    number = opened(rehearsal)
    rehearsal.says(AGENT, "Which address?", berlin(2026, 5, 26, 10))
    due = berlin(2026, 5, 28, 10) if kind == "reminder" else berlin(2026, 6, 4, 10)
    rehearsal.run(due - timedelta(minutes=1))
    lost = Uncertain(text="the answer to the final dot was lost")
    rehearsal.office.way.answer = lambda one: lost if one.envelope_to == SELLER else Sent(response="250 OK")
    for minutes in (0, 16, 32, 33):
        rehearsal.do(due + timedelta(minutes=minutes))
    assert status(rehearsal, number) == "open"
    assert any("Nobody knows" in text_of(one) for one in rehearsal.sent_to(AGENT))
