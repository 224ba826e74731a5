"""Commands at the top of an agent's mail: what is one, what is not, and what is refused."""

import pytest

from cases.model import Priority
from ingest.commands import COMMANDS, Command, help_text, parse_commands, parse_wait


@pytest.mark.parametrize(
    ("text", "commands", "rest"),
    [
        ("Hello,\n\nit is on its way.", [], "Hello,\n\nit is on its way."),
        ("#close", [("close", "")], ""),
        ("#close\n\nThe money was sent.", [("close", "")], "The money was sent."),
        ("\n  #close  \n\n\n#tag refund\nDone.", [("close", ""), ("tag", "refund")], "Done."),
        ("#CLOSE\nDone.", [("close", "")], "Done."),
        ("# close\nDone.", [("close", "")], "Done."),
        ("\ufeff#close\r\nDone.", [("close", "")], "Done."),
        ("#priority HIGH", [("priority", "high")], ""),
        ("#topic\tReturns", [("topic", "returns")], ""),
        ("#assign\u00a0Bob@x.example", [("assign", "Bob@x.example")], ""),
        ("#tag VAT-2026", [("tag", "VAT-2026")], ""),
        ("Done.\n#close", [], "Done.\n#close"),
        ("", [], ""),
    ],
)
def test_only_the_first_lines_that_begin_with_a_hash_are_commands(
    text: str, commands: list[tuple[str, str]], rest: str
) -> None:
    parsed = parse_commands(text)
    assert [(command.name, command.argument) for command in parsed.commands] == commands
    assert parsed.text == rest
    assert parsed.problems == ()


def test_the_words_behind_note_are_the_first_of_the_note() -> None:
    parsed = parse_commands("#note He called.\nCall back on Friday.")
    assert parsed.has("note")
    assert parsed.text == "He called.\nCall back on Friday."


def test_commands_behind_a_note_are_commands_too() -> None:
    parsed = parse_commands("#note Settled by phone.\n#close\n\nHe was friendly.")
    assert parsed.commands == (Command(name="note"), Command(name="close"))
    assert parsed.text == "Settled by phone.\nHe was friendly."
    assert parse_commands("#note\n#close").has("close")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#clsoe\nDone.", "#clsoe is not known"),
        ("#close now", "#close takes nothing"),
        ("#close, please", "is not known"),
        ("#close-now", "is not known"),
        ("#", "is not known"),
        ("## Heading", "is not known"),
        ("#assign", "#assign takes one ADDRESS"),
        ("#assign a@x b@x", "#assign takes one ADDRESS"),
        ("#tag two words", "#tag takes one WORD"),
        ("#priority soon", "#priority takes one of urgent, high, normal, low"),
        ("#topic weather", "#topic takes one of"),
        ("#close\n#reopen", "#close and #reopen contradict each other"),
        ("#close\n#oops", "#oops is not known"),
    ],
)
def test_what_cannot_be_understood_is_a_problem_that_names_it(text: str, problem: str) -> None:
    parsed = parse_commands(text)
    assert any(problem in found for found in parsed.problems), parsed.problems


@pytest.mark.parametrize(
    "text", ["#oops my note: the seller lies", "#close, please\nThe money was sent.", "# #note secret"]
)
def test_a_line_that_begins_with_a_hash_is_never_words_for_the_seller(text: str) -> None:
    parsed = parse_commands(text)
    assert parsed.problems
    assert text.splitlines()[0] not in parsed.text


def test_the_help_names_every_command_and_what_it_takes() -> None:
    text = help_text()
    for name, grammar in COMMANDS.items():
        assert f"#{name}" in text
        assert grammar.does in text
    assert set(COMMANDS["priority"].choices) == {level.value for level in Priority}
    assert "urgent|high|normal|low" in text


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_table_is_understood_as_the_table_says(name: str) -> None:
    grammar = COMMANDS[name]
    said, meant = (grammar.choices[0],) * 2 if grammar.choices else grammar.example if grammar.takes else ("", "")
    parsed = parse_commands(f"#{name} {said}".strip())
    assert parsed.problems == ()
    assert parsed.commands == (Command(name=name, argument=meant),)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2d", "P2D"),
        ("4h", "PT4H"),
        ("30 min", "PT30M"),
        ("1w", "P1W"),
        ("3 days", "P3D"),
        ("P2DT4H", "P2DT4H"),
        ("pt4h", "PT4H"),
        ("0d", None),
        ("P0D", None),
        ("P", None),
        ("tomorrow", None),
        ("-2d", None),
        ("2d 4h", None),
        ("52w", "P52W"),
        ("53w", None),
        ("9999 hours", None),
        ("P1WT\u0660M", None),
        ("\u0661d", None),
        ("1 minute\u017f", None),
    ],
)
def test_a_time_to_wait_is_read_as_people_write_it(said: str, meant: str | None) -> None:
    assert parse_wait(said) == meant


@pytest.mark.parametrize(
    "text",
    [
        "#close\n#wait 2d",
        "#assign ben@x.example\n#assign eva@x.example",
        "#add jan@x.example\n#remove Jan@x.example",
        "#note\n#template refund",
        "#merge 4821773099\n#wait 2d",
    ],
)
def test_commands_that_cannot_both_be_meant_are_a_problem(text: str) -> None:
    assert parse_commands(text).problems


def test_a_command_said_twice_alike_or_one_that_may_be_repeated_is_none() -> None:
    assert parse_commands("#close\n#close").problems == ()
    assert parse_commands("#tag refund\n#tag vip\n#add a@x.example\n#add b@x.example").problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hi team,\n#note our limit is 40",
        "\u200c#note our limit is 40",
        "\uff03note our limit is 40",
        "* #note our limit is 40",
        "*#note* our limit is 40",
        "The money was sent.\n\n- # note our limit is 40",
    ],
)
def test_a_note_is_internal_wherever_and_however_it_is_marked(text: str) -> None:
    parsed = parse_commands(text)
    assert parsed.has("note") or parsed.problems


def test_a_hash_in_the_middle_of_words_is_no_note() -> None:
    assert not parse_commands("Your order #noted is fine.\nSee item 3 #note that.").has("note")
