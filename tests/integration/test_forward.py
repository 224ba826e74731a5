"""An agent passes a seller's mail on to a queue: a case of that seller, who never hears of the agent."""

from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.policy import default as parse_policy
from typing import Any

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.change import Applied, Change
from cases.identity import Identity, Verdict
from cases.mail import Address, Forwarded, Mail, MailKind
from cases.model import Happening, MessageKind, Outcome
from ingest.forward import decide_forward
from ingest.question import Question
from ingest.read.reader import read
from store.apply import apply
from store.store import Store
from store.tables import messages, outbox, participants
from tests.casework import ADA, AGENT, NOW, NUMBER, SELLER, SUPPORT, ask, make_facts, make_known, make_mail
from tests.office import Office

WORDS = "Hello,\n\nthe money for order 302-1234567-7654321 has not arrived.\n\nJan"
FORWARDED = Forwarded(
    author=Address(name="Jan Petersen", address=SELLER),
    text=WORDS,
    subject="Where is my money?",
    message_id="<1@client.example>",
    language="en",
    topic="payments",
)


def passed_on(**values: Any) -> Mail:
    given: dict[str, Any] = {
        "author": AGENT,
        "forwarded": FORWARDED,
        "message_id": "<7@office.example>",
        "references": ("<1@client.example>",),
    }
    return make_mail(**(given | values))


def decide(question: Question, *, proved: bool = True) -> Change | None:
    return decide_forward(question, queue=SUPPORT, proved=proved)


def nothing_known() -> Any:
    return make_known({}, ids={})


def test_a_forward_by_staff_opens_a_case_of_the_one_who_wrote_it() -> None:
    change = decide(ask(passed_on(text=f"#close\n\nPlease take it.\n\n{WORDS}"), known=nothing_known(), sender=AGENT))
    assert change is not None
    assert change.opening is not None
    assert change.message is not None
    assert change.disposition is not None
    assert change.disposition.outcome is Outcome.CREATED
    assert change.happenings == (Happening.OPENED,)  # no command of it is done
    assert change.opening.requester == FORWARDED.author
    assert change.opening.reply_address == SELLER
    assert change.opening.subject == "Where is my money?"
    assert change.message.text == WORDS
    assert "Please take it." in change.message.mail.text
    assert change.message.mail.message_id == "<1@client.example>"
    assert change.message.identity.verdict is Verdict.NONE
    assert not change.silent
    assert AGENT in change.notes[0]


@pytest.mark.parametrize(
    ("mail", "values", "proved"),
    [
        (passed_on(forwarded=None), {}, True),
        (passed_on(), {}, False),
        (passed_on(), {"identity": Identity(verdict=Verdict.FAIL)}, True),
        (passed_on(), {"sender": ""}, True),
        (passed_on(kind=MailKind.AUTO_REPLY), {}, True),
        (passed_on(author=None), {}, True),
        (passed_on(forwarded=replace(FORWARDED, author=Address(address=AGENT))), {}, True),
        (passed_on(forwarded=replace(FORWARDED, author=Address(address="support+x@casepost.example"))), {}, True),
        (passed_on(forwarded=replace(FORWARDED, author=Address(address="x" * 250 + "@a.example"))), {}, True),
        (make_mail(forwarded=FORWARDED), {}, True),  # a seller passes something on
    ],
)
def test_what_is_no_forward_of_a_sellers_mail_by_staff_is_left_to_others(
    mail: Mail, values: dict[str, Any], proved: bool
) -> None:
    given: dict[str, Any] = {"sender": AGENT, **values}
    assert decide(ask(mail, known=nothing_known(), **given), proved=proved) is None


def test_a_viewer_opens_no_case_for_others() -> None:
    known = make_known({}, users=(replace(ADA, role="viewer"),))
    assert decide(ask(passed_on(), known=known, sender=AGENT)) is None


def test_a_mail_that_is_known_already_becomes_a_note_of_its_case() -> None:
    known = replace(make_known(), numbers_of_ids={"<1@client.example>": (NUMBER,)})
    change = decide(ask(passed_on(reply_text="Please take it."), known=known, sender=AGENT))
    assert change is not None
    assert change.message is not None
    assert change.case_id == make_facts().state.id
    assert change.opening is None
    assert change.message.kind is MessageKind.NOTE
    assert change.message.text == "Please take it."
    assert change.happenings == (Happening.NOTED,)


def test_anothers_use_of_a_known_id_does_not_lead_to_their_case() -> None:
    known = replace(
        make_known({NUMBER: make_facts(participants=("other@shop.example",))}),
        numbers_of_ids={"<1@client.example>": (NUMBER,)},
    )
    change = decide(ask(passed_on(), known=known, sender=AGENT))
    assert change is not None
    assert change.opening is not None


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def forward(office: Office) -> Applied:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ada <{AGENT}>", SUPPORT.address, "Fwd: Where is my money?"
    mail["Message-ID"], mail["References"] = "<7@secret.office.example>", "<1@client.example>"
    block = f"From: Jan Petersen <{SELLER}>\nDate: Thu, Nov 12, 2026 at 10:02 AM\nSubject: Where is my money?\n"
    mail.set_content(f"MARGIN-7731, be careful.\n\n---------- Forwarded message ---------\n{block}\n{WORDS}\n")
    raw = mail.as_bytes(policy=SMTP)
    (ledger_id,) = office.store.ledger.add(
        [Arrival(raw=raw, channel=Channel.SMTP, sender=AGENT, recipients=(SUPPORT.address,), received_at=NOW)]
    )
    question = ask(read(raw), known=make_known({}), sender=AGENT)
    change = decide(replace(question, ledger_id=ledger_id, key="f" * 64))
    assert change is not None
    return apply(office.store.cases, change)


def test_the_seller_is_acknowledged_and_never_sees_the_agent_or_what_the_agent_wrote(office: Office) -> None:
    applied = forward(office)
    office.write()
    mails = {row.envelope_to: row for row in office.rows(sa.select(outbox))}
    wire = mails[SELLER].content
    assert b"MARGIN" not in wire
    assert AGENT.encode() not in wire
    assert b"secret.office.example" not in wire
    assert b"<1@client.example>" in wire
    relay = parse_mail(mails[AGENT].content)
    assert "MARGIN-7731" in relay
    assert f"Jan Petersen <{SELLER}>" in relay
    assert f"the word of {AGENT}, who passed it on" in relay
    case = office.case(applied.number)
    assert case["requester"] == {"name": "Jan Petersen", "address": SELLER}
    assert f"passed on by {AGENT} for {SELLER}" in office.events(applied.number)
    (row,) = office.rows(sa.select(participants))
    assert row.joined_by == f"agent {AGENT}"


def test_the_sellers_own_copy_of_that_mail_joins_the_case(office: Office) -> None:
    applied = forward(office)
    own = EmailMessage()
    own["From"], own["To"], own["Subject"] = f"Jan <{SELLER}>", SUPPORT.address, "Re: Where is my money?"
    own["Message-ID"], own["References"] = "<2@client.example>", "<1@client.example>"
    own.set_content("Any news?")
    found = office.receive(own)
    assert found is not None
    assert (found.outcome, found.number) == (Outcome.APPENDED, applied.number)
    kinds = office.rows(sa.select(messages.c.kind).order_by(messages.c.id))
    assert [row.kind for row in kinds] == ["seller", "seller"]


def parse_mail(raw: bytes) -> str:
    from email import message_from_bytes

    body = message_from_bytes(raw, policy=parse_policy).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
