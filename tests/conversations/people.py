"""Those who write in generated conversations, their mail programs, and what of a thread survives them."""

import random
from dataclasses import dataclass, replace
from datetime import datetime

from cases.mail import Address, Mail
from tests.casework import SUPPORT

# What three kinds of evidence are called here; a mail without any of them is a new matter to everybody.
ADDRESS, IDS, TAG = "address", "ids", "tag"
EVIDENCE = frozenset({ADDRESS, IDS, TAG})

_PREFIXES = (
    "Re: ",
    "AW: ",
    "Antw: ",
    "SV: ",
    "RE : ",
    "Re[2]: ",
    "Odp: ",
    "YNT: ",
    "回复：",
    "R: ",
    "VS: ",
    "Re: AW: ",
)
_PROVIDERS = ("gmail.com", "gmx.de", "outlook.com", "qq.com")
_TAG_LENGTH = len("[CP-0000000000]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """What a mail program, and the relays behind it, do to a thread."""

    in_reply_to: bool = True
    references: str = "all"  # all, last, first, none
    tag: str = "keep"  # keep, upper, lower, strip, cut
    to: str = "reply-to"  # reply-to, address book
    letters: str = "as they are"  # as they are, upper, lower: of addresses
    prefix: str = "Re: "
    new_subjects: float = 0.0
    new_ids: bool = False  # a relay on the way to us gives its mails other Message-IDs
    strange_ids: bool = False  # a relay on the way from us does the same with ours

    def without(self, destroyed: frozenset[str]) -> "Client":
        """The same with some kinds of evidence destroyed in whatever it sends."""
        out = self
        if ADDRESS in destroyed:
            out = replace(out, to="address book")
        if IDS in destroyed:
            out = replace(out, in_reply_to=False, references="none")
        if TAG in destroyed:
            out = replace(out, tag="strip")
        return out


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who writes; `proved`: their domain stands for what they send."""

    name: str
    address: str
    client: Client
    proved: bool = False

    @property
    def mailbox(self) -> Address:
        """Name and address as they stand in From."""
        return Address(name=self.name, address=shape(self.address, self.client.letters))


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A mail as it lies in somebody's mailbox; `good` are the Message-IDs that lead to its case, `reply_to` where an
    answer to it goes ("" nowhere but to its author). `ours`: we wrote it.
    """

    message_id: str
    references: tuple[str, ...]
    subject: str
    reply_to: str
    good: frozenset[str]
    ours: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A mail on its way to us: `alive` is the evidence that is left in it, `bare` that it is no answer to look at."""

    mail: Mail
    recipient: str
    person: Person
    at: datetime
    alive: frozenset[str]
    bare: bool


def make_client(chance: random.Random) -> Client:
    """A mail program; most are good ones."""
    if chance.random() < 0.35:
        return Client(prefix=chance.choice(_PREFIXES))
    return Client(
        in_reply_to=chance.random() < 0.7,
        references=chance.choices(("all", "last", "first", "none"), (5, 3, 2, 3))[0],
        tag=chance.choices(("keep", "upper", "lower", "strip", "cut"), (6, 2, 1, 2, 1))[0],
        to=chance.choices(("reply-to", "address book"), (8, 2))[0],
        letters=chance.choices(("as they are", "upper", "lower"), (6, 1, 1))[0],
        prefix=chance.choice(_PREFIXES),
        new_subjects=chance.choice((0.0, 0.0, 0.1, 0.4)),
        new_ids=chance.random() < 0.1,
        strange_ids=chance.random() < 0.1,
    )


def make_person(chance: random.Random, number: int, *, domain: str = "") -> Person:
    """Somebody with an address of their own; `domain`: a colleague of somebody there."""
    proved = chance.random() < 0.4
    if domain:
        address = f"colleague{number}@{domain}"
    elif chance.random() < 0.3:
        address = f"seller{number}@{chance.choice(_PROVIDERS)}"
    elif chance.random() < 0.1:
        address = f"8k2l+{number}@marketplace.example"
    else:
        address = f"jan@shop{number}.example"
    return Person(name=f"Person {number}", address=address, client=make_client(chance), proved=proved)


def shape(address: str, letters: str) -> str:
    """An address in the letters a client has for it."""
    match letters:
        case "upper":
            return address.upper()
        case "lower":
            return address.lower()
        case _:
            return address


def write(chance: random.Random, person: Person, *, at: datetime, subject: str, answers: View | None = None) -> Written:
    """A mail by that person: a new one, or an answer, as their client and the relays behind it leave it."""
    client = person.client
    message_id = f"<{chance.getrandbits(60):x}@client.example>"
    recipient = SUPPORT.address
    references: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    if answers is not None:
        thread = (*answers.references, answers.message_id)
        references = {"all": thread, "last": thread[-1:], "first": thread[:1], "none": ()}[client.references]
        in_reply_to = (answers.message_id,) if client.in_reply_to else ()
        subject = _answer_subject(chance, client, answers.subject)
        recipient = answers.reply_to if client.to == "reply-to" and answers.reply_to else SUPPORT.address
    mail = Mail(
        fingerprint=message_id,
        reader_version=1,
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        subject=subject,
        sender=person.mailbox,
        author=person.mailbox,
        to=(Address(address=recipient),),
        date=at,
        language="en",
        text="What about it?",
        reply_text="What about it?",
    )
    good = answers.good if answers is not None else frozenset()
    alive = {
        ADDRESS: "+" in recipient,
        IDS: bool(good & {*references, *in_reply_to}),
        TAG: "[cp-" in subject.lower() and subject.rstrip().endswith("]"),
    }
    return Written(
        mail=mail,
        recipient=shape(recipient, client.letters),
        person=person,
        at=at,
        alive=frozenset(kind for kind, there in alive.items() if there),
        bare=not (references or in_reply_to or alive[TAG]),
    )


def sees(written: Written, *, good: frozenset[str]) -> View:
    """A mail as it lies in its author's own mailbox, and in those of whom it was copied to; `good`: as in View."""
    mail = written.mail
    assert mail.message_id is not None
    return View(
        message_id=mail.message_id,
        references=(*mail.references, *(one for one in mail.in_reply_to if one not in mail.references)),
        subject=mail.subject,
        reply_to="",
        good=good,
        ours=False,
    )


def relayed(chance: random.Random, written: Written) -> Mail:
    """The mail as it reaches us: some relays give every mail another Message-ID."""
    if not written.person.client.new_ids:
        return written.mail
    other = f"<{chance.getrandbits(60):x}@relay.example>"
    return replace(written.mail, message_id=other, fingerprint=other)


def _answer_subject(chance: random.Random, client: Client, subject: str) -> str:
    head, tag = (subject[:-_TAG_LENGTH].rstrip(), subject[-_TAG_LENGTH:]) if subject.endswith("]") else (subject, "")
    head = head if head.lower().startswith(client.prefix.lower()) else client.prefix + head
    if chance.random() < client.new_subjects:
        return f"Something else {chance.randrange(10**6)}"
    match client.tag:
        case "strip":
            return head
        case "cut":
            return f"{head} {tag[:9]}".rstrip()
        case "upper":
            return f"{head} {tag}".rstrip().upper()
        case "lower":
            return f"{head} {tag}".rstrip().lower()
        case _:
            return f"{head} {tag}".rstrip()
