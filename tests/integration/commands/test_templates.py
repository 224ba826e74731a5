"""`casepost template`: an administrator looks, slips, mends, saves and goes back, and no mail is ever worse for it."""

from pathlib import Path

import pytest

from casepost.app import App
from store.revisions import SavedTemplates
from store.tables import template_revisions
from tests.command_line import MAIL, Run, take_in

GOOD = "Subject: We are on it\n\nHello,\n\nwe look into CP-{{ case.number }}.\n"
SLIP = "Subject: We are on it\n\nHello {{ seler.name }},\n\nwe look into CP-{{ case.nummber }}.\n"


@pytest.fixture
def wording(tmp_path: Path) -> Path:
    file = tmp_path / "status.md"
    file.write_text(GOOD)
    return file


def test_templates_are_listed_with_their_languages_and_which_are_own(run: Run, wording: Path) -> None:
    rows = {row["name"]: row for row in run("template", "list", "--json").json}
    assert {"en", "de"} <= set(rows["acknowledgement"]["languages"])
    assert rows["status"]["saved"] == []
    run("template", "edit", "status", "--language", "en", "--from", str(wording))
    rows = {row["name"]: row for row in run("template", "list", "--json").json}
    assert rows["status"]["saved"] == ["en"]


def test_all_that_is_shipped_passes_the_check(run: Run) -> None:
    ended = run("template", "check", "--json")
    assert (ended.code, [one for one in ended.json if one["is_fault"]]) == (0, [])


def test_a_slip_is_named_with_file_line_and_what_was_meant_and_nothing_is_saved(run: Run, wording: Path) -> None:
    wording.write_text(SLIP)
    ended = run("template", "edit", "status", "--language", "en", "--from", str(wording))
    assert ended.code == 1
    assert "line 3: 'seler' is no variable" in ended.err
    assert "did you mean 'seller'?" in ended.err
    assert "line 5: 'case' has no 'nummber'; did you mean 'number'?" in ended.err
    assert run("template", "history", "status", "--json").json == []


def test_a_faulty_file_of_the_administrators_is_found_by_check(app: App, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own" / "en"
    own.mkdir(parents=True)
    (own / "status.md").write_text(SLIP)
    (own / "refund.md").write_text("Subject: Refund\n\n{{ body }} [terms](ftp://shop.example/terms)\n")
    config = Path(app.config.data_dir).parent / "casepost.toml"
    config.write_text(f'templates_dir = "{own.parent}"\n' + config.read_text())
    ended = run("template", "check", "--json")
    assert ended.code == 1
    faults = [(one["path"], one["line"]) for one in ended.json if one["is_fault"]]
    assert faults == [(str(own / "status.md"), 3), (str(own / "status.md"), 5)]
    notices = [one["message"] for one in ended.json if not one["is_fault"]]
    assert any("ftp://shop.example/terms" in one for one in notices)
    assert any("not there in de" in one for one in notices)


def test_a_change_is_a_revision_and_can_be_taken_back(app: App, run: Run, wording: Path) -> None:
    run("template", "edit", "status", "--language", "en", "--from", str(wording), "--reason", "shorter")
    wording.write_text(GOOD.replace("Hello", "Good day"))
    run("template", "edit", "status", "--language", "en", "--from", str(wording))
    newest, oldest = run("template", "history", "status", "--json").json
    assert (oldest["reason"], oldest["language"]) == ("shorter", "en")
    assert oldest["author"]
    out = run("template", "diff", str(newest["id"])).out
    assert "-Hello," in out
    assert "+Good day," in out
    assert "Good day" in run("template", "preview", "status", "--language", "en").out
    run("template", "restore", "status", "--language", "en", "--revision", str(oldest["id"]))
    assert "Hello" in run("template", "preview", "status", "--language", "en").out
    run("template", "restore", "status", "--language", "en", "--shipped")
    assert "We are on it" not in run("template", "preview", "status", "--language", "en").out
    assert SavedTemplates(app.store.cases).find("status", "en") == ()


def test_a_preview_shows_a_made_up_case_or_a_real_one_and_puts_nothing_on_record(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Where is it?"))
    shown = run("template", "preview", "acknowledgement", "--language", "de", "--case", number, "--json").json
    assert number in shown["text"]
    assert shown["language"] == "de"
    assert "4821773099" in run("template", "preview", "acknowledgement", "--language", "en").out
    assert "<html" in run("template", "preview", "acknowledgement", "--language", "en", "--html").out
    assert [one["kind"] for one in run("case", "show", number, "--json").json["messages"]] == ["seller"]


def test_names_that_lead_out_of_the_folder_are_refused(app: App, run: Run, wording: Path) -> None:
    for name, language in (("../status", "en"), ("status", "../en"), ("Status", "en")):
        ended = run("template", "edit", name, "--language", language, "--from", str(wording))
        assert ended.code == 2
    with app.store.cases.read() as connection:
        assert connection.execute(template_revisions.select()).all() == []


def test_a_saved_template_holds_for_mail_within_a_second_and_an_older_one_stands_behind_it(app: App) -> None:
    now = [0.0]
    saved = SavedTemplates(app.store.cases, clock=lambda: now[0])
    assert saved.find("status", "en") == ()
    with app.store.cases.write() as connection:
        for source in ("one", "two", "two", "three"):
            connection.execute(
                template_revisions.insert().values(
                    name="status", language="en", source=source, author="x", reason="", at=app.clock()
                )
            )
    assert saved.find("status", "en") == ()
    now[0] = 1.0
    assert saved.find("status", "en") == ("three", "two", "one")
    assert saved.list() == (("status", "en"),)
