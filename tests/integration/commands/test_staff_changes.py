"""`user alias`, `user away` and `user remove`: who writes from where, who stands in, who is gone."""

import pytest
import sqlalchemy as sa

from casepost.app import App
from store.tables import outbox
from tests.command_line import MAIL, Run, take_in, write_replies

AGENT = "agent@casepost.example"
LEE = "lee@casepost.example"


@pytest.fixture
def two(run: Run) -> None:
    """A second agent of the support queue."""
    assert run("user", "add", LEE, "--role", "agent", "--queue", "support").code == 0


def written_to(app: App, run: Run) -> list[str]:
    write_replies(app)
    return [one["to"] for one in run("delivery", "list", "--json").json if one["kind"] == "agent_mail"]


def test_a_person_writes_from_another_address_too(run: Run) -> None:
    ended = run("user", "alias", AGENT, "Me@Home.example")
    assert (ended.code, ended.out) == (0, f"{AGENT} writes from Me@home.example too.\n")
    again = run("user", "alias", "me@home.example", "me@home.example", "--json")
    assert again.json["addresses"] == [AGENT, "Me@home.example"]


def test_an_address_of_somebody_else_or_of_a_queue_is_no_alias(run: Run) -> None:
    for address, new, code, said in (
        (AGENT, "rita@casepost.example", 1, "belongs to rita@casepost.example already"),
        (AGENT, "support+x@casepost.example", 2, "is a queue"),
        ("nobody@casepost.example", "x@casepost.example", 1, "nobody on the staff"),
    ):
        ended = run("user", "alias", address, new)
        assert (ended.code, ended.out) == (code, "")
        assert said in ended.err


@pytest.mark.usefixtures("two")
def test_who_is_away_gets_nothing_and_the_delegate_does(app: App, run: Run) -> None:
    ended = run("user", "away", AGENT, "--until", "2099-12-01", "--delegate", "rita@casepost.example")
    assert ended.code == 0
    assert "is away until 2099-1" in ended.out
    assert ended.out.endswith("rita@casepost.example gets their mail.\n")
    listed = {one["addresses"][0]: one for one in run("user", "list", "--json").json}
    assert listed[AGENT]["away_until"] == "2099-11-30T23:00:00+00:00"
    assert listed[AGENT]["delegate"] == "rita@casepost.example"
    assert "DELEGATE" in run("user", "list").out
    take_in(app, MAIL % (b"1", b"one"))
    assert written_to(app, run) == ["rita@casepost.example", LEE]
    back = run("user", "away", AGENT, "--back")
    assert back.out == f"{AGENT} is here again.\n"
    assert "DELEGATE" not in run("user", "list").out


@pytest.mark.usefixtures("two")
def test_a_case_of_somebody_who_is_away_without_a_delegate_goes_to_the_others(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    run("case", "assign", number, AGENT)
    assert "further notice. Nobody stands in" in run("user", "away", AGENT).out
    due = run("due", "--at", "2099-01-01T00:00:00Z", "--json").json
    assert {one["to"] for one in due if one["kind"] != "status"} == {LEE}


def test_nobody_is_nobody(app: App, run: Run) -> None:
    run("user", "away", AGENT)
    take_in(app, MAIL % (b"1", b"one"))
    assert written_to(app, run) == [AGENT]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--until", "tomorrow"], 2),
        (["--until", "2020-01-01"], 2),
        (["--back", "--until", "2099-01-01"], 2),
        (["--delegate", AGENT], 1),
        (["--delegate", "nobody@casepost.example"], 1),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(run: Run, options: list[str], code: int) -> None:
    ended = run("user", "away", AGENT, *options)
    assert (ended.code, ended.out) == (code, "")
    assert {one["away_until"] for one in run("user", "list", "--json").json} == {None}


@pytest.mark.usefixtures("two")
def test_who_leaves_gets_nothing_more_and_their_cases_go_back(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    run("case", "assign", number, AGENT)
    write_replies(app)
    ended = run("user", "remove", AGENT)
    assert ended.out == f"{AGENT} is no longer on the staff.\nBack with the agents of their queue: {number}\n"
    assert AGENT not in [one["addresses"][0] for one in run("user", "list", "--json").json]
    shown = run("case", "show", number, "--json").json
    assert shown["assignee"] is None
    assert f"{AGENT} left the staff" in [one["what"] for one in shown["events"]]
    due = run("due", "--at", "2099-01-01T00:00:00Z", "--json").json
    assert {one["to"] for one in due if one["kind"] != "status"} == {LEE}
    write_replies(app)
    assert AGENT not in [one["to"] for one in run("delivery", "list", "--json").json]
    assert run("user", "remove", AGENT).code == 1


def test_a_queue_keeps_an_agent_unless_forced(run: Run) -> None:
    ended = run("user", "remove", AGENT)
    assert (ended.code, ended.out) == (1, "")
    assert "the only agent of the queue support" in ended.err
    assert run("user", "remove", AGENT, "--force", "--json").json == {"removed": AGENT, "cases": []}


def test_who_left_has_no_rights_and_may_come_back(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    write_replies(app)
    run("user", "remove", AGENT, "--force")
    with app.store.cases.read() as connection:
        signed = connection.execute(sa.select(outbox.c.envelope_from).where(outbox.c.envelope_to == AGENT)).scalar_one()
    mail = f"From: {AGENT}\r\nTo: {signed}\r\nMessage-ID: <a@x>\r\nSubject: Re: one\r\n\r\n#close\r\nBye.\r\n"
    take_in(app, mail.encode(), to=signed)
    shown = run("case", "show", number, "--json").json
    assert shown["status"] == "open"
    assert [one["kind"] for one in shown["messages"]][-1] == "note"
    run("user", "add", AGENT, "--role", "agent", "--queue", "support")
    assert run("user", "list", "--json").json[0]["queues"] == ["support"]
