"""casepost behind the real Postfix of the same machine: by LMTP over a Unix socket, and by the pipe transport."""

import pytest
import sqlalchemy as sa

from store.ledger_tables import mails
from tests.seen import wait_until_quiet
from tests.servers.fixtures import PIPE, STALE_PIPE, UNIX, MailHouse
from tests.service import answer, mail, number_of, sent_to, wait_until


@pytest.fixture(scope="module")
def local_house(house: MailHouse) -> MailHouse:
    """The mail house with casepost running, its LMTP listener on a Unix socket in a folder that is open to Postfix."""
    house.service.start(CASEPOST_LMTP__LISTEN=f"unix:{house.socket}")
    return house


def test_a_mail_by_lmtp_over_a_unix_socket_is_a_case_and_is_acknowledged(local_house: MailHouse) -> None:
    house = local_house
    house.send(mail("By socket", "Order 302-1234567-7654321", sender="u@shop.example", to=f"support@{UNIX}"))
    (result,) = house.postfix.wait_for(UNIX)
    assert (result.way, result.status, result.dsn) == ("lmtp", "sent", "2.0.0"), result
    assert str(house.socket) in house.postfix.log()
    case = house.service.case(number_of(sent_to(house.sink, "u@shop.example")[0]))
    assert (case["queue"], case["subject"]) == ("unix", "By socket")


def test_a_mail_by_the_pipe_is_a_case_and_its_answer_comes_back_to_it(local_house: MailHouse) -> None:
    house = local_house
    question = mail("Grüße by pipe", "Order 302-1234567-7654321\n.\nÄ\n", sender="p@shop.example", to=f"support@{PIPE}")
    house.send(question)
    (result,) = house.postfix.wait_for(f"support@{PIPE}")
    assert (result.way, result.status, result.text) == ("pipe", "sent", "delivered via casepost service")
    acknowledgement = sent_to(house.sink, "p@shop.example")[0]
    number = number_of(acknowledgement)
    assert house.service.case(number)["queue"] == "pipe"

    reply, to = answer(acknowledgement, "It is still not here.", sender="p@shop.example")
    house.send(reply, to=[to])
    wait_until(lambda: len([one for one in house.service.case(number)["messages"] if one["kind"] == "seller"]) == 2)


def test_a_bounce_by_the_pipe_comes_with_the_null_sender_and_is_answered_by_nobody(local_house: MailHouse) -> None:
    house = local_house
    to = f"support+bounce@{PIPE}"
    notice = mail("Undeliverable", "It did not work", sender="MAILER-DAEMON@mx.example", to=to)
    house.postfix.send(notice.as_bytes(), sender="", to=[to])
    (result,) = house.postfix.wait_for(to)
    assert result.status == "sent"
    wait_until_quiet(house.service)
    with house.service.app.store.ledger_database.read() as connection:
        assert connection.execute(sa.select(mails.c.sender).order_by(mails.c.id.desc())).scalars().first() == ""
    assert [one for one in house.sink.mails if one.envelope_to == ("MAILER-DAEMON@mx.example",)] == []


def test_an_address_that_casepost_does_not_know_comes_back_and_takes_no_other_with_it(local_house: MailHouse) -> None:
    house = local_house
    known = [f"support+one@{PIPE}", f"support+two@{PIPE}"]
    question = mail("To three", "Order 302-1234567-7654329", sender="three@shop.example", to=known[0])
    house.send(question, to=[*known, STALE_PIPE])
    for address in known:
        (result,) = house.postfix.wait_for(address)
        assert result.status == "sent"
    (refused,) = house.postfix.wait_for(STALE_PIPE)
    assert (refused.status, refused.dsn) == ("bounced", "5.1.1")
    assert refused.queue_id == result.queue_id
    sent_to(house.sink, "three@shop.example", 2)  # the acknowledgement, and what Postfix says of the third
    wait_until_quiet(house.service)
    assert [case["subject"] for case in house.service.cases()].count("To three") == 1
    assert len(sent_to(house.sink, "three@shop.example")) == 2
