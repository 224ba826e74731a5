"""`case merge` and `case split`: what they do, what they say, what they refuse."""

from typing import Any

from casepost.app import App
from tests.command_line import MAIL, Run, take_in


def show(run: Run, number: str) -> Any:
    return run("case", "show", number, "--json").json


def test_a_case_goes_into_another_and_comes_out_again(app: App, run: Run) -> None:
    kept, gone = take_in(app, MAIL % (b"1", b"one")), take_in(app, MAIL % (b"2", b"two"))
    merged = run("case", "merge", f"CP-{gone}", kept)
    assert (merged.code, merged.err) == (0, "")
    assert merged.out.splitlines() == [
        f"Case {gone} is part of case {kept} now, which is open.",
        f"casepost case split {gone}   undoes it",
    ]
    assert show(run, gone)["merged_into"] == kept
    assert [one["subject"] for one in show(run, kept)["messages"]] == ["one", "two"]
    split = run("case", "split", gone)
    assert (split.code, split.out) == (0, f"Case {gone} is open, assigned to nobody.\n")
    assert [one["subject"] for one in show(run, gone)["messages"]] == ["two"]


def test_merging_prints_the_case_that_goes_on_and_again_changes_nothing(app: App, run: Run) -> None:
    kept, gone = take_in(app, MAIL % (b"1", b"one")), take_in(app, MAIL % (b"2", b"two"))
    first = run("case", "merge", gone, kept, "--json").json
    assert first["number"] == kept
    assert run("case", "merge", gone, kept, "--json").json == first


def test_a_merge_that_makes_no_sense_is_refused_in_one_line(app: App, run: Run) -> None:
    one, two, three = (take_in(app, MAIL % (b"%d" % n, b"x%d" % n)) for n in (1, 2, 3))
    run("case", "merge", one, two)
    for arguments, said in (
        ((two, two), "itself"),
        ((two, one), f"was merged into {two}"),
        ((one, three), f"case {one} was merged into {two}: name that one"),
        ((three, "1111111111"), "there is no case 1111111111"),
        (("1111111111", three), "there is no case 1111111111"),
    ):
        ended = run("case", "merge", *arguments)
        assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
        assert said in ended.err


def test_messages_become_a_new_case(app: App, run: Run) -> None:
    number, other = take_in(app, MAIL % (b"1", b"one")), take_in(app, MAIL % (b"2", b"two"))
    run("case", "merge", other, number)
    second = show(run, number)["messages"][1]["id"]
    ended = run("case", "split", number, "--message", second)
    assert ended.code == 0
    assert "Requester: anna@seller.example, who is told its number." in ended.out
    new = ended.out.split()[1]
    assert show(run, new)["subject"] == "two"
    assert len(show(run, number)["messages"]) == 1


def test_a_split_that_makes_no_sense_is_refused_in_one_line(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"one"))
    (only,) = (one["id"] for one in show(run, number)["messages"])
    for arguments, said in (
        ((number,), "was not merged"),
        ((number, "--message", "999"), "message 999 is not in case"),
        ((number, "--message", only), "nothing to split it from"),
        (("1111111111",), "there is no case"),
    ):
        ended = run("case", "split", *arguments)
        assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
        assert said in ended.err
