"""Mailboxes on the real Dovecot: what lies there becomes cases, each once, whatever ends in between."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from ingest.imap.account import Account, parse_account
from ingest.imap.folder import Folder
from ingest.imap.sign_in import Secret, connect
from ingest.imap.tokens import TokenSource
from ingest.imap.trouble import ConnectionLost, MailboxTrouble, Trouble
from store.ledger_tables import mails
from tests.dovecot import PASSWORD, Dovecot
from tests.fetching import House, open_house
from tests.imap_server import ImapServer
from tests.seen import wait_until_quiet
from tests.service import Service, mail, wait_until
from tests.sink import Sink

SECRET = {"MAILBOX_PASSWORD": PASSWORD}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot."""
    with Dovecot() as running:
        yield running


def _table(url: str, after: str = "move:Processed", more: str = "") -> str:
    return f'[[imap]]\nurl = "{url}"\npassword_env = "MAILBOX_PASSWORD"\nafter = "{after}"\n{more}\n'


def _letters(count: int, word: str = "No.") -> list[EmailMessage]:
    return [
        mail(f"{word} {number}", "Where is it?", sender=f"{word.lower()}{number}@shop.example".replace(".@", "@"))
        for number in range(count)
    ]


def _subjects(service: Service) -> Counter[str]:
    return Counter(case["subject"] for case in service.cases())


def _rows(service: Service) -> int:
    with service.app.store.ledger_database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(mails)).scalar_one()


def _fetched(service: Service) -> int:
    """How many mails went into the ledger for the first time, by the log."""
    return sum(map(int, re.findall(r"mail fetched.*?new=(\d+)", re.sub(r"\x1b\[\w+m", "", service.log.read_text()))))


def test_fifty_mails_are_fetched_and_moved_and_a_second_run_fetches_none(
    tmp_path: Path, sink: Sink, dovecot: Dovecot
) -> None:
    letters = _letters(50)
    dovecot.put("ann", letters)
    with Service(tmp_path, sink, config=_table(dovecot.url("ann")), environ=SECRET) as service:
        wait_until(lambda: len(service.cases()) == 50, 60)
        wait_until(lambda: len(dovecot.flags("ann", "Processed")) == 50)
        assert dovecot.flags("ann") == []
        assert set(dovecot.flags("ann", "Processed")) == {()}, "nothing is marked as read by fetching it"
        began = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - began < 10, "mailboxes keep nobody waiting at the end"
        service.start()
        dovecot.put("ann", [mail("And one more", "Hello?")])
        wait_until(lambda: len(service.cases()) == 51)
        assert set(_subjects(service).values()) == {1}
        assert _fetched(service) == _rows(service) == 51
        assert all(PASSWORD not in part for part in service.log.read_text().splitlines())


def test_what_ends_the_process_at_any_step_makes_no_mail_two_and_loses_none(
    tmp_path: Path, sink: Sink, dovecot: Dovecot
) -> None:
    spent = tmp_path / "spent"
    spent.mkdir()
    struck = "mail-accepted=eio:once,ledger-written=kill:once,ledger-committed=kill:once"
    faults = {"CASEPOST_FAILPOINTS": struck, "CASEPOST_FAILPOINTS_SPENT": str(spent)}
    dovecot.put("bob", _letters(12, "Early"))
    with Service(tmp_path, sink, config=_table(dovecot.url("bob")), environ={**SECRET, **faults}) as service:
        wait_until(lambda: len(list(spent.iterdir())) >= 2, 60)
        dovecot.put("bob", _letters(12, "Late"))
        service.kill()
        service.start()
        wait_until(lambda: len(service.cases()) >= 24 and not dovecot.flags("bob"), 60)
        wait_until_quiet(service)
        assert len(list(spent.iterdir())) == 3
        assert len(dovecot.flags("bob", "Processed")) == 24
        assert set(_subjects(service).values()) == {1}
        assert _rows(service) == len(_subjects(service)) == 24


@pytest.fixture
def house(tmp_path: Path, dovecot: Dovecot) -> Iterator[House]:
    """A store into which Dovecot's mailboxes are fetched in this process."""
    with open_house(tmp_path) as opened:
        opened.server = cast("ImapServer", dovecot)  # all that is wanted of it here is its port
        opened.secret = Secret(password=PASSWORD)
        yield opened


def test_seen_marks_what_was_taken_and_leaves_it(house: House, dovecot: Dovecot) -> None:
    house.user, house.after = "cleo", "seen"
    dovecot.put("cleo", _letters(3, "Seen"))
    with house.running():
        wait_until(lambda: dovecot.flags("cleo") == [(rb"\Seen",)] * 3)
    assert len(house.raws()) == 3


def test_delete_takes_away_what_was_taken_and_nothing_else(house: House, dovecot: Dovecot) -> None:
    house.user, house.folder, house.after = "dora", "INBOX/Shop", "delete"
    with dovecot.client("dora") as client:
        client.create_folder("INBOX.Shop")
    dovecot.put("dora", _letters(2, "Gone"), "INBOX.Shop")
    with house.running():
        wait_until(lambda: len(house.raws()) == 2 and dovecot.flags("dora", "INBOX.Shop") == [])
    with dovecot.client("dora") as client:
        large = b"Subject: too large, and deleted by a person\r\n\r\n" + b"x" * house.limit
        client.append("INBOX.Shop", large, flags=[rb"\Deleted"])
    dovecot.put("dora", _letters(1, "Next"), "INBOX.Shop")
    with house.running():
        wait_until(lambda: len(house.raws()) == 3 and len(dovecot.flags("dora", "INBOX.Shop")) == 1)
    assert dovecot.flags("dora", "INBOX.Shop") == [(rb"\Deleted",)]


def test_uids_that_hold_no_more_bring_no_mail_in_twice(house: House, dovecot: Dovecot) -> None:
    house.user, house.folder, house.after = "eve", "Shop", "seen"
    letters = _letters(4, "Again")
    with dovecot.client("eve") as client:
        client.create_folder("Shop")
    dovecot.put("eve", letters, "Shop")
    with house.running():
        wait_until(lambda: dovecot.flags("eve", "Shop") == [(rb"\Seen",)] * 4)
    before = house.row().uidvalidity
    with dovecot.client("eve") as client:
        client.delete_folder("Shop")
        client.create_folder("Shop")
    dovecot.put("eve", [*letters, mail("New beside them", "Hello")], "Shop")
    with house.running():
        wait_until(lambda: dovecot.flags("eve", "Shop") == [(rb"\Seen",)] * 5)
    assert house.row().uidvalidity != before
    assert sorted(house.subjects()) == sorted([*(one["Subject"] for one in letters), "New beside them"])


def test_the_way_to_a_server_has_tls_with_a_certificate_that_holds(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.home("gil")
    monkeypatch.setattr(Account, "is_here", property(lambda _self: False))
    for tls in (True, False):  # from the first octet, and by STARTTLS
        account = parse_account(dovecot.url("gil", tls=tls))
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(ConnectionLost, match="CERTIFICATE_VERIFY_FAILED"):
            connect(account, Secret(password=PASSWORD))
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
        client = connect(account, Secret(password=PASSWORD))
        assert Folder(client, account).open().exists == 0
        assert str(client.socket().version()) in {"TLSv1.2", "TLSv1.3"}
        client.close(politely=True)


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_opens_a_mailbox_and_another_does_not(mechanism: str) -> None:
    with Dovecot(mechanisms=mechanism) as dovecot:
        dovecot.home("hal")
        dovecot.tokens["good-token"] = "hal"
        account = parse_account(dovecot.url("hal"))
        client = connect(account, Secret(tokens=TokenSource(command="echo good-token")))
        assert Folder(client, account).open().exists == 0
        client.close(politely=True)
        with pytest.raises(MailboxTrouble) as caught:
            connect(account, Secret(tokens=TokenSource(command="echo bad-token")))
        assert caught.value.trouble is Trouble.LOGIN
