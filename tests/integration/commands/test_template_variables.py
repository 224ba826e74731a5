"""`casepost template variables`: what an administrator may write, in the terminal."""

from tests.command_line import Run


def test_each_variable_is_listed_with_what_it_is_and_an_example(run: Run) -> None:
    rows = {row["variable"]: row for row in run("template", "variables", "--json").json}
    assert rows["case.number"] == {
        "variable": "case.number",
        "what": "number without prefix",
        "example": ["4821773099"],
    }
    assert rows["case.missing[].label"]["example"] == ["order number"]
    assert rows["case.also"]["example"] == ["1000000005", "2000000003"]
    line = next(one for one in run("template", "variables").out.splitlines() if one.startswith("body "))
    assert "Dear Anna, …" in line


def test_the_examples_can_be_had_in_another_language(run: Run) -> None:
    rows = {row["variable"]: row for row in run("template", "variables", "--language", "de", "--json").json}
    assert rows["case.missing[].label"]["example"] == ["Bestellnummer"]
