"""Threat 2: From forms that two readers read differently (the class of CVE-2023-27043) are nobody's."""

import time

import pytest
import sqlalchemy as sa

from store.tables import dispositions
from tests.service import QUEUE, Service, mail, number_of, sent_to, wait_until
from tests.sink import Sink

_GOOD, _EVIL = "alice@good.example", "bob@evil.example"

_FORMS = {
    "an at sign in a name without quotes": b"From: alice@good.example <bob@evil.example>",
    "two addresses in a row": b"From: <alice@good.example>@evil.example",
    "a stray parenthesis": b"From: alice@good.example)bob@evil.example",
    "a list": b"From: alice@good.example, bob@evil.example",
    "a NUL": b"From: alice@good.example\0bob@evil.example",
    "a group": b"From: team: alice@good.example;",
    "a fold between two": b"From: alice@good.example\r\n <bob@evil.example>",
    "a quoted local part": b'From: "alice@good.example" <"alice@good.example"@evil.example>',
    "two fields": b"From: bob@evil.example\r\nFrom: alice@good.example",
    "a blank before the colon": b"From : alice@good.example",
    "an encoded address": b"From: =?utf-8?q?alice=40good.example?= <=?utf-8?q?alice?=@good.example>",
    "a route": b"From: <@evil.example:alice@good.example>",
}


@pytest.fixture(scope="module")
def case(shared_service: Service, shared_sink: Sink) -> tuple[str, str]:
    """The number of Alice's case and her signed address of it."""
    shared_service.send(mail("Money", "Where is it?", sender=f"Alice <{_GOOD}>"), sender=_GOOD)
    (acknowledged,) = sent_to(shared_sink, _GOOD)
    return number_of(acknowledged), acknowledged["Reply-To"].addresses[0].addr_spec


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS.keys())
def test_02_a_mail_that_is_nobodys_joins_no_case_and_is_answered_to_nobody(
    shared_service: Service, shared_sink: Sink, case: tuple[str, str], form: bytes
) -> None:
    number, signed = case
    before = shared_service.case(number)
    sunk = len([one for one in shared_sink.mails if one.envelope_to[0] in (_GOOD, _EVIL)])
    known = len(shared_service.cases())
    rest = f"To: {signed}\r\nSubject: Re: Money [CP-{number}]\r\nMessage-ID: <{time.time_ns()}@evil.example>\r\n"
    ids = f"In-Reply-To: {before['messages'][0]['message_id']}\r\n\r\nSend it to my new account.\r\n"
    shared_service.send(form + b"\r\n" + (rest + ids).encode(), sender=_EVIL, to=[signed, QUEUE])
    wait_until(lambda: len(shared_service.cases()) > known)
    opened = shared_service.cases()[0]
    wait_until(lambda: _is_at_rest(shared_service))
    after = shared_service.case(number)
    assert (len(after["messages"]), after["status"]) == (len(before["messages"]), before["status"])
    shown = shared_service.case(opened["number"])
    assert (shown["linked"], shown["participants"]) == ([number], [])
    assert len([one for one in shared_sink.mails if one.envelope_to[0] in (_GOOD, _EVIL)]) == sunk


def _is_at_rest(service: Service) -> bool:
    """Whether every mail has its word, and nothing that is due waits to be written or sent."""
    with service.app.store.cases.read() as connection:
        waiting = connection.execute(
            sa.text("SELECT count(*) FROM planned_replies WHERE state = 'working' OR "
                    "(state = 'waiting' AND kind IN ('acknowledgement', 'agent_mail'))")
        ).scalar_one()  # fmt: skip
        worded = connection.execute(sa.select(sa.func.count()).select_from(dispositions)).scalar_one()
    sending = any(one["state"] in ("queued", "sending") for one in service.deliveries())
    return not waiting and not sending and worded > 0
