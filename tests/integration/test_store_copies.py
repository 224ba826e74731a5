"""Two copies of one mail in one case are one message, answered once, whichever came first; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change
from cases.mail import Identifier, Source
from cases.model import Happening, MessageKind, Outcome, Strength
from cases.plan import ReplyKind
from store.apply import apply
from store.store import Store
from store.tables import dispositions, messages, planned_replies
from tests.casework import AGENT, NOW, SELLER, SUPPORT, make_mail
from tests.integration.test_store_apply import another_mail, new_case
from tests.office import Office
from tests.service import mail

LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def case(store: Store) -> Applied:
    return apply(store.cases, new_case(store, 101))


def copies(case: Applied) -> tuple[Change, Change]:
    """A seller's mail by the queue's plain address, and the same by a signed one."""
    found = (Identifier(kind="order_id", value="302-1234567-7654321", source=Source.BODY),)
    weak = another_mail(case.case_id, 102, key="copy", strength=Strength.QUEUE)
    strong = another_mail(case.case_id, 103, key="copy", strength=Strength.SELLER)
    assert weak.message is not None
    assert strong.message is not None
    words = make_mail(message_id="<102@client.example>", text="More", reply_text="More", identifiers=found)
    return (
        replace(weak, message=replace(weak.message, mail=words)),
        replace(strong, message=replace(strong.message, mail=words)),
    )


def test_a_sellers_mail_by_two_addresses_is_one_message_and_sent_to_agents_once(office: Office, case: Applied) -> None:
    weak, strong = copies(case)
    apply(office.store.cases, weak)
    office.write(now=LATER)
    office.deliver(now=LATER)
    applied = apply(office.store.cases, strong)
    office.write(now=LATER)
    for _ in range(4):  # one at a time to each recipient
        office.deliver(now=LATER)
    shown = office.case(case.number)
    said = [(one["id"], one["text"]) for one in shown["messages"] if one["kind"] == "seller"]
    assert said[1:] == [(applied.message_id, "More")]
    assert [(one["kind"], one["message"]) for one in shown["identifiers"]] == [("order_id", applied.message_id)]
    assert [one.envelope_to for one in office.way.tried].count(AGENT) == 2  # the first mail, and this one once
    assert any("it is one message" in what for what in office.events(case.number))
    kept = office.rows(sa.select(dispositions).order_by(dispositions.c.ledger_id))
    assert [(row.ledger_id, row.message_id) for row in kept[1:]] == [(102, said[1][0]), (103, said[1][0])]


def test_a_relay_that_has_not_left_is_written_anew_for_the_message_that_stays(office: Office, case: Applied) -> None:
    office.write(now=LATER)
    office.deliver(now=LATER)
    office.way.tried.clear()
    weak, strong = copies(case)
    apply(office.store.cases, weak)
    office.write(now=LATER)  # waits in the outbox
    applied = apply(office.store.cases, strong)
    office.write(now=LATER)
    office.deliver(now=LATER)
    assert [one.envelope_to for one in office.way.tried] == [AGENT]
    causes = office.rows(
        sa.select(planned_replies.c.cause_message_id).where(planned_replies.c.kind == ReplyKind.AGENT_MAIL)
    )
    assert {row.cause_message_id for row in causes[1:]} == {applied.message_id}


def test_an_answer_that_turns_out_to_be_a_note_does_not_leave(office: Office, case: Applied) -> None:
    answer, note = (
        replace(
            another_mail(case.case_id, ledger_id, key="copy", strength=strength),
            happenings=(happening,),
        )
        for ledger_id, strength, happening in (
            (102, Strength.AGENT, Happening.AGENT_ANSWERED),
            (103, Strength.NOTE, Happening.NOTED),
        )
    )
    assert answer.message is not None
    assert note.message is not None
    answer = replace(answer, message=replace(answer.message, kind=MessageKind.AGENT, text="MARGIN-7731"))
    note = replace(note, message=replace(note.message, kind=MessageKind.NOTE, text="MARGIN-7731"))
    apply(office.store.cases, answer)
    office.write(now=LATER)  # waits in the outbox
    apply(office.store.cases, note)
    office.write(now=LATER)
    office.deliver(now=LATER)
    office.deliver(now=LATER)
    assert [b"MARGIN-7731" in one.content for one in office.way.tried if one.envelope_to == SELLER] == [False]
    kinds = sorted(one["kind"] for one in office.case(case.number)["messages"])
    assert kinds == ["acknowledgement", "note", "seller"]


def test_words_that_have_left_stay_on_record_beside_the_note(office: Office, case: Applied) -> None:
    answer = replace(
        another_mail(case.case_id, 102, key="copy", strength=Strength.AGENT), happenings=(Happening.AGENT_ANSWERED,)
    )
    assert answer.message is not None
    apply(office.store.cases, replace(answer, message=replace(answer.message, kind=MessageKind.AGENT)))
    office.write(now=LATER)
    office.deliver(now=LATER)
    office.deliver(now=LATER)
    note = replace(another_mail(case.case_id, 103, key="copy", strength=Strength.NOTE), happenings=(Happening.NOTED,))
    assert note.message is not None
    apply(office.store.cases, replace(note, message=replace(note.message, kind=MessageKind.NOTE)))
    kinds = [row.kind for row in office.rows(sa.select(messages.c.kind).where(messages.c.ledger_id.is_not(None)))]
    assert sorted(kinds) == ["agent", "note", "seller"]


def relay_address(office: Office) -> str:
    (sent,) = (row for row in office.outbox() if row.kind == "agent_mail")
    return str(sent.envelope_from)


@pytest.mark.parametrize("signed_first", [True, False])
def test_an_agents_reply_all_to_the_plain_and_the_signed_address_is_one_answer(
    office: Office, signed_first: bool
) -> None:
    opened = office.receive(mail("Where is it?", "Where is my parcel?", sender=SELLER))
    assert opened is not None
    office.write()
    office.deliver()
    office.way.tried.clear()
    signed = relay_address(office)
    (relay,) = (row for row in office.outbox() if row.kind == "agent_mail")
    answer = mail(
        f"Re: Where is it? [CP-{opened.number}]",
        "It comes tomorrow.",
        sender=AGENT,
        to=f"{signed}, {SUPPORT.address}",
        In_Reply_To=relay.rfc_message_id,
    )
    for recipient in (signed, SUPPORT.address) if signed_first else (SUPPORT.address, signed):
        office.receive(answer, recipient, sender=AGENT)
        office.write()
        office.deliver()
    for _ in range(3):
        office.write()
        office.deliver()
    to_seller = [one for one in office.way.tried if one.envelope_to == SELLER]
    assert [b"It comes tomorrow" in one.content for one in to_seller] == [True]
    kinds = [one["kind"] for one in office.case(opened.number)["messages"]]
    assert sorted(kinds) == ["acknowledgement", "agent", "seller"]
    assert office.case(opened.number)["status"] == "waiting"


def test_a_later_copy_by_another_queue_is_said_on_record_once(office: Office) -> None:
    said = mail("Where is it?", "Where?", sender=SELLER, to=f"{SUPPORT.address}, returns@casepost.example")
    first = office.receive(said, SUPPORT.address)
    assert first is not None
    for _ in range(2):
        later = office.receive(said, "returns@casepost.example")
        assert later is not None
        assert (later.outcome, later.number) == (Outcome.DUPLICATE, first.number)
    assert office.events(first.number).count("also sent to the queue returns") == 1
    assert not any("queue support" in what for what in office.events(first.number))
