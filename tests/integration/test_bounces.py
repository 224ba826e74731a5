"""What comes back: addresses on hold, agents who are told once, and reports that change nothing; on both databases."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change
from cases.model import Happening, Outcome
from responder.outcome import OutgoingMail
from store.apply import apply
from store.outbox import retry
from store.people import add_user, load_queues
from store.store import Store
from store.tables import cases, outbox, participants, planned_replies
from tests.bounced import FORMS, Form, postfix
from tests.casework import AGENT, NOW, SELLER
from tests.office import Office
from tests.service import answer

BOB = "bob@office.example"
FRIEND = "friend@petersen.example"


def from_seller(subject: str = "Where is my money?", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Jan Petersen <{SELLER}>", "support@casepost.example", subject
    mail["Message-ID"] = "<1@client.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("My refund of last week has not come yet. Could you please look into it?")
    return mail


@pytest.fixture
def office(store: Store) -> Office:
    """An office with two agents and a case whose acknowledgement and relays have left."""
    with store.cases.write() as connection:
        queue = load_queues(connection)[0]
        add_user(connection, BOB, role="agent", queue_ids=[queue.id], now=NOW)
    office = Office(store)
    office.receive(from_seller(Cc=FRIEND))
    send_all(office)
    return office


def send_all(office: Office) -> None:
    office.write()
    while office.deliver():
        pass


def number(office: Office) -> str:
    (found,) = office.rows(sa.select(cases.c.number))
    return str(found.number)


def sent_to(office: Office, address: str) -> list[OutgoingMail]:
    return [mail for mail in office.way.tried if mail.envelope_to == address]


def last_to(office: Office, address: str = SELLER) -> OutgoingMail:
    return sent_to(office, address)[-1]


def come_back(office: Office, mail: OutgoingMail, form: Form = postfix, **values: str) -> Applied:
    values.setdefault("gone", mail.envelope_to)
    raw = form(mail.content, to=mail.envelope_from, **values)
    applied = office.receive(raw, mail.envelope_from, sender="")
    assert applied is not None
    return applied


def hold_of(office: Office, address: str = SELLER) -> str | None:
    (row,) = office.rows(sa.select(participants.c.hold_reason).where(participants.c.address == address))
    return None if row.hold_reason is None else str(row.hold_reason)


def agent_answers(office: Office, text: str = "Your refund left today.", *, send: bool = True) -> None:
    """The agent answers the newest mail that reached them."""
    original: Any = message_from_bytes(last_to(office, AGENT).content, policy=policy.default)
    reply, to = answer(original, text, sender=f"Ada <{AGENT}>")
    office.receive(reply, to, sender=AGENT)
    if send:
        send_all(office)


def seller_answers(office: Office, **headers: str) -> Applied:
    mail = last_to(office)
    raw = from_seller("Re: Where is my money?", **headers)
    raw.replace_header("Message-ID", f"<{len(office.way.tried)}@client.example>")
    applied = office.receive(raw, mail.envelope_from)
    assert applied is not None
    return applied


def soft_bounces(office: Office) -> int:
    (row,) = office.rows(sa.select(participants.c.soft_bounces).where(participants.c.address == SELLER))
    return int(row.soft_bounces)


def reports(office: Office, address: str = AGENT) -> list[str]:
    send_all(office)
    return [
        mail.content.decode()
        for mail in sent_to(office, address)
        if b"Report:" in mail.content and b"did not" in mail.content
    ]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_bounce_in_any_form_puts_the_address_on_hold_and_tells_the_agents_once(office: Office, form: Form) -> None:
    before = office.case(number(office))
    applied = come_back(office, last_to(office), form)
    assert (applied.outcome, applied.number) == (Outcome.BOUNCE, before["number"])
    held = hold_of(office)
    assert held is not None
    assert "5.1.1" in held
    assert "2026-11-23" in held
    assert hold_of(office, FRIEND) is None
    assert [len(reports(office, agent)) for agent in (AGENT, BOB)] == [1, 1]
    come_back(office, last_to(office), form, number="2")
    assert [len(reports(office, agent)) for agent in (AGENT, BOB)] == [1, 1]
    assert office.case(number(office))["status"] == before["status"]


def test_an_answer_that_comes_back_leaves_the_case_with_the_agents_and_its_author_is_told(office: Office) -> None:
    agent_answers(office)
    assert office.case(number(office))["status"] == "waiting"
    come_back(office, last_to(office), status="5.2.1", words="550 5.2.1 mailbox disabled")
    case = office.case(number(office))
    assert case["status"] == "open"
    (said,) = [one for one in case["messages"] if one["kind"] == "agent"]
    assert said["delivery"]["state"] == "failed"
    assert "mailbox disabled" in said["delivery"]["last_error"]
    (report,) = reports(office)
    assert "mailbox disabled" in report
    assert f"#add {SELLER}" in report
    come_back(office, last_to(office), number="2")
    assert len(reports(office)) == 1


def test_an_answer_that_is_tried_again_and_comes_back_again_is_told_again(office: Office) -> None:
    agent_answers(office)
    come_back(office, last_to(office))
    (row,) = [row for row in office.outbox() if row.kind == "answer" and row.envelope_to == SELLER]
    retry(office.store.cases, [row.id], now=NOW)
    send_all(office)
    come_back(office, last_to(office), number="2")
    assert len(reports(office)) == 2


def test_an_answer_lost_on_the_way_is_told_to_its_author_alone_and_holds_nothing(office: Office) -> None:
    agent_answers(office)
    come_back(office, last_to(office), status="4.4.7", words="421 4.4.7 message expired")
    assert hold_of(office) is None
    assert soft_bounces(office) == 1
    assert office.case(number(office))["status"] == "open"
    assert [len(reports(office, agent)) for agent in (AGENT, BOB)] == [1, 0]


def test_nothing_is_written_to_an_address_on_hold_and_the_others_get_theirs(office: Office) -> None:
    come_back(office, last_to(office))
    agent_answers(office)
    assert len(sent_to(office, SELLER)) == 1
    assert len(sent_to(office, FRIEND)) == 1
    assert office.case(number(office))["status"] == "waiting"
    assert any("Your answer did not go to" in one and SELLER in one for one in reports(office))


def test_an_answer_to_nobody_but_addresses_on_hold_leaves_the_case_open_and_is_told(office: Office) -> None:
    agent_answers(office)
    for address in (SELLER, FRIEND):
        come_back(office, last_to(office, address))
    agent_answers(office, "And once more.")
    assert office.case(number(office))["status"] == "open"
    assert any("Your answer did not go to" in one for one in reports(office))


def test_what_waits_for_an_address_on_hold_is_dropped_and_a_persons_words_wait(office: Office) -> None:
    acknowledgement = last_to(office)
    agent_answers(office, send=False)
    office.write()
    come_back(office, acknowledgement)
    (waiting,) = [row for row in office.outbox() if row.kind == "answer" and row.envelope_to == SELLER]
    assert waiting.state == "held"
    assert "5.1.1" in waiting.hold_reason
    send_all(office)
    assert len(sent_to(office, SELLER)) == 1
    seller_answers(office)
    assert hold_of(office) is None
    send_all(office)
    assert [row.state for row in office.outbox() if row.id == waiting.id] == ["sent"]
    assert any("is sent again" in event for event in office.events(number(office)))


def test_a_hold_ends_when_an_agent_adds_the_address_anew(office: Office) -> None:
    come_back(office, last_to(office))
    agent_answers(office, f"#add {SELLER}\n\nOnce more.")
    assert hold_of(office) is None
    assert len(sent_to(office, SELLER)) == 2
    assert not any("did not go to" in one for one in reports(office))


def test_an_out_of_office_ends_no_hold(office: Office) -> None:
    come_back(office, last_to(office))
    seller_answers(office, Auto_Submitted="auto-replied")
    assert hold_of(office) is not None


def test_planned_automatic_mail_to_an_address_on_hold_is_cancelled(office: Office) -> None:
    acknowledgement = last_to(office)
    with office.store.cases.write() as connection:
        row = connection.execute(sa.select(planned_replies).where(planned_replies.c.kind == "acknowledgement")).one()
        values = dict(row._mapping) | {"state": "waiting", "once_key": "another", "due_at": NOW + timedelta(days=2)}
        connection.execute(sa.insert(planned_replies).values({k: v for k, v in values.items() if k != "id"}))
    come_back(office, acknowledgement)
    assert ("acknowledgement", "cancelled") in office.planned()


def test_delays_and_failures_for_now_are_counted_until_the_fifth_failure(office: Office) -> None:
    for count in range(1, 5):
        come_back(office, last_to(office), status="4.4.1", action="delayed", number=str(count))
        assert soft_bounces(office) == count
    come_back(office, last_to(office), status="4.4.1", action="delayed", number="5")
    assert hold_of(office) is None
    assert reports(office) == []
    come_back(office, last_to(office), status="4.4.7", number="6")
    assert hold_of(office) is not None
    assert len(reports(office)) == 1


def test_a_word_of_the_seller_or_a_mail_that_arrived_begins_the_count_anew(office: Office) -> None:
    come_back(office, last_to(office), status="4.4.7")
    seller_answers(office)
    assert soft_bounces(office) == 0
    come_back(office, last_to(office), status="4.4.7", number="2")
    come_back(office, last_to(office), action="delivered", status="2.0.0", number="3")
    assert soft_bounces(office) == 0
    assert hold_of(office) is None


def test_a_mailbox_that_passes_mail_on_is_held_only_when_it_fails_again_and_again(office: Office) -> None:
    come_back(office, last_to(office), gone="retired@elsewhere.example")
    assert hold_of(office) is None
    come_back(office, last_to(office), gone="mailbox7@internal.example", original=SELLER, number="2")
    assert hold_of(office) is not None


def test_a_relay_that_rewrote_our_id_is_known_by_the_address_we_sent_from(office: Office) -> None:
    ours = last_to(office)
    foreign = ours.content.replace(ours.id.encode(), b"<rewritten@relay.example>")
    raw = postfix(foreign, to=ours.envelope_from, gone=SELLER)
    friends = office.receive(raw, ours.envelope_from, sender="someone@relay.example")
    assert friends is not None
    assert (friends.case_id, hold_of(office)) == (None, None)
    again = postfix(foreign, to=ours.envelope_from, gone=SELLER, number=2)
    office.receive(again, ours.envelope_from.upper(), sender="")
    assert hold_of(office) is not None


def test_a_mail_to_an_agent_that_comes_back_is_told_to_the_others_once_and_never_goes_round(office: Office) -> None:
    come_back(office, last_to(office, AGENT))
    assert len(reports(office, BOB)) == 1
    assert len(reports(office, AGENT)) == 0
    come_back(office, last_to(office, AGENT), number="2")
    assert len(reports(office, BOB)) == 1
    for count in range(3, 9):
        come_back(office, last_to(office, BOB), number=str(count))
        come_back(office, last_to(office, AGENT), number=str(count + 10))
        send_all(office)
    assert len(reports(office, BOB)) == 1
    assert len(reports(office, AGENT)) == 1
    assert office.case(number(office))["status"] == "open"


def test_a_mail_to_an_agent_that_is_late_is_only_on_record(office: Office) -> None:
    come_back(office, last_to(office, AGENT), action="delayed", status="4.4.1")
    assert reports(office, BOB) == []


def test_a_report_before_the_answer_to_the_final_dot_is_on_record_counts(office: Office) -> None:
    agent_answers(office)
    sent = last_to(office)
    with office.store.cases.write() as connection:
        connection.execute(
            sa.update(outbox).where(outbox.c.rfc_message_id == sent.id).values(state="sending", in_data=True)
        )
    come_back(office, sent)
    assert [row.state for row in office.outbox() if row.rfc_message_id == sent.id] == ["failed"]


def test_case_show_says_who_is_on_hold_and_why(office: Office) -> None:
    come_back(office, last_to(office))
    people = {one["address"]: one["hold"] for one in office.case(number(office))["participants"]}
    assert people[FRIEND] is None
    assert "5.1.1" in people[SELLER]


def test_an_address_is_on_hold_in_the_case_that_its_own_was_merged_into(office: Office) -> None:
    ours, first = last_to(office), number(office)
    again = from_seller("Once more: where is my money?")
    again.replace_header("Message-ID", "<2@client.example>")
    second = office.receive(again)
    assert second is not None
    assert second.number is not None
    (row,) = office.rows(sa.select(cases.c.id).where(cases.c.number == first))
    merging = Change(actor=AGENT, at=NOW, case_id=row.id, happenings=(Happening.MERGED,), merge_into=second.number)
    apply(office.store.cases, merging)
    assert come_back(office, ours).number == second.number
    holds = office.rows(sa.select(participants.c.hold_reason).where(participants.c.address == SELLER))
    assert len(holds) == 2
    assert all(row.hold_reason for row in holds)


def test_a_relay_that_put_our_id_into_capitals_does_no_harm(office: Office) -> None:
    ours = last_to(office)
    raw = postfix(ours.content.replace(ours.id.encode(), ours.id.upper().encode()), to="x@y.example", gone=SELLER)
    office.receive(raw, "support@casepost.example", sender="")
    assert hold_of(office) is not None


def test_five_failures_for_now_in_a_row_are_one_for_good(office: Office) -> None:
    for count in range(1, 6):
        assert hold_of(office) is None
        come_back(office, last_to(office), status="4.2.2", words="452 4.2.2 mailbox full", number=str(count))
    assert "mailbox full" in str(hold_of(office))
