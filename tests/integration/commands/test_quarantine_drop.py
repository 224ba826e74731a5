"""`casepost quarantine drop`: asks first, keeps the mail, and says on record who dropped it and why."""

import getpass

import pytest

from casepost.app import App
from tests.command_line import MAIL, Run, quarantine

WHY = "a scanner's test file"


def test_a_mail_is_dropped_with_who_and_why(app: App, run: Run) -> None:
    raw = MAIL % (b"1", b"one")
    ledger_id = quarantine(app, raw)
    (listed,) = run("quarantine", "list", "--json").json
    dropped = run("quarantine", "drop", ledger_id, "--reason", WHY, "--yes", "--json").json
    reason = f"dropped from quarantine by {getpass.getuser()}: {WHY}"
    assert dropped == {"id": ledger_id, "outcome": "ignored", "case": listed["case"], "reason": reason}
    assert run("quarantine", "list", "--json").json == []
    told = run("case", "show", listed["case"], "--json").json
    assert told["status"] == "closed"
    assert ("operator", reason) in [(one["actor"], one["what"]) for one in told["events"]]
    assert app.store.ledger.load(ledger_id) == raw
    assert run("quarantine", "drop", ledger_id, "--reason", WHY, "--yes").code == 1


@pytest.mark.parametrize("options", [("--yes",), ("--reason", " ", "--yes"), ("--reason", WHY, "--json")])
def test_a_drop_without_a_reason_or_a_way_to_ask_is_refused(app: App, run: Run, options: tuple[str, ...]) -> None:
    ledger_id = quarantine(app, MAIL % (b"1", b"one"))
    assert run("quarantine", "drop", ledger_id, *options).code == 2
    assert len(run("quarantine", "list", "--json").json) == 1


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", 1), (b"\n", 1), (b"y\n", 0)])
def test_the_mail_is_shown_and_the_answer_is_asked_for(app: App, run: Run, answer: bytes, left: int) -> None:
    ledger_id = quarantine(app, MAIL % (b"1", b"one"))
    ended = run("quarantine", "drop", ledger_id, "--reason", WHY, stdin=answer)
    assert "anna@seller.example" in ended.out
    assert "Nobody will read it" in ended.out
    assert len(run("quarantine", "list", "--json").json) == left
    assert ended.code == (1 if left else 0)
