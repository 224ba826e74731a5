"""What is decided about mailboxes without any server: names, envelopes, pauses, tokens, what stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.imap.account import parse_account
from ingest.imap.after import After, Fate, parse_after
from ingest.imap.left import groups, leave_failed, leave_large, may_be_tried
from ingest.imap.names import Names
from ingest.imap.pace import SHORTEST, Pace
from ingest.imap.recipients import default_recipient, find_envelope
from ingest.imap.sign_in import Secret
from ingest.imap.tokens import Token, TokenSource, parse_token, run_token_command
from ingest.imap.trouble import MailboxTrouble, Trouble, plain
from tests.casework import NOW, RETURNS, SUPPORT

QUEUES = (SUPPORT, RETURNS)


def test_an_address_of_a_mailbox_says_server_user_and_folder() -> None:
    account = parse_account("imaps://me@firm.example@imap.firm.example/INBOX/Seller%20mail")
    assert (account.host, account.port, account.tls) == ("imap.firm.example", 993, True)
    assert (account.user, account.folder) == ("me@firm.example", "INBOX/Seller mail")
    assert account.name == "me@firm.example@imap.firm.example/INBOX/Seller mail"
    assert parse_account("imap://u@host:1143/X").name == "u@host:1143/X"


@pytest.mark.parametrize(("url", "here"), [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("x.de", False)])
def test_only_this_very_machine_is_spoken_to_in_clear(url: str, here: bool) -> None:
    assert parse_account(f"imap://u@{url}/INBOX").is_here is here


@pytest.mark.parametrize("url", ["pop3://u@h/X", "imap://h/X", "imap://u@h", "imap://u@h/", "imap:///X", ""])
def test_what_is_no_address_of_a_mailbox_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="imaps://"):
        parse_account(url)


@pytest.mark.parametrize(
    ("name", "mark", "prefix", "theirs"),
    [
        ("INBOX", ".", "INBOX.", "INBOX"),
        ("inbox/Shop", ".", "", "INBOX.Shop"),
        ("Done/2026", ".", "", "Done.2026"),
        ("Done/2026", "/", "", "Done/2026"),
        ("Processed", ".", "INBOX.", "INBOX.Processed"),
        ("INBOX/Done", ".", "INBOX.", "INBOX.Done"),
        ("INBOX.Done", ".", "INBOX.", "INBOX.Done"),
        ("A/B", "", "", "A/B"),
        ("user/bob/Shop", "/", "INBOX/", "user/bob/Shop"),
    ],
)
def test_a_folder_has_the_name_that_its_server_gives_it(name: str, mark: str, prefix: str, theirs: str) -> None:
    assert Names(mark=mark, prefix=prefix, foreign=("user/", "#shared.")).on_server(name) == theirs


def test_what_becomes_of_a_mail_is_one_of_three() -> None:
    assert parse_after("move:Done/2026") == After(fate=Fate.MOVE, folder="Done/2026")
    assert parse_after("seen") == After(fate=Fate.SEEN)
    assert parse_after("delete") == After(fate=Fate.DELETE)


@pytest.mark.parametrize(
    ("header", "recipients"),
    [
        ("To: Support <Support@casepost.example>", ("Support@casepost.example",)),
        ("To: x@other.example\r\nCc: a@b.example, returns@casepost.example", (RETURNS.address,)),
        ("Delivered-To: returns@casepost.example\r\nTo: x@other.example", (RETURNS.address,)),
        ("To: support@casepost.example\r\nX-Original-To: returns@casepost.example", (RETURNS.address, SUPPORT.address)),
        (
            "Delivered-To: support@casepost.example\r\nTo: <support+abc@casepost.example>",
            (SUPPORT.address, "support+abc@casepost.example"),
        ),
        ("To: undisclosed-recipients:;", ("otherwise@x.example",)),
        ("Subject: support@casepost.example", ("otherwise@x.example",)),
        ("", ("otherwise@x.example",)),
    ],
)
def test_the_recipients_are_those_of_our_queues_that_the_header_names(header: str, recipients: tuple[str, ...]) -> None:
    found = find_envelope(f"{header}\r\n\r\nTo: x".encode(), QUEUES, otherwise="otherwise@x.example")
    assert found.recipients == recipients


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("Return-Path: <jan@shop.example>\r\nReturn-Path: <forged@shop.example>", "jan@shop.example"),
        ("Return-Path: <>", ""),
        ("Return-Path: nonsense", None),
        ("From: jan@shop.example", None),
    ],
)
def test_the_envelope_sender_is_what_the_last_server_wrote(header: str, sender: str | None) -> None:
    assert find_envelope(f"{header}\r\n\r\n".encode(), QUEUES, otherwise="x").sender == sender


@pytest.mark.parametrize("raw", [b"", b"\0\xff" * 1000, b"To: " + b"(" * 100_000, b"To: " + b"a@b," * 50_000])
def test_an_envelope_is_found_in_whatever_bytes(raw: bytes) -> None:
    assert find_envelope(raw, QUEUES, otherwise="x").recipients == ("x",)


def test_a_mail_that_names_no_queue_is_for_the_given_one_the_users_or_the_first() -> None:
    assert default_recipient(QUEUES, given="returns+x@casepost.example", user="a") == "returns+x@casepost.example"
    assert default_recipient(QUEUES, given="", user="Returns@casepost.example") == RETURNS.address
    assert default_recipient(QUEUES, given="", user="shop") == SUPPORT.address


def test_connects_are_further_apart_each_time_and_never_closer_than_five_seconds() -> None:
    pace = Pace()
    waits = [pace.failed(Trouble.CONNECTION, jitter=0.0) for _ in range(9)]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert pace.failed(Trouble.CONNECTION, jitter=1.0) == 375
    pace.well()
    assert pace.failed(Trouble.FOLDER, jitter=0.0) == SHORTEST == 5.0


def test_a_password_that_is_refused_is_not_tried_so_often_that_the_account_is_locked() -> None:
    pace = Pace()
    assert [pace.failed(Trouble.LOGIN, jitter=0.0) for _ in range(6)] == [60, 120, 240, 480, 900, 900]


def test_a_disk_that_was_full_is_looked_at_again_soon() -> None:
    pace = Pace()
    assert [pace.failed(Trouble.DISK, jitter=0.0) for _ in range(4)] == [5, 10, 20, 20]


def test_a_mail_that_cannot_be_fetched_is_tried_again_at_once_then_later_and_once_a_day_at_last() -> None:
    tried = [leave_failed(7, size=1, reason="x", tries=tries, now=NOW).next_try_at for tries in (1, 2, 6, 40)]
    assert tried == [NOW, NOW + timedelta(minutes=1), NOW + timedelta(days=1), NOW + timedelta(days=1)]
    one = leave_failed(7, size=1, reason="x", tries=2, now=NOW)
    assert not may_be_tried(one, limit=10, now=NOW)
    assert may_be_tried(one, limit=10, now=NOW + timedelta(minutes=1))


def test_a_mail_that_is_too_large_is_tried_only_when_the_limit_is_raised() -> None:
    one = leave_large(7, size=100, limit=99)
    assert not may_be_tried(one, limit=99, now=NOW + timedelta(days=99))
    assert may_be_tried(one, limit=100, now=NOW)


def test_groups_are_in_order_and_bounded_and_large_mails_cost_nothing() -> None:
    sizes = {1: 40, 2: 40, 3: 40, 4: 500, 5: 1, 6: 1, 7: 1}
    assert groups([1, 2, 3, 4, 5, 6, 7], sizes, limit=100, count=4, octets=100) == [[1, 2], [3, 4, 5, 6], [7]]
    assert groups([1, 2, 9], sizes, limit=100, count=1, octets=0) == [[1], [2], [9]]
    assert groups([], {}, limit=1, count=1, octets=1) == []


@pytest.mark.parametrize(
    ("printed", "token"),
    [
        ("ya29.a0_x-y~z/+=\n", Token(text="ya29.a0_x-y~z/+=")),
        ('{"access_token": "abc", "expires_in": 3599, "token_type": "Bearer"}', Token(text="abc", seconds=3599.0)),
        ('{"access_token": "abc", "expires_in": "3599"}', Token(text="abc", seconds=3599.0)),
        ('{"access_token": "abc", "expires_in": true}', Token(text="abc")),
    ],
)
def test_a_token_is_read_alone_or_as_json(printed: str, token: Token) -> None:
    assert parse_token(printed) == token


@pytest.mark.parametrize(
    "printed", ["", "two words", '{"access_token": ""}', '{"x": 1}', '{"access_token": "a', "a\0b"]
)
def test_what_is_no_token_is_refused_and_not_repeated(printed: str) -> None:
    with pytest.raises(ValueError, match="it prints") as caught:
        parse_token(printed)
    assert printed not in str(caught.value) or not printed


def test_a_token_is_kept_until_shortly_before_its_end(tmp_path: Path) -> None:
    script = tmp_path / "token"
    script.write_text(
        f'#!/bin/sh\necho x >> {tmp_path}/asked\necho \'{{"access_token": "abc", "expires_in": 3600}}\'\n'
    )
    script.chmod(0o755)
    now = [0.0]
    source = TokenSource(command=str(script), clock=lambda: now[0])
    asked = tmp_path / "asked"
    assert [source.token(), source.token(), len(asked.read_text().split())] == ["abc", "abc", 1]
    now[0] = 3470.0
    assert [source.token(), len(asked.read_text().split())] == ["abc", 1]
    now[0] = 3490.0
    assert [source.token(), len(asked.read_text().split())] == ["abc", 2]
    source.forget()
    assert [source.token(), len(asked.read_text().split())] == ["abc", 3]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("sh -c 'echo tokMARKER; exit 3'", "exit code 3"),
        ("sh -c 'echo tokMARKER is no token'", "prints no token"),
        ("/nowhere/token", "cannot be run"),
        ("sh -c 'unbalanced", "cannot be run"),
        ("sh -c 'exec sleep 9'", "does not end"),
    ],
)
def test_a_token_command_that_fails_is_told_of_without_what_it_printed(
    command: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.imap.tokens.SECONDS", 0.5)
    with pytest.raises(MailboxTrouble, match=says) as caught:
        run_token_command(command)
    assert caught.value.trouble is Trouble.TOKEN
    assert "MARKER" not in str(caught.value)


def test_no_secret_is_in_what_is_printed_of_a_mailbox() -> None:
    secret = Secret(password="pwMARKER", tokens=TokenSource(command="x", clock=float))
    shown = repr(secret) + repr(Token(text="tokMARKER")) + plain("NO pwMARKER\r\n\x1b[2J is wrong", without="pwMARKER")
    assert "MARKER" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("command: FETCH => unexpected response: b'From: jan@x'", "command: FETCH => unexpected response"),
        ('socket error: unterminated line: b"it\'s"', "socket error: unterminated line"),
        ("SEARCH command error: BAD [b'Invalid arguments']", "SEARCH command error: BAD Invalid arguments"),
        ("fetch failed: [SERVERBUG] cannot be rendered", "fetch failed: [SERVERBUG] cannot be rendered"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_a_server_says_is_told_and_what_may_be_a_mail_is_not(said: str | Exception, told: str) -> None:
    assert plain(said) == told
