"""`casepost reparse`: raw mails are read again, what is derived is replaced, what people decided is not touched."""

from typing import Any

import pytest
import sqlalchemy as sa

from casepost.app import App
from store.tables import cases, events, identifiers, looks, messages, redactions
from tests.command_line import MAIL, Run, quarantine, take_in
from tests.pictures import screenshot
from tests.service import mail


def spoil(app: App, **values: Any) -> None:
    """As if an older reader had read all messages otherwise."""
    with app.store.cases.write() as connection:
        connection.execute(sa.update(messages).values(values))


def state(app: App) -> list[Any]:
    with app.store.cases.read() as connection:
        return [connection.execute(sa.select(table)).all() for table in (cases, messages, identifiers, events)]


def test_reading_the_whole_store_again_changes_nothing(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    take_in(app, MAIL % (b"2", b"two"))
    before = state(app)
    ended = run("reparse", "--json")
    assert (ended.code, ended.json) == (0, {"read": 2, "changed": [], "problems": []})
    assert state(app) == before


def test_what_an_older_reader_missed_is_found_and_printed(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    spoil(app, reply_text="?", language=None)
    with app.store.cases.write() as connection:
        connection.execute(sa.delete(identifiers))
    (changed,) = run("reparse", number, "--json").json["changed"]
    assert changed["case"] == number
    assert changed["changes"]["identifiers"] == {"added": ["order_id 302-1234567-7654321 (body)"], "removed": []}
    assert changed["changes"]["reply_text"]["after"] == "My order 302-1234567-7654321 has not arrived."
    shown = run("case", "show", number, "--json").json
    assert [one["value"] for one in shown["identifiers"]] == ["302-1234567-7654321"]
    assert shown["missing"] == []


def test_a_person_sees_one_line_for_each_thing_that_changed(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    spoil(app, language=None, reply_text="old\x1b[2J words")
    out = run("reparse").out
    assert f"{number} message 1: language none -> en" in out
    assert "\x1b" not in out
    assert out.endswith("1 mails read again, 1 changed, 0 left as they are\n")


def test_what_an_agent_decided_stays(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    with app.store.cases.write() as connection:
        connection.execute(sa.update(cases).values(topic="returns", priority="high"))
        connection.execute(
            sa.insert(events).values(
                case_id=1, at=app.clock(), actor="agent", what="topic set to returns", salt=b"s", sealed=False
            )
        )
    spoil(app, language=None)
    run("reparse", number)
    shown = run("case", "show", number, "--json").json
    assert (shown["topic"], shown["priority"]) == ("returns", "high")


def test_a_topic_that_nobody_set_follows_the_reader(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    with app.store.cases.write() as connection:
        connection.execute(sa.update(cases).values(topic="other"))
    spoil(app, reader_version=0 + 1, language=None)
    run("reparse", number)
    assert run("case", "show", number, "--json").json["topic"] == "order"


def test_only_mails_of_an_older_reader_are_read_when_that_is_asked_for(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    assert run("reparse", "--older", "--json").json["read"] == 0


def test_nobody_is_written_to(app: App, run: Run) -> None:
    take_in(app, MAIL % (b"1", b"one"))
    before = run("delivery", "list", "--json").json
    spoil(app, text="?")
    run("reparse")
    assert run("delivery", "list", "--json").json == before


def test_a_mail_that_something_was_erased_from_stays_as_it_is(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    spoil(app, reply_text="[erased]")
    with app.store.cases.write() as connection:
        connection.execute(
            sa.insert(redactions).values(
                message_id=1, field="reply_text", start=0, end=5, reason="erase", at=app.clock()
            )
        )
    ended = run("reparse", "--json")
    assert ended.code == 1
    assert ended.json["problems"][0]["case"] == number
    assert run("case", "show", number, "--json").json["messages"][0]["reply_text"] == "[erased]"


def test_a_mail_in_quarantine_is_left_to_quarantine_retry(app: App, run: Run) -> None:
    quarantine(app, MAIL % (b"1", b"one"))
    assert run("reparse", "--json").json["read"] == 0


def test_an_unknown_number_is_named_and_nothing_is_read(run: Run) -> None:
    ended = run("reparse", "1111111111")
    assert (ended.code, ended.out) == (1, "")
    assert "there is no case 1111111111" in ended.err


@pytest.mark.parametrize("form", ["CP-{}", "[CP-{}]"])
def test_a_number_may_be_copied_with_its_tag(app: App, run: Run, form: str) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    assert run("reparse", form.format(number), "--json").json["read"] == 1


def test_pictures_are_looked_at_again_when_their_mail_reads_otherwise(app: App, run: Run) -> None:
    message = mail("Order lost", "See the picture of my lost order, please.", sender="anna@seller.example")
    message.add_attachment(screenshot("Order 1"), maintype="image", subtype="png", filename="shot.png")
    take_in(app, message.as_bytes())
    with app.store.cases.write() as connection:
        connection.execute(sa.update(looks).values(state="done"))
    spoil(app, language=None)
    run("reparse")
    with app.store.cases.read() as connection:
        assert connection.execute(sa.select(looks.c.state)).scalars().all() == ["waiting"]
