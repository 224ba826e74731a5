"""Threat 7: a note reaches the seller in a quotation (chatwoot#838, odoo#15621, brimir#412)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as parse_policy
from itertools import product

import pytest
import sqlalchemy as sa

from cases.reference import Role, SignedAddress, make_address
from ingest.take_in import Policy
from store.tables import outbox
from tests.casework import AGENT, SELLER, SUPPORT
from tests.office import Office
from tests.quoting import POSTINGS, STYLES, Quoted, write_answer
from tests.service import AGENT as SERVICE_AGENT
from tests.service import SELLER as SERVICE_SELLER
from tests.service import Service, mail, number_of, sent_to, text_of, wait_until
from tests.sink import Sink

SECRET = "MARGIN-7731"
SOURCES = ("relay that shows the note", "public mail", "the note itself")
# Pasted without a mark or a header, the words of a note are an agent's words like any other.
COMBINATIONS = [
    one for one in product(SOURCES, STYLES, POSTINGS, ("plain", "html", "both")) if one[:2] != (SOURCES[2], "pasted")
]


def part_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def sent(office: Office, kind: str) -> list[EmailMessage]:
    rows = office.rows(sa.select(outbox.c.content).where(outbox.c.kind == kind).order_by(outbox.c.id))
    found = [message_from_bytes(row.content, policy=parse_policy) for row in rows]
    return [one for one in found if isinstance(one, EmailMessage)]


def to_seller(office: Office) -> Iterator[tuple[str, str]]:
    """(envelope recipient, everything that a person or a program can read) of all mail to anybody but staff."""
    for row in office.rows(sa.select(outbox.c.content, outbox.c.envelope_to)):
        if row.envelope_to != AGENT:
            message = message_from_bytes(row.content, policy=parse_policy)
            assert isinstance(message, EmailMessage)
            heads = "\n".join(f"{name}: {value}" for name, value in message.items())
            yield row.envelope_to, f"{heads}\n{part_of(message, 'plain')}\n{part_of(message, 'html')}"


def seller_writes(office: Office, text: str, number: int, **headers: str) -> str:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Jan <{SELLER}>", SUPPORT.address, "Where is my money?"
    message["Message-ID"] = f"<{number}@client.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    applied = office.receive(message)
    assert applied is not None
    assert applied.number is not None
    office.write()
    return applied.number


def agent_answers(office: Office, message: EmailMessage, original: EmailMessage, to: str, name: str) -> None:
    message["From"], message["To"], message["Subject"] = f"Ada <{AGENT}>", to, f"Re: {original['Subject']}"
    message["Message-ID"], message["In-Reply-To"] = f"<{name}@office.example>", str(original["Message-ID"])
    assert office.receive(message, to, sender=AGENT) is not None


def quoted_of(original: EmailMessage, author: str, to: str) -> Quoted:
    text = part_of(original, "plain").strip("\n")
    return Quoted(text=text, author=author, recipient=to, subject=str(original["Subject"]))


def test_07_a_note_is_in_no_mail_to_the_seller_however_it_is_quoted(office: Office) -> None:
    assert len(COMBINATIONS) >= 200
    number = seller_writes(office, "Hello,\n\nwhere is my money for order 302-1234567-7654321?\n\nJan", 1)
    (public,) = sent(office, "agent_mail")
    agent_address = str(public["Reply-To"].addresses[0].addr_spec)
    note_address = make_address(
        office.store.keyring, SUPPORT.address, SignedAddress(role=Role.NOTE, number=number, subject_id=1)
    )
    note = EmailMessage()
    note.set_content(f"{SECRET} is as low as we can go.\n\nNever tell him.\n")
    agent_answers(office, note, public, note_address, "note")
    seller_writes(office, "Any news?", 2, In_Reply_To="<1@client.example>")
    shown = sent(office, "agent_mail")[-1]
    assert SECRET in part_of(shown, "plain")
    assert SECRET in part_of(shown, "html")
    assert SECRET not in part_of(public, "plain")
    originals = {
        SOURCES[0]: (shown, quoted_of(shown, agent_address, AGENT)),
        SOURCES[1]: (public, quoted_of(public, agent_address, AGENT)),
        SOURCES[2]: (shown, quoted_of(note, f"Ada <{AGENT}>", note_address)),
    }
    for index, (source, style, posting, kind) in enumerate(COMBINATIONS):
        office.policy = Policy(agent_signatures=index % 2 == 0)
        original, quoted = originals[source]
        answer = write_answer(f"ANSWER-{index} goes out today.", quoted, style=style, posting=posting, kind=kind)
        agent_answers(office, answer, original, agent_address, f"answer-{index}")
    office.write()

    leaked, arrived = [], Counter[str]()
    for _, everything in to_seller(office):
        named = [one for index, one in enumerate(COMBINATIONS) if f"ANSWER-{index} " in everything]
        leaked += [named] if SECRET in everything or "Never tell him" in everything else []
        arrived.update(posting for _, _, posting, _ in named)
    assert leaked == []
    asked = Counter(posting for _, _, posting, _ in COMBINATIONS)
    assert arrived["top"] == asked["top"]  # nothing is safe because nothing is sent
    assert arrived["inline"] > asked["inline"] / 3
    assert arrived["bottom"] > asked["bottom"] / 3


@pytest.mark.parametrize("style", list(STYLES))
def test_07_a_note_below_a_signature_in_the_quoted_mail_is_not_taken_for_the_agents(office: Office, style: str) -> None:
    office.policy = Policy(agent_signatures=True)
    seller_writes(office, "Where is my money?\n\nRegards\n\n-- \nJan Petersen", 1)
    (relay,) = sent(office, "agent_mail")
    to = str(relay["Reply-To"].addresses[0].addr_spec)
    shown = quoted_of(relay, to, AGENT)
    assert "\n--" in shown.text
    tail = f"=== Before this (CP-1000000005) ===\n\n- today, Ada, INTERNAL NOTE: {SECRET}"
    answer = write_answer(
        "It goes out today.", replace(shown, text=f"{shown.text}\n\n{tail}"), style=style, posting="top", kind="plain"
    )
    agent_answers(office, answer, relay, to, "answer")
    office.write()
    found = [everything for _, everything in to_seller(office)]
    assert "It goes out today." in found[-1]
    assert not [one for one in found if SECRET in one]


@pytest.mark.parametrize(
    ("style", "posting", "kind"),
    [
        ("thunderbird", "top", "plain"),
        ("gmail", "inline", "both"),
        ("outlook", "top", "html"),
        ("pasted", "top", "plain"),
    ],
)
def test_07_over_smtp_a_note_quoted_by_the_agent_stays_inside(
    shared_service: Service, shared_sink: Sink, style: str, posting: str, kind: str
) -> None:
    seller = f"{style}@{SERVICE_SELLER.partition('@')[2]}"
    shared_service.send(mail("Where is my money?", "It has not come.", sender=seller), sender=seller)
    first = sent_to(shared_sink, seller)[0]
    number = number_of(first)

    def relays() -> list[EmailMessage]:
        found = [one for one in sent_to(shared_sink, SERVICE_AGENT) if number_of(one) == number]
        return [one for one in found if "Auto-Submitted" not in one]

    relay = wait_until(relays)[0]
    to = str(relay["Reply-To"].addresses[0].addr_spec)
    note = mail("Re: x", f"#note {SECRET} is as low as we can go.", sender=SERVICE_AGENT, to=to)
    shared_service.send(note, sender=SERVICE_AGENT, to=[to])
    wait_until(lambda: "note" in [one["kind"] for one in shared_service.case(number)["messages"]])
    again = mail(
        f"Re: {first['Subject']}", "Any news?", sender=seller, to=str(first["Reply-To"].addresses[0].addr_spec)
    )
    shared_service.send(again, sender=seller, to=[str(first["Reply-To"].addresses[0].addr_spec)])
    shown = wait_until(lambda: relays()[1:])[0]
    assert SECRET in text_of(shown)

    answer = write_answer(
        "It goes out today.", quoted_of(shown, to, SERVICE_AGENT), style=style, posting=posting, kind=kind
    )
    answer["From"], answer["To"], answer["Subject"] = SERVICE_AGENT, to, f"Re: {shown['Subject']}"
    answer["Message-ID"], answer["In-Reply-To"] = f"<{style}@office.example>", str(shown["Message-ID"])
    shared_service.send(answer, sender=SERVICE_AGENT, to=[to])
    final = sent_to(shared_sink, seller, 2)
    assert "It goes out today." in text_of(final[1])
    for one in final:
        assert SECRET not in part_of(one, "plain") + part_of(one, "html") + one.as_string()
