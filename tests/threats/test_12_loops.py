"""Threat 12, robots that answer robots: two installations and echo robots, a day of simulated time, three mails a pair.

The network strips what would give a robot away (Auto-Submitted and all of our own headers), so that what is left to
stop a loop are our addresses, our tables of what follows from what, and the limits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from cases.address import strip_tag
from cases.model import Queue, Reminders
from responder.outcome import OutgoingMail
from store.outbox import next_try_at
from store.planned import next_due_at
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import NOW, SELLER
from tests.office import Office
from tests.service import mail

DAY = timedelta(days=1)
MOST_ROUNDS = 200
STRIPPED = ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Casepost-Case", "In-Reply-To", "References", "Precedence")
Robot = Callable[[EmailMessage], list[EmailMessage]]


@dataclass
class World:
    """Installations and robots by their address, and every mail that went from one to another."""

    strips: bool
    offices: dict[str, Office] = field(default_factory=dict)
    robots: dict[str, Robot] = field(default_factory=dict)
    gone: list[tuple[datetime, str, str]] = field(default_factory=list)

    def send(self, message: EmailMessage, to: str, now: datetime, *, sender: str | None = None) -> None:
        """One mail over the network; a robot answers at once."""
        author = strip_tag(message["From"].addresses[0].addr_spec)
        self.gone.append((now, author, strip_tag(to)))
        if strip_tag(to) in self.offices:
            for name in STRIPPED if self.strips else ():
                del message[name]
            raw = message.as_bytes(policy=SMTP)
            self.offices[strip_tag(to)].receive(raw, to, sender=author if sender is None else sender, now=now)
        elif strip_tag(to) in self.robots:
            for answer in self.robots[strip_tag(to)](message):
                self.send(answer, answer["To"].addresses[0].addr_spec, now + timedelta(seconds=1))

    def run(self, *, until: datetime = NOW + DAY) -> None:
        """Everything that becomes due is done at its time, second after second while mails go to and fro."""
        now = NOW
        for _ in range(MOST_ROUNDS):
            busy = sum(self._work(office, now) for office in self.offices.values())
            later = [at for one in self.offices.values() for at in _next(one) if at > now]
            now = now + timedelta(seconds=1) if busy else min(later, default=until + DAY)
            if now > until:
                return
        pytest.fail(f"it goes on and on: {len(self.gone)} mails by {now}")

    def between(self, one: str, other: str) -> int:
        """How many mails went between two, both ways."""
        return sum({author, to} == {one, other} for _, author, to in self.gone)

    def _work(self, office: Office, now: datetime) -> int:
        office.write(now=now)
        while office.deliver(now=now):
            pass
        tried, office.way.tried = office.way.tried, []
        for sent in tried:
            self.send(_parsed(sent), sent.envelope_to, now, sender=sent.envelope_from)
        return len(tried)


def _next(office: Office) -> list[datetime]:
    found = (next_due_at(office.store.cases), next_try_at(office.store.cases))
    return [at for at in found if at is not None]


def _parsed(sent: OutgoingMail) -> EmailMessage:
    message: Any = message_from_bytes(sent.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def make_office(folder: Path, address: str, *agents: str) -> Office:
    """An installation with one queue."""
    queue = Queue(
        id=1, name="support", address=address, language="en", country="DE", timezone="Europe/Berlin", hours="24/7"
    )
    store = open_store(folder, "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=queue, agents=agents)], Reminders(), clock=lambda: NOW)
    return Office(store)


A, B, ROBOT = "support@a.example", "help@b.example", "robot@echo.example"


@pytest.fixture(params=[False, True], ids=["as it is", "headers stripped"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    world = World(strips=request.param)
    yield world
    for office in world.offices.values():
        office.store.close()


def new_mail(author: str, to: str, number: int = 0, *, text: str = "Where is my order?") -> EmailMessage:
    """A mail with nothing that says who or what wrote it."""
    return mail(f"A question {'x' * number}", text, sender=author, to=to)


def test_12_two_installations_that_acknowledge_each_other(world: World, tmp_path: Path) -> None:
    world.offices = {A: make_office(tmp_path / "a", A), B: make_office(tmp_path / "b", B)}
    world.send(new_mail(B, A), A, NOW)
    world.run()
    assert 1 <= world.between(A, B) <= 3


def test_12_two_installations_that_are_each_others_agents(world: World, tmp_path: Path) -> None:
    world.offices = {A: make_office(tmp_path / "a", A, B), B: make_office(tmp_path / "b", B, A)}
    world.send(new_mail(SELLER, A), A, NOW)
    world.run(until=NOW + DAY - timedelta(seconds=1))
    each_way = [sum((author, to) == pair for _, author, to in world.gone) for pair in ((A, B), (B, A))]
    # Three in all; three each way where a network takes away every sign that the mails are automatic.
    assert 1 <= sum(each_way) <= (6 if world.strips else 3)
    assert max(each_way) <= 3


def test_12_an_echo_robot_that_answers_to_the_address_it_was_written_from(world: World, tmp_path: Path) -> None:
    world.offices = {A: make_office(tmp_path / "a", A)}
    world.robots = {ROBOT: lambda got: [new_mail(ROBOT, got["From"].addresses[0].addr_spec, 1)]}
    world.send(new_mail(ROBOT, A), A, NOW)
    world.run()
    assert world.between(A, ROBOT) == 3


def test_12_an_echo_robot_that_quotes_all_that_it_got(world: World, tmp_path: Path) -> None:
    def echo(got: EmailMessage) -> list[EmailMessage]:
        body = got.get_body(("plain",))
        assert body is not None
        said = mail(got["Subject"], body.get_content(), sender=ROBOT, to=got["From"].addresses[0].addr_spec)
        return [said]

    world.offices = {A: make_office(tmp_path / "a", A)}
    world.robots = {ROBOT: echo}
    world.send(new_mail(ROBOT, A), A, NOW)
    world.run()
    assert world.between(A, ROBOT) == 3


def test_12_a_robot_that_opens_a_case_for_every_mail_gets_three_a_day(world: World, tmp_path: Path) -> None:
    counted = iter(range(2, 1000))
    world.offices = {A: make_office(tmp_path / "a", A)}
    world.robots = {ROBOT: lambda _got: [new_mail(ROBOT, A, next(counted))]}
    world.send(new_mail(ROBOT, A), A, NOW)
    world.run(until=NOW + DAY - timedelta(seconds=1))
    assert [to for _, author, to in world.gone if author == A] == [ROBOT] * 3


def test_12_a_robot_among_the_staff_gets_three_mails_a_day(world: World, tmp_path: Path) -> None:
    counted = iter(range(2, 1000))
    world.offices = {A: make_office(tmp_path / "a", A, ROBOT)}
    world.robots = {ROBOT: lambda _got: [new_mail(ROBOT, A, next(counted))]}
    world.send(new_mail(SELLER, A), A, NOW)
    world.run(until=NOW + DAY - timedelta(seconds=1))
    assert [to for _, author, to in world.gone if author == A and to == ROBOT] == [ROBOT] * 3
