"""Planned replies: made once, due when they are due, cancelled by what ends the wait; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change, NewMessage
from cases.model import Direction, Happening, MessageKind, Reminders
from cases.plan import AT_ONCE, ReplyKind
from store.apply import apply
from store.people_tables import queues, user_queues
from store.planned import (
    claim_due,
    free_lapsed_due,
    give_planned_back,
    next_due_at,
    record_planned,
    record_render_failure,
    renew_due,
)
from store.seeding import store_reminders
from store.store import Store
from store.tables import planned_replies
from tests.casework import NOW, make_mail
from tests.integration.test_store_apply import new_case, step
from tests.office import Office

LATER = NOW + timedelta(seconds=30, microseconds=250_000)


def opened(store: Store, ledger_id: int = 1) -> Applied:
    return apply(store.cases, replace(new_case(store, ledger_id, key=str(ledger_id)), at=LATER))


def answer(store: Store, case: Applied, *more: Happening) -> Applied:
    message = NewMessage(
        direction=Direction.OUTBOUND, kind=MessageKind.AGENT, mail=make_mail(author="ada@office.example"), text="Yes."
    )
    change = step(case.case_id, Happening.AGENT_ANSWERED, message=message)
    return apply(store.cases, replace(change, happenings=(*change.happenings, *more)))


def reminder_due(store: Store) -> datetime | None:
    wanted = sa.select(planned_replies.c.due_at).where(planned_replies.c.kind == ReplyKind.AGENT_REMINDER)
    rows = Office(store).rows(wanted)
    return rows[0].due_at if rows else None


def test_a_new_case_plans_what_the_plan_says_for_whom_it_says(store: Store) -> None:
    opened(store)
    rows = Office(store).rows(sa.select(planned_replies).order_by(planned_replies.c.id))
    assert [(row.kind, row.participant_id is not None, row.user_id is not None) for row in rows] == [
        ("acknowledgement", True, False),
        ("agent_mail", False, True),
        ("agent_reminder", False, True),
        ("escalation", False, True),
        ("status", True, False),
    ]
    assert len({row.once_key for row in rows}) == 5
    assert all(row.not_after > row.due_at for row in rows)


def test_what_is_due_now_is_due_at_the_instant_of_the_change_and_what_waits_at_a_whole_second(store: Store) -> None:
    opened(store)
    rows = Office(store).rows(sa.select(planned_replies))
    assert {row.due_at for row in rows if row.kind in AT_ONCE} == {LATER}
    # A working day on from 10:00:30.25 in Berlin, rounded up.
    assert reminder_due(store) == datetime(2026, 11, 24, 9, 0, 31, tzinfo=UTC)


def test_nothing_is_claimed_before_it_is_due_and_everything_at_that_very_instant(store: Store) -> None:
    opened(store)
    assert claim_due(store.cases, holder="a", now=LATER - timedelta(microseconds=1), limit=9) == []
    assert next_due_at(store.cases) == LATER
    assert len(claim_due(store.cases, holder="a", now=LATER, limit=9)) == 2
    due = reminder_due(store)
    assert due is not None
    assert next_due_at(store.cases) == due
    assert claim_due(store.cases, holder="a", now=due - timedelta(seconds=1), limit=9) == []
    (reminder,) = claim_due(store.cases, holder="a", now=due, limit=9)
    assert (reminder.kind, reminder.due_at) == (ReplyKind.AGENT_REMINDER, due)


def test_replies_are_claimed_in_the_order_they_became_due(store: Store) -> None:
    apply(store.cases, replace(new_case(store, 1, key="late"), at=NOW + timedelta(hours=1)))
    apply(store.cases, replace(new_case(store, 2, key="early"), at=NOW))
    dues = [planned.due_at for planned in claim_due(store.cases, holder="a", now=NOW + timedelta(hours=2), limit=9)]
    assert dues == sorted(dues)
    assert len(set(dues)) == 2


@pytest.mark.parametrize("clock", ["business", "wall"])
def test_the_reminder_counts_by_the_clock_of_the_configuration(store: Store, clock: str) -> None:
    with store.cases.write() as connection:
        store_reminders(connection, Reminders(agent_after="PT30H", clock=clock))
    apply(store.cases, new_case(store))
    expected = {"business": datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "wall": NOW + timedelta(hours=30)}
    assert reminder_due(store) == expected[clock]


def test_an_empty_duration_switches_a_reminder_off(store: Store) -> None:
    with store.cases.write() as connection:
        store_reminders(connection, Reminders(agent_after="", escalate_after=""))
    opened(store)
    assert reminder_due(store) is None
    assert [kind for kind, _ in Office(store).planned()] == ["acknowledgement", "agent_mail"]


def test_an_answer_cancels_the_reminder_and_says_so(store: Store) -> None:
    case = opened(store)
    answer(store, case)
    assert ("agent_reminder", "cancelled") in Office(store).planned()
    assert "agent reminder, escalation and status mail cancelled: agent answered" in Office(store).events(case.number)
    assert ("answer", "waiting") in Office(store).planned()


def test_an_answer_that_closes_still_leaves(store: Store) -> None:
    case = opened(store)
    answer(store, case, Happening.CLOSED)
    assert ("answer", "waiting") in Office(store).planned()
    assert ("agent_reminder", "cancelled") in Office(store).planned()


def test_a_reply_in_hand_that_is_cancelled_cannot_be_finished(store: Store) -> None:
    case = opened(store)
    due = reminder_due(store)
    assert due is not None
    reminder = claim_due(store.cases, holder="a", now=due, limit=9)[-1]
    answer(store, case)
    with store.cases.write() as connection:
        assert not record_planned(connection, reminder.id, holder="a", state="done")
    assert ("agent_reminder", "cancelled") in Office(store).planned()


def test_a_seller_who_writes_during_the_wait_does_not_begin_it_again(store: Store) -> None:
    case = opened(store)
    apply(store.cases, step(case.case_id, Happening.SELLER_WROTE, user_id=None))
    assert [kind for kind, _ in Office(store).planned()].count("agent_reminder") == 1


def test_a_new_wait_has_a_reminder_of_its_own(store: Store) -> None:
    case = opened(store)
    answer(store, case)
    apply(store.cases, replace(step(case.case_id, Happening.SELLER_WROTE), at=NOW + timedelta(hours=3)))
    assert [state for kind, state in Office(store).planned() if kind == "agent_reminder"] == ["cancelled", "waiting"]


def test_a_reply_is_ended_once_by_the_worker_that_has_it(store: Store) -> None:
    opened(store)
    planned = claim_due(store.cases, holder="a", now=LATER, limit=1)[0]
    with store.cases.write() as connection:
        assert not record_planned(connection, planned.id, holder="b", state="done")
        give_planned_back(connection, planned.id, holder="b")
        assert record_planned(connection, planned.id, holder="a", state="done")
        assert not record_planned(connection, planned.id, holder="a", state="done")


def test_a_lease_that_is_over_makes_a_reply_wait_again(store: Store) -> None:
    opened(store)
    one, two = claim_due(store.cases, holder="n:1", now=LATER, limit=2)
    assert free_lapsed_due(store.cases) == 0
    with store.cases.write() as connection:
        connection.execute(sa.update(planned_replies).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC)))
    renew_due(store.cases, holder="n:1", ids=[two.id])
    assert free_lapsed_due(store.cases) == 1
    assert [planned.id for planned in claim_due(store.cases, holder="n:2", now=LATER, limit=9)] == [one.id]
    assert free_lapsed_due(store.cases, node="n:") == 2


def test_a_reply_that_cannot_be_written_waits_longer_each_time_and_never_more_than_an_hour(store: Store) -> None:
    opened(store)
    now, waits = LATER, []
    for _ in range(12):
        (planned,) = claim_due(store.cases, holder="a", now=now, limit=1)
        record_render_failure(store.cases, planned, holder="a", error="no template", now=now)
        (row,) = Office(store).rows(sa.select(planned_replies).where(planned_replies.c.id == planned.id))
        assert (row.state, row.last_error) == ("waiting", "no template")
        waits.append(row.due_at - now)
        with store.cases.write() as connection:  # the others are not looked at here
            connection.execute(
                sa.update(planned_replies).where(planned_replies.c.id != planned.id).values(state="done")
            )
        now = row.due_at
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=30), timedelta(hours=1))


def test_a_kind_that_only_a_newer_node_knows_is_left_to_it(store: Store) -> None:
    opened(store)
    with store.cases.write() as connection:
        connection.execute(sa.update(planned_replies).values(kind="greeting_card"))
    assert claim_due(store.cases, holder="a", now=NOW + timedelta(days=9), limit=9) == []


def test_a_report_goes_to_the_agent_who_caused_it_and_to_nobody_when_nobody_did(store: Store) -> None:
    case = opened(store)
    (row,) = Office(store).rows(sa.select(planned_replies.c.user_id).where(planned_replies.c.kind == "agent_mail"))
    report = Change(
        actor="x", at=LATER, case_id=case.case_id, happenings=(Happening.COMMANDED,), report="No.", user_id=row.user_id
    )
    apply(store.cases, report)
    apply(store.cases, replace(report, user_id=None))
    rows = Office(store).rows(sa.select(planned_replies).where(planned_replies.c.kind == "agent_report"))
    assert [(one.user_id, one.note) for one in rows] == [(row.user_id, "No.")]


def test_nobody_is_written_to_who_has_left_or_is_on_hold(store: Store) -> None:
    case = opened(store)
    with store.cases.write() as connection:
        connection.execute(sa.text("UPDATE participants SET hold_reason = 'a robot'"))
    answer(store, case)
    assert "answer" not in [kind for kind, _ in Office(store).planned()]
    assert Office(store).rows(sa.select(sa.func.count()).select_from(queues))[0][0] == 2


def test_a_case_of_a_queue_without_agents_says_that_nobody_was_told(store: Store) -> None:
    with store.cases.write() as connection:
        connection.execute(sa.delete(user_queues))
    case = opened(store)
    said = Office(store).events(case.number)
    assert "nobody to send the agent mail to: the queue has no agents" in said
