"""Threat 25, guessed case numbers: a number is a label, knowing one gives nothing and tells nothing."""

import random
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from cases.mail import Address
from cases.model import Outcome
from cases.reference import find_tags, is_number, make_number
from ingest.decide import decide
from responder.outcome import OutgoingMail
from tests.casework import NOW, NUMBER, SELLER, SUPPORT, ask, make_known, make_mail
from tests.office import Office
from tests.service import mail

GUESSER = "eve@evil.example"
GUESSES = 100_000
BY_MAIL = 200


def guesses(count: int, *, seed: int) -> list[str]:
    """Numbers with the right check digit, as somebody who knows the form would guess them."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        body = str(chance.randrange(10**8, 10**9))
        found.append(next(body + str(digit) for digit in range(10) if is_number(body + str(digit))))
    return found


def text_of(sent: OutgoingMail) -> str:
    """Subject and words of a reply, on one line."""
    message: Any = message_from_bytes(sent.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(f"{message['Subject']} {body.get_content()}".split())


def shown(sent: OutgoingMail) -> str:
    """The same without the number of the sender's own new case."""
    return re.sub(r"\d{10}", "N", text_of(sent))


def test_25_a_hundred_thousand_guesses_find_only_the_form_and_append_nothing() -> None:
    hits = 0
    known = make_known()
    for number in [*guesses(GUESSES, seed=25), NUMBER]:
        (found,) = find_tags(f"Re: Where is my money? [CP-{number}]")
        assert found == number
        hits += number in known.cases
    assert hits == 1
    assert len({make_number() for _ in range(1000)}) == 1000


def test_25_a_right_guess_makes_a_case_of_its_own_by_every_route() -> None:
    routes = [
        make_mail(author=GUESSER, subject=f"Re: [CP-{NUMBER}]"),
        make_mail(author=GUESSER, subject=f"[cp-{NUMBER}]", text=f"CP-{NUMBER}", reply_text=f"CP-{NUMBER}"),
        make_mail(author=GUESSER, in_reply_to=(f"<{NUMBER}@casepost.example>",)),
        make_mail(author=GUESSER, references=(f"<{NUMBER}@casepost.example>",)),
        make_mail(author=GUESSER, to=(Address(address=f"support+{NUMBER}@casepost.example"),)),
    ]
    for guess in routes:
        for recipient in (SUPPORT.address, f"support+{NUMBER}@casepost.example"):
            change = decide(ask(guess, recipient, sender=GUESSER))
            assert change.opening is not None
            assert change.case_id is None
            assert change.disposition is not None
            assert change.disposition.outcome is Outcome.CREATED


def test_25_a_right_guess_is_answered_like_a_wrong_one_and_the_guesser_is_throttled(office: Office) -> None:
    victim = office.receive(mail("Where is my secret parcel?", "Hello", sender=SELLER), sender=SELLER)
    assert victim is not None
    assert victim.number is not None
    before = office.case(victim.number)
    chosen = guesses(BY_MAIL - 1, seed=7)
    for position, number in enumerate([victim.number, *chosen]):
        guess = mail(f"Re: my case [CP-{number}]", f"What of CP-{number}?", sender=GUESSER)
        applied = office.receive(guess, sender=GUESSER, now=NOW + timedelta(seconds=90 * position))
        assert applied is not None
        assert applied.outcome is Outcome.CREATED
    after = office.case(victim.number)
    assert [one["kind"] for one in after["messages"]] == [one["kind"] for one in before["messages"]]
    assert (after["status"], after["participants"]) == (before["status"], before["participants"])
    for hour in range(30):
        office.write(now=NOW + timedelta(hours=hour))
    while office.deliver(now=NOW + timedelta(hours=30), limit=50):
        pass
    to_guesser = [one for one in office.way.tried if one.envelope_to == GUESSER]
    # One subject without its digits, nobody proved: one at once, and all the others in one mail a day later.
    assert len(to_guesser) == 2
    for one in to_guesser:
        assert victim.number not in text_of(one)
        assert "secret" not in text_of(one)


def test_25_the_answer_to_a_right_guess_reads_as_that_to_a_wrong_one(office: Office) -> None:
    victim = office.receive(mail("Where is my secret parcel?", "Hello", sender=SELLER), sender=SELLER)
    assert victim is not None
    (wrong,) = guesses(1, seed=11)
    for who, number in (("one@evil.example", victim.number), ("two@evil.example", wrong)):
        office.receive(mail(f"Re: my case [CP-{number}]", "What of it?", sender=who), sender=who)
    office.write()
    while office.deliver():
        pass
    answers = {one.envelope_to: one for one in office.way.tried}
    right, other = answers["one@evil.example"], answers["two@evil.example"]
    assert shown(right) == shown(other)
    assert abs(len(right.content) - len(other.content)) < 100
