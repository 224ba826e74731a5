"""casepost behind the real Postfix by LMTP over TCP, and in front of it: it is also the way out for what we write."""

import hashlib
import re
import shutil
import smtplib
from collections import Counter
from email import policy

import dkim
import pytest
import sqlalchemy as sa

from responder.dkim import load_signer
from store.tables import outbox
from store.views import Document
from tests.dkim_keys import publish, write_ed25519
from tests.seen import wait_until_quiet
from tests.servers.fixtures import BUSY, GONE, STALE, TCP, MailHouse
from tests.servers.installation import USER
from tests.service import AGENT, Service, answer, mail, number_of, sent_to, wait_until

QUEUE = f"support@{TCP}"


@pytest.fixture(scope="module")
def signing_house(house: MailHouse) -> MailHouse:
    """The mail house with casepost running; what it writes is signed."""
    key = write_ed25519(house.service.folder / "dkim.pem")
    shutil.chown(key, USER)
    key.chmod(0o600)
    house.service.start(CASEPOST_DELIVERY__DKIM_SELECTOR="s1", CASEPOST_DELIVERY__DKIM_KEY_FILE=str(key))
    return house


def delivery_to(service: Service, address: str) -> Document:
    """The one mail of the outbox for an address, once it is there and has been tried."""

    def tried() -> list[Document]:
        return [one for one in service.deliveries() if one["to"] == address and one["attempts"]]

    (one,) = wait_until(tried)
    return one


def hashes_of_what_we_wrote(service: Service) -> set[str]:
    """The SHA-256 of each mail of the outbox, as its row has it."""
    with service.app.store.cases.read() as connection:
        return set(connection.execute(sa.select(outbox.c.sha256)).scalars())


def test_a_mail_by_lmtp_is_a_case_and_what_we_write_leaves_by_postfix_unaltered(signing_house: MailHouse) -> None:
    house = signing_house
    seller = (
        '"Müller, Jürgen (Ersatzteile & Zubehör für Kaffeevollautomaten aus Süddeutschland)" <juergen@shop.example>'
    )
    subject = "Rückerstattung fehlt: " + "sehr langer Betreff " * 12
    house.send(mail(subject, "Bestellung 302-1234567-7654321\n.\n..\n" + "x" * 900, sender=seller, to=QUEUE))
    (result,) = house.postfix.wait_for(f"support@{TCP}")
    assert (result.way, result.status, result.dsn) == ("lmtp", "sent", "2.0.0"), result
    number = number_of(sent_to(house.sink, "juergen@shop.example")[0])
    assert house.service.case(number)["queue"] == "support"
    reply, to = answer(sent_to(house.sink, AGENT)[0], "Größe: 3 €\n.\n..\n" + "y" * 900, sender=AGENT)
    house.send(reply, to=[to])
    sent_to(house.sink, "juergen@shop.example", 2)

    dns = publish(load_signer("s1", house.service.folder / "dkim.pem"), TCP)
    written = hashes_of_what_we_wrote(house.service)
    for sunk in house.sink.mails:
        start = sunk.content.index(b"DKIM-Signature:")
        trace, ours = sunk.content[:start], sunk.content[start:]
        assert re.fullmatch(rb"Received: from [^\r\n]+\r\n(?:\t[^\r\n]+\r\n)+", trace), trace
        assert hashlib.sha256(ours).hexdigest() in written, sunk.content.decode()
        assert dkim.verify(ours, dnsfunc=dns), sunk.content.decode()


def test_each_recipient_has_a_result_of_its_own_and_the_mail_is_one_case(signing_house: MailHouse) -> None:
    house = signing_house
    many = [f"support+{number}.many@{TCP}" for number in range(1001)]
    ending = f".many@{TCP}"
    house.send(mail("To many", "Order 302-1234567-7654322", sender="m@shop.example", to=QUEUE), to=[*many, STALE])
    tried = house.postfix.wait_for(ending, 1001)
    assert Counter(one.status for one in tried) == {"sent": 1000, "deferred": 1}
    (deferred,) = (one for one in tried if one.status == "deferred")
    assert "452 4.5.3" in deferred.text
    (bounced,) = house.postfix.wait_for(STALE)
    assert (bounced.status, bounced.dsn, bounced.queue_id) == ("bounced", "5.1.1", deferred.queue_id)

    later = house.postfix.flush_until(ending, 1002)[-1]
    assert (later.recipient, later.status) == (deferred.recipient, "sent")
    sent_to(house.sink, "m@shop.example")
    wait_until_quiet(house.service)
    assert [case["subject"] for case in house.service.cases()].count("To many") == 1
    senders = [one.envelope_from for one in house.sink.mails if one.envelope_to == ("m@shop.example",)]
    assert sorted(bool(sender) for sender in senders) == [False, True]  # the bounce of Postfix, one acknowledgement


def test_what_postfix_refuses_for_good_has_failed_and_says_why(signing_house: MailHouse) -> None:
    house = signing_house
    house.send(mail("Gone", "Order 302-1234567-7654324", sender=GONE, to=QUEUE))
    failed = delivery_to(house.service, GONE)
    assert (failed["state"], failed["attempts"]) == ("failed", 1)
    assert failed["last_error"] == f"5.1.1 <{GONE}>: Recipient address rejected: Gone"


def test_what_postfix_refuses_for_now_and_what_finds_it_down_waits_and_goes_once(signing_house: MailHouse) -> None:
    house = signing_house
    house.send(mail("Busy", "Order 302-1234567-7654323", sender=BUSY, to=QUEUE))
    waiting = delivery_to(house.service, BUSY)
    assert (waiting["state"], waiting["attempts"]) == ("queued", 1)
    assert waiting["last_error"] == f"4.2.1 <{BUSY}>: Recipient address rejected: Busy"

    house.postfix.stop()
    try:
        with smtplib.LMTP("127.0.0.1", house.lmtp_port) as client:
            down = mail("Down", "Hello", sender="d@shop.example", to=QUEUE).as_bytes(policy=policy.SMTP)
            client.sendmail("d@shop.example", [QUEUE], down)
        wait_until(lambda: "does not answer" in house.service.log.read_text())
    finally:
        house.postfix.take_out_of_main(BUSY)
        house.postfix.start()
    assert house.service.run("delivery", "retry", "all").returncode == 0
    for address in (BUSY, "d@shop.example"):
        sent_to(house.sink, address)
    wait_until_quiet(house.service)
    arrived = Counter(address for one in house.sink.mails for address in one.envelope_to)
    assert (arrived[BUSY], arrived["d@shop.example"]) == (1, 1)
