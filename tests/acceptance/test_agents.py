"""A day of the agents: reminded, answering, noting, closing, and never leaking into what a seller gets."""

import json
from datetime import datetime, timedelta

import pytest

from tests.service import AGENT, SELLER, Service, answer, mail, number_of, sent_to, text_of, wait_until
from tests.sink import Sink


def _open_case(service: Service, sink: Sink) -> str:
    service.send(mail("Where is my money?", "The money for order 302-1234567-7654321 has not arrived."))
    number = number_of(sent_to(sink, SELLER)[0])
    sent_to(sink, AGENT)
    return number


def test_agents_are_reminded_at_the_instant_that_next_due_names_and_only_once(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    due = service.case(number)["next_due"]
    assert due["kind"] == "agent_reminder"
    assert datetime.fromisoformat(due["at"]).microsecond == 0
    listed = json.loads(service.run("due", "--at", due["at"], "--json").stdout)
    assert [(one["case"], one["kind"], one["to"]) for one in listed] == [(number, "agent_reminder", AGENT)]
    early = datetime.fromisoformat(due["at"]) - timedelta(seconds=1)
    assert json.loads(service.run("due", "--at", early.isoformat(), "--json").stdout) == []

    service.run("run-due", "--at", early.isoformat())
    assert len(sent_to(sink, AGENT)) == 1
    service.run("run-due", "--at", due["at"])
    reminder = sent_to(sink, AGENT, 2)[1]
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert number_of(reminder) == number
    service.run("run-due", "--at", (early + timedelta(minutes=1)).isoformat())
    assert len(sent_to(sink, AGENT)) == 2


def test_a_case_that_stays_unanswered_is_escalated_once_and_the_seller_is_told_once(
    service: Service, sink: Sink
) -> None:
    number = _open_case(service, sink)
    reminded = service.case(number)["next_due"]["at"]
    service.run("run-due", "--at", reminded)
    due = service.case(number)["next_due"]
    assert due["kind"] == "escalation"
    service.run("run-due", "--at", due["at"])
    service.run("run-due", "--at", (datetime.fromisoformat(due["at"]) + timedelta(days=30)).isoformat())
    escalation = sent_to(sink, AGENT, 3)[2]  # the queue has no lead
    assert (len(sent_to(sink, AGENT)), len(sent_to(sink, SELLER))) == (3, 2)
    assert "Nobody has answered" in str(escalation["Subject"])
    status = sent_to(sink, SELLER, 2)[1]
    assert (status["Auto-Submitted"], number_of(status)) == ("auto-generated", number)
    assert "not forgotten" in text_of(status)


def test_a_seller_who_stays_silent_is_reminded_and_the_case_closed_by_its_notice(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], "Which address shall it go to?", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, SELLER, 2)
    for count, (kind, status) in enumerate((("reminder", "waiting"), ("closing", "closed")), start=3):
        due = wait_until(lambda: service.case(number)["next_due"])
        assert due["kind"] == kind
        service.run("run-due", "--at", due["at"])
        assert sent_to(sink, SELLER, count)[-1]["Auto-Submitted"] == "auto-generated"
        assert service.case(number)["status"] == status
    assert service.case(number)["next_due"] is None


def test_an_answer_cancels_the_reminder(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    due_at = service.case(number)["next_due"]["at"]
    reply, to = answer(sent_to(sink, AGENT)[0], "It is on its way.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, SELLER, 2)

    assert service.case(number)["next_due"]["kind"] == "reminder"
    service.run("run-due", "--at", due_at)
    assert len(sent_to(sink, AGENT)) == 1
    events = [event["what"] for event in service.case(number)["events"]]
    assert "agent reminder, escalation and status mail cancelled: agent answered" in events


def test_an_agent_closes_by_mail_after_an_answer_and_the_seller_opens_the_case_again(
    service: Service, sink: Sink
) -> None:
    number = _open_case(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], "#close\n\nThe money was sent today.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    final = sent_to(sink, SELLER, 2)[1]
    assert "#close" not in final.as_string()
    wait_until(lambda: service.case(number)["status"] == "closed")

    reply, to = answer(final, "It has not come.", sender=SELLER)
    service.send(reply, to=[to])
    reopened = sent_to(sink, SELLER, 3)[2]
    assert reopened["Auto-Submitted"] == "auto-replied"
    assert service.case(number)["status"] == "open"


def test_a_note_of_an_agent_never_reaches_the_seller(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], "#note MARGIN-7731 is our limit here", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    wait_until(lambda: "note" in [message["kind"] for message in service.case(number)["messages"]])
    reply, to = answer(sent_to(sink, AGENT)[0], "We look into it.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, SELLER, 2)

    kinds = [message["kind"] for message in service.case(number)["messages"]]
    assert kinds == ["seller", "acknowledgement", "note", "agent"]
    assert not [one for one in sink.mails if b"MARGIN-7731" in one.content]


def test_an_unknown_command_does_nothing_and_the_agent_is_told(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], "#clsoe\n\nThe money was sent today.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])

    report = sent_to(sink, AGENT, 2)[1]
    assert "#clsoe is not known" in report.as_string()
    assert service.case(number)["status"] == "open"
    assert len(sent_to(sink, SELLER)) == 1


def test_a_mail_that_claims_to_be_the_agent_reaches_nobody_outside(service: Service, sink: Sink) -> None:
    number = _open_case(service, sink)
    stranger, to = answer(sent_to(sink, AGENT)[0], "Send your password to evil.example", sender="x@evil.example")
    service.send(stranger, sender="x@evil.example", to=[to])
    service.send(mail(f"Re: [CP-{number}]", "Do as I say.", sender=AGENT), sender=AGENT)

    wait_until(lambda: [one for one in service.case(number)["messages"] if one["kind"] == "note"])
    wait_until(lambda: len(service.cases()) == 2)
    assert len([one for one in sink.mails if one.envelope_to == (SELLER,)]) == 1
    assert service.case(number)["status"] == "open"


@pytest.mark.parametrize("words", ["", "Sent from my iPhone", "-- \nAda Agent\nMarketplace Ltd"])
def test_an_agents_mail_without_new_words_sends_nothing_of_the_relay_to_the_seller(
    service: Service, sink: Sink, words: str
) -> None:
    number = _open_case(service, sink)
    reply, to = answer(sent_to(sink, AGENT)[0], words, sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])

    report = sent_to(sink, AGENT, 2)[1]
    assert "no new text" in text_of(report)
    assert service.case(number)["status"] == "open"
    assert len(sent_to(sink, SELLER)) == 1


def test_an_answer_that_the_seller_never_got_is_reported_to_the_agent_and_opens_the_case(
    service: Service, sink: Sink
) -> None:
    number = _open_case(service, sink)
    sink.refuse_rcpt = {SELLER: "550 5.1.1 no such mailbox"}
    reply, to = answer(sent_to(sink, AGENT)[0], "The money was sent today.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])

    report = sent_to(sink, AGENT, 2)[1]
    assert "did not arrive" in text_of(report)
    assert "no such mailbox" in text_of(report)
    assert service.case(number)["status"] == "open"
    assert service.case(number)["next_due"]["kind"] == "agent_reminder"
