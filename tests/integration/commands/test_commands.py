"""The command line on real stores: cases, staff, screens, and what holds for all commands."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from casepost.app import App
from tests.command_line import MAIL, Run, quarantine, take_in, write_replies

STAFF_KEYS = {"id", "name", "role", "addresses", "queues", "away_until", "delegate"}
CASE_KEYS = [
    "number", "status", "subject", "queue", "topic", "priority", "language", "requester", "participants", "assignee",
]  # fmt: skip


def test_case_list_prints_an_array_of_ten_keys_each_newest_first(app: App, run: Run) -> None:
    first, second = take_in(app, MAIL % (b"1", b"one")), take_in(app, MAIL % (b"2", b"two"))
    listed = run("case", "list", "--json")
    assert listed.code == 0
    assert [one["number"] for one in listed.json] == [second, first]
    assert all(set(one) == set(CASE_KEYS) for one in listed.json)


def test_case_list_can_be_narrowed(app: App, run: Run) -> None:
    first = take_in(app, MAIL % (b"1", b"one"))
    second = take_in(app, MAIL % (b"2", b"two"), to="returns@casepost.example")
    run("case", "close", first)

    def numbers(*options: str) -> list[str]:
        return [one["number"] for one in run("case", "list", "--json", *options).json]

    assert numbers("--limit", "1") == [second]
    assert numbers("--status", "closed") == [first]
    assert numbers("--queue", "support") == [first]
    assert numbers("--queue", "returns", "--status", "closed") == []


def test_case_list_of_an_unknown_queue_names_those_there_are(run: Run) -> None:
    ended = run("case", "list", "--queue", "sales")
    assert ended.code == 2
    assert "support, returns" in ended.err


@pytest.mark.parametrize("form", ["{}", "CP-{}", "[CP-{}]", " [ cp - {} ] "])
def test_a_case_is_shown_however_its_number_was_copied(app: App, run: Run, form: str) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    shown = run("case", "show", form.format(number), "--json")
    assert shown.code == 0
    assert shown.json["number"] == number


@pytest.mark.parametrize("command", [("show",), ("close",), ("reopen",), ("assign",), ("wait",)])
@pytest.mark.parametrize(
    ("number", "said"), [("1111111111", "there is no case 1111111111"), ("x\x1b[2J", "is no case number")]
)
def test_an_unknown_number_ends_with_1_and_one_clear_line(
    run: Run, command: tuple[str, ...], number: str, said: str
) -> None:
    more = {"assign": ["agent@casepost.example"], "wait": ["2d"]}.get(command[0], [])
    ended = run("case", *command, number, *more)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err


def test_a_case_is_closed_reopened_and_assigned_and_the_document_printed(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    assert run("case", "close", number, "--json").json["status"] == "closed"
    assert run("case", "reopen", number, "--json").json["status"] == "open"
    document = run("case", "assign", number, "Rita@casepost.example", "--json").json
    assert document["assignee"] == "rita@casepost.example"
    assert {"operator"} <= {one["actor"] for one in document["events"]}
    assert document["next_due"]["kind"] == "agent_reminder"


def test_an_open_case_is_put_off_and_its_reminder_comes_then(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    before = datetime.fromisoformat(run("case", "show", number, "--json").json["next_due"]["at"])
    due = run("case", "wait", number, "3d", "--json").json["next_due"]
    assert due["kind"] == "agent_reminder"
    assert datetime.fromisoformat(due["at"]) >= before + timedelta(days=1)
    nonsense = run("case", "wait", number, "soon")
    assert (nonsense.code, "2d, 4h or 1w" in nonsense.err) == (2, True)
    run("case", "close", number)
    closed = run("case", "wait", number, "2d")
    assert (closed.code, "reopen" in closed.err) == (1, True)


def test_a_change_that_is_there_already_changes_nothing(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    before = run("case", "reopen", number, "--json")
    assert before.code == 0
    run("case", "close", number)
    closed = run("case", "show", number, "--json").json
    again = run("case", "close", number)
    assert (again.code, "is closed" in again.out) == (0, True)
    assert run("case", "show", number, "--json").json == closed


def test_a_case_goes_to_staff_that_answers_only(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    stranger = run("case", "assign", number, "anna@seller.example")
    assert (stranger.code, "user list" in stranger.err) == (1, True)
    run("user", "add", "vera@casepost.example", "--role", "viewer")
    viewer = run("case", "assign", number, "vera@casepost.example")
    assert (viewer.code, "viewer" in viewer.err) == (1, True)
    assert run("case", "show", number, "--json").json["assignee"] is None


def test_the_screen_of_a_case_says_who_wrote_what_and_why_it_is_there(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Where is it?"))
    write_replies(app)
    screen = run("case", "show", number).out
    for said in (
        f"CP-{number}  Where is it?",
        "open · normal · support",
        "Anna Muster <anna@seller.example> → support@casepost.example",
        "302-1234567-7654321  body of #1",
        "next      agent reminder",
        "why here: a new case",
        "#2 acknowledgement",
        "delivery: queued, not tried yet",
        f"case {number} opened",
    ):
        assert said in screen
    assert "support+a" not in screen  # a signed address is a key to the case


def test_no_control_of_a_terminal_gets_out_of_a_mail(app: App, run: Run) -> None:
    hostile = (
        b"""\
From: "=?utf-8?q?=1b]0;owned=07?= \x1b[31mEvil" <evil@x.example>\r
To: support@casepost.example\r
Subject: =?utf-8?b?%b?=\r
\r
boo \x1b[2J \xc2\x9b31m \xe2\x80\xae gnp.exe\r
"""
        % b"GygwKRtbMkogwpszMW0gdGl0bGUg4oCucmV2"
    )
    number = take_in(app, hostile)
    quarantined = quarantine(app, hostile)
    write_replies(app)
    for arguments in (
        ("case", "show", number),
        ("case", "list"),
        ("delivery", "list", "--all"),
        ("quarantine", "show", quarantined),
        ("due", "--at", "2099-01-01T00:00:00Z"),
    ):
        printed = run(*arguments).out
        assert "evil" in printed or "agent" in printed
        assert [char for char in printed if char != "\n" and (not char.isprintable() or char == "\u202e")] == []


def test_wide_tables_are_cut_at_words_never_at_numbers(app: App, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes this for a terminal
    monkeypatch.setenv("TERM", "xterm")
    number = take_in(app, MAIL % (b"1", b"A very long subject that goes on " * 3))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", run("case", "list").out).splitlines()
    assert lines[1].startswith(number)
    assert "…" in lines[1]
    assert max(map(len, lines)) <= 60


def test_without_a_terminal_nothing_is_cut(app: App, run: Run) -> None:
    subject = b"A very long subject that goes on " * 5
    take_in(app, MAIL % (b"1", subject))
    assert subject.strip().decode() in run("case", "list").out


def test_a_table_without_rows_is_a_sentence(run: Run) -> None:
    assert run("case", "list").out == "There are no cases yet.\n"
    assert run("delivery", "list").out == "Nothing waits: all mail has left.\n"
    assert run("quarantine", "list").out == "Nothing is in quarantine.\n"
    for arguments in (("case", "list"), ("delivery", "list"), ("quarantine", "list")):
        assert run(*arguments, "--json").json == []


def test_staff_is_added_for_all_queues_or_some(run: Run) -> None:
    everywhere = run("user", "add", "Kim@Casepost.EXAMPLE", "--role", "admin", "--json")
    assert everywhere.code == 0
    assert everywhere.json["addresses"] == ["Kim@casepost.example"]
    assert everywhere.json["queues"] == ["returns", "support"]
    assert run("user", "add", "lee@casepost.example", "--role", "agent", "--queue", "returns", "--json").json[
        "queues"
    ] == ["returns"]
    listed = run("user", "list", "--json").json
    assert [set(one) for one in listed] == [STAFF_KEYS] * 4
    assert "lee@casepost.example" in run("user", "list").out


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("nobody", ["--role", "agent"]),
        ("a b@x.example", ["--role", "agent"]),
        ("a@x.example\r\nBcc: b@x.example", ["--role", "agent"]),
        ("support+x@casepost.example", ["--role", "agent"]),
        ("kim@casepost.example", ["--role", "chief"]),
        ("kim@casepost.example", ["--role", "agent", "--queue", "sales"]),
        ("kim@casepost.example", []),
    ],
)
def test_staff_that_cannot_be_is_refused(run: Run, address: str, options: list[str]) -> None:
    ended = run("user", "add", address, *options)
    assert (ended.code, ended.out) == (2, "")
    assert len(run("user", "list", "--json").json) == 2


def test_config_is_taken_behind_a_command_as_well(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    file = folder / "casepost.toml"
    for arguments in (("case", "list"), ("delivery", "list"), ("quarantine", "list"), ("user", "list")):
        assert run(*arguments, "--json", "--config", file).code == 0
        assert run("--config", file, *arguments, "--json").code == 0
    assert run("case", "list", "--config", folder / "missing.toml").code == 2
    for arguments in (("config", "example"), ("completion", "bash"), ("parse", str(file))):
        assert run(*arguments, "--config", file).code == 0
    assert not (folder / "elsewhere" / "var").exists()


def test_the_example_is_a_configuration(folder: Path, run: Run) -> None:
    example = run("config", "example")
    assert example.code == 0
    (folder / "casepost.toml").write_text(example.out)
    assert run("user", "list", "--json").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_says_how_to_install_it(run: Run, shell: str) -> None:
    ended = run("completion", shell)
    assert ended.code == 0
    assert f"casepost completion {shell} >" in ended.out
    assert "_CASEPOST_COMPLETE" in ended.out
    assert ended.out.startswith("#compdef casepost\n" if shell == "zsh" else "# Install")


def test_the_completion_finds_commands_and_their_parts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CASEPOST_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "casepost quarantine ")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run().out.split() == ["plain,drop", "plain,list", "plain,retry", "plain,show"]


def test_help_lists_every_command_with_one_line(run: Run) -> None:
    from casepost.cli import _COMMANDS

    lines = [
        line.split(maxsplit=1) for line in run("--help").out.partition("Commands:")[2].splitlines() if line.strip()
    ]
    assert [line[0] for line in lines] == list(_COMMANDS)
    assert all(len(line) == 2 for line in lines)
