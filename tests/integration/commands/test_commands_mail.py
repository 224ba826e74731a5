"""The command line on real stores: mail that waits, mail in quarantine, mail in files."""

import json
import mailbox
import shutil
import sqlite3
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from casepost.app import App
from cases.mail import Mail
from ingest.child_pool import ReaderFailed
from ingest.read.pool import ReaderPool
from store.dispositions import find_disposition
from store.quarantine import release
from store.tables import mail_keys, messages
from tests.command_line import MAIL, DirectReader, Run, quarantine, set_state, state_of, take_in, write_replies

PARSE_KEYS = {
    "file", "message_id", "in_reply_to", "references", "subject", "from", "reply_to", "to", "cc", "date", "kind",
    "language", "topic", "urgent", "text", "reply_text", "html", "attachments", "identifiers", "bounce", "defects",
}  # fmt: skip
IN_QUARANTINE_KEYS = {
    "id", "received_at", "channel", "peer", "sender", "recipients", "size", "sha256", "tries", "reason", "case",
}  # fmt: skip


def test_delivery_list_says_what_waits_since_when_and_why(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    first, second = write_replies(app)
    set_state(app, first, "failed", "550 5.1.1 no such user")
    set_state(app, second, "sent")
    listed = run("delivery", "list", "--json").json
    assert [(one["id"], one["state"], one["last_error"]) for one in listed] == [
        (first, "failed", "550 5.1.1 no such user")
    ]
    assert {one["id"] for one in run("delivery", "list", "--all", "--json").json} == {first, second}
    assert "\n    550 5.1.1 no such user\n" in run("delivery", "list").out


def test_retry_by_id_takes_failed_mail_and_all_takes_what_waits(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    first, second = write_replies(app)
    set_state(app, first, "failed")
    assert run("delivery", "retry", "all", "--json").json == {"retried": [second]}
    assert state_of(app, first) == "failed"
    assert run("delivery", "retry", first, "--json").json == {"retried": [first]}
    assert state_of(app, first) == "queued"


def test_retry_says_when_no_worker_hears_it(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    write_replies(app)
    assert "casepost run-due" in run("delivery", "retry", "all").err


def test_what_is_held_stays_until_it_is_released(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    first, second = write_replies(app)
    assert run("delivery", "hold", first, "--json").json == {"held": [first]}
    assert run("run-due", "--json").json["tried"] == 1
    assert (state_of(app, first), state_of(app, second)) == ("held", "sent")
    assert run("delivery", "release", "all", "--json").json == {"released": [first]}
    assert run("run-due", "--json").json["tried"] == 1
    assert state_of(app, first) == "sent"
    said = [one["what"] for one in run("case", "show", number, "--json").json["events"] if one["actor"] == "operator"]
    assert [one.rpartition(": ")[2] for one in said] == ["hold by hand", "release by hand"]


@pytest.mark.parametrize("verb", ["hold", "release"])
def test_an_id_that_does_not_fit_changes_none_of_them(app: App, run: Run, verb: str) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    first, _ = write_replies(app)
    if verb == "release":
        run("delivery", "hold", first)
    before = state_of(app, first)
    ended = run("delivery", verb, first, 4711)
    assert (ended.code, "4711" in ended.err) == (1, True)
    assert state_of(app, first) == before


@pytest.mark.parametrize("ids", [("all", "3"), ("all", "all"), ("three",), ()])
def test_all_stands_alone_and_ids_are_numbers(run: Run, ids: tuple[str, ...]) -> None:
    assert run("delivery", "retry", *ids).code == 2


def test_a_quarantined_mail_is_listed_and_shown_with_its_reason(app: App, run: Run) -> None:
    raw = MAIL % (b"1", b"one")
    ledger_id = quarantine(app, raw)
    (listed,) = run("quarantine", "list", "--json").json
    assert set(listed) == IN_QUARANTINE_KEYS
    assert (listed["id"], listed["reason"], listed["tries"], listed["size"]) == (ledger_id, "time", 3, len(raw))
    shown = run("quarantine", "show", ledger_id, "--json").json
    assert shown["header"][0] == "From: Anna Muster <anna@seller.example>"
    assert len(shown["header"]) == 5
    assert "To: support@casepost.example" in run("quarantine", "show", ledger_id).out
    assert "reading it took too long" in run("quarantine", "list").out


def test_a_quarantined_mail_is_given_back_byte_for_byte(app: App, run: Run) -> None:
    raw = MAIL % (b"1", "Grüße".encode("latin-1"))
    ledger_id = quarantine(app, raw)
    done = subprocess.run(
        [sys.executable, "-m", "casepost", "quarantine", "show", str(ledger_id), "--raw"],
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )
    assert (done.returncode, done.stdout) == (0, raw)
    assert run("quarantine", "show", ledger_id, "--raw", "--json").code == 2


def test_a_mail_that_can_be_read_by_now_gets_its_case(app: App, run: Run) -> None:
    raw = MAIL % (b"1", b"one")
    ledger_id = quarantine(app, raw)
    (listed,) = run("quarantine", "list", "--json").json
    ended = run("quarantine", "retry", ledger_id, "--json")
    assert ended.code == 0
    assert (ended.json["outcome"], ended.json["created"]) == ("created", True)
    assert ended.json["case"] != listed["case"]
    assert run("quarantine", "list", "--json").json == []
    told = run("case", "show", listed["case"], "--json").json
    assert told["status"] == "closed"
    assert "read again" in [one["what"] for one in told["events"]]
    (said,) = run("case", "show", ended.json["case"], "--json").json["messages"]
    assert said["message_id"] == "<1@seller.example>"
    assert run("quarantine", "retry", ledger_id).code == 1  # it is done


def test_a_mail_that_still_cannot_be_read_stays_as_it_is(app: App, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger_id = quarantine(app, MAIL % (b"1", b"one"))
    before = run("quarantine", "list", "--json").json

    def fail(_pool: ReaderPool, _raw: bytes) -> Mail:
        raise ReaderFailed("memory")

    monkeypatch.setattr(ReaderPool, "read", fail)
    ended = run("quarantine", "retry", ledger_id)
    assert ended.code == 1
    assert "too much memory" in ended.err
    assert "nothing was changed" in ended.err
    assert run("quarantine", "list", "--json").json == before
    assert run("case", "show", before[0]["case"], "--json").json["status"] == "open"


def test_a_release_that_was_cut_off_is_finished_by_the_next(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger_id = quarantine(app, MAIL % (b"1", b"one"))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("store.ledger.Ledger.retry_quarantined", die)
        with pytest.raises(KeyboardInterrupt):
            release(app.store, ledger_id, now=app.clock())
    assert [entry.id for entry in app.store.ledger.quarantined()] == [ledger_id]
    release(app.store, ledger_id, now=app.clock())
    entry = app.store.ledger.claim_one(ledger_id, holder=app.holder("test"))
    assert entry is not None
    applied = app.take_in(DirectReader(), role="test").take_in(entry, now=app.clock())
    assert applied is not None
    with app.store.cases.read() as connection:
        assert find_disposition(connection, ledger_id) == applied
        assert connection.execute(sa.select(sa.func.count()).select_from(mail_keys)).scalar() == 1
        (kept,) = connection.execute(sa.select(messages.c.id).where(messages.c.ledger_id == ledger_id)).scalars()
    assert kept == applied.message_id


def test_a_mail_that_is_not_in_quarantine_is_named_so(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    assert "it is created" in run("quarantine", "show", 1).err
    for arguments in (("show", 1), ("retry", 1), ("show", 99), ("retry", 99)):
        assert run("quarantine", *arguments).code == 1


def test_parse_prints_one_object_a_line_for_each_file_in_order(folder: Path, run: Run) -> None:
    shutil.rmtree(folder / "var")
    (folder / "a.eml").write_bytes(MAIL % (b"1", b"one"))
    (folder / "empty.eml").write_bytes(b"")
    (folder / "sub").mkdir()
    files = ["a.eml", "missing.eml", "sub", "./empty.eml", "-", "a.eml"]
    ended = run("parse", *files, stdin=MAIL % (b"2", b"two"))
    objects = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert [one["file"] for one in objects] == files
    assert [set(one) for one in objects] == [PARSE_KEYS] * len(files)
    assert [one["subject"] for one in objects] == ["one", "", "", "", "two", "one"]
    assert "No such file" in objects[1]["defects"][0]
    assert objects[2]["defects"]
    assert run("parse", "--json", *files, stdin=MAIL % (b"2", b"two")).out == ended.out
    assert not (folder / "var").exists()  # no store is opened


def test_a_mail_that_stops_the_reader_is_an_object_too(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_pool: ReaderPool, _raw: bytes) -> Mail:
        raise ReaderFailed("time")

    monkeypatch.setattr(ReaderPool, "read", fail)
    (folder / "a.eml").write_bytes(b"x")
    ended = run("parse", "a.eml")
    assert ended.code == 0
    assert set(ended.json) == PARSE_KEYS
    assert ended.json["defects"] == ["the reader was stopped: time"]


def archive(folder: Path) -> Path:
    """Three mails, the first in an mbox twice, a text that is none, and a mail that is too large."""
    old = folder / "old"
    old.mkdir()
    box = mailbox.mbox(old / "archive.mbox")
    for name in ("one", "two", "one"):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "anna@seller.example", "support@casepost.example", name
        mail["Message-ID"], mail["Date"] = f"<{name}@seller.example>", "Mon, 06 Jul 2026 10:00:00 +0200"
        mail.set_content("Where is my money?\n")
        box.add(mail)
    box.close()
    (old / "three.eml").write_bytes(MAIL % (b"3", b"three"))
    (old / "big.eml").write_bytes((MAIL % (b"4", b"big")) + b"x" * 100_000)
    (old / "notes.txt").write_bytes(b"this is no mail\n")
    return old


def test_import_takes_each_mail_once_however_often_it_is_run(app: App, folder: Path, run: Run) -> None:
    old = archive(folder)
    first = run("import", old, "--recipient", "support@casepost.example", "--json")
    assert first.code == 0
    assert {name: first.json[name] for name in ("read", "added", "known")} == {"read": 4, "added": 3, "known": 1}
    assert [(Path(one["where"]).name, "larger" in one["reason"]) for one in first.json["problems"]] == [
        ("big.eml", True),
        ("notes.txt", False),
    ]
    assert {one["subject"] for one in run("case", "list", "--json").json} == {"one", "two", "three"}
    again = run("import", old, "--recipient", "Support@casepost.example", "--json").json
    assert (again["read"], again["added"], again["known"]) == (4, 0, 4)
    assert len(run("case", "list", "--json").json) == 3
    assert app.store.ledger.next_at() is None


def test_import_leaves_old_mail_without_an_acknowledgement(app: App, folder: Path, run: Run) -> None:
    run("import", archive(folder), "--recipient", "support@casepost.example")
    write_replies(app)
    kinds = {one["kind"] for one in run("delivery", "list", "--json").json}
    assert "acknowledgement" not in kinds


def test_import_lists_problems_at_the_end(folder: Path, run: Run) -> None:
    ended = run("import", archive(folder), "--recipient", "support+old@casepost.example")
    assert ended.code == 0
    assert ended.out == "4 mails read, 3 added, 1 known before\n"
    assert "notes.txt: not a mail" in ended.err


def test_import_of_nothing_readable_is_a_no(folder: Path, run: Run) -> None:
    (folder / "notes.txt").write_bytes(b"this is no mail\n")
    for path in (folder / "notes.txt", folder / "missing"):
        ended = run("import", path, "--recipient", "support@casepost.example", "--json")
        assert ended.code == 1
        assert ended.json["read"] == 0
        assert len(ended.json["problems"]) == 1
        assert "no mail could be read" in ended.err


def test_import_for_no_queue_is_refused_and_names_the_queues(folder: Path, run: Run) -> None:
    ended = run("import", archive(folder), "--recipient", "sales@casepost.example")
    assert (ended.code, ended.out) == (2, "")
    assert "support@casepost.example, returns@casepost.example" in ended.err


def test_the_pipe_waits_for_nobody_who_writes_to_the_cases(folder: Path, run: Run) -> None:
    run("user", "list")  # all that the first start makes is there
    writer = sqlite3.connect(folder / "var" / "cases.db", isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        assert run("ingest", "--recipient", "support@casepost.example", stdin=MAIL % (b"1", b"one")).code == 0
    finally:
        writer.close()
