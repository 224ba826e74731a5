"""Threat 24, hidden recipients: what a seller sees has no Bcc, no agent's address and nothing of our own machines."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from store.people import find_user
from store.people_tables import user_addresses
from tests.seen import all_of, to_outside
from tests.service import AGENT, Service, answer, mail, number_of, parsed, sent_to, wait_until
from tests.sink import Sink, SunkMail

_ALIAS = "ada.lovelace@private-office.example"
_COLLEAGUE = "bob@private-office.example"
_HIDDEN = "hidden@third.example"
_HOST = "desk17.private-office.example"
_FRIEND = "friend@petersen.example"
_SELLER = "jan@petersen.example"
_OF_OURS = ("bcc", "received", "return-path", "x-internal-note", "x-originating-ip", "x-mailer", "user-agent", "sender")
_STAFF = (AGENT, _ALIAS, _COLLEAGUE)
_SECRETS = (*_STAFF, _HIDDEN, _HOST, "private-office", "margin-7731", "10.1.2.3", "deskmail")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All mails to people outside the office, and the files of the export that is made for a seller."""

    mails: list[SunkMail]
    exported: dict[str, str]


def _with_traces(message: EmailMessage) -> EmailMessage:
    """What servers and clients put on a mail within the office."""
    message["Bcc"] = f"Hidden <{_HIDDEN}>"
    message["Received"] = f"from {_HOST} (10.1.2.3) by mail.private-office.example; Mon, 23 Nov 2026 10:00:00 +0100"
    message["Return-Path"] = f"<{_ALIAS}>"
    message["X-Internal-Note"] = "MARGIN-7731"
    message["X-Originating-IP"] = "[10.1.2.3]"
    message["User-Agent"] = "Deskmail 7.1"
    message["Sender"] = _ALIAS
    return message


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """What people outside the office see of a conversation in which an agent answers by an alias."""
    folder: Path = tmp_path_factory.mktemp("service")
    with Sink() as sink, Service(folder, sink) as service:
        with service.app.store.cases.write() as connection:
            user = find_user(connection, AGENT)
            assert user is not None
            connection.execute(
                user_addresses.insert().values(user_id=user.id, address=_ALIAS, address_key=_ALIAS.casefold())
            )
        service.send(
            _with_traces_of_seller(mail("My money", "Where is the refund of 302-1234567-7654321?", Cc=_FRIEND))
        )
        relay = sent_to(sink, AGENT)[0]
        words = f"It left today.\n\nBest regards\nAda\n-- \nAda Lovelace\n{_ALIAS}\n{AGENT.upper()}\nTel. 10"
        reply, to = answer(relay, words, sender=f"Ada Lovelace <{_ALIAS}>")
        reply["Cc"] = _COLLEAGUE
        reply.add_attachment(relay)
        reply.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="label.pdf")
        service.send(_with_traces(reply), sender=_ALIAS, to=[to])
        sent_to(sink, _SELLER, 2)
        second, to = answer(sent_to(sink, _SELLER, 2)[1], "It has come, thank you.", sender=_SELLER)
        service.send(second, sender=_SELLER, to=[to])
        closing, to = answer(sent_to(sink, AGENT, 2)[1], f"You are welcome, write to {_ALIAS}.\n", sender=_ALIAS)
        service.send(_with_traces(closing), sender=_ALIAS, to=[to])
        sent_to(sink, _SELLER, 3)
        sent_to(sink, _FRIEND, 2)
        wait_until(lambda: all(one["state"] == "sent" for one in service.deliveries()))
        number = number_of(relay)
        exported = service.run("case", "export", number, "--to", str(folder / "case.zip"))
        assert exported.returncode == 0, exported.stderr
        with zipfile.ZipFile(folder / "case.zip") as archive:
            files = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
        yield Seen(mails=to_outside(sink, staff=_STAFF), exported=files)


def _with_traces_of_seller(message: EmailMessage) -> EmailMessage:
    message["Bcc"] = _HIDDEN
    return message


def test_24_nothing_outside_the_office_names_an_agent_a_hidden_recipient_or_a_machine(seen: Seen) -> None:
    assert len(seen.mails) == 5
    for sunk in seen.mails:
        assert sunk.envelope_to[0] in (_SELLER, _FRIEND)
        everything = all_of(sunk).lower()
        assert [one for one in _SECRETS if one in everything] == [], everything


def test_24_an_export_for_the_sellers_eyes_holds_nothing_of_it_either(seen: Seen) -> None:
    assert any("It left today" in content for content in seen.exported.values())
    for name, content in seen.exported.items():
        assert [one for one in (*_SECRETS, "bcc:", "received:") if one in content.lower()] == [], (name, content)


def test_24_no_header_of_a_trace_goes_out(seen: Seen) -> None:
    for sunk in seen.mails:
        names = {name.lower() for name in parsed(sunk)}
        assert not names & set(_OF_OURS)
        assert {name for name in names if name.startswith("x-")} <= {"x-casepost-case"}


def test_24_a_participant_is_not_named_to_another_who_got_a_copy_of_their_own(seen: Seen) -> None:
    """Each gets one mail of their own, and the addresses it comes from are theirs alone."""
    senders: dict[str, str] = {}
    for sunk in seen.mails:
        assert len(sunk.envelope_to) == 1
        senders.setdefault(sunk.envelope_from, sunk.envelope_to[0])
        assert senders[sunk.envelope_from] == sunk.envelope_to[0]
