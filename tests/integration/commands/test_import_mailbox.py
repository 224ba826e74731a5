"""`casepost import imaps://…`: old mail out of a mailbox, by date, each once, and nothing changed there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CONFIG, Run
from tests.fetching import PASSWORD, letter
from tests.imap_server import ImapServer

TO = "support@casepost.example"


@pytest.fixture
def server() -> Iterator[ImapServer]:
    """A mail server with three mails."""
    with ImapServer() as running:
        running.put(*(letter(f"No {number}") for number in range(3)))
        yield running


def _url(server: ImapServer) -> str:
    return f"imap://ann@127.0.0.1:{server.port}/INBOX"


def test_it_takes_in_what_is_there_once_and_changes_nothing(
    run: Run, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_MAIL", PASSWORD)
    words = ("import", _url(server), "--recipient", TO, "--password-env", "SHOP_MAIL", "--json")
    ended = run(*words)
    assert ended.code == 0, ended.err
    assert ended.json == {"read": 3, "added": 3, "known": 0, "problems": []}
    assert len(run("case", "list", "--json").json) == 3
    server.put(letter("No 3"))
    assert run(*words).json == {"read": 4, "added": 1, "known": 3, "problems": []}
    assert all(flags == set() for flags in server.inbox.flags.values())
    assert [one for one in server.commands if one.startswith(("SELECT", "STORE", "MOVE"))] == []


def test_since_asks_the_server_for_that_day_and_later(
    run: Run, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_MAIL", PASSWORD)
    words = ("import", _url(server), "--recipient", TO, "--password-env", "SHOP_MAIL")
    assert run(*words, "--since", "2026-11-03").code == 0
    assert "SEARCH SINCE 03-Nov-2026" in server.commands


def test_a_mailbox_of_the_file_lends_its_secret(
    run: Run, folder: Path, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_MAIL", PASSWORD)
    mailbox = f'[[imap]]\nurl = "{_url(server)}"\npassword_env = "SHOP_MAIL"\n'
    (folder / "casepost.toml").write_text(CONFIG + mailbox)
    ended = run("import", f"imap://ann@127.0.0.1:{server.port}/Processed", "--recipient", TO)
    assert (ended.code, ended.err) == (1, "casepost: no mail could be read in " + _url(server)[:-5] + "Processed\n")
    assert run("import", _url(server), "--recipient", TO).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("imap://ann@127.0.0.1/INBOX",), "name --password-env"),
        (("imap://ann@127.0.0.1/INBOX", "--password-env", "NOT_THERE"), "NOT_THERE is not set"),
        (("imap://ann:pwMARKER@127.0.0.1/INBOX",), "no password in it"),
        (("imap://127.0.0.1/INBOX",), "the user or the folder is missing"),
        ((".", "--since", "2026-11-03"), "it is for mailboxes"),
        (("imap://ann@127.0.0.1/INBOX", "--since", "yesterday"), "yesterday"),
    ],
)
def test_what_is_missing_is_said(run: Run, words: tuple[str, ...], says: str) -> None:
    ended = run("import", *words, "--recipient", TO)
    assert ended.code == 2
    assert says in ended.err
    assert "MARKER" not in ended.err


def test_a_server_that_refuses_ends_it_with_the_reason(
    run: Run, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_MAIL", PASSWORD)
    server.faults.append(("AUTHENTICATE", lambda session: session.done(f"NO {PASSWORD} is wrong")))
    ended = run("import", _url(server), "--recipient", TO, "--password-env", "SHOP_MAIL")
    assert ended.code == 1
    assert "refuses user and password" in ended.err
    assert PASSWORD not in ended.err + ended.out
