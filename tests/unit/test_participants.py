"""Who takes part: where an author is answered, whom a mail brings in, and how far its author is proved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cases.change import Change
from cases.identity import Identity, Verdict
from cases.mail import Address, MailKind
from cases.reference import Key, Keyring, Role, SignedAddress, make_address
from ingest.decide import decide
from ingest.organisation import are_one_organisation, is_relay
from ingest.participants import is_proved
from ingest.question import Question
from tests.casework import (
    ADA,
    AGENT,
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

ANNA = "anna@petersen.example"
PASS = Identity(verdict=Verdict.PASS, detail="dmarc=pass")
FAIL = Identity(verdict=Verdict.FAIL, detail="dmarc=fail")
RELAYED = "8k2l+jan@marketplace.example"
MARKET = frozenset({"marketplace.example"})


def opening(change: Change) -> Any:
    assert change.opening is not None
    return change.opening


def later(*recipients: str, participants: Sequence[str] = (SELLER,), cc: Sequence[str] = (ANNA,), **values: Any) -> Any:
    """A later mail of the seller's, with somebody new in Cc, in a case found by whatever it was sent to."""
    known = make_known({NUMBER: make_facts(participants=participants)}, signers={1: SELLER})
    given: dict[str, Any] = {"known": known} | values
    mail = given.pop("mail", make_mail(in_reply_to=("<k@x>",), subject=f"Re: Money [CP-{NUMBER}]"))
    return ask(replace(mail, cc=tuple(Address(address=one) for one in cc)), *recipients, **given)


def joining(question: Question) -> list[str]:
    return [one.address for one in decide(question).people.add]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a@shop.example", "b@shop.example", True),
        ("a@mail.shop.example", "b@shop.example", True),
        ("a@mail.shop.co.uk", "b@shop.co.uk", True),
        ("a@one.co.uk", "b@two.co.uk", False),
        ("a@one.myshopify.com", "b@two.myshopify.com", False),
        ("a@shop.example", "b@evilshop.example", False),
        ("a@gmail.com", "b@gmail.com", False),
        ("a@gmail.com", "A@GMail.com", True),
        ("a@yahoo.co.uk", "b@yahoo.co.uk", False),
        ("a@x.t-online.de", "b@t-online.de", False),
        ("a@marketplace.example", "b@marketplace.example", False),
        ("a@de.marketplace.example", "b@marketplace.example", False),
        ("a@localhost", "b@localhost", False),
        ("a@", "b@", False),
        ("a", "b", False),
    ],
)
def test_one_organisation_is_one_registered_domain_that_is_nobody_elses(one: str, other: str, same: bool) -> None:
    assert are_one_organisation(one, other, MARKET) is same
    assert are_one_organisation(other, one, MARKET) is same


def test_a_relay_domain_has_all_domains_under_it_and_no_others() -> None:
    assert is_relay("x@Marketplace.example", MARKET)
    assert is_relay("x@de.marketplace.example", MARKET)
    assert not is_relay("x@amarketplace.example", MARKET)
    assert not is_relay("x@example", MARKET)
    assert not is_relay("x@marketplace.example", frozenset())


@pytest.mark.parametrize(
    ("author", "reply_to", "answered"),
    [
        (SELLER, "office@petersen.example", "office@petersen.example"),
        (SELLER, "office@mail.petersen.example", "office@mail.petersen.example"),
        (SELLER, "victim@elsewhere.example", SELLER),
        ("jan@gmail.com", "victim@gmail.com", "jan@gmail.com"),
        (RELAYED, "other@marketplace.example", RELAYED),
        (SELLER, signed_address().replace("casepost", "petersen"), SELLER),
        (SELLER, "x" * 250 + "@petersen.example", SELLER),
    ],
)
def test_an_author_is_answered_elsewhere_only_within_their_own_organisation(
    author: str, reply_to: str, answered: str
) -> None:
    mail = make_mail(author=author, reply_to=(Address(address=reply_to), Address(address="second@petersen.example")))
    assert opening(decide(ask(mail, relay_domains=MARKET))).reply_address == answered


@pytest.mark.parametrize(
    ("address", "takes_part"),
    [
        (ANNA, True),
        ("anna+x@petersen.example", True),
        ("reply-team@shop.example", True),
        ("Support+shop@casepost.example", False),
        (RETURNS.address, False),
        (signed_address(), False),
        (signed_address().replace("support", "gone"), False),
        (AGENT.upper(), False),
        ("no-reply@shop.example", False),
        ("noreply+7@shop.example", False),
        ("order_no_reply@shop.example", False),
        ("noreply-orders@shop.example", False),
        ("do.not.reply@shop.example", False),
        ("donotreply@shop.example", False),
        ("Do-Not-Reply@shop.example", False),
        ("MAILER-DAEMON@shop.example", False),
        ("bounces+anna=petersen.example@lists.example", False),
        (RELAYED, True),
    ],
)
def test_ourselves_our_staff_and_robots_never_take_part(address: str, takes_part: bool) -> None:
    first = ask(make_mail(cc=(Address(address=address),)), relay_domains=MARKET)
    assert [one.address for one in opening(decide(first)).copied] == [address] * takes_part
    assert joining(later(signed_address(), cc=(address,), relay_domains=MARKET)) == [address] * takes_part


def test_at_a_marketplace_the_whole_address_is_the_person() -> None:
    two = ("8k2l+anna@marketplace.example", "8k2l+carl@marketplace.example")
    first = ask(make_mail(author=RELAYED, cc=tuple(Address(address=one) for one in two)), relay_domains=MARKET)
    assert [one.address for one in opening(decide(first)).copied] == list(two)


@pytest.mark.parametrize(("others", "joined"), [(23, 24), (24, 0)])
def test_nobody_joins_by_a_mail_to_a_crowd(others: int, joined: int) -> None:
    crowd = tuple(f"{n}@petersen.example" for n in range(others + 1))
    assert len(joining(later(signed_address(), cc=crowd))) == joined
    first = ask(make_mail(cc=tuple(Address(address=one) for one in crowd)))
    assert len(opening(decide(first)).copied) == joined


@pytest.mark.parametrize(
    ("question", "joined"),
    [
        (later(signed_address()), True),
        (later(signed_address().upper()), True),
        (later(identity=PASS), True),
        (later(), False),
        (later(signed_address(), identity=FAIL), False),
        (later(signed_address(subject_id=2)), False),
        (later(signed_address(number=OTHER)), True),
        (later(signed_address(), mail=make_mail(author="eve@elsewhere.example")), False),
        (later(signed_address(), mail=make_mail(author="eve@elsewhere.example"), identity=PASS), False),
        (later(signed_address(), mail=make_mail(author=None)), False),
        (later(signed_address(), sender=""), False),
        (later(signed_address(), mail=make_mail(no_answer="List-Id")), False),
        (later(signed_address(), mail=make_mail(kind=MailKind.AUTO_REPLY, kind_reason="Auto-Submitted")), False),
        (later(identity=PASS, mail=make_mail(author=RELAYED, subject=f"[CP-{NUMBER}]"), relay_domains=MARKET,
               participants=(RELAYED,)), False),
    ],
    ids=[
        "own signed address", "in capitals", "proved by the domain", "only claimed", "found to be another",
        "somebody else's signed address", "own signed address of a merged case", "a stranger",
        "a stranger who is proved", "nobody certain", "null sender", "a list", "automatic",
        "a marketplace vouches for its relay only",
    ],
)  # fmt: skip
def test_a_later_copy_joins_only_when_the_author_takes_part_and_is_proved(question: Question, joined: bool) -> None:
    assert joining(question) == [ANNA] * joined


def test_nobody_who_is_there_or_was_sent_away_joins_by_a_copy() -> None:
    facts = make_facts(participants=(SELLER, ANNA), left=("carl@petersen.example",))
    known = make_known({NUMBER: facts}, signers={1: SELLER})
    cc = (ANNA.upper(), "Carl@petersen.example", "new@petersen.example", "NEW@petersen.example", SELLER)
    question = later(signed_address(), cc=cc, known=known)
    assert joining(question) == ["new@petersen.example"]
    assert not decide(question).people.confirm


def test_a_signed_address_of_the_case_a_merge_took_in_proves_the_same_person() -> None:
    facts = make_facts(participants=("someone@else.example", SELLER))
    known = make_known({OTHER: facts}, signers={77: SELLER})
    question = ask(make_mail(), signed_address(number=OTHER, subject_id=77), known=known)
    assert is_proved(question, facts)
    assert not is_proved(replace(question, known=replace(known, signers={77: "someone@else.example"})), facts)
    assert not is_proved(replace(question, known=replace(known, signers={})), facts)


def test_an_agents_signed_address_proves_no_seller() -> None:
    agents = signed_address(Role.AGENT, subject_id=1)
    known = make_known(signers={1: SELLER}, users=(ADA,))
    assert not is_proved(ask(make_mail(), agents, known=known), make_facts())


def test_a_signed_address_by_another_installation_proves_nothing() -> None:
    theirs = Keyring([Key(id=1, secret=b"x" * 32)])
    address = make_address(theirs, SUPPORT.address, SignedAddress(role=Role.SELLER, number=NUMBER, subject_id=1))
    assert not is_proved(ask(make_mail(), address, known=make_known(signers={1: SELLER})), make_facts())
