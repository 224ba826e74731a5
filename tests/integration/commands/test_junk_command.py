"""`casepost junk`: what an administrator sees and does."""

from casepost.app import App
from cases.arrival import Arrival, Channel
from tests.command_line import Run
from tests.service import QUEUE, SELLER, mail


def _take_in(app: App) -> int:
    raw = mail("Cheap \x1b[31mwatches", "Buy now", X_Spam_Flag="YES").as_bytes()
    arrival = Arrival(
        raw=raw, channel=Channel.LMTP, sender=SELLER, recipients=(QUEUE,), received_at=app.clock(), trusted=True
    )
    (ledger_id,) = app.store.ledger.add([arrival])
    with app.readers() as pool:
        assert app.take_in(pool, role="test").take_in_one(ledger_id, now=app.clock()) is not None
    return ledger_id


def test_junk_is_listed_with_its_reason_and_nothing_that_a_terminal_obeys(app: App, run: Run) -> None:
    ledger_id = _take_in(app)
    (listed,) = run("junk", "list", "--json").json
    assert (listed["id"], listed["from"], listed["rescued_at"]) == (ledger_id, SELLER, None)
    out = run("junk", "list").out
    assert "the mail server says so, X-Spam-Flag: YES" in out
    assert "\x1b" not in out


def test_a_mail_that_is_taken_back_is_a_case_and_its_sender_is_allowed(app: App, run: Run) -> None:
    ledger_id = _take_in(app)
    ended = run("junk", "rescue", str(ledger_id), "--allow")
    assert ended.code == 0
    assert f"Mail {ledger_id}: created in case" in ended.out
    assert f"Mail from {SELLER} is never junk from now on." in ended.out
    assert run("junk", "list").out == "No mail is set aside as junk.\n"
    assert [one["rescued_at"] is not None for one in run("junk", "list", "--all", "--json").json] == [True]
    assert len(run("case", "list", "--json").json) == 1


def test_a_mail_that_is_no_junk_is_named_with_what_to_do(run: Run) -> None:
    ended = run("junk", "rescue", "77")
    assert ended.code == 1
    assert "mail 77 is not junk; `casepost junk list` shows what is" in ended.err


def test_senders_are_blocked_allowed_and_forgotten(run: Run) -> None:
    assert run("junk", "block", "spam.example", "Eve@Shop.example").code == 0
    assert run("junk", "allow", "friend@spam.example").code == 0
    rules = {one["sender"]: one["rule"] for one in run("junk", "rules", "--json").json}
    assert rules == {"@spam.example": "block", "eve@shop.example": "block", "friend@spam.example": "allow"}
    assert "spam.example" in run("junk", "rules").out
    assert run("junk", "forget", "@spam.example").code == 0
    assert run("junk", "forget", "@spam.example").code == 1
    assert run("junk", "block", "com").code == 1
