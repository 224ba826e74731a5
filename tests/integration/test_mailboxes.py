"""Rows of mailboxes on both databases, troubles that are told of, tokens, old mail by import, and `doctor`."""

import base64
import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casepost.alarms import Bell
from casepost.app import App
from casepost.config import load
from casepost.doctor import Level, examine
from cases.arrival import Channel
from ingest.imap.account import parse_account
from ingest.imap.backfill import mails_in_mailbox
from ingest.imap.folder import Folder
from ingest.imap.sign_in import Secret, connect
from ingest.imap.tokens import TokenSource
from ingest.imap.trouble import ConnectionLost, MailboxTrouble, Trouble
from store.ledger_tables import mails
from store.mailbox_health import find_mailbox_alarms, load_health
from store.mailboxes import LeaseLost, LeftMail, Mailboxes
from store.store import Store
from tests.casework import NOW
from tests.fetching import LIMIT, PASSWORD, House, letter
from tests.imap_server import Box, HangUp, ImapServer, Session
from tests.office import Way
from tests.rehearsal import parsed
from tests.service import text_of, wait_until

NAME = "ann@127.0.0.1/INBOX"
A, B = "node-a:mailboxes:1", "node-b:mailboxes:2"


@pytest.fixture
def server() -> Iterator[ImapServer]:
    """A mail server."""
    with ImapServer() as running:
        yield running


def test_a_mailbox_has_one_reader_over_all_nodes(store: Store) -> None:
    first, second = (Mailboxes(store.ledger_database, holder=holder) for holder in (A, B))
    place = first.claim(NAME, now=NOW)
    assert place is not None
    assert (place.uidvalidity, place.taken_uid) == (None, 0)
    assert second.claim(NAME, now=NOW) is None
    assert first.claim(NAME, now=NOW) == place
    assert second.renew([place.id]) == frozenset()
    for write in (
        lambda: second.require(place.id),
        lambda: second.open(place, uidvalidity=1, uidnext=1),
        lambda: second.record_taken(place, uid=9, now=NOW),
        lambda: second.record_settled(place, uid=9),
        lambda: second.record_failure(place, trouble="login", says="x", now=NOW),
        lambda: second.forget_left(place, [1]),
    ):
        with pytest.raises(LeaseLost):
            write()
    first.give_back(place)
    assert second.claim(NAME, now=NOW) == place
    second.free(node="node-b:mailboxes:")
    assert first.claim(NAME, now=NOW) == place


def test_numbers_hold_under_one_uidvalidity_and_what_lay_there_first_is_old(store: Store) -> None:
    mailboxes = Mailboxes(store.ledger_database, holder=A)
    new = mailboxes.claim(NAME, now=NOW)
    assert new is not None
    place = mailboxes.open(new, uidvalidity=2**32 - 1, uidnext=5)
    assert (place.taken_uid, place.archive_uid) == (0, 4)
    mailboxes.record_taken(place, uid=9, now=NOW, left=[LeftMail(uid=8, reason="x", size=2**31)])
    mailboxes.record_settled(place, uid=7)
    place = mailboxes.claim(NAME, now=NOW) or place
    assert (place.taken_uid, place.settled_uid, place.archive_uid) == (9, 7, 4)
    assert mailboxes.open(place, uidvalidity=2**32 - 1, uidnext=10) == place
    assert mailboxes.load_left(place) == [LeftMail(uid=8, reason="x", size=2**31)]
    for uidvalidity, uidnext in ((2**32 - 1, 9), (3, 10)):
        again = mailboxes.open(place, uidvalidity=uidvalidity, uidnext=uidnext)
        assert (again.taken_uid, again.settled_uid, again.archive_uid) == (0, 0, 0)
        assert mailboxes.load_left(again) == []


def test_what_is_wrong_with_a_mailbox_is_told_of_and_what_mends_itself_is_not(store: Store) -> None:
    mailboxes, hour = Mailboxes(store.ledger_database, holder=A), timedelta(hours=1)
    place = mailboxes.claim(NAME, now=NOW)
    assert place is not None
    place = mailboxes.open(place, uidvalidity=1, uidnext=1)

    def alarms(hours: float) -> list[str]:
        health, at = load_health(store.ledger_database), NOW + hours * hour
        return [alarm.name for alarm in find_mailbox_alarms(health, {NAME: 24 * hour}, now=at)]

    mailboxes.record_fetched(place, now=NOW)
    assert alarms(0.2) == []
    assert alarms(0.3) == [f"mailbox-unread {NAME}"]
    mailboxes.record_taken(place, uid=0, now=NOW + 0.2 * hour)
    assert alarms(0.3) == [], "the first look at a large mailbox"
    mailboxes.record_failure(place, trouble="connection", says="refused", now=NOW)
    mailboxes.record_failure(place, trouble="connection", says="refused", now=NOW)
    assert alarms(0.1) == [], "a server that is started anew"
    mailboxes.record_failure(place, trouble="token", says="it ends with exit code 1", now=NOW)
    assert alarms(0.1) == [f"mailbox-unread {NAME}"]
    mailboxes.record_fetched(place, now=NOW + 30 * hour)
    assert alarms(30) == [f"mailbox-quiet {NAME}"]
    mailboxes.record_taken(place, uid=1, now=NOW + 30 * hour)
    assert alarms(30.1) == []
    trying = LeftMail(uid=2, reason="x", tries=1, next_try_at=NOW)
    mailboxes.record_taken(place, uid=3, now=NOW + 30 * hour, left=[trying])
    assert alarms(30.1) == []
    mailboxes.record_taken(place, uid=3, now=NOW + 30 * hour, left=[LeftMail(uid=3, reason="too large", size=9)])
    assert alarms(30.1) == [f"mailbox-left {NAME}"]


def _app(tmp_path: Path, store: Store, server: ImapServer, more: str = 'password_env = "MAILBOX"') -> App:
    file = tmp_path / "casepost.toml"
    url = f"imap://ann@127.0.0.1:{server.port}/INBOX"
    file.write_text(
        f'[alarms]\nto = ["admin@office.example"]\n[delivery]\nurl = "smtp://127.0.0.1:9"\n'
        f'[[imap]]\nurl = "{url}"\nquiet_after = "P1D"\n{more}\n'
    )
    app = App(load(file, {"MAILBOX": PASSWORD}), {"MAILBOX": PASSWORD}, clock=lambda: NOW + timedelta(minutes=5))
    app.__dict__["store"] = store
    return app


def test_administrators_are_told_by_mail_that_a_password_is_refused(
    store: Store, tmp_path: Path, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(session: Session) -> bool:
        server.faults.append(("AUTHENTICATE", refuse))
        session.say("+ ")
        session.file.readline()
        return session.done("NO [AUTHENTICATIONFAILED] wrong")

    server.faults.append(("AUTHENTICATE", refuse))
    house = House(store=store, server=server, shortest=0.001)
    with house.running():
        wait_until(lambda: house.row().failures >= 2)
    app, way = _app(tmp_path, store, server), Way()
    monkeypatch.setattr(App, "transport", lambda _self: way)
    Bell(app, role="test").ring()
    (told,) = way.tried
    text = text_of(parsed(told))
    assert f"ann@127.0.0.1:{server.port}/INBOX cannot be read, the last time was never" in text
    assert "AUTHENTICATIONFAILED" in text
    assert told.envelope_to == "admin@office.example"
    assert PASSWORD not in text


def _findings(app: App) -> list[tuple[Level, str]]:
    return [(one.level, one.says) for one in examine(app) if one.check == "mailboxes"]


def test_doctor_tries_each_mailbox_and_says_what_its_server_cannot_do(
    store: Store, tmp_path: Path, server: ImapServer
) -> None:
    app = _app(tmp_path, store, server)
    assert _findings(app) == [(Level.OK, "each mailbox opens, or none is configured")]
    assert [one for one in server.commands if one.startswith("SELECT")] == [], "nothing is changed"
    server.capabilities = "AUTH=PLAIN"
    assert [level for level, _ in _findings(app)] == [Level.NOTICE, Level.NOTICE]
    server.capabilities = "IDLE MOVE AUTH=PLAIN"
    del server.boxes["INBOX"]
    ((level, says),) = _findings(app)
    assert level is Level.FAULT
    assert "NONEXISTENT" in says
    server.faults.append(("AUTHENTICATE", lambda session: session.done(f"NO {PASSWORD}")))
    ((level, says),) = _findings(app)
    assert (level, PASSWORD in says) == (Level.FAULT, False)
    without = dataclasses.replace(app, environ={})
    without.__dict__["store"] = store
    ((level, says),) = _findings(without)
    assert "password_env is not set" in says


@pytest.mark.parametrize(
    ("offered", "mechanism", "said"),
    [
        ("AUTH=XOAUTH2 AUTH=OAUTHBEARER", "XOAUTH2", "user=ann\1auth=Bearer tok\1\1"),
        ("AUTH=OAUTHBEARER", "OAUTHBEARER", "n,a=ann,\1auth=Bearer tok\1\1"),
    ],
)
def test_a_token_is_shown_in_the_way_that_the_server_offers(
    server: ImapServer, offered: str, mechanism: str, said: str
) -> None:
    server.capabilities = offered
    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/INBOX")
    connect(account, Secret(tokens=TokenSource(command="echo tok"))).close(politely=True)
    assert f"AUTHENTICATE {mechanism}" in server.commands
    assert base64.b64decode(server.answers[0]).decode() == said


def test_a_token_that_is_refused_is_asked_for_anew(server: ImapServer, tmp_path: Path) -> None:
    def refuse(session: Session) -> bool:
        session.say("+ ")
        session.file.readline()
        session.say("+ eyJzdGF0dXMiOiI0MDEifQ==")
        server.answers.append(session.file.readline().decode().strip())
        return session.done("NO [AUTHENTICATIONFAILED] expired")

    script = tmp_path / "token"
    script.write_text(
        f'#!/bin/sh\necho x >> {tmp_path}/asked\necho \'{{"access_token": "abc", "expires_in": 3600}}\'\n'
    )
    script.chmod(0o755)
    server.capabilities = "AUTH=XOAUTH2"
    secret = Secret(tokens=TokenSource(command=str(script)))
    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/INBOX")
    server.faults.append(("AUTHENTICATE", refuse))
    with pytest.raises(MailboxTrouble, match="AUTHENTICATIONFAILED") as caught:
        connect(account, secret)
    assert (caught.value.trouble, server.answers) == (Trouble.LOGIN, [""])
    for _ in range(2):
        connect(account, secret).close(politely=True)
    assert (tmp_path / "asked").read_text() == "x\nx\n"


def test_a_server_that_is_sick_is_no_wrong_password(server: ImapServer) -> None:
    def hang_up(_session: Session) -> bool:
        raise HangUp

    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/INBOX")
    server.faults.append(("AUTHENTICATE", lambda session: session.done("NO [UNAVAILABLE] later")))
    server.faults.append(("AUTHENTICATE", hang_up))
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            connect(account, Secret(password="x"))


def test_what_lay_in_a_mailbox_before_is_taken_as_an_import_is(store: Store, server: ImapServer) -> None:
    house = House(store=store, server=server)
    server.put(letter("Old"))
    with house.running():
        wait_until(lambda: len(house.raws()) == 1)
        server.put(letter("New"))
        wait_until(lambda: len(house.raws()) == 2)
    with store.ledger_database.read() as connection:
        rows = connection.execute(mails.select().order_by(mails.c.id)).all()
    assert [row.channel for row in rows] == [Channel.IMPORT.value, Channel.IMAP.value]
    assert all(row.trusted for row in rows)


def test_old_mail_of_a_mailbox_is_read_on_where_a_connection_broke_and_nothing_is_changed(server: ImapServer) -> None:
    raws = [letter(f"No {number}", padding=300_000) for number in range(60)]
    server.put(*raws, letter("Huge", padding=500_000), b"\r\n")
    breaks = iter([False, True, False, False, False, True] + [False] * 99)

    def fault(session: Session) -> bool:
        server.faults.append(("FETCH", fault))
        if next(breaks):
            raise HangUp
        return False

    server.faults.append(("FETCH", fault))
    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/INBOX")
    rests: list[float] = []
    found = list(mails_in_mailbox(account, Secret(password=PASSWORD), since=None, max_bytes=400_000, rest=rests.append))
    assert [getattr(one, "raw", None) for one in found if hasattr(one, "raw")] == raws
    assert [one.reason for one in found if hasattr(one, "reason")] == [
        "larger than 400000 octets",
        "the mail is empty",
    ]
    assert (rests, len(server.connects)) == ([5.0, 5.0], 3)
    assert {one.split()[0] for one in server.commands} <= {
        *("CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "SEARCH", "FETCH")
    }


def test_a_mailbox_that_never_answers_ends_the_import_with_its_reason(server: ImapServer) -> None:
    def fault(_session: Session) -> bool:
        server.faults.append(("SEARCH", fault))
        raise HangUp

    server.faults.append(("SEARCH", fault))
    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/INBOX")
    with pytest.raises(ConnectionLost):
        list(mails_in_mailbox(account, Secret(password="x"), since=None, max_bytes=LIMIT, rest=lambda _: None))
    assert len(server.connects) == 3


def test_folders_of_a_server_that_keeps_all_below_the_inbox_are_found(server: ImapServer) -> None:
    def tell(session: Session) -> bool:
        session.say('* NAMESPACE (("INBOX." ".")) (("user." ".")) NIL')
        return session.done()

    server.mark, server.capabilities = ".", "NAMESPACE AUTH=PLAIN"
    server.boxes["INBOX.Shop"] = Box()
    server.faults.append(("NAMESPACE", tell))
    account = parse_account(f"imap://ann@127.0.0.1:{server.port}/Shop")
    client = connect(account, Secret(password=PASSWORD))
    folder = Folder(client, account)
    assert (folder.name, folder.open().exists) == ("INBOX.Shop", 0)
    folder.make("Done/2026")
    client.close(politely=True)
    assert "INBOX.Done.2026" in server.boxes
