"""What becomes of a mail: robots, bounces, agents, sellers and impostors."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.mail import Address, Bounce, BouncedRecipient, MailKind, Part
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Status, Strength
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


def bounce(original: str | None) -> Any:
    gone = BouncedRecipient(address=SELLER, action="failed", status="5.1.1", diagnostic="no such user")
    about = Bounce(recipients=(gone,), original_message_id=original)
    return make_mail(kind=MailKind.BOUNCE, author="mailer-daemon@mx.example", bounce=about)


def test_a_bounce_of_a_mail_of_ours_is_a_message_of_its_case() -> None:
    original = make_message_id(RING, "casepost.example", NUMBER, Role.SELLER)
    change = decide(ask(bounce(original), signed_address(), sender="", bounced_number=NUMBER))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.BOUNCE
    assert (change.case_id, change.happenings) == (CASE_ID, (Happening.BOUNCED,))
    assert change.message is not None
    assert change.message.kind is MessageKind.BOUNCE
    assert any(SELLER in note and "5.1.1" in note for note in change.notes)


@pytest.mark.parametrize("recipient", [signed_address(), AGENTS_ADDRESS])
def test_a_bounce_that_quotes_no_message_id_is_placed_by_the_signed_address_it_came_to(recipient: str) -> None:
    change = decide(ask(bounce(None), recipient, sender=""))
    assert change.disposition is not None
    assert (change.disposition.outcome, change.case_id) == (Outcome.BOUNCE, CASE_ID)


def test_a_bounce_of_a_mail_to_an_agent_is_on_record_and_not_lost_as_automatic_mail() -> None:
    original = make_message_id(RING, "casepost.example", NUMBER, Role.AGENT)
    change = decide(ask(bounce(original), AGENTS_ADDRESS, sender="", bounced_number=NUMBER))
    assert change.happenings == (Happening.BOUNCED,)


@pytest.mark.parametrize(("action", "is_failure"), [("failed", True), ("delayed", False), ("delivered", False)])
def test_a_report_that_a_mail_is_late_or_has_arrived_changes_no_state(action: str, is_failure: bool) -> None:
    about = Bounce(recipients=(BouncedRecipient(address=SELLER, action=action, status="", diagnostic=""),))
    report = make_mail(kind=MailKind.BOUNCE, author="mailer-daemon@mx.example", bounce=about)
    change = decide(ask(report, signed_address(), sender="", bounced_number=NUMBER))
    assert (Happening.BOUNCED in change.happenings) is is_failure


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


def test_a_bounce_of_a_mail_that_is_not_ours_makes_no_case() -> None:
    change = decide(ask(bounce("<foreign@elsewhere.example>"), sender=""))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.BOUNCE
    assert (change.case_id, change.opening, change.message) == (None, None, None)


# Agents.


def test_an_agents_answer_goes_to_the_seller() -> None:
    change = decide(ask(agents_mail(), AGENTS_ADDRESS, sender=AGENT))
    assert (change.case_id, change.user_id, change.happenings) == (CASE_ID, ADA.id, (Happening.AGENT_ANSWERED,))
    assert change.message is not None
    assert (change.message.kind, change.message.direction) == (MessageKind.AGENT, Direction.OUTBOUND)
    assert change.message.text == "It is on its way."
    assert change.disposition is not None
    assert change.disposition.strength is Strength.AGENT


def test_an_agent_may_write_from_any_of_their_own_addresses() -> None:
    change = decide(ask(agents_mail(author="ADA@home.example"), AGENTS_ADDRESS))
    assert change.happenings == (Happening.AGENT_ANSWERED,)


@pytest.mark.parametrize(
    "question",
    [
        ask(agents_mail(author="eve@elsewhere.example"), AGENTS_ADDRESS),
        ask(agents_mail(author=SELLER), AGENTS_ADDRESS),
        ask(agents_mail(author=None), AGENTS_ADDRESS),
        ask(agents_mail("#close"), AGENTS_ADDRESS, failed=True),
        ask(agents_mail(), AGENTS_ADDRESS, known=make_known(users=(replace(ADA, role="viewer"),))),
    ],
    ids=["a stranger", "the seller", "nobody certain", "failed", "a viewer"],
)
def test_the_right_token_without_the_right_sender_is_a_note_and_a_report_and_nothing_to_the_seller(
    question: Any,
) -> None:
    change = decide(question)
    assert change.happenings == (Happening.NOTED, Happening.COMMANDED)
    assert change.message is not None
    assert (change.message.kind, change.message.unconfirmed) == (MessageKind.NOTE, True)
    assert change.user_id == ADA.id
    assert change.report
    assert change.settings.assignee_id is None


def test_an_address_of_a_user_who_is_gone_gives_a_note_and_no_rights() -> None:
    change = decide(ask(agents_mail(), AGENTS_ADDRESS, known=make_known(users=())))
    assert change.user_id is None
    assert change.message is not None
    assert change.message.kind is MessageKind.NOTE


@pytest.mark.parametrize("kind", [MailKind.AUTO_REPLY])
@pytest.mark.parametrize("recipient", [AGENTS_ADDRESS, NOTES_ADDRESS])
def test_an_agents_out_of_office_goes_nowhere(kind: MailKind, recipient: str) -> None:
    change = decide(ask(agents_mail(kind=kind), recipient))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.IGNORED
    assert change.message is None


def test_a_read_receipt_with_a_null_sender_goes_nowhere() -> None:
    change = decide(ask(agents_mail(), AGENTS_ADDRESS, sender=""))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.IGNORED


def test_commands_are_done_and_taken_out_of_the_answer() -> None:
    text = f"#close\n#assign {AGENT}\n#priority high\n#topic returns\n#tag vip\n\nThe money was sent."
    change = decide(ask(agents_mail(text), AGENTS_ADDRESS))
    assert change.happenings == (Happening.AGENT_ANSWERED, Happening.CLOSED)
    assert change.settings.assignee_id == ADA.id
    assert change.settings.priority is Priority.HIGH
    assert (change.settings.topic, change.settings.add_tags) == ("returns", ("vip",))
    assert change.message is not None
    assert change.message.text == "The money was sent."


def test_commands_alone_are_done_and_nothing_is_sent() -> None:
    change = decide(ask(agents_mail("#close"), AGENTS_ADDRESS))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.COMMAND
    assert (change.happenings, change.message) == ((Happening.CLOSED,), None)


def test_a_command_that_is_only_quoted_is_words_of_history() -> None:
    mail = make_mail(author=AGENT, text="Thanks.\n> #close\n#close", reply_text="Thanks.")
    change = decide(ask(mail, AGENTS_ADDRESS))
    assert change.happenings == (Happening.AGENT_ANSWERED,)


@pytest.mark.parametrize("text", ["#clsoe\nThe money was sent.", "#assign nobody@x.example\nHi", "#close\n#reopen"])
def test_with_one_bad_command_nothing_at_all_is_done_and_the_agent_is_told(text: str) -> None:
    change = decide(ask(agents_mail(text), AGENTS_ADDRESS))
    assert change.happenings == (Happening.COMMANDED,)
    assert change.message is None
    assert change.report.startswith("Nothing was done: ")
    assert "#help" in change.report
    assert change.settings.assignee_id is None


def test_a_mail_without_words_but_with_a_file_is_an_answer_and_an_empty_one_is_reported() -> None:
    assert decide(ask(agents_mail("", parts=(attachment(),)), AGENTS_ADDRESS)).happenings == (Happening.AGENT_ANSWERED,)
    empty = decide(ask(agents_mail(""), AGENTS_ADDRESS))
    assert empty.happenings == (Happening.COMMANDED,)
    assert "no new text" in empty.report


@pytest.mark.parametrize(("recipient", "text"), [(NOTES_ADDRESS, "Lies."), (AGENTS_ADDRESS, "#note Lies.")])
def test_a_note_stays_inside(recipient: str, text: str) -> None:
    change = decide(ask(agents_mail(text), recipient))
    assert change.happenings == (Happening.NOTED,)
    assert change.message is not None
    assert (change.message.kind, change.message.direction, change.message.text) == (
        MessageKind.NOTE,
        Direction.INBOUND,
        "Lies.",
    )


def test_a_note_address_counts_more_than_an_agents_and_that_more_than_a_sellers() -> None:
    every = (SUPPORT.address, signed_address(), AGENTS_ADDRESS, NOTES_ADDRESS)
    assert decide(ask(agents_mail(), *every)).happenings == (Happening.NOTED,)
    assert decide(ask(agents_mail(), *every[:3])).happenings == (Happening.AGENT_ANSWERED,)
    assert decide(ask(make_mail(), *every[:2])).case_id == CASE_ID


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
        ("victim@evil.petersen.example", SELLER),
    ],
)
def test_reply_to_counts_only_within_the_authors_domain(reply_to: str, answered: str) -> None:
    change = decide(ask(make_mail(reply_to=(Address(address=reply_to),))))
    assert change.opening is not None
    assert change.opening.reply_address == answered


@pytest.mark.parametrize(
    "question",
    [
        ask(make_mail(), sender=""),
        ask(make_mail(author=None)),
        ask(make_mail(), failed=True),
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
    change = decide(ask(make_mail(), signed_address(), failed=True))
    assert change.opening is not None
    assert change.links == (NUMBER,)
    assert change.silent
    assert change.message is not None
    assert change.message.authentication == "fail"


def test_a_seller_who_writes_to_a_closed_case_opens_it_again() -> None:
    closed = make_facts(status=Status.CLOSED, closed_at=NOW - timedelta(days=3))
    change = decide(ask(make_mail(), signed_address(), known=make_known({NUMBER: closed})))
    assert change.happenings == (Happening.SELLER_WROTE,)
