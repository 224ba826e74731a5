"""Threat 54, NUL and all other octets: refused in commands, kept as they are in mails, clean in what is shown."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.model import Outcome, Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import AGENT, NOW, SUPPORT
from tests.edge import Edge, raw_of
from tests.office import Office

GROUPS = [bytes(range(start, start + 16)).translate(None, b"\r\n") for start in range(0, 256, 16)]
FIELDS: tuple[str, ...] = ("From", "Sender", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To")
FIELDS += ("References", "X-Mailer", "Organization", "Received", "Authentication-Results", "MIME-Version")


def odd_mail(group: bytes, number: int) -> bytes:
    """A mail with these octets in each header field, parameter, name and part."""
    fields = [f"{name}: a{number} ".encode() + group + b" <b@example.com>\r\n" for name in FIELDS]
    boundary = b"b%d" % number
    part = b"Content-Type: text/plain; charset=x" + group + b'; name="n' + group + b'.txt"\r\n'
    part += b"Content-Disposition: attachment; filename*=utf-8''n" + group + b".txt\r\n\r\nfile " + group + b"\r\n"
    return b"".join(
        [
            *fields,
            b"X" + group.translate(None, b": \t") + b": odd name\r\n",
            b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n",
            b"--" + boundary + b"\r\n\r\nWhere is 302-1234567-7654321 " + group + b"?\r\n",
            b"--" + boundary + b"\r\n" + part + b"--" + boundary + b"--\r\n",
        ]
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def any_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A case office on each of the databases."""
    url = ""
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgresql")
        url = make()
    store = open_store(tmp_path / "var", url, clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    yield Office(store)
    store.close()


def test_54_every_octet_in_every_place_is_kept_and_no_database_throws(any_office: Office, edge: Edge) -> None:
    raws = [odd_mail(group, number) for number, group in enumerate(GROUPS)]
    with edge.raw() as peer:
        for raw in raws:
            peer.begin()
            assert peer.ask(raw + b".\r\n").startswith("250 2.0.0")
            peer.ask(b"RSET\r\n")
    assert [taken.raw for taken in edge.house.taken] == raws
    outcomes = []
    for number, taken in enumerate(edge.house.taken):
        applied = any_office.receive(raw_of(taken), *taken.recipients, sender=taken.sender)
        assert applied is not None
        outcomes.append(applied.outcome)
        assert any_office.store.ledger.load(number + 1) == taken.raw
        assert applied.number is not None
        shown = json.dumps(any_office.case(applied.number), ensure_ascii=False, default=str)
        assert not [letter for letter in shown if ord(letter) < 32 or "\ud800" <= letter <= "\udfff"]
        assert "\\u0000" not in shown
    assert set(outcomes) <= {Outcome.CREATED, Outcome.APPENDED}


def test_54_a_control_octet_in_a_command_is_refused(edge: Edge) -> None:
    controls = bytes(octet for octet in range(32) if octet not in b"\t\r\n") + b"\x7f"
    for octet in controls:
        one = bytes([octet])
        with edge.raw() as peer:
            assert peer.ask(b"EHLO x" + one + b"\r\n").startswith("500")
            peer.ask(b"EHLO x\r\n")
            assert peer.ask(b"MAIL FROM:<a" + one + b"@example.com>\r\n").startswith("500")
            assert peer.ask(b"MAIL FROM:<a@example.com>\r\n").startswith("250")
            assert peer.ask(b"RCPT TO:<support" + one + b"@casepost.example>\r\n").startswith("500")
            assert peer.ask(one + b"NOOP\r\n").startswith("500")


def test_54_octets_above_127_in_commands_are_an_address_in_utf8_or_none(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.ask(b"EHLO \xff\xfe\r\n")
        assert peer.ask(b"MAIL FROM:<\xff@example.com>\r\n").startswith("553")
        assert peer.ask("MAIL FROM:<zoe\u0308@mu\u0308nchen.example> SMTPUTF8\r\n".encode()).startswith("250")
        assert peer.ask("RCPT TO:<support+é@casepost.example>\r\n".encode()).startswith("250")
        assert peer.ask(b"RCPT TO:<support+\xe9@casepost.example>\r\n").startswith("550")
        peer.ask(b"DATA\r\n")
        # 8-bit content without BODY=8BITMIME: real mailers do it, and it is kept.
        assert peer.ask(b"Subject: \xe9\r\n\r\n\xe9\r\n.\r\n").startswith("250")
    (taken,) = edge.house.taken
    assert (taken.sender, taken.raw) == ("zoë@münchen.example", b"Subject: \xe9\r\n\r\n\xe9\r\n")  # NFC
