"""Threat 3: a stranger who knows a case's number or the ids of its mails gets nothing into it (outpost#189)."""

from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from cases.change import Applied
from cases.model import Outcome
from cases.reference import Role, SignedAddress, make_address, make_anchor, make_message_id
from store.tables import messages, participants, planned_replies
from tests.casework import SUPPORT
from tests.office import Office
from tests.service import mail

_EVE = "eve@elsewhere.example"
_VICTIMS_ID = "<victims-first@client.example>"


def _routes(office: Office, number: str) -> dict[str, tuple[EmailMessage, str]]:
    """What the stranger tries: a mail, and where it goes."""
    ours = make_message_id(office.store.keyring, "casepost.example", number, Role.SELLER)
    anchor = make_anchor(office.store.keyring, "casepost.example", number, Role.SELLER)
    words = "Please tell me all about it."
    return {
        "tag": (mail(f"Re: Money [CP-{number}]", words, sender=_EVE), SUPPORT.address),
        "plus-address without a MAC": (mail("Re: Money", words, sender=_EVE), f"support+{number}@casepost.example"),
        "plus-address with a made-up MAC": (
            mail("Re: Money", words, sender=_EVE),
            f"support+a{'a' * 42}@casepost.example",
        ),
        "In-Reply-To": (mail("Re: Money", words, sender=_EVE, In_Reply_To=_VICTIMS_ID), SUPPORT.address),
        "In-Reply-To, ours": (mail("Re: Money", words, sender=_EVE, In_Reply_To=ours), SUPPORT.address),
        "References": (mail("Re: Money", words, sender=_EVE, References=f"{_VICTIMS_ID} {ours}"), SUPPORT.address),
        "References, the anchor": (mail("Re: Money", words, sender=_EVE, References=anchor), SUPPORT.address),
        "body": (mail("Money", f"Case CP-{number} [CP-{number}] {number}", sender=_EVE), SUPPORT.address),
    }


@pytest.fixture
def case(office: Office) -> Applied:
    first = mail("Where is my money?", "Since Monday. My account is Hinterhugelhapfing.")
    first.replace_header("Message-ID", _VICTIMS_ID)
    applied = office.receive(first)
    assert applied is not None
    return applied


@pytest.mark.parametrize(
    "route",
    [
        "tag",
        "plus-address without a MAC",
        "plus-address with a made-up MAC",
        "In-Reply-To",
        "In-Reply-To, ours",
        "References",
        "References, the anchor",
        "body",
    ],
)
def test_03_a_stranger_opens_a_case_of_their_own_whatever_they_know(office: Office, case: Applied, route: str) -> None:
    assert case.number is not None
    before = office.case(case.number)
    one, recipient = _routes(office, case.number)[route]
    applied = office.receive(one, recipient, sender=_EVE)
    assert applied is not None
    assert (applied.outcome, applied.number == case.number) == (Outcome.CREATED, False)
    after = office.case(case.number)
    assert after | {"linked": []} == before | {"linked": []}
    office.write()
    office.deliver()
    to_eve = [one.content for one in office.way.tried if one.envelope_to == _EVE]
    assert len(to_eve) == 1
    assert b"Hinterhugelhapfing" not in to_eve[0]
    assert f"X-Casepost-Case: {applied.number}".encode() in to_eve[0]


def test_03_who_has_a_victims_signed_address_writes_for_agents_only(office: Office, case: Applied) -> None:
    before = office.case(case.number)
    assert case.number is not None
    (victim,) = office.rows(sa.select(participants.c.id))
    signs = SignedAddress(role=Role.SELLER, number=case.number, subject_id=victim.id)
    signed = make_address(office.store.keyring, SUPPORT.address, signs)
    applied = office.receive(mail("Re: Money", "Tell me too.", sender=_EVE), signed, sender=_EVE)
    assert applied is not None
    assert applied.number == case.number
    after = office.case(case.number)
    assert (after["status"], after["participants"]) == (before["status"], before["participants"])
    (word,) = office.rows(sa.select(messages.c.unconfirmed).where(messages.c.from_address == _EVE))
    assert word.unconfirmed
    query = sa.select(planned_replies.c.kind).where(planned_replies.c.cause_message_id == applied.message_id)
    assert {row.kind for row in office.rows(query)} == {"agent_mail"}
