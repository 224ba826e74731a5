"""Who takes part, as rows: added, sent away, let in again, confirmed; on both databases."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change, People
from cases.mail import Address
from cases.model import Outcome
from cases.reference import Role, SignedAddress, make_address
from store.apply import apply
from store.store import Store
from store.tables import messages, participants
from tests.casework import NOW, SELLER, SUPPORT
from tests.office import Office
from tests.service import mail

ANNA, WIFE = "anna@petersen.example", "eve@elsewhere.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def case(office: Office) -> Applied:
    applied = office.receive(mail("Where is my money?", "Since Monday.", Cc=ANNA))
    assert applied is not None
    return applied


def change(office: Office, case: Applied, **people: Any) -> None:
    apply(office.store.cases, Change(actor="agent ada", at=LATER, case_id=case.case_id, people=People(**people)))


def rows(office: Office) -> dict[str, Any]:
    return {row.address: row for row in office.rows(sa.select(participants))}


def signed(office: Office, case: Applied, address: str) -> str:
    assert case.number is not None
    who = SignedAddress(role=Role.SELLER, number=case.number, subject_id=rows(office)[address].id)
    return make_address(office.store.keyring, SUPPORT.address, who)


def test_those_copied_on_the_first_mail_take_part_and_those_of_a_later_one_from_then_on(
    office: Office, case: Applied
) -> None:
    assert set(rows(office)) == {SELLER, ANNA}
    office.receive(mail("Re: Money", "Ask Carl.", Cc="carl@petersen.example"), signed(office, case, SELLER), now=LATER)
    carl = rows(office)["carl@petersen.example"]
    assert (carl.joined_at, carl.role, carl.joined_by) == (LATER, "copied", SELLER)
    assert "carl@petersen.example takes part from now on" in office.events(case.number)


def test_a_copy_of_an_author_who_is_only_claimed_brings_nobody_in(office: Office, case: Applied) -> None:
    applied = office.receive(mail(f"Re: [CP-{case.number}]", "Ask Eve.", Cc=WIFE))
    assert applied is not None
    assert applied.number == case.number
    assert set(rows(office)) == {SELLER, ANNA}


def test_who_was_sent_away_is_a_stranger_and_no_copy_brings_them_back(office: Office, case: Applied) -> None:
    change(office, case, remove=(ANNA.upper(),))
    assert rows(office)[ANNA].left_at == LATER
    assert f"{ANNA} takes part no longer" in office.events(case.number)
    office.receive(mail("Re: Money", "Hello Anna.", Cc=ANNA), signed(office, case, SELLER))
    assert rows(office)[ANNA].left_at == LATER
    applied = office.receive(mail("Re: Money", "I am back.", sender=ANNA), signed(office, case, ANNA), sender=ANNA)
    assert applied is not None
    assert (applied.outcome, applied.number) == (Outcome.APPENDED, case.number)
    (word,) = office.rows(sa.select(messages).where(messages.c.from_address == ANNA))
    assert word.unconfirmed
    tagged = office.receive(mail(f"[CP-{case.number}]", "And again.", sender=ANNA), sender=ANNA)
    assert tagged is not None
    assert tagged.outcome is Outcome.CREATED
    assert office.case(tagged.number)["linked"] == [case.number]


def test_staff_lets_somebody_in_again_from_then_on(office: Office, case: Applied) -> None:
    change(office, case, remove=(ANNA,))
    change(office, case, add=(Address(address=ANNA),), confirm=True)
    assert (rows(office)[ANNA].left_at, rows(office)[ANNA].joined_at) == (None, LATER)
    assert rows(office)[ANNA].joined_by == "agent ada"
    said = office.events(case.number)
    change(office, case, add=(Address(address=ANNA),), confirm=True)
    assert office.events(case.number) == said


def test_what_a_stranger_wrote_is_a_word_of_the_case_once_staff_lets_them_in(office: Office, case: Applied) -> None:
    wifes = mail("Re: Money", "It is order 302-1234567-7654321.", sender=f"Eve <{WIFE}>")
    office.receive(wifes, signed(office, case, SELLER), sender=WIFE)
    other = mail("Re: Money", "It is order 303-1234567-7654321.", sender="mallory@elsewhere.example")
    office.receive(other, signed(office, case, SELLER), sender="mallory@elsewhere.example")
    change(office, case, add=(Address(name="Eve", address="Eve@elsewhere.example"),), confirm=True)
    said = {row.from_address: row for row in office.rows(sa.select(messages))}
    assert (said[WIFE].unconfirmed, said[WIFE].participant_id) == (False, rows(office)["Eve@elsewhere.example"].id)
    assert (said["mallory@elsewhere.example"].unconfirmed, said["mallory@elsewhere.example"].participant_id) == (
        True,
        None,
    )


def test_a_hold_after_bounces_ends_when_staff_confirms_the_address_and_not_by_a_copy(
    office: Office, case: Applied
) -> None:
    with office.store.cases.write() as connection:
        connection.execute(sa.update(participants).values(hold_reason="5.1.1", soft_bounces=3))
    change(office, case, add=(Address(address=ANNA),))
    assert rows(office)[ANNA].hold_reason == "5.1.1"
    change(office, case, add=(Address(address=ANNA),), confirm=True)
    assert (rows(office)[ANNA].hold_reason, rows(office)[ANNA].soft_bounces) == (None, 0)
    assert rows(office)[SELLER].hold_reason == "5.1.1"


def test_to_send_away_somebody_who_is_not_there_changes_nothing(office: Office, case: Applied) -> None:
    before = office.events(case.number)
    change(office, case, remove=("nobody@elsewhere.example",))
    assert office.events(case.number) == before
    assert all(row.left_at is None for row in rows(office).values())
