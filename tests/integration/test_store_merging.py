"""A case that goes into another one and comes out again: whose words are where, who takes part, who has to act."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change, NewMessage, Settings, Splitting
from cases.errors import CasepostError
from cases.mail import Identifier, Source
from cases.model import Direction, Happening, MessageKind, Priority
from store.apply import apply
from store.errors import NotFound, Refused
from store.people import find_user
from store.seller_view import seen_by
from store.store import Store
from store.tables import cases, links, messages, participants
from tests.casework import AGENT, NOW, SELLER, SUPPORT, make_mail
from tests.integration.test_due_and_delivery import answered
from tests.integration.test_store_apply import another_mail, new_case, step
from tests.office import Office
from tests.service import mail

LATER = NOW + timedelta(hours=1)
ANNA = "anna@muster.example"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def from_anna(store: Store, ledger_id: int = 102) -> Change:
    found = (Identifier(kind="order_id", value="302-1234567-7654321", source=Source.BODY),)
    said = make_mail(author=ANNA, message_id=f"<{ledger_id}@muster.example>", text="Mine", identifiers=found)
    return new_case(store, ledger_id, key=str(ledger_id), mail=said)


def merging(one: Applied, other: Applied) -> Change:
    assert other.number is not None
    return replace(step(one.case_id, Happening.MERGED, merge_into=other.number), at=LATER)


def splitting(one: Applied) -> Change:
    return replace(step(one.case_id, Happening.REOPENED, splitting=Splitting()), at=LATER + timedelta(hours=1))


def texts(office: Office, case: Applied) -> list[str]:
    return [message["text"] for message in office.case(case.number)["messages"]]


def taking_part(office: Office, case: Applied) -> list[str]:
    return [one["address"] for one in office.case(case.number)["participants"]]


@pytest.fixture
def pair(store: Store) -> tuple[Applied, Applied]:
    """A case of the seller, and one of Anna's that goes into it."""
    return apply(store.cases, new_case(store, 101)), apply(store.cases, from_anna(store))


def test_what_was_said_in_a_merged_case_stands_in_the_other_and_keeps_its_origin(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    apply(office.store.cases, merging(gone, kept))
    old, new = office.case(gone.number), office.case(kept.number)
    assert (old["status"], old["merged_into"], old["messages"]) == ("closed", kept.number, [])
    assert texts(office, kept) == ["Hello", "Mine"]
    assert [one["kind"] for one in new["identifiers"]] == ["order_id"]
    assert (old["linked"], new["linked"]) == ([kept.number], [gone.number])
    assert f"merged into CP-{kept.number}" in office.events(gone.number)
    assert f"CP-{gone.number} merged in, 1 message" in office.events(kept.number)
    (row,) = office.rows(
        sa.select(messages.c.origin_case_id).where(messages.c.case_id == kept.case_id, messages.c.text == "Mine")
    )
    assert row.origin_case_id == gone.case_id


def test_a_reply_to_the_merged_case_lands_in_the_other(office: Office, pair: tuple[Applied, Applied]) -> None:
    kept, gone = pair
    apply(office.store.cases, merging(gone, kept))
    for subject, answered_id in ((f"Re: Mine [CP-{gone.number}]", ""), ("Re: Mine", "<102@muster.example>")):
        reply = mail(subject, "More", sender=ANNA, to=SUPPORT.address, In_Reply_To=answered_id)
        landed = office.receive(reply, sender=ANNA, now=LATER)
        assert landed is not None
        assert landed.number == kept.number


def test_who_took_part_in_the_merged_case_takes_part_in_the_other_and_sees_nothing_from_before(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    apply(office.store.cases, merging(gone, kept))
    assert taking_part(office, kept) == [SELLER, ANNA]
    apply(office.store.cases, replace(another_mail(kept.case_id, 3, key="3"), at=LATER + timedelta(minutes=1)))
    seen = {
        who: [row.text for row in office.rows(sa.select(messages.c.text).where(
            messages.c.case_id == kept.case_id, seen_by(who)).order_by(messages.c.id))]
        for who in (SELLER, ANNA)
    }  # fmt: skip
    assert seen == {SELLER: ["Hello", "More"], ANNA: ["Mine", "More"]}


def test_who_takes_part_in_both_stays_as_they_are(office: Office, store: Store) -> None:
    kept, gone = (apply(store.cases, new_case(store, n, key=str(n))) for n in (1, 2))
    apply(store.cases, merging(gone, kept))
    rows = office.rows(sa.select(participants).where(participants.c.case_id == kept.case_id))
    assert [(row.role, row.joined_at) for row in rows] == [("requester", NOW)]


def test_the_other_case_waits_for_an_agent_if_the_merged_one_did(office: Office, pair: tuple[Applied, Applied]) -> None:
    kept, gone = pair
    answered(office, kept)
    assert office.case(kept.number)["status"] == "waiting"
    apply(office.store.cases, merging(gone, kept))
    shown = office.case(kept.number)
    assert shown["status"] == "open"
    assert shown["next_due"] == {"kind": "agent_reminder", "at": "2026-11-24T10:00:00+00:00"}
    assert office.case(gone.number)["next_due"] is None


@pytest.mark.parametrize("happening", [Happening.CLOSED, Happening.AGENT_ANSWERED])
def test_a_merged_case_that_waits_for_no_agent_leaves_the_other_as_it_was(
    office: Office, pair: tuple[Applied, Applied], happening: Happening
) -> None:
    kept, gone = pair
    apply(office.store.cases, step(kept.case_id, Happening.CLOSED))
    apply(office.store.cases, step(gone.case_id, happening))
    apply(office.store.cases, merging(gone, kept))
    assert office.case(kept.number)["status"] == "closed"


def test_automatic_mail_of_the_merged_case_does_not_leave_but_its_agents_words_do(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    office.write()
    office.deliver()
    office.way.tried.clear()
    answered(office, gone, "It is on its way.")
    apply(office.store.cases, replace(another_mail(gone.case_id, 4, key="4"), at=NOW))
    apply(office.store.cases, merging(gone, kept))
    office.write(now=LATER)
    office.deliver(now=LATER)
    office.deliver(now=LATER)
    assert sorted((one.envelope_to, b"More" in one.content) for one in office.way.tried) == [
        (AGENT, True),
        (ANNA, False),
    ]
    assert all(str(kept.number).encode() in one.content for one in office.way.tried)


def test_an_acknowledgement_of_the_merged_case_that_waits_is_set_aside(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    office.write()
    apply(office.store.cases, merging(gone, kept))
    assert [(row.kind, row.envelope_to, row.state) for row in office.outbox() if row.case_id == gone.case_id] == [
        ("acknowledgement", ANNA, "superseded"),
        ("agent_mail", AGENT, "queued"),
    ]


def test_the_other_takes_tags_the_higher_priority_and_an_agent_if_it_had_none(
    office: Office, store: Store, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    with store.cases.read() as connection:
        rita = find_user(connection, "rita@office.example")
    assert rita is not None
    wanted = Settings(priority=Priority.URGENT, assignee_id=rita.id, add_tags=("vip",))
    apply(store.cases, replace(step(gone.case_id, Happening.NOTED), settings=wanted))
    apply(store.cases, merging(gone, kept))
    shown = office.case(kept.number)
    assert (shown["priority"], shown["assignee"], shown["tags"]) == ("urgent", "rita@office.example", ["vip"])


def test_agents_of_another_queue_are_sent_what_they_have_not_seen(office: Office, store: Store) -> None:
    kept = apply(store.cases, new_case(store, 101))
    there = mail("Broken", "It is broken.", sender=ANNA, to="returns@casepost.example")
    gone = office.receive(there, "returns@casepost.example", sender=ANNA)
    assert gone is not None
    office.write()
    office.deliver()
    office.way.tried.clear()
    apply(store.cases, merging(gone, kept))
    office.write(now=LATER)
    office.deliver(now=LATER)
    assert [(one.envelope_to, b"It is broken" in one.content) for one in office.way.tried] == [(AGENT, True)]


def test_merging_goes_to_the_end_of_a_chain_and_again_changes_nothing(office: Office, store: Store) -> None:
    one, two, three = (apply(store.cases, new_case(store, n, key=str(n))) for n in (1, 2, 3))
    apply(store.cases, merging(two, three))
    apply(store.cases, merging(one, two))
    assert office.case(one.number)["merged_into"] == three.number
    before = office.case(three.number)
    apply(store.cases, merging(one, three))
    after = office.case(three.number)
    assert after["status"] == "open"
    assert [after[key] for key in ("messages", "events")] == [before[key] for key in ("messages", "events")]


def test_a_case_never_goes_into_itself_by_any_way(office: Office, store: Store) -> None:
    one, two, three = (apply(store.cases, new_case(store, n, key=str(n))) for n in (1, 2, 3))
    apply(store.cases, merging(two, three))
    for other, said in ((three, "itself"), (two, f"was merged into {three.number}")):
        with pytest.raises(Refused, match=said):
            apply(store.cases, merging(three, other))
    with pytest.raises(Refused, match=f"merged into {three.number} meanwhile"):
        apply(store.cases, merging(two, one))
    with pytest.raises(NotFound):
        apply(store.cases, step(one.case_id, Happening.MERGED, merge_into="1000000005"))
    assert [office.case(case.number)["status"] for case in (one, three)] == ["open", "open"]


def test_two_who_merge_crosswise_at_once_make_no_circle(store: Store, pair: tuple[Applied, Applied]) -> None:
    one, two = pair
    start = threading.Barrier(2)
    faults: list[Exception] = []

    def work(change: Change) -> None:
        start.wait(5)
        try:
            apply(store.cases, change)
        except CasepostError as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=[merging(*pair)]) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(faults) == 1
    with store.cases.read() as connection:
        into = connection.execute(sa.select(cases.c.merged_into_id)).scalars().all()
    assert sorted(one is None for one in into) == [False, True]


def test_a_split_undoes_a_merge(office: Office, pair: tuple[Applied, Applied]) -> None:
    kept, gone = pair
    apply(office.store.cases, merging(gone, kept))
    later = mail(f"Re: [CP-{gone.number}]", "After the merge", sender=ANNA, to=SUPPORT.address)
    office.receive(later, sender=ANNA, now=LATER)
    apply(office.store.cases, splitting(gone))
    back = office.case(gone.number)
    assert (back["status"], back["merged_into"], back["next_due"]["kind"]) == ("open", None, "agent_reminder")
    assert texts(office, gone) == ["Mine"]
    assert [one["value"] for one in back["identifiers"]] == ["302-1234567-7654321"]
    assert [text.strip() for text in texts(office, kept)] == ["Hello", "After the merge"]
    assert (taking_part(office, kept), taking_part(office, gone)) == ([SELLER], [ANNA])
    assert f"split off CP-{kept.number} again" in office.events(gone.number)
    assert f"CP-{gone.number} split off again, 1 message" in office.events(kept.number)
    reply = mail("Again", "Again", sender=ANNA, to=SUPPORT.address, In_Reply_To="<102@muster.example>")
    again = office.receive(reply, sender=ANNA, now=LATER)
    assert again is not None
    assert again.number == gone.number


def test_a_case_closed_before_its_merge_is_closed_after_the_split(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    apply(office.store.cases, step(gone.case_id, Happening.CLOSED))
    apply(office.store.cases, merging(gone, kept))
    apply(office.store.cases, splitting(gone))
    assert office.case(gone.number)["status"] == "closed"


def test_a_split_in_the_middle_of_a_chain_takes_along_what_had_gone_into_it(office: Office, store: Store) -> None:
    one, two = apply(store.cases, from_anna(store, 1)), apply(store.cases, new_case(store, 2, key="2"))
    other = make_mail(author="otto@x.example", text="Third", message_id="<3@x>")
    three = apply(store.cases, new_case(store, 3, key="3", mail=other))
    apply(store.cases, merging(one, two))
    apply(store.cases, merging(two, three))
    assert texts(office, three) == ["Mine", "Hello", "Third"]
    apply(store.cases, splitting(two))
    assert (texts(office, two), texts(office, three)) == (["Mine", "Hello"], ["Third"])
    assert taking_part(office, three) == ["otto@x.example"]
    apply(store.cases, splitting(one))
    assert (texts(office, one), texts(office, two)) == (["Mine"], ["Hello"])
    with pytest.raises(Refused, match="was not merged"):
        apply(store.cases, splitting(one))


def test_a_split_at_the_head_of_a_chain_leaves_the_rest_merged(office: Office, store: Store) -> None:
    one, two = apply(store.cases, from_anna(store, 1)), apply(store.cases, new_case(store, 2, key="2"))
    other = make_mail(author="otto@x.example", text="Third", message_id="<3@x>")
    three = apply(store.cases, new_case(store, 3, key="3", mail=other))
    apply(store.cases, merging(one, two))
    apply(store.cases, merging(two, three))
    apply(store.cases, splitting(one))
    assert (texts(office, one), texts(office, three)) == (["Mine"], ["Hello", "Third"])
    assert taking_part(office, three) == ["otto@x.example", SELLER]
    assert office.case(two.number)["merged_into"] == three.number


def test_a_held_answer_of_the_merged_case_waits_with_the_other(office: Office, pair: tuple[Applied, Applied]) -> None:
    kept, gone = pair
    held = NewMessage(
        direction=Direction.OUTBOUND, kind=MessageKind.AGENT, mail=make_mail(author=AGENT, message_id="<a@x>"), text="?"
    )
    apply(office.store.cases, step(gone.case_id, Happening.ANSWER_HELD, message=held))
    apply(office.store.cases, merging(gone, kept))
    rows = office.rows(
        sa.text("SELECT p.case_id, q.case_id AS home FROM planned_replies p "
                "JOIN participants q ON q.id = p.participant_id WHERE p.state = 'held'")  # type: ignore[arg-type]
    )  # fmt: skip
    assert [(row.case_id, row.home) for row in rows] == [(kept.case_id, kept.case_id)]


def test_merged_and_split_twice_they_are_linked_once(store: Store, pair: tuple[Applied, Applied]) -> None:
    kept, gone = pair
    for _ in range(2):
        apply(store.cases, merging(gone, kept))
        apply(store.cases, splitting(gone))
    with store.cases.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(links)).scalar_one() == 2


def test_who_was_taken_out_of_the_other_comes_back_by_a_merge_from_then_on(
    office: Office, pair: tuple[Applied, Applied]
) -> None:
    kept, gone = pair
    apply(office.store.cases, merging(gone, kept))
    apply(office.store.cases, splitting(gone))
    assert taking_part(office, kept) == [SELLER]
    apply(office.store.cases, replace(merging(gone, kept), at=LATER + timedelta(days=1)))
    (row,) = office.rows(
        sa.select(participants).where(participants.c.case_id == kept.case_id, participants.c.address == ANNA)
    )
    assert (row.address, row.joined_at, row.left_at) == (ANNA, LATER + timedelta(days=1), None)
