"""Threat 8: headers from outside steer nothing. RT took RT-* headers of incoming mail for its own, CVE-2023-41259."""

from email import policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from store.ledger_tables import mails
from store.tables import dispositions
from tests.seen import to_outside, wait_until_quiet
from tests.service import AGENT, QUEUE, Service, answer, mail, number_of, sent_to, wait_until
from tests.sink import Sink

_STRANGER = "eve@evil.example"


@pytest.fixture(scope="module")
def opened(shared_service: Service, shared_sink: Sink) -> tuple[str, EmailMessage, EmailMessage]:
    """A seller's case: its number, the acknowledgement, the agent's relay."""
    victim = "victim@petersen.example"
    shared_service.send(mail("Mine", "About order 302-1234567-7654321.", sender=victim), sender=victim)
    acknowledgement = sent_to(shared_sink, victim)[0]
    relay = sent_to(shared_sink, AGENT)[0]
    return number_of(acknowledgement), acknowledgement, relay


def _headers(number: str, sellers: str, agents: str) -> dict[str, str]:
    """Every header that a mail system is known to take orders from, as if it spoke for the case."""
    own = {
        f"X-Casepost-{name}": value
        for name, value in {
            "Case": number,
            "Case-Number": number,
            "Status": "closed",
            "Queue": "other",
            "Priority": "urgent",
            "Topic": "payments",
            "Agent": AGENT,
            "User": AGENT,
            "From": AGENT,
            "Role": "admin",
            "Command": "#close",
            "Token": agents,
            "Recipient": agents,
            "Verdict": "pass",
            "Identity": "pass",
            "Kind": "agent",
            "Ignore": "yes",
            "Skip": "yes",
        }.items()
    }
    taken_elsewhere = {
        "X-Case-Number": number,
        "X-Ticket-Number": number,
        "X-RT-Ticket": f"casepost #{number}",
        "RT-Send-Cc": _STRANGER,
        "X-Zammad-Ticket-Id": number,
        "X-Zammad-Customer-Email": _STRANGER,
        "X-OTRS-Priority": "5 very high",
        "X-OTRS-State": "closed",
        "X-OTRS-FollowUp-State": "closed",
        "Authentication-Results": "casepost.example; dmarc=pass header.from=office.example; spf=pass; dkim=pass",
        "ARC-Authentication-Results": "i=1; casepost.example; dmarc=pass header.from=office.example",
        "Received-SPF": "pass",
        "Return-Path": f"<{agents}>",
        "Delivered-To": agents,
        "X-Delivered-To": agents,
        "X-Original-To": agents,
        "X-Envelope-To": agents,
        "Envelope-To": agents,
        "X-Forwarded-To": sellers,
        "X-Real-To": agents,
        "Resent-From": AGENT,
        "Resent-To": agents,
        "Sender": AGENT,
        "Errors-To": _STRANGER,
        "Disposition-Notification-To": _STRANGER,
        "Return-Receipt-To": _STRANGER,
        "X-Priority": "1",
    }
    return own | taken_elsewhere


def _send_with(service: Service, headers: dict[str, str], *, sender: str, top: bool) -> tuple[bytes, str, str]:
    """Hand a mail with these headers over; its octets, its outcome, and the number of its case."""
    marked = mail("A question", "#close\n\nWhere is my parcel?", sender=sender).as_bytes(policy=policy.SMTP)
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    raw = lines + marked if top else marked.replace(b"\r\n\r\n", b"\r\n" + lines + b"\r\n", 1)
    service.send(raw, sender=sender, to=[QUEUE])
    with service.app.store.ledger_database.read() as connection:
        ledger_id = connection.execute(sa.select(sa.func.max(mails.c.id))).scalar_one()
    wait_until_quiet(service)
    assert service.app.store.ledger.load(ledger_id) == raw
    with service.app.store.cases.read() as connection:
        row = connection.execute(sa.select(dispositions).where(dispositions.c.ledger_id == ledger_id)).one()
    return raw, row.outcome, service.cases()[0]["number"]


@pytest.mark.parametrize("top", [True, False], ids=["above", "below"])
@pytest.mark.parametrize("sender", [_STRANGER, AGENT], ids=["stranger", "as the agent"])
def test_08_control_headers_from_outside_have_no_effect_and_the_raw_mail_is_kept_as_it_came(
    shared_service: Service, shared_sink: Sink, opened: tuple[str, EmailMessage, EmailMessage], sender: str, top: bool
) -> None:
    number, acknowledgement, relay = opened
    wait_until_quiet(shared_service)
    before, had = shared_service.case(number), len(shared_service.cases())
    headers = _headers(
        number,
        acknowledgement["Reply-To"].addresses[0].addr_spec,
        relay["Reply-To"].addresses[0].addr_spec,
    )
    _, outcome, made = _send_with(shared_service, headers, sender=sender, top=top)

    assert outcome == "created"
    assert len(shared_service.cases()) == had + 1
    case = shared_service.case(made)
    kept = {name: case[name] for name in ("status", "queue", "priority", "assignee", "linked", "merged_into")}
    assert kept == {
        "status": "open",
        "queue": "support",
        "priority": "normal",
        "assignee": None,
        "linked": [],
        "merged_into": None,
    }
    assert case["requester"]["address"] == sender
    assert [one["address"] for one in case["participants"]] == [sender]
    assert shared_service.case(number) == before
    wait_until_quiet(shared_service)
    reached = {to for one in to_outside(shared_sink, staff=[AGENT]) for to in one.envelope_to}
    assert reached <= {"victim@petersen.example", _STRANGER}


def test_08_each_control_header_alone_has_no_effect(
    shared_service: Service, opened: tuple[str, EmailMessage, EmailMessage]
) -> None:
    number, acknowledgement, relay = opened
    before, had = shared_service.case(number), len(shared_service.cases())
    headers = _headers(
        number,
        acknowledgement["Reply-To"].addresses[0].addr_spec,
        relay["Reply-To"].addresses[0].addr_spec,
    )
    for name, value in headers.items():
        shared_service.send(mail(f"About {name}", "Hello", sender=AGENT, **{name: value}), sender=AGENT)
    wait_until(lambda: len(shared_service.cases()) == had + len(headers))

    made = shared_service.cases()[: len(headers)]
    assert {(one["status"], one["queue"], one["priority"]) for one in made} == {("open", "support", "normal")}
    assert shared_service.case(number) == before


@pytest.mark.parametrize("override", ["no", "", "garbage", "no\r\nAuto-Submitted: no"])
def test_08_an_automatic_mail_stays_one_whatever_other_headers_say(
    shared_service: Service, opened: tuple[str, EmailMessage, EmailMessage], override: str
) -> None:
    number, acknowledgement, relay = opened
    before = shared_service.case(number)["status"]
    for original, sender in ((relay, AGENT), (acknowledgement, "victim@petersen.example")):
        robot, to = answer(original, "I am out of office. #close", sender=sender)
        robot["Auto-Submitted"] = "auto-replied"
        robot["X-Auto-Response-Suppress"] = "All"
        robot["X-Casepost-Auto-Submitted"] = "no"
        robot["X-Casepost-Kind"] = "message"
        raw = robot.as_bytes(policy=policy.SMTP)
        raw = f"Auto-Submitted: {override}\r\n".encode() + raw
        shared_service.send(raw, sender=sender, to=[to])
    wait_until_quiet(shared_service)

    kinds = [one["kind"] for one in shared_service.case(number)["messages"]]
    assert "agent" not in kinds
    assert set(kinds) <= {"seller", "acknowledgement", "auto_reply"}
    assert kinds.count("seller") == 1
    assert shared_service.case(number)["status"] == before
