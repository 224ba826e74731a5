"""What becomes of a mail: robots, bounces, agents, sellers and impostors."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.identity import Identity, Verdict
from cases.mail import Address, MailKind, Part
from cases.model import Happening, MessageKind, Outcome, Priority, Status, Strength
from cases.reference import Role, make_message_id
from ingest.decide import decide
from tests.casework import (
    ADA,
    AGENT,
    NOW,
    NUMBER,
    RETURNS,
    RING,
    SELLER,
    SUPPORT,
    ask,
    make_facts,
    make_known,
    make_mail,
    signed_address,
)

AGENTS_ADDRESS = signed_address(Role.AGENT, subject_id=ADA.id)
NOTES_ADDRESS = signed_address(Role.NOTE, subject_id=ADA.id)
CASE_ID = make_facts().state.id
FAILED = Identity(verdict=Verdict.FAIL, detail="dmarc=fail")


def agents_mail(text: str = "It is on its way.", **values: Any) -> Any:
    return make_mail(**({"author": AGENT, "text": text, "reply_text": text} | values))


def attachment() -> Part:
    return Part(
        path="2",
        offset=0,
        length=4,
        encoding="7bit",
        content_type="application/pdf",
        size=4,
        sha256="0" * 64,
        filename="label.pdf",
        attachment=True,
    )


# Our own mail and robots.


def test_our_own_mail_that_comes_back_is_ignored() -> None:
    own = make_mail(message_id=make_message_id(RING, "casepost.example", NUMBER, Role.SELLER))
    change = decide(ask(own, signed_address()))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.IGNORED
    assert (change.case_id, change.opening, change.message) == (None, None, None)


@pytest.mark.parametrize("author", [SUPPORT.address, "Support+shop@casepost.example", RETURNS.address])
def test_mail_from_one_of_our_queues_is_ignored(author: str) -> None:
    change = decide(ask(make_mail(author=author)))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.IGNORED


def test_an_automatic_reply_to_a_case_is_kept_there_and_changes_nothing() -> None:
    change = decide(ask(make_mail(kind=MailKind.AUTO_REPLY, kind_reason="Auto-Submitted"), signed_address()))
    assert (change.case_id, change.happenings) == (CASE_ID, (Happening.ROBOT_ANSWERED,))
    assert change.message is not None
    assert change.message.kind is MessageKind.AUTO_REPLY


def test_an_automatic_reply_that_belongs_to_no_case_opens_none() -> None:
    change = decide(ask(make_mail(kind=MailKind.AUTO_REPLY, kind_reason="Auto-Submitted")))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.IGNORED
    assert "Auto-Submitted" in change.disposition.reason
    assert change.opening is None


@pytest.mark.parametrize(
    ("words", "language", "of_the_case"),
    [("Danke!", None, "de"), ("Bestilling er ikke kommet frem endnu", None, None), ("Where is it?", "en", "en")],
)
def test_a_mail_of_too_few_words_has_the_language_its_author_wrote_in_before(
    words: str, language: str | None, of_the_case: str | None
) -> None:
    known = replace(make_known(cases={}), language="de")
    change = decide(ask(make_mail(language=language, text=words, reply_text=words), known=known))
    assert change.opening is not None
    assert change.opening.language == of_the_case


# Sellers.


def test_a_new_mail_is_a_new_case_of_the_queue_with_what_was_read() -> None:
    change = decide(ask(make_mail(urgent=True, topic="order")))
    assert change.opening is not None
    assert change.opening.requester == Address(name="Jan", address=SELLER)
    assert (change.opening.queue_id, change.opening.topic, change.opening.priority) == (1, "order", Priority.URGENT)
    assert change.opening.missing == ("order_id",)
    assert change.happenings == (Happening.OPENED,)
    assert not change.silent


def test_the_queue_is_the_first_of_to_and_cc_and_the_others_are_named() -> None:
    shown: dict[str, Any] = {"to": (Address(address=SELLER), Address(address="Returns+x@casepost.example")),
             "cc": (Address(address=SUPPORT.address),)}  # fmt: skip
    change = decide(ask(make_mail(**shown), SUPPORT.address, RETURNS.address))
    assert change.opening is not None
    assert change.opening.queue_id == RETURNS.id
    assert change.notes == ("also sent to the queue support",)


def test_a_queue_that_only_the_envelope_names_takes_the_mail_and_one_that_only_to_names_does_not() -> None:
    change = decide(ask(make_mail(to=(Address(address=RETURNS.address),)), SUPPORT.address))
    assert change.opening is not None
    assert (change.opening.queue_id, change.notes) == (SUPPORT.id, ())


def test_those_copied_on_a_first_mail_take_part_but_never_staff_ourselves_robots_or_the_author() -> None:
    cc = (
        "anna@petersen.example",
        "Anna@Petersen.example",
        SELLER.upper(),
        "jan.office@petersen.example",
        AGENT,
        "ada@home.example",
        SUPPORT.address,
        "returns+x@casepost.example",
        "no-reply@shop.example",
        "noreply+1@shop.example",
        "MAILER-DAEMON@shop.example",
        "x" * 300 + "@shop.example",
    )
    mail = make_mail(
        cc=tuple(Address(address=one) for one in cc), reply_to=(Address(address="jan.office@petersen.example"),)
    )
    change = decide(ask(mail))
    assert change.opening is not None
    assert [one.address for one in change.opening.copied] == ["anna@petersen.example"]


@pytest.mark.parametrize(
    ("reply_to", "answered"),
    [
        ("jan.office@petersen.example", "jan.office@petersen.example"),
        ("jan@PETERSEN.example", "jan@PETERSEN.example"),
        ("victim@elsewhere.example", SELLER),
        ("jan@shop.petersen.example", "jan@shop.petersen.example"),
        ("victim@evilpetersen.example", SELLER),
    ],
)
def test_reply_to_counts_only_within_the_authors_organisation(reply_to: str, answered: str) -> None:
    change = decide(ask(make_mail(reply_to=(Address(address=reply_to),))))
    assert change.opening is not None
    assert change.opening.reply_address == answered


@pytest.mark.parametrize(
    "question",
    [
        ask(make_mail(), sender=""),
        ask(make_mail(author=None)),
        ask(make_mail(), identity=FAILED),
        ask(make_mail(no_answer="List-Id")),
        ask(make_mail(kind=MailKind.AUTO_REPLY, kind_reason="subject of an automatic answer")),
        ask(make_mail(kind=MailKind.AUTO_REPLY, kind_reason="From is a mail system")),
    ],
    ids=["null sender", "no certain author", "failed", "a list", "looks automatic", "a mail system"],
)
def test_a_mail_that_must_not_be_answered_is_a_silent_case_without_copies(question: Any) -> None:
    cc = (Address(address="anna@petersen.example"),)
    change = decide(replace(question, mail=replace(question.mail, cc=cc)))
    assert change.opening is not None
    assert change.silent
    assert change.opening.copied == ()


def test_an_old_or_undated_mail_from_an_archive_is_filed_and_all_others_are_acted_on() -> None:
    assert decide(ask(make_mail(date=NOW - timedelta(days=8)), from_archive=True)).filed
    assert decide(ask(make_mail(date=None), from_archive=True)).filed
    assert not decide(ask(make_mail(date=NOW - timedelta(days=6)), from_archive=True)).filed
    assert not decide(ask(make_mail(date=NOW - timedelta(days=400)))).filed


def test_a_null_sender_changes_no_state_of_a_known_case() -> None:
    change = decide(ask(make_mail(), signed_address(), sender=""))
    assert change.happenings == (Happening.ROBOT_ANSWERED,)
    assert change.message is not None
    assert change.message.kind is MessageKind.AUTO_REPLY


def test_a_mail_without_one_certain_author_has_nobody_who_is_written_to() -> None:
    change = decide(ask(make_mail(author=None)))
    assert change.opening is not None
    assert change.opening.reply_address == ""


def test_a_sellers_answer_is_appended_to_their_case_under_their_name() -> None:
    change = decide(ask(make_mail(), signed_address()))
    assert (change.case_id, change.happenings, change.opening) == (CASE_ID, (Happening.SELLER_WROTE,), None)
    assert change.message is not None
    assert (change.message.participant_id, change.message.unconfirmed) == (1, False)
    assert change.disposition is not None
    assert change.disposition.strength is Strength.SELLER


def test_a_stranger_with_a_signed_address_is_appended_unconfirmed_and_answered_by_nothing() -> None:
    change = decide(ask(make_mail(author="eve@elsewhere.example"), signed_address()))
    assert (change.case_id, change.happenings) == (CASE_ID, (Happening.STRANGER_WROTE,))
    assert change.message is not None
    assert (change.message.participant_id, change.message.unconfirmed) == (None, True)


def test_an_impostor_of_the_seller_gets_a_linked_case_of_their_own_in_silence() -> None:
    change = decide(ask(make_mail(), signed_address(), identity=FAILED))
    assert change.opening is not None
    assert change.links == (NUMBER,)
    assert change.silent
    assert change.message is not None
    assert change.message.identity is FAILED


def test_a_seller_who_writes_to_a_closed_case_opens_it_again() -> None:
    closed = make_facts(status=Status.CLOSED, closed_at=NOW - timedelta(days=3))
    change = decide(ask(make_mail(), signed_address(), known=make_known({NUMBER: closed})))
    assert change.happenings == (Happening.SELLER_WROTE,)
