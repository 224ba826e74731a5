"""What agents and sellers get, from a mail taken in to a mail in the outbox: head of a relay, copies, thread."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as parse_policy

import pytest
import sqlalchemy as sa

from cases.change import Change, People
from cases.identity import Identity, Verdict
from cases.mail import Address
from cases.reference import Role, find_address, find_message_id, make_anchor
from store.apply import apply
from store.store import Store
from store.tables import messages, outbox, participants
from tests.casework import AGENT, NOW, SELLER, SUPPORT
from tests.office import Office

LISA, BOOKS = "lisa@petersen.example", "books@tax.example"


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def mail(sender: str, text: str, name: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, SUPPORT.address, "Where is my money?"
    message["Message-ID"] = f"<{name}@client.example>"
    for header, value in headers.items():
        del message[header.replace("_", "-")]
        message[header.replace("_", "-")] = value
    message.set_content(text)
    return message


def receive(office: Office, message: EmailMessage, *to: str, sender: str = SELLER) -> str:
    applied = office.receive(message, *to, sender=sender)
    assert applied is not None
    assert applied.number is not None
    office.write()
    return applied.number


def sent(office: Office, kind: str) -> list[tuple[str, EmailMessage]]:
    """(envelope recipient, mail) of a kind, in the order they were written."""
    rows = office.rows(sa.select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id))
    found = [(row.envelope_to, message_from_bytes(row.content, policy=parse_policy)) for row in rows]
    return [(to, one) for to, one in found if isinstance(one, EmailMessage)]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def answer(office: Office, relay: EmailMessage, text: str, name: str, *, to: str = "") -> None:
    to = to or str(relay["Reply-To"].addresses[0].addr_spec)
    thread = str(relay["Message-ID"])
    reply = mail(AGENT, text, name, To=to, In_Reply_To=thread, References=f"{relay.get('References', '')} {thread}")
    receive(office, reply, to, sender=AGENT)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.PASS, "proved by its domain (dmarc=pass)"),
        (Verdict.FAIL, "NOT by this domain: treat as forged (dmarc=fail)"),
        (Verdict.NONE, "not checked"),
    ],
)
def test_an_agent_reads_in_plain_words_how_far_the_author_is_proved(
    office: Office, verdict: Verdict, words: str
) -> None:
    detail = "" if verdict is Verdict.NONE else f"dmarc={verdict.value}"
    office.check_identity = lambda _raw, _mail, _entry: Identity(verdict=verdict, detail=detail)
    receive(office, mail(f"Jan <{SELLER}>", "It has not come.", "1"))
    ((_, relay),) = sent(office, "agent_mail")
    assert words in text_of(relay)
    name = relay["From"].addresses[0].display_name
    assert name == (f"Careful: {SELLER} via support" if verdict is Verdict.FAIL else "Jan via support")


def test_an_agent_reads_what_was_said_before_with_notes_marked_and_the_newest_first(office: Office) -> None:
    receive(office, mail(f"Jan <{SELLER}>", "First words. " + "long " * 100, "1"))
    relay = sent(office, "agent_mail")[0][1]
    answer(office, relay, "We look into it.", "a1")
    answer(office, relay, "#note MARGIN-7731 is our limit.", "a2")
    receive(office, mail(f"Jan <{SELLER}>", "Any news?", "2", In_Reply_To="<1@client.example>"))
    words = text_of(sent(office, "agent_mail")[-1][1])
    note, own, first = (words.index(one) for one in ("MARGIN-7731", "We look into it.", "First words."))
    assert words.index("Any news?") < note < own < first
    assert "INTERNAL NOTE: MARGIN-7731 is our limit." in words
    assert "First words. long" in words
    assert "long " * 40 not in words  # two hundred characters of it
    assert "…" in words
    assert "We have received" not in words[note:]  # what a machine said is no word of the thread
    assert "Before this" not in text_of(relay)


def test_of_a_long_thread_the_last_five_words_are_shown(office: Office) -> None:
    for count in range(8):
        receive(office, mail(f"Jan <{SELLER}>", f"Word {count}.", str(count), References="<0@client.example>"))
    words = text_of(sent(office, "agent_mail")[-1][1])
    assert [f"Word {count}." in words for count in range(8)] == [False] * 2 + [True] * 6


def test_what_is_written_to_the_address_for_notes_is_a_note(office: Office) -> None:
    number = receive(office, mail(SELLER, "It has not come.", "1"))
    relay = sent(office, "agent_mail")[0][1]
    found = [find_address(office.store.keyring, word.strip(".")) for word in text_of(relay).split() if "+a" in word]
    signed = next(one for one in found if one is not None)
    assert (signed.role, signed.number) == (Role.NOTE, number)
    address = next(word.strip(".") for word in text_of(relay).split() if "+a" in word)
    answer(office, relay, "He is right.", "a1", to=address)
    assert [one["kind"] for one in office.case(number)["messages"]][-1] == "note"
    assert sent(office, "answer") == []


def test_an_answer_goes_to_each_who_takes_part_and_shows_the_others(office: Office) -> None:
    copied = f"Lisa <{LISA}>, {BOOKS}, returns@casepost.example, rita@office.example"
    receive(office, mail(f"Jan <{SELLER}>", "It has not come.", "1", Cc=copied))
    answer(office, sent(office, "agent_mail")[0][1], "It is on its way.", "a1")
    shown = {to: sorted(one.addr_spec for one in answer["Cc"].addresses) for to, answer in sent(office, "answer")}
    assert shown == {SELLER: [BOOKS, LISA], LISA: [BOOKS, SELLER], BOOKS: sorted([SELLER, LISA])}
    for to, letter in sent(office, "answer"):
        assert [one.addr_spec for one in letter["To"].addresses] == [to]
        assert "office.example" not in letter.as_string()


def test_an_acknowledgement_and_a_mail_to_one_alone_show_nobody(office: Office) -> None:
    receive(office, mail(SELLER, "It has not come.", "1", Cc=LISA))
    assert [letter["Cc"] for _, letter in sent(office, "acknowledgement")] == [None]
    receive(office, mail("bo@berg.example", "It has not come.", "2"), sender="bo@berg.example")
    answer(office, sent(office, "agent_mail")[-1][1], "It is on its way.", "a1")
    assert [letter["Cc"] for _, letter in sent(office, "answer")] == [None]


@pytest.mark.parametrize(
    "values",
    [
        {"left_at": NOW},
        {"hold_reason": "bounced"},
        {"joined_by": "merged from CP-1000000005"},
        {"reply_address": AGENT},
    ],
    ids=["left", "on hold", "by a merge", "staff"],
)
def test_nobody_is_shown_who_does_not_take_part_by_themselves(office: Office, values: dict[str, object]) -> None:
    receive(office, mail(SELLER, "It has not come.", "1", Cc=f"{LISA}, {BOOKS}"))
    with office.store.cases.write() as connection:
        connection.execute(sa.update(participants).where(participants.c.address == LISA).values(**values))
    answer(office, sent(office, "agent_mail")[0][1], "It is on its way.", "a1")
    shown = {
        to: [one.addr_spec for one in letter["Cc"].addresses] if letter["Cc"] else []
        for to, letter in sent(office, "answer")
    }
    assert shown[SELLER] == [BOOKS]
    assert shown[BOOKS] == [SELLER]
    assert shown.get(LISA, []) == [] or "joined_by" not in values


def test_one_whose_address_cannot_be_written_to_does_not_keep_the_answer_from_the_others(office: Office) -> None:
    receive(office, mail(SELLER, "It has not come.", "1", Cc=LISA))
    with office.store.cases.write() as connection:
        bad = sa.update(participants).where(participants.c.address == LISA)
        connection.execute(bad.values(reply_address="l\u00efsa@petersen.example"))
    answer(office, sent(office, "agent_mail")[0][1], "It is on its way.", "a1")
    assert [(to, letter["Cc"]) for to, letter in sent(office, "answer")] == [(SELLER, None)]


def test_an_answer_answers_the_mail_that_the_agent_had_before_them(office: Office) -> None:
    number = receive(office, mail(SELLER, "It has not come.", "1"))
    receive(office, mail(SELLER, "And the other one?", "2", References="<1@client.example>"))
    first, second = (relay for _, relay in sent(office, "agent_mail"))
    answer(office, first, "It is on its way.", "a1")
    answer(office, second, "The other one too.", "a2")
    letters = [letter for _, letter in sent(office, "answer")]
    assert [str(letter["In-Reply-To"]) for letter in letters] == ["<1@client.example>", "<2@client.example>"]
    for letter in letters:
        thread = str(letter["References"]).split()
        assert thread[0] == make_anchor(office.store.keyring, "casepost.example", number, Role.SELLER)
        assert thread[-1] == str(letter["In-Reply-To"])
        assert "<a1@client.example>" not in thread  # an agent's id names their machine


def test_every_mail_of_ours_has_the_anchor_of_its_case_and_reader_first(office: Office) -> None:
    number = receive(office, mail(SELLER, "It has not come.", "1"))
    for kind, role in (("acknowledgement", Role.SELLER), ("agent_mail", Role.AGENT)):
        ((_, letter),) = sent(office, kind)
        anchor = str(letter["References"]).split()[0]
        assert anchor != str(letter["Message-ID"])
        assert find_message_id(office.store.keyring, anchor) == (number, role)


def test_who_joined_later_is_told_nothing_of_what_was_before(office: Office) -> None:
    number = receive(office, mail(SELLER, "It is about order 302-1234567-7654321.", "1"))
    case_id = office.rows(sa.select(messages.c.case_id))[0].case_id
    later = NOW.replace(hour=12)
    apply(
        office.store.cases,
        Change(actor="agent", at=later, case_id=case_id, people=People(add=(Address(address=BOOKS),), confirm=True)),
    )
    relay = sent(office, "agent_mail")[0][1]
    to = str(relay["Reply-To"].addresses[0].addr_spec)
    reply = mail(AGENT, "Here you are.", "a1", To=to, In_Reply_To=str(relay["Message-ID"]))
    assert office.receive(reply, to, sender=AGENT, now=later) is not None
    office.write(now=later)
    letter = dict(sent(office, "answer"))[BOOKS]
    assert str(letter["References"]).split() == [
        make_anchor(office.store.keyring, "casepost.example", number, Role.SELLER)
    ]
    assert letter["In-Reply-To"] is None
    assert "302-1234567-7654321" not in letter.as_string()
