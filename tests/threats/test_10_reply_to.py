"""Threat 10: Reply-To is no identity, and aims our mail at nobody else (GitLab issue 349329)."""

import pytest

from tests.service import Service, mail, sent_to
from tests.sink import Sink


@pytest.mark.parametrize(
    ("attacker", "victim"),
    [
        ("mallory@evil.example", "victim@good.example"),
        ("mallory@gmail.com", "victim@gmail.com"),
        ("mallory@evil.co.uk", "victim@good.co.uk"),
        ("mallory@evil.myshopify.com", "victim@good.myshopify.com"),
    ],
    ids=["another domain", "the same mail provider", "the same public suffix", "the same host of shops"],
)
def test_10_a_reply_to_of_somebody_else_owns_nothing_and_gets_nothing(
    shared_service: Service, shared_sink: Sink, attacker: str, victim: str
) -> None:
    shared_service.send(mail("Money", "Answer my friend.", sender=attacker, Reply_To=victim), sender=attacker)
    (acknowledged,) = sent_to(shared_sink, attacker)
    assert acknowledged["To"].addresses[0].addr_spec == attacker
    assert [one for one in shared_sink.mails if victim in one.envelope_to] == []
    case = shared_service.cases()[0]
    assert case["requester"]["address"] == attacker
    people = shared_service.case(case["number"])["participants"]
    assert [one["address"] for one in people] == [attacker]


def test_10_a_mail_of_the_victims_with_a_reply_to_of_the_attackers_is_answered_to_the_victim(
    shared_service: Service, shared_sink: Sink
) -> None:
    victim, attacker = "anna@shop.example", "mallory@evil.example"
    sent_before = len([one for one in shared_sink.mails if attacker in one.envelope_to])
    shared_service.send(mail("Refund", "Where is it?", sender=victim, Reply_To=attacker), sender=victim)
    sent_to(shared_sink, victim)
    assert len([one for one in shared_sink.mails if attacker in one.envelope_to]) == sent_before


def test_10_a_department_of_the_same_organisation_is_answered(shared_service: Service, shared_sink: Sink) -> None:
    seller, office = "otto@versand.example", "returns@office.versand.example"
    shared_service.send(mail("Return", "Where to?", sender=seller, Reply_To=office), sender=seller)
    (acknowledged,) = sent_to(shared_sink, office)
    assert acknowledged["To"].addresses[0].addr_spec == office
