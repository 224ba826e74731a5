"""Mails that come in another order than they were written, cases that may belong together, and what the record says."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from itertools import permutations

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.model import Outcome
from store.store import Store
from store.tables import cases, referred_ids
from tests.casework import NOW, SELLER, SUPPORT
from tests.office import Office
from tests.service import mail

ANNA, EVE = "anna@petersen.example", "eve@elsewhere.example"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def receive(office: Office, one: EmailMessage, **values: object) -> Applied:
    sender = one["From"].addresses[0].addr_spec
    applied = office.receive(one, sender=sender, **values)  # type: ignore[arg-type]
    assert applied is not None
    return applied


def thread() -> tuple[EmailMessage, EmailMessage, EmailMessage]:
    """A question, a second thought to it, and a third to that; each knows all before it."""
    first = mail("Where is my money?", "Since Monday.")
    second = mail("Re: Where is my money?", "Since Tuesday.", In_Reply_To=str(first["Message-ID"]))
    second["References"] = str(first["Message-ID"])
    third = mail("Geld", "Since Wednesday.", In_Reply_To=str(second["Message-ID"]))
    third["References"] = f"{first['Message-ID']} {second['Message-ID']}"
    return first, second, third


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_mails_of_one_thread_are_one_case_in_every_order(office: Office, order: Sequence[int]) -> None:
    mails = thread()
    numbers = {receive(office, mails[position]).number for position in order}
    assert len(numbers) == 1


def test_two_answers_to_a_mail_that_never_came_are_one_case(office: Office) -> None:
    one = mail("Re: Offer", "Yes.", In_Reply_To="<offer@elsewhere.example>")
    two = mail("AW: Angebot", "And soon.", References="<offer@elsewhere.example> <x@elsewhere.example>")
    assert receive(office, one).number == receive(office, two).number


def test_an_attacker_who_refers_to_a_victims_mail_and_copies_the_victim_does_not_get_it(office: Office) -> None:
    victims = mail("Where is my money?", "My account is 4711.")
    trap = mail("Re: money", "x", sender=EVE, Cc=SELLER, In_Reply_To=str(victims["Message-ID"]))
    trapped = receive(office, trap)
    applied = receive(office, victims)
    assert (applied.outcome, applied.number == trapped.number) == (Outcome.CREATED, False)
    assert office.case(applied.number)["linked"] == [trapped.number]
    (why,) = office.case(applied.number)["why"]
    step = next(step for step in why["steps"] if step["hit"])
    assert step["detail"] == f"case {trapped.number}, participant: new case, linked (opened by somebody else)"


def test_what_is_here_already_is_not_kept_as_referred_to_and_neither_are_ids_of_ours(office: Office) -> None:
    first, second, third = thread()
    for one in (first, second, third):
        receive(office, one)
    assert office.rows(sa.select(referred_ids)) == []
    hundred = " ".join(f"<{n}@client.example>" for n in range(100))
    receive(office, mail("Long", "x", References=hundred))
    kept = {row.rfc_message_id for row in office.rows(sa.select(referred_ids))}
    assert kept == {"<0@client.example>", *(f"<{n}@client.example>" for n in range(90, 100))}


def test_two_workers_that_swap_two_mails_of_a_thread_make_one_case(office: Office) -> None:
    first, second, _ = thread()
    arrivals = [
        Arrival(raw=one.as_bytes(), channel=Channel.SMTP, sender=SELLER, recipients=(SUPPORT.address,), received_at=NOW)
        for one in (first, second)
    ]
    office.store.ledger.add(arrivals)
    older, newer = (office.store.ledger.claim(holder=f"node:test:{n}", now=NOW, limit=1)[0] for n in (1, 2))
    worker = threading.Thread(target=lambda: office.take_in().take_in(newer, now=NOW))
    worker.start()
    worker.join()
    office.take_in().take_in(older, now=NOW)
    assert len(office.rows(sa.select(cases.c.id))) == 1


def order(number: str = "302-1234567-7654321", *, sender: str = SELLER) -> EmailMessage:
    return mail(f"Order {number}", f"Where is order {number}?", sender=sender)


@pytest.mark.parametrize(("days", "related"), [(13, True), (15, False)])
def test_an_order_number_of_an_open_case_of_the_same_sender_is_a_link_for_14_days(
    office: Office, days: int, *, related: bool
) -> None:
    first = receive(office, order())
    second = receive(office, order(), now=NOW + timedelta(days=days))
    assert second.outcome is Outcome.CREATED
    assert second.number != first.number
    assert office.case(second.number)["linked"] == [first.number] * related
    (why,) = office.case(second.number)["why"]
    assert why["steps"][-1]["hit"] is related


def test_another_senders_order_number_another_one_or_a_closed_case_is_no_link(office: Office) -> None:
    first = receive(office, order())
    assert office.case(receive(office, order(sender=EVE)).number)["linked"] == []
    assert office.case(receive(office, order("303-1234567-7654321")).number)["linked"] == []
    with office.store.cases.write() as connection:
        connection.execute(sa.update(cases).where(cases.c.number == first.number).values(status="closed"))
    assert office.case(receive(office, order()).number)["linked"] == []


def test_a_participant_has_the_language_they_wrote_in_before_also_where_somebody_else_asked(office: Office) -> None:
    first = mail("Auszahlung", "Guten Tag, wo bleibt denn unsere Auszahlung für November?", Cc=ANNA)
    receive(office, first)
    english = "Hello, I am her colleague and this payment is still missing on our account."
    receive(office, mail("Re: Auszahlung", english, sender=ANNA, In_Reply_To=str(first["Message-ID"])))
    applied = receive(office, mail("302-1234567-7654321", "302-1234567-7654321", sender=ANNA))
    assert office.case(applied.number)["language"] == "en"
