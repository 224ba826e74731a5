"""Threat 14, bounces: only a report about a mail of ours changes anything, and none makes a case or an answer."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from store.ledger_tables import mails
from store.views import Document
from tests.bounced import exchange, gmail, postfix
from tests.corpus_place import corpus
from tests.office import Office
from tests.service import AGENT, QUEUE, Service, mail, number_of, parsed, sent_to, wait_until
from tests.sink import Sink, SunkMail

_FOREIGN = b"From: someone@else.example\r\nTo: %b\r\nSubject: %b\r\nMessage-ID: <%b>\r\n\r\nHello\r\n"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A case of a seller of its own, and the acknowledgement they were sent."""

    seller: str
    number: str
    acknowledgement: SunkMail


def _open(service: Service, sink: Sink, name: str) -> Opened:
    seller = f"{name}@seller.example"
    service.send(
        mail(f"A question of {name}", "Where is my refund of 302-1234567-7654321?", sender=seller), sender=seller
    )
    number = number_of(sent_to(sink, seller)[0])
    (sunk,) = [one for one in list(sink.mails) if one.envelope_to == (seller,)]
    wait_until(lambda: all(one["state"] == "sent" for one in service.deliveries()))
    return Opened(seller=seller, number=number, acknowledgement=sunk)


def _taken_in(service: Service, raw: bytes, to: str, *, sender: str = "") -> None:
    """Send a report and wait until it has its final word, and what follows from that has left."""
    service.send(raw, sender=sender, to=[to])
    wait_until(lambda: not _in_work(service))
    wait_until(lambda: all(one["state"] == "sent" for one in service.deliveries()))


def _in_work(service: Service) -> int:
    with service.app.store.ledger_database.read() as connection:
        waiting = sa.select(sa.func.count()).where(mails.c.state.in_(("new", "working")))
        return int(connection.execute(waiting).scalar_one())


def _hold(case: Document) -> str | None:
    hold: str | None = case["participants"][0]["hold"]
    return hold


@pytest.mark.parametrize("form", [postfix, exchange, gmail], ids=lambda form: str(form.__name__))
def test_14_a_real_report_holds_the_address_and_tells_the_agents_once(
    shared_service: Service, shared_sink: Sink, form: Callable[..., bytes]
) -> None:
    service, sink = shared_service, shared_sink
    opened = _open(service, sink, form.__name__)
    ours = opened.acknowledgement
    for number in (1, 2):
        raw = form(ours.content, to=ours.envelope_from, gone=opened.seller, number=number)
        _taken_in(service, raw, ours.envelope_from)
    assert "5.1.1" in str(wait_until(lambda: _hold(service.case(opened.number))))
    case = service.case(opened.number)
    assert [one["kind"] for one in case["messages"]].count("bounce") == 2
    wait_until(lambda: _reports(sink, opened))
    assert len(_reports(sink, opened)) == 1
    assert len([one for one in sink.mails if one.envelope_to == (opened.seller,)]) == 1


def _reports(sink: Sink, opened: Opened) -> list[SunkMail]:
    to_agent = [one for one in list(sink.mails) if one.envelope_to == (AGENT,)]
    return [
        one for one in to_agent if "Report" in str(parsed(one)["Subject"]) and opened.number.encode() in one.content
    ]


def _foreign(opened: Opened, *, subject: str = "Hello", message_id: str = "x1@else.example") -> bytes:
    return _FOREIGN % (opened.seller.encode(), subject.encode(), message_id.encode())


def _without_token(opened: Opened) -> tuple[bytes, str, str]:
    return postfix(_foreign(opened), to=QUEUE, gone=opened.seller), QUEUE, ""


def _stolen_number(opened: Opened) -> tuple[bytes, str, str]:
    returned = _foreign(opened, subject=f"Re: [CP-{opened.number}]", message_id=f"{opened.number}@casepost.example")
    return postfix(returned, to=QUEUE, gone=opened.seller), QUEUE, ""


def _flipped_id(opened: Opened) -> tuple[bytes, str, str]:
    ours = str(parsed(opened.acknowledgement)["Message-ID"]).strip("<>")
    flipped = ours[:20] + ("b" if ours[20] != "b" else "c") + ours[21:]
    return postfix(_foreign(opened, message_id=flipped), to=QUEUE, gone=opened.seller), QUEUE, ""


def _signed_address_of_a_person(opened: Opened) -> tuple[bytes, str, str]:
    """The right signed address, but not from the null sender: whoever was copied knows it."""
    to = opened.acknowledgement.envelope_from
    return postfix(_foreign(opened), to=to, gone=opened.seller), to, "eve@evil.example"


def _about_a_report(opened: Opened) -> tuple[bytes, str, str]:
    """A report about a report that somebody sent to our signed address."""
    to = opened.acknowledgement.envelope_from
    first = postfix(opened.acknowledgement.content, to=to, gone=opened.seller, number=8)
    return postfix(first, to=to, gone=to, number=9), to, ""


def _for_another(opened: Opened) -> tuple[bytes, str, str]:
    """Our Message-ID is not in it, and who is named never got a mail of ours."""
    to = opened.acknowledgement.envelope_from
    return postfix(_foreign(opened), to=to, gone="victim@else.example"), to, ""


@pytest.mark.parametrize(
    "forge",
    [_without_token, _stolen_number, _flipped_id, _signed_address_of_a_person, _about_a_report, _for_another],
    ids=lambda forge: str(forge.__name__).strip("_"),
)
def test_14_a_forged_report_and_one_about_a_report_change_nothing(
    shared_service: Service, shared_sink: Sink, forge: Callable[[Opened], tuple[bytes, str, str]]
) -> None:
    service, sink = shared_service, shared_sink
    opened = _open(service, sink, forge.__name__.strip("_").replace("_", "-"))
    before = service.case(opened.number)
    raw, to, sender = forge(opened)
    _taken_in(service, raw, to, sender=sender)
    assert service.case(opened.number) == before
    assert _reports(sink, opened) == []
    assert not [case for case in service.cases() if "MAILER-DAEMON" in case["requester"]["address"]]
    assert not [one for one in sink.mails if "MAILER-DAEMON" in one.envelope_to[0].upper()]


def test_14_late_and_delivered_reports_are_on_record_and_change_no_state(
    shared_service: Service, shared_sink: Sink
) -> None:
    service, sink = shared_service, shared_sink
    opened = _open(service, sink, "late")
    ours = opened.acknowledgement
    before = service.case(opened.number)
    for number, (action, status) in enumerate(
        (("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")), start=3
    ):
        raw = postfix(
            ours.content, to=ours.envelope_from, gone=opened.seller, action=action, status=status, number=number
        )
        _taken_in(service, raw, ours.envelope_from)
    wait_until(lambda: len(service.case(opened.number)["messages"]) == 5)
    after = service.case(opened.number)
    same = ("status", "participants", "next_due", "assignee", "missing")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert _reports(sink, opened) == []


def test_14_no_report_that_other_projects_have_collected_makes_an_acknowledgement(office: Office) -> None:
    """Most make nothing at all; a form that nobody recognises is a case that agents see, in silence."""
    samples = sorted((corpus() / "PyPI__flufl.bounce" / "tests" / "data").glob("*.txt"))
    outcomes = [office.receive(one.read_bytes(), sender="") for one in samples]
    assert len(outcomes) > 100
    assert sum(one is None or one.case_id is not None for one in outcomes) <= 3
    assert "acknowledgement" not in {kind for kind, _ in office.planned()}
