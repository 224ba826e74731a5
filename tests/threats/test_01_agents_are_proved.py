"""Threat 1: somebody writes as an agent. From alone gives no rights, neither does anything else short of all proofs.

FreeScout CVE-2026-47123: a spoofed From was passed on to customers as an agent's answer.
"""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from cases.change import Applied
from cases.identity import Identity, Verdict
from cases.reference import Role, SignedAddress, make_address
from ingest.take_in import TakeIn
from store.people import add_user, find_user
from store.people_tables import users
from store.tables import dispositions
from tests.casework import AGENT, SELLER, SUPPORT
from tests.office import Office
from tests.seen import wait_until_quiet
from tests.service import AGENT as SERVICE_AGENT
from tests.service import Service, answer, mail, number_of, sent_to, wait_until
from tests.sink import Sink

_COLLEAGUE = "bela@casepost.example"
_RITA = "rita@office.example"
_FRAUD = "#close\n#tag fraud\n\nPlease pay to DE02 1203 0000 0000 2020 51 from now on."


def _words_of_dispositions(service: Service) -> list[tuple[str, str]]:
    with service.app.store.cases.read() as connection:
        query = sa.select(dispositions.c.outcome, dispositions.c.reason).order_by(dispositions.c.ledger_id)
        return [(row.outcome, row.reason) for row in connection.execute(query)]


@pytest.mark.parametrize("answered", [False, True], ids=["open", "waiting"])
def test_01_from_of_an_agent_without_the_agents_own_token_reaches_no_seller_and_changes_nothing(
    shared_service: Service, shared_sink: Sink, answered: bool
) -> None:
    service, sink, seller = shared_service, shared_sink, f"jan{answered}@petersen.example".lower()
    with service.app.store.cases.write() as connection:
        add_user(connection, _COLLEAGUE, role="agent", queue_ids=[1], now=datetime.now(UTC))
    service.send(mail("Where is my money?", "For order 302-1234567-7654321.", sender=seller), sender=seller)
    first = sent_to(sink, seller)[0]
    number = number_of(first)
    relays = {who: _relay_of(sink, who, number) for who in (SERVICE_AGENT, _COLLEAGUE)}
    if answered:
        real, to = answer(relays[SERVICE_AGENT], "Please wait.", sender=SERVICE_AGENT)
        service.send(real, sender=SERVICE_AGENT, to=[to])
        first = sent_to(sink, seller, 2)[1]
        wait_until(lambda: service.case(number)["status"] == "waiting")
    before, booked, sent = service.case(number), len(_words_of_dispositions(service)), len(_to(sink, seller))

    no_token, _ = answer(relays[SERVICE_AGENT], _FRAUD, sender=SERVICE_AGENT)
    service.send(no_token, sender=SERVICE_AGENT)
    others_token, to = answer(relays[_COLLEAGUE], _FRAUD, sender=SERVICE_AGENT)
    service.send(others_token, sender=SERVICE_AGENT, to=[to])
    sellers_token, to = answer(first, _FRAUD, sender=SERVICE_AGENT)
    service.send(sellers_token, sender=SERVICE_AGENT, to=[to])

    wait_until_quiet(service)
    words = _words_of_dispositions(service)[booked:]
    assert len(words) == 3
    assert all(outcome != "command" and reason for outcome, reason in words), words
    after = service.case(number)
    assert len(_to(sink, seller)) == sent
    assert {name: after[name] for name in ("status", "topic", "priority", "assignee", "participants")} == {
        name: before[name] for name in ("status", "topic", "priority", "assignee", "participants")
    }
    assert "fraud" not in str(after.get("tags"))
    assert not [one for one in after["messages"] if one["kind"] == "agent" and "DE02" in one["text"]]


def _to(sink: Sink, address: str) -> list[bytes]:
    return [one.content for one in list(sink.mails) if one.envelope_to == (address,)]


def _relay_of(sink: Sink, agent: str, number: str) -> EmailMessage:
    def relayed() -> list[EmailMessage]:
        return [one for one in sent_to(sink, agent) if number in str(one["Subject"])]

    return wait_until(relayed)[0]


class _Office(Office):
    """An office whose checks of identity come to `verdict`, whatever the mail."""

    verdict = Verdict.NONE

    def take_in(self) -> TakeIn:
        said = Identity(verdict=self.verdict, detail=f"dmarc={self.verdict.value}")
        return replace(super().take_in(), check_identity=lambda *_: said)


@pytest.fixture
def watched(office: Office) -> _Office:
    return _Office(office.store)


def _open_case(office: Office, seller: str = SELLER) -> str:
    applied = office.receive(mail("Where is my money?", "Since Monday.", sender=seller), sender=seller)
    assert applied is not None
    assert applied.number is not None
    office.write()
    office.deliver()
    return applied.number


def _token(office: Office, number: str, *, address: str = AGENT, role: Role = Role.AGENT) -> str:
    with office.store.cases.read() as connection:
        user = find_user(connection, address)
    assert user is not None
    signed = SignedAddress(role=role, number=number, subject_id=user.id)
    return make_address(office.store.keyring, SUPPORT.address, signed)


def _attack(office: Office, number: str, to: str, *, sender: str = AGENT) -> Applied:
    """A mail that would close the case and write to the seller if its author had any right."""
    before = _state(office, number)
    sent = len(office.way.tried)
    applied = office.receive(mail(f"Re: Where? [CP-{number}]", _FRAUD, sender=sender), to, sender=sender)
    office.write()
    office.deliver()
    assert applied is not None
    assert applied.reason
    assert [one.envelope_to for one in office.way.tried[sent:] if one.envelope_to == SELLER] == []
    assert _state(office, number) == before
    return applied


def _state(office: Office, number: str) -> tuple[object, ...]:
    case = office.case(number)
    said = [one["id"] for one in case["messages"] if one["kind"] == "agent"]
    return (*(case[name] for name in ("status", "topic", "priority", "assignee", "participants", "queue")), said)


def test_01_the_right_token_with_a_failed_dmarc_check_gives_no_rights(watched: _Office) -> None:
    number = _open_case(watched)
    watched.verdict = Verdict.FAIL
    _attack(watched, number, _token(watched, number))


def test_01_the_right_token_from_the_agent_does_answer_the_seller(watched: _Office) -> None:
    number = _open_case(watched)
    with pytest.raises(AssertionError):
        _attack(watched, number, _token(watched, number))
    assert watched.case(number)["status"] == "closed"


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"removed_at": datetime(2026, 11, 20, tzinfo=UTC)}])
def test_01_a_viewer_and_one_who_was_removed_have_no_rights_by_an_old_token(
    watched: _Office, change: dict[str, object]
) -> None:
    number = _open_case(watched)
    to = _token(watched, number)
    with watched.store.cases.write() as connection:
        connection.execute(sa.update(users).values(change))
    _attack(watched, number, to)


def test_01_a_note_address_never_makes_an_answer(watched: _Office) -> None:
    number = _open_case(watched)
    sent = len(watched.way.tried)
    to = _token(watched, number, role=Role.NOTE)
    watched.receive(mail("Re: Where?", "MARGIN-7731 is our limit", sender=AGENT), to, sender=AGENT)
    watched.write()
    watched.deliver()
    assert SELLER not in [one.envelope_to for one in watched.way.tried[sent:]]
    assert watched.case(number)["messages"][-1]["kind"] == "note"


def test_01_an_agents_token_of_another_case_does_nothing_to_the_case_that_the_subject_names(watched: _Office) -> None:
    number, other = _open_case(watched), _open_case(watched, "eve@evil.example")
    _attack(watched, number, _token(watched, other))
    assert watched.case(other)["status"] == "closed"


@pytest.mark.parametrize("address", ["support@casepost.example", "returns@casepost.example"])
def test_01_an_agent_of_another_queue_has_no_rights_by_the_address_alone(watched: _Office, address: str) -> None:
    number = _open_case(watched)
    _attack(watched, number, address, sender=_RITA)
    _attack(watched, number, _token(watched, number), sender=_RITA)


def test_01_a_token_moved_to_another_queues_address_gives_no_right_to_another_case(watched: _Office) -> None:
    number, other = _open_case(watched), _open_case(watched, "eve@evil.example")
    token = _token(watched, other).partition("+")[2].partition("@")[0]
    _attack(watched, number, f"returns+{token}@casepost.example")
