"""Which case a mail belongs to: every cell of the table of evidence and sender, and the cases between."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.mail import Mail
from cases.model import Status
from cases.reference import Role, make_message_id, make_tag
from ingest.evidence import Envelope, Kind, find_evidence
from ingest.thread import PLACEMENTS, Place, Placement, Standing, decide_place
from store.lookup import Known
from tests.casework import NOW, NUMBER, OTHER, RING, SELLER, SUPPORT, make_facts, make_known, make_mail, signed_address

STRANGER = "eve@elsewhere.example"
FOREIGN = "<their-first@client.example>"
AUTHORS = {Standing.PARTICIPANT: SELLER, Standing.STRANGER: STRANGER, Standing.FAILED: SELLER}


def evidence_of(kind: Kind, number: str = NUMBER) -> tuple[dict[str, Any], str]:
    """What a mail has to hold, and where it has to go, to give this kind of evidence."""
    match kind:
        case Kind.SIGNED_ADDRESS:
            return {}, signed_address(number=number)
        case Kind.OUR_MESSAGE_ID:
            return {"references": (make_message_id(RING, "casepost.example", number, Role.SELLER),)}, SUPPORT.address
        case Kind.KNOWN_MESSAGE_ID:
            return {"in_reply_to": (FOREIGN,)}, SUPPORT.address
        case Kind.TAG:
            return {"subject": f"Re: Where is my money? {make_tag(number)}"}, SUPPORT.address


def place(mail: Mail, *recipients: str, known: Known | None = None, failed: bool = False, now: datetime = NOW) -> Place:
    envelope = Envelope(sender=SELLER, recipients=recipients or (SUPPORT.address,))
    evidence = find_evidence(mail, envelope, RING)
    return decide_place(mail, evidence, known or make_known(ids={FOREIGN: NUMBER}), failed=failed, now=now)


@pytest.mark.parametrize(("kind", "standing"), sorted(PLACEMENTS))
def test_every_cell_of_the_table_is_what_happens(kind: Kind, standing: Standing) -> None:
    headers, recipient = evidence_of(kind)
    mail = make_mail(author=AUTHORS[standing], **headers)
    found = place(mail, recipient, failed=standing is Standing.FAILED)
    assert found.placement is PLACEMENTS[kind, standing]
    assert found.facts is not None
    assert found.facts.state.number == NUMBER
    hits = [step for step in found.steps if step.hit]
    assert [step.step for step in hits] == [kind.value]
    assert standing.value in hits[0].detail


def test_the_table_is_the_rule_of_the_design() -> None:
    assert set(PLACEMENTS) == {(kind, standing) for kind in Kind for standing in Standing}
    assert {cell for cell, what in PLACEMENTS.items() if what is Placement.UNCONFIRMED} == {
        (Kind.SIGNED_ADDRESS, Standing.STRANGER)
    }
    assert {standing for (_, standing), what in PLACEMENTS.items() if what is Placement.APPENDED} == {
        Standing.PARTICIPANT
    }


def test_a_mail_with_no_reference_is_a_new_case_and_says_what_was_looked_for() -> None:
    found = place(make_mail())
    assert (found.placement, found.facts) == (Placement.NEW, None)
    assert [(step.step, step.hit) for step in found.steps] == [(kind.value, False) for kind in Kind]


def test_an_author_who_cannot_be_told_for_certain_has_no_standing() -> None:
    assert place(make_mail(author=None), signed_address()).placement is Placement.LINKED


def test_the_case_of_letters_in_an_author_does_not_count() -> None:
    assert place(make_mail(author=SELLER.upper()), signed_address()).placement is Placement.APPENDED


def test_a_reference_to_a_case_that_is_gone_counts_for_nothing() -> None:
    assert place(make_mail(), signed_address(), known=make_known({})).placement is Placement.NEW


def test_weaker_evidence_may_append_where_stronger_only_links() -> None:
    headers, recipient = evidence_of(Kind.OUR_MESSAGE_ID, OTHER)
    subject = f"Re: Where is my money? {make_tag(NUMBER)}"
    known = make_known({NUMBER: make_facts(), OTHER: make_facts(OTHER, participants=("someone@else.example",))})
    found = place(make_mail(**headers, subject=subject), recipient, known=known)
    assert found.placement is Placement.APPENDED
    assert found.facts is not None
    assert found.facts.state.number == NUMBER
    assert [step.step for step in found.steps if step.hit] == [Kind.OUR_MESSAGE_ID.value, Kind.TAG.value]


def test_the_newest_reference_is_believed_before_older_ones() -> None:
    older = make_message_id(RING, "casepost.example", OTHER, Role.SELLER)
    newer = make_message_id(RING, "casepost.example", NUMBER, Role.SELLER)
    known = make_known({NUMBER: make_facts(), OTHER: make_facts(OTHER)})
    found = place(make_mail(references=(older, newer)), known=known)
    assert found.facts is not None
    assert found.facts.state.number == NUMBER


def test_a_merged_case_is_followed_to_the_one_it_went_into() -> None:
    found = place(make_mail(), signed_address(number=OTHER), known=make_known({OTHER: make_facts(NUMBER)}))
    assert found.facts is not None
    assert (found.placement, found.facts.state.number) == (Placement.APPENDED, NUMBER)
    assert f"case {OTHER} (merged into {NUMBER})" in found.steps[0].detail


@pytest.mark.parametrize(
    ("facts", "subject", "placement"),
    [
        ({"last_word_at": NOW - timedelta(days=15)}, "Another matter", Placement.LINKED),
        ({"last_word_at": NOW - timedelta(days=13)}, "Another matter", Placement.APPENDED),
        ({"last_word_at": NOW - timedelta(days=15)}, "AW: Re: Where is  my MONEY?", Placement.APPENDED),
        ({"status": Status.CLOSED, "closed_at": NOW - timedelta(days=1)}, "Another matter", Placement.LINKED),
        ({"status": Status.CLOSED, "closed_at": NOW - timedelta(days=1)}, "Re: Where is my money?", Placement.APPENDED),
    ],
)
def test_a_bare_mail_with_another_subject_to_a_case_at_rest_is_a_new_matter(
    facts: dict[str, Any], subject: str, placement: Placement
) -> None:
    found = place(make_mail(subject=subject), signed_address(), known=make_known({NUMBER: make_facts(**facts)}))
    assert found.placement is placement
    if placement is Placement.LINKED:
        assert "a new matter" in found.steps[0].detail


@pytest.mark.parametrize(
    "headers", [{"in_reply_to": (FOREIGN,)}, {"references": (FOREIGN,)}, {"subject": f"Another {make_tag(NUMBER)}"}]
)
def test_a_reply_header_or_a_tag_keeps_another_subject_in_the_case(headers: dict[str, Any]) -> None:
    known = make_known({NUMBER: make_facts(last_word_at=NOW - timedelta(days=20))})
    mail = make_mail(**({"subject": "Another matter"} | headers))
    assert place(mail, signed_address(), known=known).placement is Placement.APPENDED


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("days", "placement"), [(29, Placement.APPENDED), (31, Placement.LINKED)])
def test_a_closed_case_opens_again_for_thirty_days(kind: Kind, days: int, placement: Placement) -> None:
    closed = make_facts(status=Status.CLOSED, closed_at=NOW - timedelta(days=days))
    headers, recipient = evidence_of(kind)
    known = make_known({NUMBER: closed}, ids={FOREIGN: NUMBER})
    assert place(make_mail(**headers), recipient, known=known).placement is placement
