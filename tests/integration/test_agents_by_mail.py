"""What agents do by mail, through all shells of a case office and on both databases: commands, held answers, copies."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest.take_in import Policy
from responder.outcome import OutgoingMail
from responder.templates import Templates, shipped_folder
from store.people import add_user, load_queues
from store.store import Store
from tests.casework import AGENT, NOW, SELLER, SUPPORT
from tests.office import Office
from tests.service import answer, mail, text_of

BEN = "ben@office.example"
RITA = "rita@office.example"
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def office(store: Store) -> Office:
    """Two agents of support, Ada and Ben, and one open case whose mails have left."""
    with store.cases.write() as connection:
        support = next(queue for queue in load_queues(connection) if queue.address == SUPPORT.address)
        add_user(connection, BEN, role="agent", queue_ids=[support.id], now=NOW)
    office = Office(store)
    office.receive(mail("Where is my money?", "The money for order 302-1234567-7654321 is missing."))
    run(office)
    return office


def run(office: Office, now: datetime = NOW) -> None:
    """Write and deliver all that is due."""
    while office.write(now=now):
        while office.deliver(now=now):
            pass


def sent_to(office: Office, address: str) -> list[EmailMessage]:
    return [parsed(one) for one in office.way.tried if one.envelope_to == address]


def parsed(outgoing: OutgoingMail) -> EmailMessage:
    message: Any = message_from_bytes(outgoing.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def says(
    office: Office, text: str, *, agent: str = AGENT, to: EmailMessage | None = None, now: datetime = LATER
) -> Any:
    """An agent answers a mail of ours (the newest to them unless another is named), and all that follows is done."""
    reply, address = answer(to or sent_to(office, agent)[-1], text, sender=agent)
    applied = office.receive(reply, address, sender=agent, now=now)
    run(office, now)
    return applied


def number(office: Office) -> str:
    return str(sent_to(office, AGENT)[0]["X-Casepost-Case"])


def newest(office: Office, address: str) -> str:
    return text_of(sent_to(office, address)[-1])


def test_a_command_is_confirmed_by_a_receipt_and_an_answer_alone_is_not(office: Office) -> None:
    before = len(sent_to(office, AGENT))
    says(office, "It is on its way.")
    assert len(sent_to(office, AGENT)) == before
    says(office, "#priority high\n#tag refund")
    receipt = sent_to(office, AGENT)[-1]
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert "priority high" in text_of(receipt)
    assert "tag refund" in text_of(receipt)
    assert office.case(number(office))["priority"] == "high"


def test_a_case_given_to_a_colleague_comes_to_them_with_what_the_seller_wrote_and_so_does_its_reminder(
    office: Office,
) -> None:
    had = len(sent_to(office, BEN))
    due = office.case(number(office))["next_due"]
    says(office, f"#assign {BEN}")
    relay = sent_to(office, BEN)[had]
    assert "302-1234567-7654321" in text_of(relay)
    assert office.case(number(office))["next_due"] == due
    run(office, datetime.fromisoformat(due["at"]))
    reminded = [one for one in (AGENT, BEN) for it in sent_to(office, one) if "waiting" in str(it["Subject"]).lower()]
    assert set(reminded) <= {BEN}
    assert len(sent_to(office, BEN)) == had + 2
    says(office, "It was sent.", agent=BEN, to=relay)
    assert "It was sent." in newest(office, SELLER)


def test_a_case_given_to_another_queue_comes_to_its_agents_and_answers_go_out_by_that_queue(office: Office) -> None:
    says(office, "#queue returns")
    relay = sent_to(office, RITA)[-1]
    assert "302-1234567-7654321" in text_of(relay)
    says(office, "We take it back.", agent=RITA)
    assert "returns" in str(sent_to(office, SELLER)[-1]["From"])
    assert office.case(number(office))["queue"] == "returns"


@pytest.mark.parametrize(("text", "words"), [("#wait 2d", 0), ("#wait 2d\n\nWe ask the warehouse.", 1)])
def test_a_case_that_is_put_off_waits_for_the_agent_for_that_long_in_working_time(
    office: Office, text: str, words: int
) -> None:
    had = len(sent_to(office, SELLER))
    says(office, text)
    case = office.case(number(office))
    assert case["status"] == "open"
    assert case["next_due"]["kind"] == "agent_reminder"
    # A Monday, 10:10 in Berlin: two working days on it is Wednesday, 10:10.
    assert datetime.fromisoformat(case["next_due"]["at"]) == LATER + timedelta(days=2)
    assert len(sent_to(office, SELLER)) == had + words


def test_an_answer_that_crosses_a_colleagues_is_held_until_its_author_says_send(office: Office) -> None:
    had = len(sent_to(office, SELLER))
    says(office, "It was sent on Monday.", agent=BEN)
    says(office, "It was lost, we send it again.", now=LATER + timedelta(minutes=1))
    assert len(sent_to(office, SELLER)) == had + 1
    report = sent_to(office, AGENT)[-1]
    assert "> It was sent on Monday." in text_of(report)
    held = office.case(number(office))["messages"][-1]
    assert held["delivery"]["state"] == "held"

    says(office, "#send", to=report, now=LATER + timedelta(minutes=5))
    assert "we send it again" in newest(office, SELLER)
    assert len(sent_to(office, SELLER)) == had + 2
    says(office, "#send", to=report, now=LATER + timedelta(minutes=6))
    assert "nothing of yours is held" in newest(office, AGENT)
    assert len(sent_to(office, SELLER)) == had + 2


def test_other_words_with_send_take_the_place_of_what_was_held(office: Office) -> None:
    says(office, "It was sent on Monday.", agent=BEN)
    says(office, "It was lost.", now=LATER + timedelta(minutes=1))
    says(office, "#send\n\nBen is right, sorry.", now=LATER + timedelta(minutes=5))
    texts = [text_of(one) for one in sent_to(office, SELLER)]
    assert any("Ben is right" in text for text in texts)
    assert not any("It was lost." in text for text in texts)
    assert ("answer", "superseded") in office.planned()


def test_an_answer_to_a_mail_that_came_after_the_colleagues_is_no_collision(office: Office) -> None:
    says(office, "It was sent on Monday.", agent=BEN)
    seller, to = answer(sent_to(office, SELLER)[-1], "It is not here.", sender=SELLER)
    office.receive(seller, to, now=LATER + timedelta(hours=1))
    run(office, LATER + timedelta(hours=1))
    says(office, "We look for it.", now=LATER + timedelta(hours=2))
    assert "We look for it." in newest(office, SELLER)


def test_an_own_template_is_sent_by_name_with_the_agents_words_inside_it(office: Office, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "refund.md").write_text("Subject: Your refund\n\nRefunds take five days.\n\n{{ body }}\n")
    office.templates = Templates(shipped=shipped_folder(), own=own)
    office.policy = Policy(templates=office.templates.own_names)
    says(office, "#template refund\n\nYours left today.")
    sent = sent_to(office, SELLER)[-1]
    assert "five days" in text_of(sent)
    assert "Yours left today." in text_of(sent)
    assert sent["Auto-Submitted"] is None
    assert "five days" in office.case(number(office))["messages"][-1]["text"]
    says(office, "#template acknowledgement")
    assert "no template 'acknowledgement'" in newest(office, AGENT)


def test_somebody_an_agent_adds_gets_what_comes_next_and_takes_part(office: Office) -> None:
    says(office, "#add ware@house.example\n\nPlease say when it left.")
    added = sent_to(office, "ware@house.example")
    assert len(added) == 1
    assert "Please say when it left." in text_of(added[0])
    assert "302-1234567-7654321" not in added[0].as_string()
    reply, to = answer(added[0], "On Monday.", sender="ware@house.example")
    office.receive(reply, to, sender="ware@house.example", now=LATER)
    assert not office.case(number(office))["messages"][-1]["unconfirmed"]
    says(office, "#remove ware@house.example")
    says(office, "Thank you both.")
    assert len(sent_to(office, "ware@house.example")) == 1


def test_a_case_put_into_another_one_goes_on_there(office: Office) -> None:
    first = number(office)
    office.receive(mail("And my parcel?", "It is not here.", sender="other@shop.example"), sender="other@shop.example")
    run(office)
    second = str(sent_to(office, AGENT)[-1]["X-Casepost-Case"])
    says(office, f"#merge {first}")
    assert office.case(second)["merged_into"] == first
    assert first in newest(office, AGENT)
    reply, to = answer(sent_to(office, "other@shop.example")[-1], "Any news?", sender="other@shop.example")
    applied = office.receive(reply, to, sender="other@shop.example", now=LATER)
    assert applied is not None
    assert applied.number == first
