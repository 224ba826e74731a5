"""Which case a mail belongs to: every cell of the table of evidence and sender, and the cases between."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.mail import Address, Mail
from cases.model import Status
from cases.reference import Role, make_anchor, make_message_id, make_tag
from ingest.evidence import Envelope, Kind, find_evidence
from ingest.thread import PLACEMENTS, RELATED, Place, Placement, Standing, decide_place
from store.lookup import Known
from tests.casework import NOW, NUMBER, OTHER, RING, SELLER, SUPPORT, make_facts, make_known, make_mail, signed_address

STRANGER = "eve@elsewhere.example"
FRIEND = "anna@elsewhere.example"
COLLEAGUE = "carl@petersen.example"
FOREIGN = "<their-first@client.example>"
MISSING = "<never-came@client.example>"
AUTHORS = {Standing.PARTICIPANT: SELLER, Standing.STRANGER: STRANGER, Standing.FAILED: SELLER}
APPENDED, UNCONFIRMED, LINKED = Placement.APPENDED, Placement.UNCONFIRMED, Placement.LINKED

# The rule as it is written down: who wrote, and what names the case.
RULE = {
    #                        participant  unknown sender  sender with fail
    Kind.SIGNED_ADDRESS: (APPENDED, UNCONFIRMED, LINKED),
    Kind.OUR_MESSAGE_ID: (APPENDED, LINKED, LINKED),
    Kind.KNOWN_MESSAGE_ID: (APPENDED, LINKED, LINKED),
    Kind.REFERRED_ID: (APPENDED, LINKED, LINKED),
    Kind.TAG: (APPENDED, LINKED, LINKED),
}
CELLS = [(kind, standing, cell) for kind, row in RULE.items() for standing, cell in zip(Standing, row, strict=True)]


def evidence_of(kind: Kind, number: str = NUMBER) -> tuple[dict[str, Any], str]:
    """What a mail has to hold, and where it has to go, to give this kind of evidence."""
    match kind:
        case Kind.SIGNED_ADDRESS:
            return {}, signed_address(number=number)
        case Kind.OUR_MESSAGE_ID:
            return {"references": (make_message_id(RING, "casepost.example", number, Role.SELLER),)}, SUPPORT.address
        case Kind.KNOWN_MESSAGE_ID:
            return {"in_reply_to": (FOREIGN,)}, SUPPORT.address
        case Kind.REFERRED_ID:
            return {"in_reply_to": (MISSING,)}, SUPPORT.address
        case Kind.TAG:
            return {"subject": f"Re: Where is my money? {make_tag(number)}"}, SUPPORT.address


def place(mail: Mail, *recipients: str, known: Known | None = None, failed: bool = False, now: datetime = NOW) -> Place:
    envelope = Envelope(sender=SELLER, recipients=recipients or (SUPPORT.address,))
    evidence = find_evidence(mail, envelope, RING)
    known = known or make_known(ids={FOREIGN: NUMBER}, referred={MISSING: NUMBER})
    return decide_place(mail, evidence, known, failed=failed, now=now)


@pytest.mark.parametrize(("kind", "standing", "cell"), CELLS)
def test_every_cell_of_the_table_is_what_happens(kind: Kind, standing: Standing, cell: Placement) -> None:
    headers, recipient = evidence_of(kind)
    mail = make_mail(author=AUTHORS[standing], **headers)
    found = place(mail, recipient, failed=standing is Standing.FAILED)
    assert found.placement is cell
    assert found.facts is not None
    assert found.facts.state.number == NUMBER
    hits = [step for step in found.steps if step.hit]
    assert [(step.step, step.detail) for step in hits] == [
        (kind.value, f"case {NUMBER}, {standing.value}: {cell.value}")
    ]


def test_the_table_in_the_code_has_these_cells_and_no_others() -> None:
    assert {(kind, standing): cell for kind, standing, cell in CELLS} == PLACEMENTS
    assert list(RULE) == list(Kind)


def test_a_mail_with_no_reference_is_a_new_case_and_says_what_was_looked_for() -> None:
    found = place(make_mail())
    assert (found.placement, found.facts) == (Placement.NEW, None)
    assert [(step.step, step.hit) for step in found.steps] == [(name, False) for name in (*Kind, RELATED)]


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
        (
            {"last_word_at": NOW - timedelta(days=15)},
            "RE : [EXTERN] Antw.: Re[2]: Where is my money?",
            Placement.APPENDED,
        ),
        ({"last_word_at": NOW - timedelta(days=15)}, "回复：Where is my money? [CP-48217", Placement.APPENDED),
        ({"last_word_at": NOW - timedelta(days=15)}, "Re: Where is my money? [CP-1111111111]", Placement.APPENDED),
        ({"last_word_at": NOW - timedelta(days=15)}, "Re: We have your mail", Placement.LINKED),
        (
            {"last_word_at": NOW - timedelta(days=15), "subjects": ["We have your mail"]},
            "Re: We have your mail",
            Placement.APPENDED,
        ),
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
    known = make_known({NUMBER: closed}, ids={FOREIGN: NUMBER}, referred={MISSING: NUMBER})
    assert place(make_mail(**headers), recipient, known=known).placement is placement


# An id that a mail of the case refers to: an answer came before what it answers, or another answer did.


def late(author: str = SELLER, **values: Any) -> Mail:
    """The mail that was answered, coming after its answer."""
    return make_mail(**({"author": author, "message_id": MISSING} | values))


def referring(**facts: Any) -> Known:
    return make_known({NUMBER: make_facts(**facts)}, referred={MISSING: NUMBER})


@pytest.mark.parametrize(
    ("mail", "facts", "placement"),
    [
        (late(), {}, APPENDED),
        (late(FRIEND), {}, LINKED),
        (late(FRIEND), {"participants": (SELLER, FRIEND)}, LINKED),
        (late(FRIEND, cc=(Address(address=SELLER),)), {"participants": (SELLER, FRIEND)}, APPENDED),
        (late(FRIEND, cc=(Address(address=SELLER),)), {}, LINKED),
        (late(), {"participants": (SELLER, FRIEND)}, LINKED),
        (late(cc=(Address(address=FRIEND),)), {"participants": (SELLER, FRIEND)}, APPENDED),
        (late(), {"participants": (SELLER, COLLEAGUE)}, APPENDED),
        (late(), {"spoke": ()}, LINKED),
        (make_mail(in_reply_to=(MISSING,)), {}, APPENDED),
        (make_mail(references=(MISSING, "<x@y>")), {}, APPENDED),
        (make_mail(author=FRIEND, in_reply_to=(MISSING,)), {"participants": (SELLER, FRIEND)}, LINKED),
    ],
    ids=[
        "by the one who wrote",
        "by a stranger",
        "by one who was only copied, as a victim would be",
        "by one who was copied, to the one who wrote",
        "by a stranger, to the one who wrote",
        "with somebody else reading along",
        "with somebody else reading along who is addressed",
        "with a colleague reading along",
        "by one in whose name somebody else wrote",
        "another answer to what never came",
        "another answer, by References",
        "another answer by one who was only copied",
    ],
)
def test_a_mail_that_another_refers_to_joins_its_case_only_when_it_belongs_there(
    mail: Mail, facts: dict[str, Any], placement: Placement
) -> None:
    found = place(mail, known=referring(**facts))
    assert found.placement is placement
    assert found.facts is not None
    (step,) = [step for step in found.steps if step.hit]
    assert step.step == Kind.REFERRED_ID.value
    if placement is LINKED and "participant" in step.detail:
        assert step.detail.endswith("(opened by somebody else)")


def test_an_id_that_somebody_else_has_used_too_still_leads_to_the_authors_own_case() -> None:
    known = make_known({NUMBER: make_facts(), OTHER: make_facts(OTHER, participants=(STRANGER,))})
    known = replace(known, numbers_of_ids={FOREIGN: (OTHER, NUMBER)})
    found = place(make_mail(in_reply_to=(FOREIGN,)), known=known)
    assert found.facts is not None
    assert (found.placement, found.facts.state.number) == (APPENDED, NUMBER)


def test_a_message_that_a_split_took_to_another_case_leads_there() -> None:
    ours = make_message_id(RING, "casepost.example", NUMBER, Role.SELLER)
    known = make_known({NUMBER: make_facts(), OTHER: make_facts(OTHER)}, ids={ours: OTHER})
    found = place(make_mail(in_reply_to=(ours,)), known=known)
    assert found.facts is not None
    assert found.facts.state.number == OTHER


def test_an_anchor_is_enough_when_a_relay_has_given_every_mail_a_new_id() -> None:
    anchor = make_anchor(RING, "casepost.example", NUMBER, Role.SELLER)
    mail = make_mail(in_reply_to=("<rewritten@relay.example>",), references=(anchor, "<rewritten@relay.example>"))
    found = place(mail)
    assert (found.placement, found.steps[-1].step) == (APPENDED, Kind.OUR_MESSAGE_ID.value)


def test_who_was_sent_away_is_a_stranger_and_the_record_says_so() -> None:
    known = make_known({NUMBER: make_facts(left=(STRANGER,))})
    found = place(make_mail(author=STRANGER), signed_address(), known=known)
    assert found.placement is UNCONFIRMED
    assert "unknown sender who takes part no longer" in found.steps[-1].detail


def test_an_order_number_in_another_case_of_the_sender_is_a_step_and_no_place() -> None:
    known = make_known({}, related={OTHER: "302-1234567-7654321"})
    found = place(make_mail(), known=known)
    assert (found.placement, found.facts) == (Placement.NEW, None)
    assert found.steps[-1].hit
    assert found.steps[-1].detail == (
        f"302-1234567-7654321 in case {OTHER}, by the same sender: new case, linked, maybe related"
    )
    assert not place(make_mail(), known=known, failed=True).steps[-1].hit
