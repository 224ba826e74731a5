"""Messages that become a case of their own: who is told what, what stays, and what cannot be split."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cases.change import Applied, NewMessage
from cases.identity import Identity, Verdict
from cases.mail import Identifier, Mail, Source
from cases.model import Direction, Happening, MessageKind
from store.apply import apply
from store.case_rows import find_state
from store.errors import Refused
from store.splitting import plan_split
from store.store import Store
from store.tables import messages, participants
from tests.casework import AGENT, NOW, SELLER, SUPPORT, make_mail
from tests.integration.test_store_apply import another_mail, new_case, seller_message, step
from tests.office import Office
from tests.service import mail

LATER = NOW + timedelta(hours=1)
STRANGER = "otto@x.example"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def case(store: Store) -> Applied:
    """A case with the seller's first mail, and a second about something else with an order number."""
    case = apply(store.cases, new_case(store, 101))
    said(store, case, 102, "Another matter")
    return case


def said(store: Store, case: Applied, ledger_id: int, text: str, *, author: str = SELLER, failed: bool = False,
         unconfirmed: bool = False) -> Applied:  # fmt: skip
    found = (Identifier(kind="order_id", value="302-1234567-7654321", source=Source.BODY),)
    words: Mail = make_mail(
        author=author, message_id=f"<{ledger_id}@client.example>", subject=text, reply_text=text, text=text,
        identifiers=found,
    )  # fmt: skip
    message = seller_message(words, ledger_id, unconfirmed=unconfirmed)
    if failed:
        message = replace(message, identity=Identity(verdict=Verdict.FAIL))
    change = another_mail(case.case_id, ledger_id, key=str(ledger_id))
    happenings = (Happening.STRANGER_WROTE,) if unconfirmed else change.happenings
    return apply(store.cases, replace(change, message=message, happenings=happenings))


def split(store: Store, case: Applied, *message_ids: int) -> Applied:
    assert case.number is not None
    with store.cases.read() as connection:
        state = find_state(connection, case.number)
        assert state is not None
        change = plan_split(connection, state, message_ids, actor="operator", at=LATER)
    return apply(store.cases, change)


def ids(office: Office, case: Applied) -> list[int]:
    return [message["id"] for message in office.case(case.number)["messages"]]


def test_messages_become_a_case_of_their_own_with_the_author_as_requester(office: Office, case: Applied) -> None:
    first, second = ids(office, case)
    new = split(office.store, case, second)
    shown, old = office.case(new.number), office.case(case.number)
    assert (shown["subject"], shown["requester"]["address"], shown["status"]) == ("Another matter", SELLER, "open")
    assert (ids(office, new), ids(office, case)) == ([second], [first])
    assert ([one["kind"] for one in shown["identifiers"]], old["identifiers"]) == (["order_id"], [])
    assert (shown["linked"], old["linked"]) == ([case.number], [new.number])
    assert f"split off CP-{case.number}" in office.events(new.number)
    assert f"1 message split off to CP-{new.number}" in office.events(case.number)
    (row,) = office.rows(sa.select(messages.c.origin_case_id).where(messages.c.id == second))
    assert row.origin_case_id == case.case_id
    assert shown["next_due"]["kind"] == "agent_reminder"


def test_the_seller_hears_the_new_number_and_the_agents_get_a_new_case(office: Office, case: Applied) -> None:
    office.write()
    office.deliver()
    office.way.tried.clear()
    new = split(office.store, case, ids(office, case)[1])
    office.write(now=LATER)
    office.deliver(now=LATER)
    told = [(one.envelope_to, str(new.number).encode() in one.content) for one in office.way.tried]
    assert sorted(told) == [(AGENT, True), (SELLER, True)]


def test_a_reply_to_what_was_split_off_lands_in_the_new_case(office: Office, case: Applied) -> None:
    new = split(office.store, case, ids(office, case)[1])
    reply = mail("Re: Another matter", "And?", sender=SELLER, to=SUPPORT.address, In_Reply_To="<102@client.example>")
    landed = office.receive(reply, now=LATER)
    assert landed is not None
    assert landed.number == new.number


def test_what_a_stranger_wrote_is_their_own_word_in_their_own_case(office: Office, case: Applied) -> None:
    said(office.store, case, 103, "I am Otto", author=STRANGER, unconfirmed=True)
    new = split(office.store, case, ids(office, case)[2])
    shown = office.case(new.number)
    assert [one["address"] for one in shown["participants"]] == [STRANGER]
    assert shown["messages"][0]["unconfirmed"] is False
    office.write(now=LATER)
    assert STRANGER in [row.envelope_to for row in office.outbox()]


def test_the_other_authors_take_part_in_the_new_case(office: Office, case: Applied) -> None:
    said(office.store, case, 103, "I am Otto", author=STRANGER, unconfirmed=True)
    new = split(office.store, case, *ids(office, case)[1:])
    assert [one["address"] for one in office.case(new.number)["participants"]] == [SELLER, STRANGER]
    assert len(ids(office, new)) == 2


def test_nobody_is_written_to_whose_address_is_not_certain(office: Office, case: Applied) -> None:
    said(office.store, case, 103, "Not me", failed=True)
    new = split(office.store, case, ids(office, case)[2])
    assert office.case(new.number)["participants"] == []
    office.write(now=LATER)
    assert [row.envelope_to for row in office.outbox() if row.case_id == new.case_id] == [AGENT]


def test_agents_are_not_sent_by_the_old_case_what_the_new_one_sends_them(office: Office, case: Applied) -> None:
    new = split(office.store, case, ids(office, case)[1])
    office.write(now=LATER)
    relays = [row.case_id for row in office.outbox() if row.kind == "agent_mail"]
    assert relays == [case.case_id, new.case_id]


def test_what_cannot_be_split_is_refused_with_its_reason(office: Office, case: Applied) -> None:
    note = NewMessage(
        direction=Direction.INBOUND, kind=MessageKind.NOTE, mail=make_mail(message_id="<n@x>"), text="Mine"
    )
    apply(office.store.cases, step(case.case_id, Happening.NOTED, message=note))
    office.write()
    first, second, mine, acknowledgement = ids(office, case)[:4]
    elsewhere = apply(office.store.cases, new_case(office.store, 104, key="104"))
    for chosen, reason in (
        ([99999], "message 99999 is not in case"),
        ([ids(office, elsewhere)[0]], "is not in case"),
        ([second, mine], f"message {mine} is no mail of a seller"),
        ([acknowledgement], "is no mail of a seller"),
        ([first, second], "nothing to split it from"),
    ):
        with pytest.raises(Refused, match=reason):
            split(office.store, case, *chosen)
    assert len(office.rows(sa.select(participants))) == 2


def test_a_split_decided_before_somebody_else_split_is_refused_whole(office: Office, case: Applied) -> None:
    assert case.number is not None
    said(office.store, case, 103, "Third")
    with office.store.cases.read() as connection:
        state = find_state(connection, case.number)
        assert state is not None
        change = plan_split(connection, state, ids(office, case)[1:], actor="operator", at=LATER)
    split(office.store, case, ids(office, case)[2])
    with pytest.raises(Refused, match="is not in case"):
        apply(office.store.cases, change)
    assert len(ids(office, case)) == 2
