"""Queues follow the file when they are told to; reminders follow it always, and a lead becomes a person."""

from pathlib import Path

import pytest

from tests.command_line import CONFIG, Run

OF_RETURNS = """
lead = "lena@casepost.example"
[queues.reminders]
agent_after = "PT4H"
seller_after = ""
"""


@pytest.fixture
def changed(folder: Path) -> Path:
    """The file with other hours for one queue, a lead and reminders for the other, after the store was made."""
    file = folder / "casepost.toml"
    file.write_text(CONFIG.replace('name = "support"', 'name = "support"\nhours = "24/7"') + OF_RETURNS)
    return file


@pytest.mark.usefixtures("changed")
def test_a_queue_has_reminders_of_its_own_key_by_key(run: Run) -> None:
    rows = {one["name"]: one for one in run("queue", "list", "--json").json}
    assert rows["returns"]["reminders"] == {
        "agent_after": "PT4H",
        "escalate_after": "PT48H",
        "seller_after": "",
        "close_after": "P7D",
        "clock": "business",
    }
    assert rows["support"]["reminders"]["agent_after"] == "PT24H"


@pytest.mark.usefixtures("changed")
def test_a_lead_becomes_a_person_who_is_no_agent_of_the_queue(run: Run) -> None:
    run("queue", "adopt", "returns")
    staff = {one["addresses"][0]: one for one in run("user", "list", "--json").json}
    lena = staff["lena@casepost.example"]
    assert (lena["role"], lena["queues"]) == ("agent", [])
    gone = run("user", "remove", "lena@casepost.example")
    assert "casepost queue adopt returns" in gone.out
    assert "lena" in str([one["says"] for one in run("doctor", "--json").json if one["check"] == "queues"])
    assert "lena@casepost.example" not in str(run("user", "list", "--json").json)


@pytest.mark.usefixtures("changed")
def test_who_leaves_is_known_as_the_lead_however_the_file_writes_their_address(run: Run) -> None:
    run("user", "add", "Lena@Casepost.example", "--role", "agent", "--queue", "returns")
    run("queue", "adopt", "returns")
    assert "They were the lead of returns." in run("user", "remove", "lena@casepost.example").out
    assert "lead" not in run("user", "remove", "rita@casepost.example", "--force").out


@pytest.mark.usefixtures("changed")
def test_a_queue_keeps_its_hours_until_the_file_is_adopted_which_is_on_record_and_done_once(run: Run) -> None:
    kept = {one["name"]: one["hours"] for one in run("queue", "list", "--json").json}
    assert kept["support"] == "Mon-Fri 09:00-18:00"
    said = [one for one in run("doctor", "--json").json if one["check"] == "queues"]
    assert [one["mend"].split(",")[0] for one in said] == [
        "casepost queue adopt support",
        "casepost queue adopt returns",
    ]
    assert run("queue", "adopt", "support", "--json").json == [
        {"key": "hours", "before": "Mon-Fri 09:00-18:00", "now": "24/7"}
    ]
    assert {one["name"]: one["hours"] for one in run("queue", "list", "--json").json}["support"] == "24/7"
    assert "as the file says" in run("queue", "adopt", "support").out
    run("queue", "adopt", "returns")
    assert [one["level"] for one in run("doctor", "--json").json if one["check"] == "queues"] == ["ok"]


@pytest.mark.usefixtures("changed")
def test_a_queue_that_the_file_does_not_have_cannot_be_adopted(run: Run) -> None:
    ended = run("queue", "adopt", "refunds")
    assert (ended.code, "support, returns" in ended.err) == (1, True)


def test_an_address_that_another_queue_has_is_refused_and_nothing_is_changed(changed: Path, run: Run) -> None:
    run("queue", "list")
    swapped = {"support@": "moved@", "returns@": "support@"}
    text = changed.read_text()
    for before, now in swapped.items():
        text = text.replace(before, now)
    changed.write_text(text)
    ended = run("queue", "adopt", "returns")
    assert (ended.code, "queue 'support' has it" in ended.err) == (1, True)
    assert run("queue", "adopt", "support").code == 0
    assert run("queue", "adopt", "returns").code == 0
    rows = {one["name"]: one["address"] for one in run("queue", "list", "--json").json}
    assert rows == {"support": "moved@casepost.example", "returns": "support@casepost.example"}
