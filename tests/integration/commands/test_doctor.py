"""`casepost doctor`: what would stop an installation, each with its mend."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ingest.files.rapid
import ingest.files.tesseract
from casepost.app import App
from store.database import Database
from store.people_tables import user_queues
from tests.command_line import CONFIG, Run


def said(run: Run, check: str) -> list[Any]:
    return [(one["level"], one["says"], one["mend"]) for one in run("doctor", "--json").json if one["check"] == check]


def test_an_installation_that_works_has_no_fault(run: Run) -> None:
    ended = run("doctor")
    assert ended.code == 0
    assert "FAULT" not in ended.out
    assert "ok     store" in ended.out


def test_without_text_recognition_everything_else_works_and_doctor_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.files.rapid, "is_installed", lambda: False)
    ((level, says, mend),) = said(run, "pictures")
    assert (level, mend) == ("notice", "pip install 'casepost[ocr]'")
    assert "text recognition is not installed" in says
    assert run("doctor").code == 0


def test_a_missing_second_reader_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.files.tesseract, "find_tesseract", lambda: None)
    assert said(run, "pictures")[0][2] == "apt-get install tesseract-ocr"


def test_a_queue_without_agents_is_a_fault_with_its_mend(app: App, run: Run) -> None:
    with app.store.cases.write() as connection:
        connection.execute(sa.delete(user_queues))
    ended = run("doctor")
    assert ended.code == 1
    assert "FAULT  staff: the queue support has no agents" in ended.out
    assert "mend: casepost user add ADDRESS --role agent --queue support" in ended.out


def test_agents_of_the_file_that_are_not_in_the_store_are_named(folder: Path, app: App, run: Run) -> None:
    app.store.close()
    changed = CONFIG.replace('"agent@casepost.example"', '"agent@casepost.example", "new@casepost.example"')
    (folder / "casepost.toml").write_text(changed)
    assert "new@casepost.example is an agent of support in the file" in said(run, "staff")[0][1]


LED = CONFIG.replace('name = "support"', 'name = "support"\nlead = "lena@casepost.example"\ntopics = ["fba"]')


def test_what_the_file_says_of_a_queue_and_the_store_does_not_is_named(folder: Path, run: Run) -> None:
    (folder / "casepost.toml").write_text(LED)
    assert said(run, "queues") == [
        (
            "notice",
            f"{key} of the queue support is {kept} in the store, which holds; the file differs",
            f"casepost queue adopt support, or {key} = {kept} in the file",
        )
        for key, kept in (("topics", "[]"), ("lead", '""'))
    ]


def test_a_lead_who_cannot_answer_is_named(folder: Path, run: Run) -> None:
    (folder / "casepost.toml").write_text(LED)
    run("queue", "adopt", "support")
    assert [level for level, _, _ in said(run, "queues")] == ["ok"]
    run("user", "add", "lena@casepost.example", "--role", "viewer", "--queue", "returns")
    assert "the lead of support, is a viewer" in said(run, "queues")[0][1]
    run("user", "remove", "lena@casepost.example")
    ((level, says, mend),) = said(run, "queues")
    assert (level, "the lead of support, is not on the staff" in says) == ("notice", True)
    run(*mend.partition("or casepost ")[2].split())
    assert [level for level, _, _ in said(run, "queues")] == ["ok"]


def test_a_lead_who_is_never_told_is_named(folder: Path, run: Run) -> None:
    (folder / "casepost.toml").write_text(LED)
    run("queue", "adopt", "support")
    (folder / "casepost.toml").write_text(LED + '[reminders]\nescalate_after = ""\n')
    ((_, says, mend),) = said(run, "queues")
    assert says == "the lead of support is never told: escalate_after is off"
    assert mend.startswith('escalate_after = "PT48H"')


def test_a_password_that_is_not_set_is_a_fault(folder: Path, run: Run) -> None:
    delivery = '[delivery]\nurl = "smtp+starttls://me@relay.example:587"\npassword_env = "RELAY_PASSWORD"\n'
    (folder / "casepost.toml").write_text(CONFIG.replace("[[queues]]", delivery + "[[queues]]", 1))
    assert said(run, "delivery") == [
        (
            "fault",
            "RELAY_PASSWORD holds no password for the mail server",
            "set RELAY_PASSWORD in the service's environment",
        )
    ]


def test_when_nobody_hears_of_alarms_that_is_said(app: App, run: Run) -> None:
    ((level, says, mend),) = said(run, "alarms")
    assert (level, mend) == ("notice", "casepost user add ADDRESS --role admin, or [alarms] to")
    assert "nobody is told" in says
    run("user", "add", "boss@casepost.example", "--role", "admin")
    assert said(run, "alarms")[0][0] == "ok"


def test_a_scanner_that_does_not_answer_is_a_fault(folder: Path, app: App, run: Run) -> None:
    app.store.close()
    (folder / "casepost.toml").write_text(CONFIG + f'\n[junk]\nclamd = "unix:{folder}/clamd.ctl"\n')
    ((level, says, mend),) = said(run, "scanner")
    assert level == "fault"
    assert says.startswith("clamd does not answer")
    assert mend.startswith("start clamd")


def test_a_clock_that_differs_from_the_database_servers_is_a_fault(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(run, "clock")[0][0] == "ok"
    monkeypatch.setattr(Database, "find_clock_difference", lambda _self: timedelta(seconds=-31))
    ((level, says, mend),) = said(run, "clock")
    assert (level, says) == ("fault", "this machine's clock is 31 s behind the database server's")
    assert mend


def test_files_of_large_mails_that_cannot_be_written_are_a_fault(folder: Path, run: Run) -> None:
    assert said(run, "blobs")[0][0] == "ok"
    assert [path for path in (folder / "var" / "blobs").rglob("*") if path.is_file()] == []
    for path in (folder / "var" / "blobs").iterdir():
        path.rmdir()
    (folder / "var" / "blobs").rmdir()
    (folder / "var" / "blobs").write_text("no folder")
    assert said(run, "blobs")[0][0] == "fault"
