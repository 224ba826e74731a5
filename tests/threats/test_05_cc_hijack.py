"""Threat 5: a spoofed From with a Cc of the attacker's got the whole history of a ticket (CVE-2024-49193)."""

import pytest

from tests.seen import all_of
from tests.service import AGENT, QUEUE, SELLER, Service, answer, mail, number_of, sent_to, wait_until
from tests.sink import Sink

_EVIL = "x@evil.example"


@pytest.mark.parametrize("route", ["tag", "ids", "somebody else's signed address"])
def test_05_a_spoofed_reply_with_a_copy_to_the_attacker_brings_the_attacker_nothing(
    shared_service: Service, shared_sink: Sink, route: str
) -> None:
    slug = "".join(filter(str.isalnum, route))
    seller, other = (f"{name}-{slug}@petersen.example" for name in ("jan", "other"))
    first = mail("Money", "My account is 4711.", sender=seller, Cc=other)
    shared_service.send(first, sender=seller)
    (acknowledged,) = sent_to(shared_sink, seller)
    number = number_of(acknowledged)
    (relayed,) = wait_until(lambda: [one for one in sent_to(shared_sink, AGENT) if number_of(one) == number])
    own, _ = answer(relayed, "One moment.", sender=AGENT)
    shared_service.send(own, sender=AGENT, to=[relayed["Reply-To"].addresses[0].addr_spec])
    (others,) = sent_to(shared_sink, other)
    subject, to, headers = {
        "tag": (f"Re: Money [CP-{number}]", QUEUE, {}),
        "ids": ("Re: Money", QUEUE, {"In_Reply_To": str(first["Message-ID"])}),
        "somebody else's signed address": ("Re: Money", others["Reply-To"].addresses[0].addr_spec, {}),
    }[route]
    spoofed = mail(subject, "And please copy my colleague.", sender=seller, to=to, Cc=_EVIL, **headers)
    shared_service.send(spoofed, sender=_EVIL, to=[to])
    wait_until(lambda: len(shared_service.case(number)["messages"]) >= 4)
    relays = wait_until(lambda: [one for one in sent_to(shared_sink, AGENT) if number_of(one) == number][1:])
    reply, address = answer(relays[-1], "Your money is on its way.", sender=AGENT)
    shared_service.send(reply, sender=AGENT, to=[address])
    assert len(sent_to(shared_sink, seller, 3)) == 3
    assert [one for one in shared_sink.mails if _EVIL in one.envelope_to] == []
    assert _EVIL not in [one["address"] for one in shared_service.case(number)["participants"]]


def test_05_who_is_let_in_later_gets_what_comes_next_and_nothing_of_what_was(
    shared_service: Service, shared_sink: Sink
) -> None:
    colleague = "carl@petersen.example"
    shared_service.send(mail("Money", "My account is 4712."))
    (acknowledged,) = sent_to(shared_sink, SELLER)
    number = number_of(acknowledged)
    proved, address = answer(acknowledged, "Carl knows more.", sender=SELLER)
    proved["Cc"] = colleague
    shared_service.send(proved, to=[address])
    relays = wait_until(lambda: [one for one in sent_to(shared_sink, AGENT) if number_of(one) == number][1:])
    reply, agents = answer(relays[-1], "Your money is on its way.", sender=AGENT)
    shared_service.send(reply, sender=AGENT, to=[agents])
    (got,) = sent_to(shared_sink, colleague)
    assert number_of(got) == number
    (sunk,) = [one for one in shared_sink.mails if one.envelope_to == (colleague,)]
    said = all_of(sunk)
    assert "Your money is on its way." in said
    assert "4712" not in said
    assert "Carl knows more" not in said
