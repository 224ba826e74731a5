"""A whole conversation over real sockets: seller, agents, seller again."""

import time
from email import policy

from tests.service import AGENT, QUEUE, SELLER, Service, answer, mail, number_of, sent_to, text_of, wait_until
from tests.sink import Sink

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
_GERMAN = """Guten Tag,

der Käufer zu Bestellung 302-1234567-7654321 behauptet, das Paket sei nie angekommen.
Was müssen wir jetzt genau einreichen? Ein Bild der Fehlermeldung hängt an.

Mit freundlichen Grüßen
Jan Petersen
"""


def _send_german_mail(service: Service, sink: Sink) -> str:
    """Hand the first mail over; the number of the case it made."""
    first = mail("Bestellung nicht angekommen", _GERMAN)
    first.add_attachment(_PNG, maintype="image", subtype="png", filename="Übersicht.png")
    service.send(first)
    return number_of(sent_to(sink, SELLER)[0])


def test_a_german_mail_is_a_case_with_order_number_and_picture_and_is_acknowledged_in_german(
    service: Service, sink: Sink
) -> None:
    number = _send_german_mail(service, sink)

    acknowledgement = sent_to(sink, SELLER)[0]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["X-Casepost-Case"] == number
    assert acknowledgement["Content-Language"] == "de"
    assert "vielen Dank" in text_of(acknowledgement)
    assert acknowledgement.get_body(("html",)) is not None
    case = service.case(number)
    assert case["status"] == "open"
    assert case["language"] == "de"
    assert {(one["kind"], one["value"]) for one in case["identifiers"]} == {("order_id", "302-1234567-7654321")}
    (attachment,) = case["messages"][0]["attachments"]
    assert (attachment["filename"], attachment["content_type"], attachment["size"]) == (
        "Übersicht.png",
        "image/png",
        len(_PNG),
    )


def test_the_relay_to_the_agent_carries_the_sellers_words_and_the_picture_byte_for_byte(
    service: Service, sink: Sink
) -> None:
    _send_german_mail(service, sink)

    relay = sent_to(sink, AGENT)[0]
    assert "behauptet, das Paket sei nie angekommen" in text_of(relay)
    assert SELLER in text_of(relay)
    assert relay["Auto-Submitted"] is None
    assert relay["X-Auto-Response-Suppress"] == "All"
    (picture,) = relay.iter_attachments()
    assert picture.get_content() == _PNG


def test_the_sellers_answer_to_the_acknowledgement_lands_in_the_same_case(service: Service, sink: Sink) -> None:
    number = _send_german_mail(service, sink)
    reply, to = answer(sent_to(sink, SELLER)[0], "Hier noch die Sendungsnummer: 00340434161094042557", sender=SELLER)
    service.send(reply, to=[to])

    sent_to(sink, AGENT, 2)
    assert [case["number"] for case in service.cases()] == [number]
    words = [message["reply_text"] for message in service.case(number)["messages"] if message["kind"] == "seller"]
    assert words[1] == "Hier noch die Sendungsnummer: 00340434161094042557"


def test_an_agents_answer_reaches_the_seller_without_the_agents_address(service: Service, sink: Sink) -> None:
    number = _send_german_mail(service, sink)
    reply, to = answer(
        sent_to(sink, AGENT)[0], "Bitte senden Sie uns den Abliefernachweis.", sender=f"Ada Agent <{AGENT}>"
    )
    service.send(reply, sender=AGENT, to=[to])

    got = sent_to(sink, SELLER, 2)[1]
    assert "Bitte senden Sie uns den Abliefernachweis." in text_of(got)
    assert str(got["Subject"]) == f"Bestellung nicht angekommen [CP-{number}]"
    assert got["Auto-Submitted"] is None
    sunk = next(one for one in sink.mails if one.envelope_to == (SELLER,) and b"Auto-Submitted" not in one.content)
    decoded = got.as_bytes(policy=policy.default.clone(cte_type="8bit")) + sunk.content + text_of(got).encode()
    assert AGENT.encode() not in decoded
    assert b"Ada" not in decoded
    assert b"authentication" not in decoded.lower()
    case = service.case(number)
    assert case["status"] == "waiting"
    words = [message for message in case["messages"] if message["kind"] == "agent"]
    assert [(one["direction"], one["reply_text"]) for one in words] == [
        ("outbound", "Bitte senden Sie uns den Abliefernachweis.")
    ]
    wait_until(lambda: service.case(number)["messages"][-1]["delivery"]["state"] == "sent")


def test_the_answer_to_an_agents_answer_opens_the_case_again(service: Service, sink: Sink) -> None:
    number = _send_german_mail(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], "Welche Farbe?", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    reply, to = answer(sent_to(sink, SELLER, 2)[1], "Blau.", sender=SELLER)
    service.send(reply, to=[to])

    sent_to(sink, AGENT, 2)
    case = service.case(number)
    assert case["status"] == "open"
    assert [message["kind"] for message in case["messages"]] == ["seller", "acknowledgement", "agent", "seller"]


def test_the_acknowledgement_is_at_the_sink_within_a_second_of_the_final_dot(service: Service, sink: Sink) -> None:
    for n in range(3):
        began = time.time()
        service.send(
            mail(f"Question {n}", "Where is the money for order 302-1234567-7654321?", sender=f"s{n}@x.example")
        )
        done = time.time()
        sent_to(sink, f"s{n}@x.example")
        arrived = next(one.at for one in sink.mails if one.envelope_to == (f"s{n}@x.example",))
        assert arrived - done < 1.0, f"{arrived - began:.2f} s"


def test_one_mail_to_two_tags_of_a_queue_by_two_routes_is_one_case_and_one_acknowledgement(
    service: Service, sink: Sink
) -> None:
    raw = mail("Twice", "One and the same mail about order 302-1234567-7654321.").as_bytes(policy=policy.SMTP)
    service.send(b"Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0100\r\n" + raw)
    service.send(raw, to=[QUEUE, "support+shop@casepost.example"])

    number = number_of(sent_to(sink, SELLER)[0])
    wait_until(lambda: any("duplicate seen" in event["what"] for event in service.case(number)["events"]))
    assert len(service.cases()) == 1
    assert len([one for one in sink.mails if one.envelope_to == (SELLER,)]) == 1


def test_sigterm_drains_and_a_second_start_goes_on_where_the_first_stopped(service: Service, sink: Sink) -> None:
    sink.greeting_drop = True
    service.send(mail("Before the stop", "About order 302-1234567-7654321."))
    wait_until(service.cases)
    assert service.stop() == 0
    assert sink.mails == []

    sink.greeting_drop = False
    service.start()
    assert service.run("delivery", "retry", "all").returncode == 0
    number = number_of(sent_to(sink, SELLER)[0])
    assert [case["number"] for case in service.cases()] == [number]
