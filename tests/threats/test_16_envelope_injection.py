"""Threat 16, envelope injection: no address makes an SMTP command; each mail of ours has one RCPT."""

from base64 import b64encode

import pytest
import sqlalchemy as sa

from store.ledger_tables import mails
from store.outbox import retry
from store.tables import outbox, participants
from tests.piped import pipe
from tests.service import QUEUE, Service, mail, sent_to, wait_until
from tests.sink import Sink

_VICTIM = "v@e.example"
_INJECTION = f">\r\nRCPT TO:<{_VICTIM}"


def _word(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def _raw(number: int, *fields: str, sender: str) -> bytes:
    head = [f"Message-ID: <env{number}@client.example>", f"To: {QUEUE}", f"Subject: No. {number}", *fields]
    if not any(one.startswith("From:") for one in fields):
        head.append(f"From: Jan <{sender}>")
    return ("\r\n".join(head) + "\r\n\r\nWhere is order 302-1234567-7654321?\r\n").encode()


_FORMS = {
    "quoted local part": 'From: "a@b.c>\r\n RCPT TO:<v@e.example"@seller.example',
    "folded in brackets": "From: <a@b.c>\r\n RCPT TO:<v@e.example>",
    "encoded word": f"From: {_word('a@b.c' + _INJECTION)}",
    "encoded word in brackets": f"From: <{_word('a@b.c' + _INJECTION)}>",
    "bare CR": "From: <a@b.c>\rRCPT TO:<v@e.example>",
    "NUL": "From: <a@b.c\0> RCPT TO:<v@e.example>",
    "Reply-To": f"Reply-To: <{_word('x@seller.example' + _INJECTION)}>",
    "Reply-To of two": f"Reply-To: x@seller.example,\r\n {_VICTIM}",
    "Reply-To with a space": f"Reply-To: <x@seller.example {_VICTIM}>",
    "Cc": f"Cc: <{_word('x@seller.example' + _INJECTION)}>",
    "parameter": "From: <a@b.c> NOTIFY=SUCCESS,FAILURE",
}


def _settled(service: Service) -> bool:
    with service.app.store.ledger_database.read() as connection:
        waiting = sa.select(sa.func.count()).where(mails.c.state.in_(("new", "working")))
        if connection.execute(waiting).scalar_one():
            return False
    return all(one["state"] in ("sent", "failed") for one in service.deliveries())


@pytest.mark.parametrize("form", list(_FORMS))
def test_16_an_address_with_commands_in_it_gets_one_rcpt_at_most(
    shared_service: Service, shared_sink: Sink, form: str
) -> None:
    number = list(_FORMS).index(form)
    sender = f"env{number}@seller.example"
    before = len(shared_sink.mails)
    raw = _raw(number, _FORMS[form], sender=sender)
    if form == "bare CR":
        pipe(shared_service, raw, sender)
    else:
        shared_service.send(raw, sender=sender)
    wait_until(lambda: len(shared_sink.mails) > before)
    wait_until(lambda: _settled(shared_service))
    assert all(len(one.envelope_to) == 1 for one in shared_sink.mails)
    recipients = [one for one in shared_sink.commands if one.startswith("RCPT")]
    assert len(recipients) == len(shared_sink.mails)
    assert not [one for one in shared_sink.commands if "\r" in one or "\n" in one]
    if form != "Reply-To of two":
        assert not [one for one in recipients if _VICTIM in one]


def test_16_an_address_that_got_into_the_store_is_still_checked_before_it_is_written_to(
    shared_service: Service, shared_sink: Sink
) -> None:
    """As an import, an API or a hand in the database may bring it there."""
    service, sink, seller = shared_service, shared_sink, "stored@seller.example"
    service.send(mail("A question", "Where is it?", sender=seller), sender=seller)
    sent_to(sink, seller)
    wait_until(lambda: _settled(service))
    with service.app.store.cases.write() as connection:
        (row,) = connection.execute(sa.select(outbox).where(outbox.c.envelope_to == seller)).all()
        evil = f"a@b.example{_INJECTION}"
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(envelope_to=evil, state="failed"))
        connection.execute(sa.update(participants).where(participants.c.address == seller).values(reply_address=evil))
    count = len(sink.mails)
    retry(service.app.store.cases, [row.id], now=row.created_at)
    wait_until(lambda: [one for one in service.deliveries() if one["id"] == row.id and one["attempts"] > 1])
    assert len(sink.mails) == count
    assert not [one for one in sink.commands if _VICTIM in one]
