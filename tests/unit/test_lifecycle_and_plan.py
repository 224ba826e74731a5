"""Walks the tables: what moves a case, what each happening plans and cancels, and what every kind of reply needs."""

from itertools import product
from pathlib import Path

import pytest

from cases.lifecycle import next_status
from cases.model import Happening, Reminders, Status
from cases.plan import (
    ANSWERS,
    AT_ONCE,
    TO_STAFF,
    TRAITS,
    WAIT_FOR_AGENT,
    WAIT_FOR_SELLER,
    Audience,
    Delay,
    ReplyKind,
    is_wanted,
    plan_after,
)

ROOT = Path(__file__).parents[2]
OPEN, WAITING, CLOSED = Status.OPEN, Status.WAITING, Status.CLOSED

# What docs say of each happening: the status after it, from open, waiting and closed.
DOCUMENTED: dict[Happening, tuple[Status, Status, Status]] = {
    Happening.OPENED: (OPEN, WAITING, CLOSED),  # a new case is made open; nothing else is opened
    Happening.SELLER_WROTE: (OPEN, OPEN, OPEN),
    Happening.STRANGER_WROTE: (OPEN, WAITING, OPEN),
    Happening.AGENT_ANSWERED: (WAITING, WAITING, WAITING),
    Happening.ANSWER_FAILED: (OPEN, OPEN, CLOSED),
    Happening.NOTED: (OPEN, WAITING, CLOSED),
    Happening.COMMANDED: (OPEN, WAITING, CLOSED),
    Happening.CLOSED: (CLOSED, CLOSED, CLOSED),
    Happening.REOPENED: (OPEN, WAITING, OPEN),
    Happening.ROBOT_ANSWERED: (OPEN, WAITING, CLOSED),
    Happening.BOUNCED: (OPEN, WAITING, CLOSED),
    Happening.ANSWER_HELD: (OPEN, WAITING, CLOSED),
    Happening.ANSWER_RELEASED: (WAITING, WAITING, WAITING),
    Happening.PUT_OFF: (OPEN, OPEN, CLOSED),
    Happening.MISDIRECTED: (OPEN, WAITING, CLOSED),
    Happening.HANDED_OVER: (OPEN, WAITING, CLOSED),
    Happening.MERGED: (CLOSED, CLOSED, CLOSED),
    Happening.MERGED_IN: (OPEN, OPEN, OPEN),
}
_AT_ONCE = (Delay.NOW, Delay.SOON)
EVERYTHING = list(product(Happening, (None, *Status), (False, True)))


def kinds(happening: Happening, before: Status | None, *, silent: bool = False) -> set[ReplyKind]:
    after = next_status(before or OPEN, happening)
    return {planned.kind for planned in plan_after(happening, before=before, after=after, silent=silent).add}


@pytest.mark.parametrize(("happening", "status"), list(product(Happening, Status)))
def test_every_happening_leads_from_every_status_where_the_documents_say(happening: Happening, status: Status) -> None:
    assert next_status(status, happening) is DOCUMENTED[happening][list(Status).index(status)]


@pytest.mark.parametrize("kind", list(ReplyKind))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_of_reply_has_traits_and_a_template_in_english_and_german(kind: ReplyKind, language: str) -> None:
    assert TRAITS[kind].wanted_in
    template = (ROOT / "templates" / language / f"{kind.value}.md").read_text(encoding="utf-8")
    assert template.startswith("Subject: ")


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_every_kind_of_reply_follows_from_something(kind: ReplyKind) -> None:
    assert any(kind in kinds(happening, before, silent=silent) for happening, before, silent in EVERYTHING)


def test_at_once_are_the_kinds_that_are_planned_for_now_and_no_others() -> None:
    plans = [
        plan_after(happening, before=before, after=next_status(before or OPEN, happening), silent=silent)
        for happening, before, silent in EVERYTHING
    ]
    now = {planned.kind for plan in plans for planned in plan.add if planned.delay in _AT_ONCE}
    later = {planned.kind for plan in plans for planned in plan.add if planned.delay not in _AT_ONCE}
    assert now == AT_ONCE
    assert not now & later


def test_every_delay_but_now_is_a_duration_of_the_configuration() -> None:
    assert all(hasattr(Reminders(), delay.value) for delay in Delay if delay not in _AT_ONCE)


@pytest.mark.parametrize(("happening", "before"), list(product(Happening, Status)))
def test_a_wait_is_cancelled_exactly_when_it_is_over_or_begins_anew(happening: Happening, before: Status) -> None:
    after = next_status(before, happening)
    cancelled = plan_after(happening, before=before, after=after).cancel
    agents = after is not OPEN or happening is Happening.PUT_OFF
    seller = after is not WAITING or happening in ANSWERS
    assert cancelled == (WAIT_FOR_AGENT if agents else frozenset()) | (WAIT_FOR_SELLER if seller else frozenset())


def test_what_belongs_to_a_wait_is_wanted_while_it_goes_on_and_no_longer() -> None:
    for kinds_of_wait, status in ((WAIT_FOR_AGENT, OPEN), (WAIT_FOR_SELLER, WAITING)):
        for kind in kinds_of_wait:
            assert {one for one in Status if is_wanted(kind, one)} == {status}


def test_all_that_is_not_said_at_once_belongs_to_one_of_the_waits() -> None:
    assert set(ReplyKind) - AT_ONCE == WAIT_FOR_AGENT | WAIT_FOR_SELLER
    assert not WAIT_FOR_AGENT & WAIT_FOR_SELLER


def test_what_goes_to_staff_is_told_to_staff_and_nothing_else_is() -> None:
    of_staff = {Audience.AGENTS, Audience.COLLEAGUES, Audience.LEAD, Audience.ACTOR}
    for happening, before, silent in EVERYTHING:
        plan = plan_after(happening, before=before, after=next_status(before or OPEN, happening), silent=silent)
        assert all((one.audience in of_staff) == (one.kind in TO_STAFF) for one in plan.add)


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_what_is_said_at_once_leaves_in_any_state(kind: ReplyKind) -> None:
    assert all(is_wanted(kind, status) for status in Status)


def test_a_new_case_is_acknowledged_relayed_and_begins_the_wait() -> None:
    assert kinds(Happening.OPENED, None) == {ReplyKind.ACKNOWLEDGEMENT, ReplyKind.AGENT_MAIL} | WAIT_FOR_AGENT


def test_a_seller_who_writes_again_restarts_no_wait_that_runs() -> None:
    assert kinds(Happening.SELLER_WROTE, OPEN) == {ReplyKind.AGENT_MAIL}
    assert kinds(Happening.SELLER_WROTE, WAITING) == {ReplyKind.AGENT_MAIL} | WAIT_FOR_AGENT
    assert kinds(Happening.SELLER_WROTE, CLOSED) == {ReplyKind.REOPENED, ReplyKind.AGENT_MAIL} | WAIT_FOR_AGENT


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("happening", sorted(ANSWERS))
def test_every_answer_begins_the_wait_for_the_seller_with_its_reminder_and_its_end(
    happening: Happening, before: Status
) -> None:
    assert kinds(happening, before) - {ReplyKind.ANSWER} == WAIT_FOR_SELLER


def test_an_agent_who_asks_for_time_begins_the_wait_for_agents_anew() -> None:
    assert kinds(Happening.PUT_OFF, OPEN) == kinds(Happening.PUT_OFF, WAITING) == WAIT_FOR_AGENT
    assert kinds(Happening.PUT_OFF, CLOSED) == set()


@pytest.mark.parametrize(("happening", "before"), list(product(Happening, (None, *Status))))
def test_nothing_goes_to_a_sender_who_must_not_be_answered_unless_an_agent_writes(
    happening: Happening, before: Status | None
) -> None:
    if happening in ANSWERS | {Happening.ANSWER_HELD}:
        return
    after = next_status(before or OPEN, happening)
    audiences = {one.audience for one in plan_after(happening, before=before, after=after, silent=True).add}
    assert audiences <= {Audience.AGENTS, Audience.COLLEAGUES, Audience.LEAD, Audience.ACTOR}


def test_a_stranger_a_robot_a_bounce_and_a_note_are_answered_by_nothing() -> None:
    for happening in (
        Happening.STRANGER_WROTE,
        Happening.ROBOT_ANSWERED,
        Happening.BOUNCED,
        Happening.NOTED,
    ):
        for before in Status:
            after = next_status(before, happening)
            plan = plan_after(happening, before=before, after=after)
            assert {one.audience for one in plan.add if one.kind in AT_ONCE} <= {Audience.AGENTS}


def test_only_an_agents_words_are_not_automatic_and_carry_no_mark_of_a_robot() -> None:
    assert {kind for kind in ReplyKind if not TRAITS[kind].automatic} == {ReplyKind.ANSWER}
    assert TRAITS[ReplyKind.ANSWER].auto_submitted is None
    assert TRAITS[ReplyKind.AGENT_MAIL].auto_submitted is None
    assert TRAITS[ReplyKind.ACKNOWLEDGEMENT].auto_submitted == "auto-replied"
