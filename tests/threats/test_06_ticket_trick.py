"""Threat 6, the Ticket Trick: a support mailbox is used to receive other sites' verification codes.

Whoever has a case knows its signed address and can have a third party write to it. What comes so is for agents alone.
"""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.seen import all_of, to_outside, wait_until_quiet
from tests.service import AGENT, QUEUE, Service, answer, mail, number_of, sent_to, text_of, wait_until
from tests.sink import Sink

_THIRD_PARTY = "no-reply@thirdparty.example"


def _code_mail(code: str, *, subject: str, html: bool = False) -> EmailMessage:
    code_mail = mail(subject, f"Your verification code is {code}.", sender=f"Third Party <{_THIRD_PARTY}>")
    if html:
        code_mail.set_content(f"<p>Your verification code is <b>{code}</b>.</p>", subtype="html")
    return code_mail


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("731904", lambda code, _: _code_mail(code, subject="Verify your address")),
        ("731905", lambda code, number: _code_mail(code, subject=f"Re: [CP-{number}] {code} is your code")),
        ("731906", lambda code, _: _code_mail(code, subject=f"{code} is your code", html=True)),
    ],
    ids=["body", "subject with the tag", "html"],
)
def test_06_a_code_that_comes_to_a_cases_signed_address_is_for_agents_only(
    shared_service: Service, shared_sink: Sink, code: str, make: Callable[[str, str], EmailMessage]
) -> None:
    service, sink, attacker = shared_service, shared_sink, f"eve-{code[::-1]}@evil.example"
    service.send(mail("A question", "Where is order 302-1234567-7654321?", sender=attacker), sender=attacker)
    acknowledgement = sent_to(sink, attacker)[0]
    number = number_of(acknowledgement)
    service.send(make(code, number), sender=_THIRD_PARTY, to=[str(acknowledgement["Reply-To"].addresses[0].addr_spec)])

    relay = wait_until(lambda: [one for one in sent_to(sink, AGENT) if code in text_of(one)])[0]
    (kept,) = [one for one in service.case(number)["messages"] if code in one["text"]]
    assert kept["unconfirmed"]
    reply, to = answer(relay, "We have looked into your question.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, attacker, 2)
    reply, _ = answer(acknowledgement, "What did I get?", sender=attacker)
    service.send(reply, sender=attacker, to=[str(acknowledgement["Reply-To"].addresses[0].addr_spec)])
    wait_until(lambda: len(service.case(number)["messages"]) == 5)
    wait_until_quiet(service)

    assert [one.envelope_to for one in to_outside(sink, staff=[AGENT]) if code in all_of(one)] == []
    assert not [one for one in sink.mails if _THIRD_PARTY in one.envelope_to]


def test_06_a_code_that_comes_to_the_queue_is_not_in_the_acknowledgement(
    shared_service: Service, shared_sink: Sink
) -> None:
    shared_service.send(_code_mail("448213", subject="448213 is your code"), sender=_THIRD_PARTY, to=[QUEUE])
    wait_until(lambda: [one for one in sent_to(shared_sink, AGENT) if "448213" in text_of(one)])
    wait_until_quiet(shared_service)
    assert [one.envelope_to for one in to_outside(shared_sink, staff=[AGENT]) if "448213" in all_of(one)] == []
