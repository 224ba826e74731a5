"""From raw bytes to a disposition, with the real reader and the real rules; on both databases."""

import errno
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa

import ingest.take_in
from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.model import Outcome
from cases.reference import Role, SignedAddress, make_address
from ingest.child_pool import ReaderFailed
from store import quarantine
from store.errors import StoreUnavailable
from store.failpoints import Step
from store.ledger import TRIES
from store.store import Store
from store.tables import cases, dispositions
from tests.casework import AGENT, NOW, RETURNS, SELLER, SUPPORT
from tests.office import HOLDER, Office
from tests.service import mail

STRANGER = "eve@elsewhere.example"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def first(office: Office, **headers: str) -> Applied:
    applied = office.receive(mail("Where is my money?", "For order 302-1234567-7654321, since Monday.", **headers))
    assert applied is not None
    return applied


def signed(office: Office, applied: Applied, role: Role) -> str:
    """The signed address of the case for its requester or for the first agent."""
    table = "participants" if role is Role.SELLER else "users"
    (row,) = office.rows(sa.text(f"SELECT min(id) AS id FROM {table}"))  # type: ignore[arg-type]
    assert applied.number is not None
    who = SignedAddress(role=role, number=applied.number, subject_id=row.id)
    return make_address(office.store.keyring, SUPPORT.address, who)


def answer(text: str, *, sender: str = SELLER, **headers: str) -> EmailMessage:
    return mail("Re: Where is my money?", text, sender=sender, **headers)


def entry_of(office: Office, applied: Applied) -> Any:
    (row,) = office.rows(sa.select(dispositions.c.ledger_id).where(dispositions.c.message_id == applied.message_id))
    entry = office.store.ledger.find(row.ledger_id)
    assert entry is not None
    return entry


def test_a_mail_becomes_a_case_and_the_ledger_says_the_same_word(office: Office) -> None:
    applied = first(office)
    shown = office.case(applied.number)
    assert (applied.outcome, shown["requester"]["address"]) == (Outcome.CREATED, SELLER)
    assert [(one["kind"], one["value"]) for one in shown["identifiers"]] == [("order_id", "302-1234567-7654321")]
    entry = entry_of(office, applied)
    assert (entry.state, entry.outcome, entry.reason) == ("done", "created", applied.reason)


@pytest.mark.parametrize("raw", [b"", b"\0", b"\xff" * 300, b"From: a@b\nSubject: \xed\xa0\x80\0\n\n\0\xff", b"\n\n\n"])
def test_any_octets_get_a_disposition(office: Office, raw: bytes) -> None:
    applied = office.receive(raw, sender=None)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    answered = "acknowledgement" in [kind for kind, _ in office.planned()]
    assert answered == raw.startswith(b"From: a@b")


def test_a_copy_by_another_route_is_a_duplicate(office: Office) -> None:
    question = mail("Where is my money?", "Since Monday.")
    applied = office.receive(question)
    raw = b"Received: from relay.example by mx.example; Mon, 23 Nov 2026 10:00:00 +0100\r\n" + question.as_bytes()
    again = office.receive(raw, RETURNS.address)
    assert applied is not None
    assert again is not None
    assert (again.outcome, again.number) == (Outcome.DUPLICATE, applied.number)


def test_the_sellers_answer_is_appended_and_a_strangers_waits_unconfirmed(office: Office) -> None:
    applied = first(office)
    address = signed(office, applied, Role.SELLER)
    mine = office.receive(answer("Blue."), address)
    theirs = office.receive(answer("I am his wife.", sender=STRANGER), address, sender=STRANGER)
    assert mine is not None
    assert theirs is not None
    assert (mine.outcome, mine.number) == (theirs.outcome, theirs.number) == (Outcome.APPENDED, applied.number)
    rows = office.rows(sa.text("SELECT from_address, unconfirmed FROM messages ORDER BY id"))  # type: ignore[arg-type]
    assert [(row.from_address, bool(row.unconfirmed)) for row in rows] == [
        (SELLER, False),
        (SELLER, False),
        (STRANGER, True),
    ]


def test_an_answer_with_only_the_known_foreign_id_finds_the_case(office: Office) -> None:
    question = mail("Where is my money?", "Since Monday.")
    applied = office.receive(question)
    again = office.receive(mail("AW: Geld", "Still nothing.", In_Reply_To=str(question["Message-ID"])))
    assert applied is not None
    assert again is not None
    assert again.number == applied.number


def test_a_tag_appends_a_participants_mail_and_links_a_strangers(office: Office) -> None:
    applied = first(office)
    subject = f"Re: Money [CP-{applied.number}]"
    mine = office.receive(mail(subject, "Still nothing."))
    theirs = office.receive(mail(subject, "Mine too.", sender=STRANGER), sender=STRANGER)
    assert mine is not None
    assert theirs is not None
    assert mine.number == applied.number
    assert (theirs.outcome, theirs.number == applied.number) == (Outcome.CREATED, False)
    assert office.case(theirs.number)["linked"] == [applied.number]


def test_an_agents_mail_answers_and_an_impostors_is_a_note(office: Office) -> None:
    applied = first(office)
    address = signed(office, applied, Role.AGENT)
    office.receive(answer("#priority high\nIt is on its way.", sender=AGENT), address, sender=AGENT)
    office.receive(answer("#close\nPay to another account.", sender=STRANGER), address, sender=STRANGER)
    shown = office.case(applied.number)
    assert (shown["status"], shown["priority"]) == ("waiting", "high")
    assert [(one["kind"], one["reply_text"]) for one in shown["messages"]] == [
        ("seller", "For order 302-1234567-7654321, since Monday."),
        ("agent", "It is on its way."),
        ("note", "#close\nPay to another account."),
    ]
    assert [kind for kind, state in office.planned() if state == "waiting"].count("answer") == 1
    assert ("agent_report", "waiting") in office.planned()


def test_a_quoted_command_of_an_agent_is_not_done(office: Office) -> None:
    applied = first(office)
    quoted = "Thanks.\n\nOn Mon, 23 Nov 2026 at 10:00, Jan <jan@petersen.example> wrote:\n> #close\n> #note x\n"
    office.receive(answer(quoted, sender=AGENT), signed(office, applied, Role.AGENT), sender=AGENT)
    shown = office.case(applied.number)
    assert (shown["status"], shown["messages"][-1]["reply_text"]) == ("waiting", "Thanks.")


def test_an_agents_out_of_office_reaches_nobody(office: Office) -> None:
    applied = first(office)
    away = answer("I am on holiday.", sender=AGENT, Auto_Submitted="auto-replied")
    done = office.receive(away, signed(office, applied, Role.AGENT), sender=AGENT)
    assert done is not None
    assert done.outcome is Outcome.IGNORED
    assert len(office.case(applied.number)["messages"]) == 1


def test_a_mail_from_an_old_archive_is_a_case_that_nobody_is_answered_for(office: Office) -> None:
    old = mail("Long ago", "Where is my money?", Date="Mon, 05 Jan 2009 10:00:00 +0100")
    applied = office.receive(old, channel=Channel.IMPORT)
    assert applied is not None
    assert "acknowledgement" not in [kind for kind, _ in office.planned()]


def test_a_crash_after_the_case_was_committed_makes_no_second_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(step: Step) -> None:
        if step is Step.CASE_COMMITTED:
            raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(ingest.take_in, "reach", crash)
        with pytest.raises(Crash):
            first(office)
    assert office.store.ledger.free_lapsed(node=HOLDER) == 1
    (row,) = office.rows(sa.select(dispositions.c.ledger_id))
    again = office.work_on(row.ledger_id)
    assert again is not None
    assert again.outcome is Outcome.CREATED
    assert len(office.rows(sa.select(cases.c.id))) == 1
    entry = office.store.ledger.find(row.ledger_id)
    assert entry is not None
    assert entry.state == "done"


def test_a_store_that_is_down_costs_the_mail_no_try(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> Any:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(ingest.take_in, "apply", fail)
        assert office.receive(mail("x", "y")) is None
    (entry,) = office.store.ledger.claim(holder="b", now=NOW + timedelta(seconds=5), limit=1)
    assert (entry.tries, entry.last_error) == (0, "locked")


def quarantined(office: Office, *recipients: str) -> tuple[Applied, int]:
    """A mail no reader survives, tried until it is quarantined; and its ledger id."""
    office.reader.faults += [ReaderFailed("the reader was stopped after 10 s")] * TRIES
    arrival = Arrival(
        raw=mail("Bomb", "Boom.").as_bytes(),
        channel=Channel.SMTP,
        sender=SELLER,
        recipients=recipients or (SUPPORT.address,),
        received_at=NOW,
    )
    (ledger_id,) = office.store.ledger.add([arrival])
    assert [office.work_on(ledger_id) for _ in range(TRIES - 1)] == [None] * (TRIES - 1)
    applied = office.work_on(ledger_id)
    assert applied is not None
    return applied, ledger_id


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "Input/output error"), OSError(errno.ENOSPC, "No space left")])
def test_a_disk_that_fails_while_a_mail_is_read_costs_it_no_try(office: Office, fault: OSError) -> None:
    office.reader.faults += [fault] * TRIES
    assert office.receive(mail("Where is my money?", "Hello")) is None
    (entry,) = office.store.ledger.claim(holder=HOLDER, now=NOW + timedelta(minutes=1), limit=9)
    assert entry.tries == 0
    assert office.take_in().take_in(entry, now=NOW) is None
    (entry,) = office.store.ledger.claim(holder=HOLDER, now=NOW + timedelta(minutes=2), limit=9)
    assert office.take_in().take_in(entry, now=NOW) is None
    assert office.store.ledger.quarantined() == []


def test_a_mail_that_no_reader_survives_is_quarantined_whole_as_a_case_of_its_queue(office: Office) -> None:
    applied, ledger_id = quarantined(office, "somebody@else.example", "returns+x@casepost.example")
    assert applied.outcome is Outcome.QUARANTINED
    shown = office.case(applied.number)
    assert (shown["queue"], shown["priority"]) == (RETURNS.name, "high")
    assert "stopped after 10 s" in shown["messages"][0]["text"]
    assert {kind for kind, _ in office.planned()} == {"agent_mail", "agent_reminder", "escalation"}
    assert [entry.id for entry in office.store.ledger.quarantined()] == [ledger_id]
    assert office.store.ledger.load(ledger_id).endswith(b"Boom.\n")


def test_a_quarantined_mail_that_is_tried_again_is_taken_in(office: Office) -> None:
    _, ledger_id = quarantined(office)
    quarantine.release(office.store, ledger_id, now=NOW)
    applied = office.work_on(ledger_id)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    assert office.case(applied.number)["subject"] == "Bomb"


def test_a_fault_of_the_program_is_a_failure_of_that_mail_alone(office: Office) -> None:
    office.reader.faults.append(ValueError("a bug with words of a seller"))
    assert office.receive(mail("x", "y")) is None
    (entry,) = office.store.ledger.claim(holder="b", now=NOW, limit=1)
    assert (entry.tries, entry.last_error) == (1, "fault: ValueError")
    assert office.receive(mail("z", "fine")) is not None


def test_a_stronger_copy_that_comes_second_takes_the_first_ones_case_with_it(office: Office) -> None:
    applied = first(office)
    office.write()
    office.deliver()
    reply = mail("Something new", "Blue.")
    weak = office.receive(reply)
    office.write()
    strong = office.receive(reply, signed(office, applied, Role.SELLER))
    assert weak is not None
    assert strong is not None
    assert (weak.outcome, strong.outcome, strong.number) == (Outcome.CREATED, Outcome.APPENDED, applied.number)
    assert office.case(weak.number)["merged_into"] == applied.number
    office.deliver()
    assert [one.envelope_to for one in office.way.tried].count(SELLER) == 1


def test_claims_that_a_fault_left_undone_are_not_renewed_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail("Where is my money?", "For order 302-1234567-7654321.").as_bytes()
    arrivals = [
        Arrival(raw=raw, channel=Channel.SMTP, sender=SELLER, recipients=(SUPPORT.address,), received_at=NOW)
        for _ in range(3)
    ]
    office.store.ledger.add(arrivals)
    take_in = office.take_in()

    def gone(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(ingest.take_in, "find_taken", gone)
    with pytest.raises(StoreUnavailable):
        take_in.take_in_some(clock=lambda: NOW, limit=8)
    assert take_in.active == set()


def test_a_second_case_of_too_few_words_is_in_the_language_of_the_first(office: Office) -> None:
    office.receive(mail("Bestellung fehlt", "Guten Tag, meine Bestellung 302-1234567-7654321 ist noch nicht da."))
    applied = office.receive(mail("303-1234567-7654321", "303-1234567-7654321"))
    assert applied is not None
    assert office.case(applied.number)["language"] == "de"
    stranger = office.receive(mail("304-1234567-7654321", "304-1234567-7654321", sender=STRANGER), sender=STRANGER)
    assert stranger is not None
    assert office.case(stranger.number)["language"] is None
