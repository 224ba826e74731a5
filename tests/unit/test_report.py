"""Reports about delivery: which change something, and what they mean for the mail they are about."""

from dataclasses import replace
from typing import Any

import pytest

from cases.change import Change
from cases.mail import Bounce, BouncedRecipient, MailKind
from cases.model import MessageKind, Outcome
from cases.reference import Role
from cases.undelivered import Fate, judge_report
from ingest.decide import decide
from ingest.question import Question
from store.bounces import SentMail
from tests.casework import ADA, SELLER, SUPPORT, ask, make_facts, make_mail, signed_address

CASE_ID = make_facts().state.id
SENT = SentMail(outbox_id=7, case_id=CASE_ID, address=SELLER, participant_id=1, user_id=None, by_message_id=True)
BY_ADDRESS = replace(SENT, by_message_id=False)


def gone(address: str = SELLER, action: str = "failed", status: str = "5.1.1") -> BouncedRecipient:
    return BouncedRecipient(address=address, action=action, status=status, diagnostic="no such user")


def report(*recipients: BouncedRecipient, to: str = "", sent: SentMail | None = SENT, **values: Any) -> Question:
    about = Bounce(recipients=recipients, original_message_id=None)
    mail = make_mail(kind=MailKind.BOUNCE, author="mailer-daemon@mx.example", **({"bounce": about} | values))
    return ask(mail, to or signed_address(), sender="", reported=sent)


def assert_nothing_changes(change: Change) -> None:
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.BOUNCE
    assert (change.case_id, change.message, change.undelivered, change.opening) == (None, None, None, None)


def test_a_report_about_a_mail_of_ours_is_a_message_of_its_case() -> None:
    change = decide(report(gone()))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.BOUNCE
    assert (change.case_id, change.happenings) == (CASE_ID, ())
    assert change.message is not None
    assert change.message.kind is MessageKind.BOUNCE
    assert change.undelivered is not None
    assert (change.undelivered.outbox_id, change.undelivered.fate) == (7, Fate.REFUSED)
    assert any(SELLER in note and "5.1.1" in note for note in change.notes)


def test_a_report_without_our_message_id_counts_when_it_names_whom_we_wrote_to_or_nobody() -> None:
    assert decide(report(gone(), sent=BY_ADDRESS)).undelivered is not None
    assert decide(report(sent=BY_ADDRESS)).undelivered is not None
    assert_nothing_changes(decide(report(gone("other@petersen.example"), sent=BY_ADDRESS)))


def test_a_report_of_a_mail_to_an_agent_is_on_record_and_not_lost_as_automatic_mail() -> None:
    to_ada = replace(SENT, address=ADA.address, participant_id=None, user_id=ADA.id)
    agents_address = signed_address(Role.AGENT, subject_id=ADA.id)
    assert decide(report(gone(ADA.address), to=agents_address, sent=to_ada)).undelivered is not None


def test_a_report_about_nothing_of_ours_changes_nothing() -> None:
    assert_nothing_changes(decide(report(gone(), sent=None)))
    assert_nothing_changes(decide(report(gone(), sent=None, to=SUPPORT.address)))
    assert_nothing_changes(decide(report(sent=SENT, bounce=None)))


def test_a_report_about_a_report_changes_nothing() -> None:
    assert_nothing_changes(decide(report(gone(signed_address()))))
    assert_nothing_changes(decide(report(gone(SUPPORT.address))))


def test_who_knows_the_message_id_of_a_mail_to_somebody_else_cannot_report_on_it() -> None:
    assert_nothing_changes(decide(report(gone(), to=signed_address(subject_id=2))))
    assert decide(report(gone(), to=SUPPORT.address)).undelivered is not None


@pytest.mark.parametrize(
    ("named", "fate"),
    [
        ((gone(),), Fate.REFUSED),
        ((gone(status=""),), Fate.REFUSED),
        ((gone(SELLER.upper()),), Fate.REFUSED),
        ((gone(status="4.4.7"),), Fate.LOST),
        ((gone(action="delayed", status="4.4.1"),), Fate.DELAYED),
        ((gone(action="delivered", status="2.0.0"),), Fate.ARRIVED),
        ((gone(action="relayed", status=""),), Fate.ARRIVED),
        ((gone(action="expanded", status="2.0.0"),), Fate.ARRIVED),
        ((gone("behind@forwarded.example"),), Fate.LOST),
        ((gone("behind@forwarded.example", status="4.2.2"),), Fate.LOST),
        ((gone("behind@forwarded.example"), gone(action="relayed", status="2.0.0")), Fate.ARRIVED),
        ((gone("a@forwarded.example", action="delivered", status=""), gone("b@forwarded.example")), Fate.LOST),
        ((), Fate.LOST),
    ],
)
def test_what_a_report_means_for_the_mail_it_is_about(named: tuple[BouncedRecipient, ...], fate: Fate) -> None:
    assert judge_report(Bounce(recipients=named), sent_to=SELLER)[0] is fate


def test_the_words_of_a_report_name_the_status_the_reason_and_who_is_behind_the_mailbox() -> None:
    assert judge_report(Bounce(recipients=(gone(),)), sent_to=SELLER)[1] == "5.1.1 no such user"
    _, words = judge_report(Bounce(recipients=(gone("b@forwarded.example"),)), sent_to=SELLER)
    assert "b@forwarded.example" in words
    refused = replace(gone(), diagnostic=f"550 5.7.1 {signed_address().upper()} may not write here")
    assert judge_report(Bounce(recipients=(refused,)), sent_to=SELLER)[1] == (
        "5.1.1 550 5.7.1 SUPPORT+…@CASEPOST.EXAMPLE may not write here"
    )
    long = replace(gone(), diagnostic="x\n" * 5_000)
    assert len(judge_report(Bounce(recipients=(long,)), sent_to=SELLER)[1]) == 200
