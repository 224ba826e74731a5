"""`casepost erase` and `casepost case legal-hold`: what an operator sees and does."""

import pytest

from casepost.app import App
from tests.command_line import MAIL, Run, take_in, write_replies

ANNA = "anna@seller.example"


def test_a_person_is_erased_and_no_file_has_a_word_of_theirs_left(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Lost"))
    write_replies(app)
    assert run("run-due").code == 0
    ended = run("erase", ANNA, "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Erased: 1 mails in 1 cases; 0 mails of others were written anew.\n")
    shown = run("case", "show", number)
    assert shown.code == 0
    assert "anna" not in shown.out.lower()
    letters = [path for path in (app.config.data_dir / "outbox").rglob("*") if path.is_file()]
    assert [path for path in letters if ANNA.encode() in path.read_bytes()] == []
    assert run("verify").code == 0


def test_what_will_go_is_said_first_and_a_no_changes_nothing(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Lost"))
    ended = run("erase", ANNA, stdin=b"n\n")
    assert ended.code == 130
    assert f"Erase {ANNA} for good: 1 messages in 1 cases, 1 mails;" in ended.err
    assert run("case", "show", number, "--json").json["requester"]["address"] == ANNA


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("nobody@seller.example", "nothing of nobody@seller.example is here"),
        ("agent@casepost.example", "is on the staff: casepost user remove agent@casepost.example comes first"),
        ("anna", "anna"),
    ],
)
def test_who_cannot_be_erased_is_named_with_the_reason(run: Run, who: str, told: str) -> None:
    ended = run("erase", who, "--yes")
    assert ended.code in (1, 2)
    assert told in ended.err


def test_a_legal_hold_keeps_a_case_until_it_ends(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Lost"))
    assert run("case", "legal-hold", f"CP-{number}").out == f"Case {number} is kept by legal hold.\n"
    ended = run("erase", ANNA, "--yes")
    assert ended.code == 1
    assert f"kept by legal hold: {number}; nothing was erased" in ended.err
    assert run("case", "legal-hold", number, "--end").out == f"Case {number} may be erased again.\n"
    assert run("erase", ANNA, "--yes", "--json").json == {"cases": 1, "mails": 1, "redacted": 0, "letters": 0}


def test_a_rule_that_still_names_the_person_is_told(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"Lost"))
    run("junk", "block", ANNA)
    assert f"casepost junk forget {ANNA}" in run("erase", ANNA, "--yes").out
