"""A day of an agent, by mail alone: take, ask, note, wait, template, close, reopen. docs/agents.md tells the same."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.service import SELLER, Service, answer, mail, number_of, sent_to, text_of, wait_until
from tests.sink import Sink

ADA, BEN = "ada@office.example", "ben@office.example"
CONFIG = f"""templates_dir = "own"
[[queues]]
name = "support"
address = "support@casepost.example"
agents = ["{ADA}", "{BEN}"]
"""


@pytest.fixture
def service(tmp_path: Path, sink: Sink) -> Iterator[Service]:
    """An office of two agents with a template of its own."""
    (tmp_path / "own" / "en").mkdir(parents=True)
    template = "Subject: Your refund\n\nA refund takes five working days from today.\n\n{{ body }}\n"
    (tmp_path / "own" / "en" / "refund.md").write_text(template)
    # Tables come last in TOML: what Service adds are tables too.
    with Service(tmp_path, sink, config=CONFIG) as running:
        yield running


class Desk:
    """Ada at her mail program: she answers what casepost sends her, and reads what comes back."""

    def __init__(self, service: Service, sink: Sink) -> None:
        self._service, self._sink = service, sink

    def inbox(self, count: int) -> list[EmailMessage]:
        return sent_to(self._sink, ADA, count)

    def answers(self, original: EmailMessage, text: str) -> None:
        reply, to = answer(original, text, sender=f"Ada Agent <{ADA}>")
        self._service.send(reply, sender=ADA, to=[to])


def test_an_agent_does_a_whole_day_by_mail(service: Service, sink: Sink) -> None:
    ada = Desk(service, sink)
    service.send(mail("Where is my money?", "Hello, my refund for order 302-1234567-7654321 is missing."))
    (acknowledged,) = sent_to(sink, SELLER)
    number = number_of(acknowledged)
    (relay,) = ada.inbox(1)
    sent_to(sink, BEN)

    # Take: the case is hers, and Ben gets none of its mail from now on.
    ada.answers(relay, "#assign me\n#priority high")
    taken = ada.inbox(2)[1]
    assert "the case is given to ada@office.example" in text_of(taken)
    assert service.case(number)["assignee"] == ADA

    # Ask: the words go out as the queue, without her name or address.
    ada.answers(relay, "Hello Jan,\n\nwhich bank account did you give us?\n\nKind regards\nAda")
    question = sent_to(sink, SELLER, 2)[1]
    assert "which bank account" in text_of(question)
    assert ADA not in question.as_string()
    assert service.case(number)["status"] == "waiting"
    said, to = answer(question, "The one that ends in 4711.", sender=SELLER)
    service.send(said, to=[to])
    told = ada.inbox(3)[2]
    assert "4711" in text_of(told)
    assert len(sent_to(sink, BEN)) == 1

    # Note: stays inside, by the note's own address as well as by the command.
    ada.answers(told, "#note MARGIN-7731, the bank was changed last week")
    ada.inbox(4)
    # Wait: the case comes back to her in two working days.
    ada.answers(told, "#wait 2d\n\nThank you, we ask our bank.")
    ada.inbox(5)
    sent_to(sink, SELLER, 3)
    case = service.case(number)
    assert (case["status"], case["next_due"]["kind"]) == ("open", "agent_reminder")
    service.run("run-due", "--at", case["next_due"]["at"])
    reminded = ada.inbox(6)[5]
    assert number_of(reminded) == number
    assert len(sent_to(sink, BEN)) == 1

    # Template: the office's own wording, with her words inside, sent from the reminder; and close.
    ada.answers(reminded, "#template refund\n#close\n\nThe bank has sent it again.")
    final = sent_to(sink, SELLER, 4)[3]
    assert "five working days" in text_of(final)
    assert "sent it again" in text_of(final)
    wait_until(lambda: service.case(number)["status"] == "closed")
    ada.inbox(7)

    # Reopen: because she remembers something, not because the seller wrote.
    ada.answers(told, "#reopen")
    ada.inbox(8)
    assert service.case(number)["status"] == "open"

    # A slip of the hand does nothing, and the answer says what there is.
    ada.answers(told, "#clsoe\n\nDone!")
    slip = text_of(ada.inbox(9)[8])
    assert "#clsoe is not known" in slip
    assert "#template" in slip
    assert len(sent_to(sink, SELLER)) == 4
    assert not [one for one in sink.mails if one.envelope_to == (SELLER,) and b"MARGIN-7731" in one.content]
