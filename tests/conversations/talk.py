"""One generated conversation: what is written when, by whom, and to which case each mail belongs."""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cases.mail import Address
from cases.reference import Keyring, Role, make_anchor, make_message_id, make_tag
from ingest.organisation import is_relay
from tests.conversations.people import ADDRESS, Client, Person, View, Written, make_person, relayed, sees, write
from tests.conversations.player import Arriving, Doing, Talk

RELAY_DOMAINS = frozenset({"marketplace.example"})
_DOMAIN = "casepost.example"
_AT_REST, _FOR_GOOD = timedelta(days=14), timedelta(days=30)
_DELAYS = (timedelta(minutes=7), timedelta(hours=20), timedelta(days=6), timedelta(days=20))
_EVE = "mallory@evil.example"

# The signed address of a participant (by address) of a case (by number).
Sign = Callable[[str, str], str]


@dataclass(kw_only=True)
class Conversation:
    """What goes on in one case, and what those who take part have in their mailboxes."""

    chance: random.Random
    keyring: Keyring
    sign: Sign
    family: int
    at: datetime
    destroyed: frozenset[str]
    case: str = ""
    closed_at: datetime | None = None
    last_word_at: datetime | None = None
    members: list[Person] = field(default_factory=list)
    outside: list[Person] = field(default_factory=list)
    of_ours: dict[str, list[View]] = field(default_factory=dict)
    of_theirs: list[View] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    people: int = 0

    def play(self) -> Talk:
        """The whole conversation, step by step; what each mail came to is sent in."""
        seller = self._person()
        yield from self._begin(seller)
        for _ in range(self.chance.randint(1, 9)):
            self._pass_time()
            self._we_write()
            yield from self.chance.choices(*zip(*self._actions(), strict=True))[0]()
            if self.closed_at is not None and self.at - self.closed_at > _FOR_GOOD:
                return

    def _actions(self) -> list[tuple[Callable[[], Talk], int]]:
        return [
            (self._answer, 45),
            (self._answer_an_old_one, 10),
            (self._second_thought, 10),
            (self._others_answer, 12),
            (self._out_of_order, 6),
            (self._bring_somebody, 6),
            (self._stranger_answers, 25 if self.outside else 0),
            (self._attack, 3),
            (self._close, 6),
            (self._new_matter, 3),
            (self._from_the_address_book, 3),
            (self._merge, 4),
        ]

    # How it begins.

    def _begin(self, seller: Person) -> Talk:
        first = write(self.chance, seller, at=self.at, subject=f"Question {self.family} about my money")
        copied = self._some_copied(seller)
        first = _copy(first, copied)
        if self.chance.random() < 0.05:
            yield from self._lay_a_trap(first)
        if self.chance.random() < 0.12:
            yield from self._begin_the_wrong_way_round(first, copied)
            return
        self.members = [seller, *copied]
        self.case = yield from self._send(first, "new", "opens a case")
        self._keep(first)

    def _begin_the_wrong_way_round(self, first: Written, copied: list[Person]) -> Talk:
        """The answer comes before what it answers: a second thought, or a colleague's word."""
        view = sees(first, good=frozenset())
        author = self.chance.choice([first.person, *copied])
        second = write(self.chance, author, at=self.at, subject="", answers=view)
        shown = [one for one in (first.person, *copied) if one is not author]
        second = _copy(second, shown)
        refers = first.mail.message_id in (*second.mail.in_reply_to, *second.mail.references)
        if not refers or first.person.client.new_ids:
            self.members = [first.person, *copied]
            self.case = yield from self._send(first, "new", "opens a case")
            self._keep(first)
            return
        self.members = [author, *shown]
        self.case = yield from self._send(second, "new", "answer that comes first")
        self.at += timedelta(seconds=self.chance.randint(1, 200))
        first = replace(first, at=self.at)
        yield from self._send(first, "joins", "what was answered comes later")
        self._keep(first, second)

    def _lay_a_trap(self, first: Written) -> Talk:
        """An attacker refers to a mail that has not come yet, and copies who will write it."""
        eve = replace(make_person(self.chance, 0), address=_EVE, proved=True, client=Client())
        good = frozenset({str(first.mail.message_id)})
        view = View(message_id=min(good), references=(), subject=first.mail.subject, reply_to="", good=good)
        trap = _copy(write(self.chance, eve, at=self.at, subject="", answers=view), [first.person])
        yield from self._send(trap, "aside", "an attacker's trap", counts=False, hostile=True)

    def _some_copied(self, seller: Person) -> list[Person]:
        if self.chance.random() < 0.6:
            return []
        return [self._person(beside=seller if self.chance.random() < 0.7 else None)]

    # What those do who take part.

    def _answer(self) -> Talk:
        person = self.members[0] if self.chance.random() < 0.8 else self.chance.choice(self.members)
        views = self.of_ours.get(person.address)
        if views:
            yield from self._reply(person, views[-1], "answers us")

    def _answer_an_old_one(self) -> Talk:
        person = self.chance.choice(self.members)
        views = self.of_ours.get(person.address)
        if views:
            yield from self._reply(person, self.chance.choice(views), "answers an older mail of ours")

    def _second_thought(self) -> Talk:
        yield from self._reply(self.members[0], self.chance.choice(self.of_theirs), "answers a mail of theirs")

    def _others_answer(self) -> Talk:
        if len(self.members) > 1:
            person = self.chance.choice(self.members[1:])
            yield from self._reply(person, self.of_theirs[-1], "a participant answers another")

    def _out_of_order(self) -> Talk:
        """An answer to us, and a second thought to it that overtakes it."""
        person = self.members[0]
        views = self.of_ours.get(person.address)
        if not views:
            return
        answer = write(self.chance, person, at=self.at, subject="", answers=views[-1])
        seen = sees(answer, good=views[-1].good)
        second = write(self.chance, person, at=self.at, subject="", answers=seen)
        if not answer.alive or not second.alive or self._is_new_matter(second):
            return
        yield from self._send(second, "joins", "a second thought that comes first")
        self.at += timedelta(seconds=self.chance.randint(1, 200))
        answer = replace(answer, at=self.at)
        yield from self._send(answer, "joins", "an answer that was overtaken")
        self._keep(answer, second)

    def _bring_somebody(self) -> Talk:
        person = self.chance.choice(self.members)
        views = self.of_ours.get(person.address)
        if not views:
            return
        newcomer = self._person(beside=person if self.chance.random() < 0.7 else None)
        written = _copy(write(self.chance, person, at=self.at, subject="", answers=views[-1]), [newcomer])
        if not written.alive or self._is_new_matter(written):
            return
        yield from self._send(written, "joins", "copies somebody new")
        proved = person.proved and not is_relay(person.address, RELAY_DOMAINS)
        own_token = written.recipient.lower() in {one.reply_to.lower() for one in views}
        if proved or own_token:
            self._join(newcomer)
        else:
            self.outside.append(newcomer)
        self._keep(written)

    def _join(self, newcomer: Person) -> None:
        if newcomer.address not in {one.address for one in self.members}:
            self.members.append(newcomer)

    def _stranger_answers(self) -> Talk:
        inside = {one.address for one in self.members}
        strangers = [one for one in self.outside if one.address not in inside]
        if strangers:
            stranger = self.chance.choice(strangers)
            written = write(self.chance, stranger, at=self.at, subject="", answers=self.of_theirs[-1])
            expected = "new" if self._is_new_matter(written) else "aside"
            yield from self._send(written, expected, "somebody answers who takes no part", counts=False)

    def _attack(self) -> Talk:
        """An attacker with all ids and the tag, and without a signed address; by From of their own."""
        known = self.of_ours.get(self.members[0].address)
        if known:
            view = replace(known[-1], reply_to="")
            eve = replace(make_person(self.chance, 0), address=_EVE, proved=True)
            written = write(self.chance, eve, at=self.at, subject="", answers=view)
            yield from self._send(written, "aside", "an attacker with ids and tag", counts=False, hostile=True)

    # What is done to the case, and other cases of the same people.

    def _close(self) -> Talk:
        yield Doing(at=self.at, number=self.case)
        self.closed_at = self.at
        self.at += self.chance.choice((timedelta(days=2), timedelta(days=12), timedelta(days=29), timedelta(days=40)))
        yield from self._answer()

    def _new_matter(self) -> Talk:
        written = write(self.chance, self.members[0], at=self.at, subject=f"Another question {self.at}")
        yield from self._send(written, "new", "a new matter", counts=False)

    def _from_the_address_book(self) -> Talk:
        """A new matter to the signed address of the last one, which the client has put into its address book."""
        person = self.members[0]
        views = self.of_ours.get(person.address)
        if views and ADDRESS not in self.destroyed:
            self.at += self.chance.choice((timedelta(0), timedelta(days=16)))
            blank = replace(person, client=replace(person.client, in_reply_to=False, references="none", to="reply-to",
                                                   new_subjects=1.0))  # fmt: skip
            written = write(self.chance, blank, at=self.at, subject="", answers=views[-1])
            new = self._is_new_matter(written)
            yield from self._send(written, "new" if new else "joins", "from the address book", counts=not new)

    def _merge(self) -> Talk:
        """A second case of the same seller goes into this one; answers to its mails come here from then on."""
        person = self.members[0]
        written = write(self.chance, person, at=self.at, subject=f"One more thing {self.at}")
        other = yield from self._send(written, "new", "a second case", counts=False)
        view = self._ours(other, person, subject=written.mail.subject)
        self.at += timedelta(hours=2)
        yield Doing(at=self.at, number=other, into=self.case)
        self.last_word_at = self.at if self.closed_at is None else self.last_word_at
        self.at += timedelta(hours=3)
        yield from self._reply(person, view, "answers a mail of a case that was merged")

    # Mail by mail.

    def _reply(self, person: Person, view: View, what: str) -> Talk:
        written = write(self.chance, person, at=self.at, subject="", answers=view)
        others = [one for one in self.members if one is not person]
        if others and self.chance.random() < 0.5:
            written = _copy(written, others)
        if not written.alive:
            return
        if self._is_new_matter(written):
            yield from self._send(written, "new", f"{what}, too late", counts=False)
            return
        yield from self._send(written, "joins", what)
        self._keep(written)

    def _send(
        self, written: Written, expected: str, what: str, *, counts: bool = True, hostile: bool = False
    ) -> Generator[Arriving | Doing, str, str]:
        mail = relayed(self.chance, written)
        number = yield Arriving(
            written=written, mail=mail, expected=expected, case=self.case, what=what, hostile=hostile
        )
        if counts:
            assert mail.message_id is not None
            self.known.append(mail.message_id)
            self.last_word_at, self.closed_at = written.at, None
        return number

    def _keep(self, *sent: Written) -> None:
        """What was sent lies in the mailboxes of its author and of those copied; a relay's new Message-ID does not."""
        for written in sent:
            good = frozenset(self.known) | self._anchors()
            view = sees(written, good=good)
            self.of_theirs.append(replace(view, reply_to=written.recipient if "+" in written.recipient else ""))

    def _anchors(self) -> frozenset[str]:
        return frozenset(one for views in self.of_ours.values() for view in views for one in view.good)

    def _we_write(self) -> None:
        """A mail of ours to everybody who takes part."""
        for person in self.members:
            if self.chance.random() < 0.9:
                view = self._ours(self.case, person, subject=f"Question {self.family} about my money")
                self.of_ours.setdefault(person.address, []).append(view)

    def _ours(self, number: str, person: Person, *, subject: str) -> View:
        anchor = make_anchor(self.keyring, _DOMAIN, number, Role.SELLER)
        message_id = make_message_id(self.keyring, _DOMAIN, number, Role.SELLER)
        strange = f"<{self.chance.getrandbits(60):x}@their-relay.example>"
        seen = strange if person.client.strange_ids else message_id
        thread = (anchor, *self.known[-5:]) if number == self.case else (anchor,)
        return View(
            message_id=seen,
            references=thread,
            subject=f"{subject} {make_tag(number)}",
            reply_to=self.sign(number, person.address),
            good=frozenset({message_id, *thread}),
        )

    def _is_new_matter(self, written: Written) -> bool:
        """The rule of the design: a closed case opens again for 30 days; an address alone, with another subject, starts
        anew on a case that has come to rest.
        """
        assert self.last_word_at is not None
        if self.closed_at is not None and written.at - self.closed_at > _FOR_GOOD:
            return True
        at_rest = self.closed_at is not None or written.at - self.last_word_at > _AT_REST
        other = written.mail.subject.startswith("Something else")
        return at_rest and other and written.bare and written.alive == {ADDRESS}

    def _person(self, *, beside: Person | None = None) -> Person:
        self.people += 1
        if self.members and self.chance.random() < 0.15:
            # An agency that works for many sellers takes part in many cases.
            agency = make_person(self.chance, self.chance.randrange(10), domain="agency.example")
            return replace(agency, client=agency.client.without(self.destroyed))
        domain = beside.address.rpartition("@")[2] if beside is not None else ""
        own = domain if domain.startswith("shop") else ""
        person = make_person(self.chance, self.family * 100 + self.people, domain=own)
        return replace(person, client=person.client.without(self.destroyed))

    def _pass_time(self) -> None:
        self.at += self.chance.choices(_DELAYS, (50, 30, 14, 6))[0] * (0.5 + self.chance.random())


def _copy(written: Written, others: list[Person]) -> Written:
    """The same mail, with these in Cc."""
    cc = tuple(Address(name=one.name, address=one.address) for one in others)
    return replace(written, mail=replace(written.mail, cc=cc, to=(Address(address=written.recipient),)))
