"""The same conversation on PostgreSQL, and two services on one database."""

from collections.abc import Callable
from pathlib import Path

from tests.service import AGENT, QUEUE, SELLER, Service, answer, mail, number_of, sent_to, wait_until
from tests.sink import Sink, SunkMail


def test_a_conversation_goes_there_and_back(tmp_path: Path, sink: Sink, new_postgresql: Callable[[], str]) -> None:
    with Service(tmp_path, sink, database_url=new_postgresql()) as service:
        question = mail("Wo ist das Geld?", "Die Auszahlung zu Bestellung 302-1234567-7654321 fehlt seit Montag.")
        question.add_attachment(b"x" * 400_000, maintype="application", subtype="octet-stream", filename="big.bin")
        service.send(question)
        number = number_of(sent_to(sink, SELLER)[0])
        reply, to = answer(sent_to(sink, AGENT)[0], "Es ist unterwegs.", sender=AGENT)
        service.send(reply, sender=AGENT, to=[to])
        reply, to = answer(sent_to(sink, SELLER, 2)[1], "Danke!", sender=SELLER)
        service.send(reply, to=[to])

        sent_to(sink, AGENT, 2)
        case = service.case(number)
        assert [message["kind"] for message in case["messages"]] == ["seller", "acknowledgement", "agent", "seller"]
        assert case["status"] == "open"
        assert service.stop() == 0


def test_two_services_on_one_database_share_the_work_and_answer_each_mail_once(
    tmp_path: Path, sink: Sink, new_postgresql: Callable[[], str]
) -> None:
    url = new_postgresql()
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with Service(one, sink, database_url=url) as first, Service(two, sink, database_url=url) as second:
        for n in range(10):
            for service in (first, second):  # the same mail by two routes, at two nodes
                raw = mail(f"Mail {n}", f"Order 302-1234567-765432{n}", sender=f"seller{n}@x.example", to=QUEUE)
                raw.replace_header("Message-ID", f"<{n}@client.example>")
                service.send(raw)
        wait_until(lambda: len(_acknowledgements(sink)) == 10)
        wait_until(lambda: {row["state"] for row in first.deliveries()} == {"sent"})
        assert len(first.cases()) == 10
        assert len(_acknowledgements(sink)) == 10


def _acknowledgements(sink: Sink) -> list[SunkMail]:
    return [one for one in list(sink.mails) if b"Auto-Submitted: auto-replied" in one.content]
