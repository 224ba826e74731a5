"""Walks the tables: what moves a case, what each happening plans and cancels, and what every kind of reply needs."""

from itertools import product
from pathlib import Path

import pytest

from cases.lifecycle import next_status
from cases.model import Happening, Reminders, Status
from cases.plan import AT_ONCE, TRAITS, WAIT_FOR_AGENT, Audience, Delay, ReplyKind, is_wanted, plan_after

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
def test_what_waits_for_an_agent_is_cancelled_exactly_when_the_case_is_not_open(
    happening: Happening, before: Status
) -> None:
    after = next_status(before, happening)
    cancelled = plan_after(happening, before=before, after=after).cancel
    assert cancelled == (frozenset() if after is OPEN else WAIT_FOR_AGENT)


def test_what_belongs_to_the_wait_for_an_agent_is_not_wanted_once_it_is_over() -> None:
    for kind in WAIT_FOR_AGENT:
        assert {status for status in Status if is_wanted(kind, status)} == {OPEN}


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_what_is_said_at_once_leaves_in_any_state(kind: ReplyKind) -> None:
    assert all(is_wanted(kind, status) for status in Status)


def test_a_new_case_is_acknowledged_relayed_and_begins_the_wait() -> None:
    assert kinds(Happening.OPENED, None) == {
        ReplyKind.ACKNOWLEDGEMENT,
        ReplyKind.AGENT_MAIL,
        ReplyKind.AGENT_REMINDER,
    }


def test_a_seller_who_writes_again_restarts_no_wait_that_runs() -> None:
    assert kinds(Happening.SELLER_WROTE, OPEN) == {ReplyKind.AGENT_MAIL}
    assert kinds(Happening.SELLER_WROTE, WAITING) == {ReplyKind.AGENT_MAIL, ReplyKind.AGENT_REMINDER}
    assert kinds(Happening.SELLER_WROTE, CLOSED) == {
        ReplyKind.REOPENED,
        ReplyKind.AGENT_MAIL,
        ReplyKind.AGENT_REMINDER,
    }


@pytest.mark.parametrize(("happening", "before"), list(product(Happening, (None, *Status))))
def test_nothing_goes_to_a_sender_who_must_not_be_answered_unless_an_agent_writes(
    happening: Happening, before: Status | None
) -> None:
    if happening in (Happening.AGENT_ANSWERED, Happening.ANSWER_HELD):
        return
    after = next_status(before or OPEN, happening)
    audiences = {one.audience for one in plan_after(happening, before=before, after=after, silent=True).add}
    assert audiences <= {Audience.AGENTS, Audience.COLLEAGUES, Audience.ACTOR}


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
            assert {one.audience for one in plan.add} <= {Audience.AGENTS}


def test_only_an_agents_words_are_not_automatic_and_carry_no_mark_of_a_robot() -> None:
    assert {kind for kind in ReplyKind if not TRAITS[kind].automatic} == {ReplyKind.ANSWER}
    assert TRAITS[ReplyKind.ANSWER].auto_submitted is None
    assert TRAITS[ReplyKind.AGENT_MAIL].auto_submitted is None
    assert TRAITS[ReplyKind.ACKNOWLEDGEMENT].auto_submitted == "auto-replied"
