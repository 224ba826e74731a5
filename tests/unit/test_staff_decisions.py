"""What an agent's mail does: answers, notes and commands, held answers, and mail that only claims to be an agent's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.change import Held, People
from cases.identity import Identity, Verdict
from cases.mail import Address, MailKind, Part
from cases.model import CaseState, Direction, Happening, MessageKind, Outcome, Priority, Status, Strength
from cases.reference import Role
from ingest.decide import decide
from store.people import User
from store.staff_lookup import OtherAnswer, StaffFacts
from tests.casework import (
    ADA,
    AGENT,
    NOW,
    NUMBER,
    OTHER,
    RETURNS,
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
        ask(agents_mail("#close"), AGENTS_ADDRESS, identity=FAILED),
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
    assert change.happenings == (Happening.AGENT_ANSWERED, Happening.CLOSED, Happening.COMMANDED)
    assert change.settings.assignee_id == ADA.id
    assert change.settings.priority is Priority.HIGH
    assert (change.settings.topic, change.settings.add_tags) == ("returns", ("vip",))
    assert change.message is not None
    assert change.message.text == "The money was sent."


def test_commands_alone_are_done_and_nothing_is_sent() -> None:
    change = decide(ask(agents_mail("#close"), AGENTS_ADDRESS))
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.COMMAND
    assert (change.happenings, change.message) == ((Happening.CLOSED, Happening.COMMANDED), None)
    assert "the case is closed" in change.report


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
    assert Happening.NOTED in change.happenings
    assert Happening.AGENT_ANSWERED not in change.happenings
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


def staff_of(**values: Any) -> StaffFacts:
    return StaffFacts(**values)


def target(number: str = OTHER) -> CaseState:
    return make_facts(number).state


BEN = User(id=6, name="Ben", role="agent", addresses=("ben@office.example",), queue_ids=(1,))
VERA = User(id=7, name="Vera", role="viewer", addresses=("vera@office.example",), queue_ids=(1,))
OTHERS = OtherAnswer(author="Ben", at=NOW, text="It was sent on Monday.")


@pytest.mark.parametrize(
    ("text", "happening", "said"),
    [
        ("#wait 2d", Happening.PUT_OFF, "after 2 days"),
        ("#reopen", Happening.REOPENED, "open again"),
        ("#queue returns", Happening.HANDED_OVER, "with the queue returns"),
        ("#assign ben@office.example", Happening.HANDED_OVER, "given to ben@office.example"),
        (f"#merge {OTHER}", Happening.MERGED, f"went into CP-{OTHER}"),
    ],
)
def test_a_command_makes_something_happen_and_the_receipt_says_so(text: str, happening: Happening, said: str) -> None:
    known = make_known(users=(ADA, BEN))
    change = decide(ask(agents_mail(text), AGENTS_ADDRESS, known=known, staff=staff_of(targets={OTHER: target()})))
    assert change.happenings == (happening, Happening.COMMANDED)
    assert said in change.report
    assert change.message is None


@pytest.mark.parametrize("word", ["2d", "1.5h", "7", "\u0663d", "P", "PT4H"])
def test_a_tag_may_look_like_a_time(word: str) -> None:
    """Found by fuzzing: the receipt read the words of every command as a time, and the mail could not be read."""
    change = decide(ask(agents_mail(f"#tag {word}"), AGENTS_ADDRESS))
    assert change.settings.add_tags == (word,)
    assert f"tag {word}" in change.report


def test_commands_set_what_they_say() -> None:
    change = decide(ask(agents_mail("#wait 4h\n#queue returns\n#assign me\n#tag a\n#tag b"), AGENTS_ADDRESS))
    assert (change.settings.wait, change.settings.queue_id) == ("PT4H", RETURNS.id)
    assert (change.settings.assignee_id, change.settings.add_tags) == (ADA.id, ("a", "b"))
    merged = decide(ask(agents_mail(f"#merge {OTHER}"), AGENTS_ADDRESS, staff=staff_of(targets={OTHER: target()})))
    assert merged.merge_into == OTHER


def test_who_takes_the_case_themselves_is_sent_nothing_they_have_already() -> None:
    change = decide(ask(agents_mail("#assign me"), AGENTS_ADDRESS))
    assert change.happenings == (Happening.COMMANDED,)
    assert change.settings.assignee_id == ADA.id


def test_somebody_is_let_in_and_out_by_an_agent_and_gets_an_answer_in_the_same_mail() -> None:
    change = decide(ask(agents_mail(f"#add ware@house.example\n#remove {SELLER}\n\nHello."), AGENTS_ADDRESS))
    assert change.people == People(add=(Address(address="ware@house.example"),), remove=(SELLER,), confirm=True)
    assert change.happenings[0] is Happening.AGENT_ANSWERED


def test_a_template_is_sent_by_its_name_with_or_without_words() -> None:
    for text, words in (("#template refund", ""), ("#template refund\n\nIt takes five days.", "It takes five days.")):
        change = decide(ask(agents_mail(text), AGENTS_ADDRESS, templates=frozenset({"refund"})))
        assert change.happenings[0] is Happening.AGENT_ANSWERED
        assert change.message is not None
        assert (change.template, change.message.text) == ("refund", words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#queue nowhere", "there is no queue 'nowhere'"),
        ("#template refund", "there is no template 'refund'"),
        ("#assign vera@office.example", "no member of staff who can be given a case"),
        ("#assign stranger@x.example", "no member of staff who can be given a case"),
        ("#merge 4821773099", "is this very case"),
        (f"#merge {OTHER}", f"there is no case {OTHER}"),
        (f"#add {AGENT}", "is one of us"),
        (f"#add {SUPPORT.address}", "is one of us"),
        ("#remove stranger@x.example", "takes no part"),
        ("#send", "nothing of yours is held"),
    ],
)
def test_a_command_that_cannot_be_done_stops_all_of_the_mail(text: str, said: str) -> None:
    known = make_known(users=(ADA, VERA))
    facts = staff_of(targets={NUMBER: make_facts().state})
    change = decide(ask(agents_mail(f"{text}\n#close\n\nHello."), AGENTS_ADDRESS, known=known, staff=facts))
    assert change.happenings == (Happening.COMMANDED,)
    assert "Nothing was done" in change.report
    assert said in change.report
    assert "#help" in change.report
    assert change.message is None


def test_a_closed_case_is_not_put_off_unless_it_is_opened() -> None:
    known = make_known({NUMBER: make_facts(status=Status.CLOSED, closed_at=NOW - timedelta(days=1))})
    assert "closed" in decide(ask(agents_mail("#wait 2d"), AGENTS_ADDRESS, known=known)).report
    change = decide(ask(agents_mail("#reopen\n#wait 2d"), AGENTS_ADDRESS, known=known))
    assert change.happenings == (Happening.REOPENED, Happening.PUT_OFF, Happening.COMMANDED)


def test_an_answer_is_held_and_nothing_done_when_a_colleague_has_answered_meanwhile() -> None:
    mail = agents_mail("#close\n\nIt was lost.")
    change = decide(ask(mail, AGENTS_ADDRESS, staff=staff_of(other_answer=OTHERS)))
    assert change.happenings == (Happening.ANSWER_HELD,)
    assert change.message is not None
    assert change.message.text == "It was lost."
    assert "> It was sent on Monday." in change.report
    assert "#send" in change.report
    assert "commands in your mail were not done" in change.report


def test_a_note_or_a_command_is_not_held_for_a_colleagues_answer() -> None:
    for text in ("#note He called.", "#close"):
        change = decide(ask(agents_mail(text), AGENTS_ADDRESS, staff=staff_of(other_answer=OTHERS)))
        assert Happening.ANSWER_HELD not in change.happenings


def test_what_was_held_is_sent_or_other_words_take_its_place() -> None:
    facts = staff_of(other_answer=OTHERS, has_held=True)
    sent = decide(ask(agents_mail("#send"), AGENTS_ADDRESS, staff=facts))
    assert (sent.held, sent.message) == (Held.SENT, None)
    assert sent.happenings == (Happening.ANSWER_RELEASED, Happening.COMMANDED)
    other = decide(ask(agents_mail("#send\nBoth are right."), AGENTS_ADDRESS, staff=facts))
    assert other.held is Held.DROPPED
    assert other.happenings == (Happening.AGENT_ANSWERED, Happening.COMMANDED)


@pytest.mark.parametrize(
    ("identity", "must_pass", "need_pass", "answers"),
    [
        (Identity(), False, False, True),
        (Identity(verdict=Verdict.PASS), True, True, True),
        (Identity(verdict=Verdict.FAIL), False, False, False),
        (Identity(), True, False, False),
        (Identity(), False, True, False),
    ],
)
def test_an_agents_domain_that_was_proved_once_or_has_to_be_must_stand_for_the_mail(
    identity: Identity, must_pass: bool, need_pass: bool, answers: bool
) -> None:
    change = decide(
        ask(
            agents_mail(),
            AGENTS_ADDRESS,
            identity=identity,
            staff=staff_of(must_pass=must_pass),
            agents_need_pass=need_pass,
        )
    )
    assert (Happening.AGENT_ANSWERED in change.happenings) is answers
    assert change.proved_address == (AGENT if answers and identity.passed else "")
    assert change.message is not None
    assert change.message.unconfirmed is not answers


def test_the_owner_of_an_address_is_told_how_to_make_another_one_theirs() -> None:
    change = decide(ask(agents_mail(author="ada@new.example"), AGENTS_ADDRESS))
    assert f"casepost user alias {AGENT} ada@new.example" in change.report
    assert change.user_id == ADA.id


def test_the_block_under_an_agents_name_goes_on_only_where_that_is_wanted() -> None:
    mail = replace(agents_mail("Yes."), signature="Ada Agent\nMarketplace Ltd")
    for wanted, text in ((False, "Yes."), (True, "Yes.\n\nAda Agent\nMarketplace Ltd")):
        change = decide(ask(mail, AGENTS_ADDRESS, agent_signatures=wanted))
        assert change.message is not None
        assert change.message.text == text
