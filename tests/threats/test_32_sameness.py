"""Threat 32: telling copies apart must not swallow mail (jbostoen/itop-jb-mail-to-ticket-automation-v2#253).

A Message-ID alone proves no copy: programs use one for every mail, or none, and somebody can send a known one first.
"""

from email.message import EmailMessage

import pytest

from cases.change import Applied
from cases.model import Outcome
from tests.casework import NOW, SELLER
from tests.office import Office

_DATE = "Mon, 23 Nov 2026 10:00:00 +0100"


def _mail(text: str, *, message_id: str | None = "<1@client.example>", sender: str = SELLER, cc: str = "") -> bytes:
    lines = [f"From: {sender}", "To: support@casepost.example", "Subject: Order lost", f"Date: {_DATE}"]
    lines += [f"Message-ID: {message_id}"] if message_id is not None else []
    lines += [f"Cc: {cc}"] if cc else []
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


def _take(office: Office, *mails: bytes | EmailMessage, sender: str = SELLER) -> list[Applied]:
    """All of them in the same second."""
    applied = [office.receive(one, sender=sender, now=NOW) for one in mails]
    return [one for one in applied if one is not None]


def _texts(office: Office, applied: list[Applied]) -> list[str]:
    numbers = dict.fromkeys(one.number for one in applied)
    return [said["text"].strip() for number in numbers for said in office.case(number)["messages"]]


def test_32_one_message_id_for_two_mails_keeps_both_and_says_so(office: Office) -> None:
    applied = _take(office, _mail("The first one"), _mail("Another one"))
    assert [one.outcome for one in applied] == [Outcome.CREATED, Outcome.CREATED]
    assert _texts(office, applied) == ["The first one", "Another one"]
    assert any("Message-ID" in said for said in office.events(applied[1].number))


@pytest.mark.parametrize("message_id", [None, "", "<>", "<a b c@x y>", "no brackets", "<" + "x" * 50_000 + "@y>"])
def test_32_mails_with_a_bad_or_no_message_id_are_all_kept_in_the_same_second(
    office: Office, message_id: str | None
) -> None:
    mails = [_mail(f"Number {number}", message_id=message_id) for number in range(5)]
    applied = _take(office, *mails)
    assert [one.outcome for one in applied] == [Outcome.CREATED] * 5
    assert _texts(office, applied) == [f"Number {number}" for number in range(5)]


@pytest.mark.parametrize("message_id", [None, "<1@client.example>", "<a b c@x y>", "<" + "x" * 50_000 + "@y>"])
def test_32_the_same_bytes_again_are_one_case(office: Office, message_id: str | None) -> None:
    mail = _mail("The same", message_id=message_id)
    assert [one.outcome for one in _take(office, mail, mail)] == [Outcome.CREATED, Outcome.DUPLICATE]


def test_32_whoever_sends_a_known_message_id_first_swallows_no_mail(office: Office) -> None:
    """An attacker who has guessed, or seen, the id of a mail that is on its way."""
    first, real = _mail("Nothing", sender="eve@evil.example"), _mail("My order is lost")
    (forged,) = _take(office, first, sender="eve@evil.example")
    (taken,) = _take(office, real)
    assert (forged.outcome, taken.outcome) == (Outcome.CREATED, Outcome.CREATED)
    assert forged.number != taken.number
    assert _texts(office, [taken]) == ["My order is lost"]


def test_32_a_different_header_of_delivery_is_no_different_mail(office: Office) -> None:
    """The same mail by two ways has other Received lines and the like."""
    mail = _mail("The same")
    other_way = b"Received: from mx2.example by mx.example; " + _DATE.encode() + b"\r\n" + mail
    assert [one.outcome for one in _take(office, mail, other_way)] == [Outcome.CREATED, Outcome.DUPLICATE]
