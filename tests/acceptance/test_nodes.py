"""Two nodes that share one PostgreSQL and one bucket and nothing else, their clocks half a minute apart."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from threading import Barrier

import pytest

from store.raw import IN_ROW_OCTETS
from tests.bucket import BucketServer
from tests.service import AGENT, Service, answer, mail, number_of, sent_to, wait_until
from tests.sink import Sink

LARGE = bytes(range(251)) * (IN_ROW_OCTETS // 200)
Nodes = tuple[Service, Service]


@pytest.fixture(scope="module")
def bucket() -> Iterator[BucketServer]:
    server = BucketServer()
    server.start()
    server.make_bucket()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def module_sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory,
    module_sink: Sink,
    bucket: BucketServer,
    new_postgresql: Callable[[], str],
) -> Iterator[Nodes]:
    """The second one's clock is 30 s ahead."""
    url = new_postgresql()
    config = f'blob_url = "{bucket.url}"'
    early, late = (
        Service(
            tmp_path_factory.mktemp(name),
            module_sink,
            config=config,
            database_url=url,
            environ={**bucket.environ, "CASEPOST_FAIL_CLOCK": wrong_by},
        )
        for name, wrong_by in (("early", "0"), ("late", "30"))
    )
    with early, late:
        yield early, late


def test_a_conversation_with_large_mails_goes_on_at_whichever_node_it_comes_to(
    nodes: Nodes, module_sink: Sink, bucket: BucketServer
) -> None:
    seller = "jan@petersen.example"
    early, late = nodes
    question = mail("Wo ist das Geld?", "Die Auszahlung zu Bestellung 302-1234567-7654321 fehlt.", sender=seller)
    question.add_attachment(LARGE, maintype="application", subtype="octet-stream", filename="one.bin")
    early.send(question, sender=seller)
    number = number_of(sent_to(module_sink, seller)[0])
    relayed = sent_to(module_sink, AGENT)[0]
    assert _files(relayed) == [LARGE]

    reply, to = answer(relayed, "Es ist unterwegs.", sender=AGENT)
    reply.add_attachment(LARGE[::-1], maintype="application", subtype="octet-stream", filename="two.bin")
    late.send(reply, sender=AGENT, to=[to])
    answered = sent_to(module_sink, seller, 2)[1]
    assert _files(answered) == [LARGE[::-1]]

    thanks, to = answer(answered, "Danke!", sender=seller)
    early.send(thanks, sender=seller, to=[to])
    wait_until(lambda: len(early.case(number)["messages"]) == 4)
    kinds = [message["kind"] for message in late.case(number)["messages"]]
    assert kinds == ["seller", "acknowledgement", "agent", "seller"]
    assert len(bucket.objects()) >= 4  # both as they came, both as they went out
    assert [path for node in nodes for path in node.folder.rglob("blobs/*/*")] == []


def test_two_replies_that_come_to_two_nodes_at_once_are_both_in_their_case(nodes: Nodes, module_sink: Sink) -> None:
    seller = "kim@two.example"
    first = mail("Two replies", "Order 302-1234567-7654321 is missing.", sender=seller)
    nodes[0].send(first, sender=seller)
    acknowledged = sent_to(module_sink, seller)[0]
    replies = [answer(acknowledged, f"It is order 302-1234567-765433{n} as well.", sender=seller) for n in range(8)]
    _send_at_once(nodes, [(reply, seller, to) for reply, to in replies])

    number = number_of(acknowledged)
    wait_until(lambda: len([one for one in nodes[0].case(number)["messages"] if one["kind"] == "seller"]) == 9)
    case = nodes[1].case(number)
    said = {one["value"] for one in case["identifiers"]}
    assert {f"302-1234567-765433{n}" for n in range(8)} <= said
    ids = [one["message_id"] for one in case["messages"] if one["kind"] == "seller"]
    assert sorted(ids) == sorted([str(first["Message-ID"]), *(str(reply["Message-ID"]) for reply, _ in replies)])
    assert [one for one in nodes[0].cases() if one["requester"]["address"] == seller] == [
        one for one in nodes[0].cases() if one["number"] == number
    ]


def test_two_first_copies_that_come_to_two_nodes_at_once_are_one_case_and_one_acknowledgement(
    nodes: Nodes, module_sink: Sink
) -> None:
    senders = [f"first{n}@copies.example" for n in range(6)]
    for sender in senders:
        copies = [mail("Copy", f"My order 302-1234567-7654321 of {sender}", sender=sender) for _ in range(2)]
        copies[1].replace_header("Message-ID", copies[0]["Message-ID"])
        _send_at_once(nodes, [(copy, sender, "support@casepost.example") for copy in copies])
    wait_until(lambda: nodes[0].app.store.ledger.next_at() is None)  # each copy has had its word
    for sender in senders:
        sent_to(module_sink, sender)
    wait_until(lambda: {row["state"] for row in nodes[0].deliveries()} == {"sent"})
    opened = [one["requester"]["address"] for one in nodes[0].cases()]
    assert {sender: opened.count(sender) for sender in senders} == dict.fromkeys(senders, 1)
    sent = [sunk.envelope_to for sunk in list(module_sink.mails)]
    assert {sender: sent.count((sender,)) for sender in senders} == dict.fromkeys(senders, 1)


def _send_at_once(nodes: Nodes, mails: Sequence[tuple[EmailMessage, str, str]]) -> None:
    """All in the same moment, in turn to one node and to the other."""
    together = Barrier(len(mails))

    def send(number: int) -> None:
        message, sender, to = mails[number]
        together.wait()
        nodes[number % 2].send(message, sender=sender, to=[to])

    with ThreadPoolExecutor(len(mails)) as executor:
        list(executor.map(send, range(len(mails))))


def _files(message: EmailMessage) -> list[bytes]:
    return [part.get_payload(decode=True) for part in message.iter_attachments()]  # type: ignore[misc]
