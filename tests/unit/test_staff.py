"""What an agent wrote, told apart from what casepost had sent them."""

from datetime import timedelta

import pytest

from cases.mail import Part, is_passed_on
from cases.model import Happening, MessageKind, Status
from cases.reference import Role
from ingest.decide import decide
from ingest.staff import find_own_words
from tests.casework import ADA, AGENT, NOW, NUMBER, ask, make_facts, make_known, make_mail, signed_address

TOKEN = "support+aaeizobix6qaaaaabcppmo2hic7org7ckwanxgoxjai@casepost.example"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes, it is.", "Yes, it is."),
        ("Ja.\n\nAda skrev:\n\n=== Your answer goes above this line (CP-4821773099) ===\nFrom: J", "Ja.\n\nAda skrev:"),
        (f"Ja.\n\nFra: Jan via support <{TOKEN}>\nTil: Ada", "Ja."),
        (f"Ja.\n\nSendt: i dag\nFra: <{TOKEN.upper()}>", "Ja."),
        ("-- \nAda Agent\nMarketplace Ltd", ""),
    ],
)
def test_an_agents_words_end_where_our_relay_begins(text: str, own: str) -> None:
    assert find_own_words(make_mail(reply_text=text)) == own
    assert find_own_words(make_mail(reply_text=text, has_new_text=False)) == ""


@pytest.mark.parametrize(
    ("content_type", "inline", "passed"),
    [
        ("application/pdf", False, True),
        ("image/png", False, True),
        ("image/png", True, False),
        ("message/rfc822", False, False),
        ("application/ms-tnef", False, False),
        ("text/vcard", False, False),
    ],
)
def test_a_file_goes_on_to_the_seller_and_what_would_name_the_agent_does_not(
    content_type: str, inline: bool, passed: bool
) -> None:
    part = Part(
        path="2",
        offset=0,
        length=1,
        encoding="7bit",
        content_type=content_type,
        size=1,
        sha256="0" * 64,
        inline=inline,
        attachment=True,
    )
    assert is_passed_on(part) is passed


@pytest.mark.parametrize(("days", "answers"), [(29, True), (31, False)])
def test_an_agents_address_ends_thirty_days_after_its_case(days: int, answers: bool) -> None:
    facts = make_facts(status=Status.CLOSED, closed_at=NOW - timedelta(days=days))
    change = decide(
        ask(make_mail(author=AGENT), signed_address(Role.AGENT, subject_id=ADA.id), known=make_known({NUMBER: facts}))
    )
    assert (Happening.AGENT_ANSWERED in change.happenings) is answers
    assert change.message is not None
    assert change.message.kind is (MessageKind.AGENT if answers else MessageKind.NOTE)


def test_an_answer_in_a_case_where_nobody_takes_part_is_reported_and_not_sent() -> None:
    known = make_known({NUMBER: make_facts(participants=())})
    change = decide(ask(make_mail(author=AGENT), signed_address(Role.AGENT, subject_id=ADA.id), known=known))
    assert change.happenings == (Happening.COMMANDED,)
    assert "Nothing was sent" in change.report
