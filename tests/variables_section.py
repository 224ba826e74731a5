"""`python -m tests.variables_section`: writes the tables of variables in docs/templates.md anew, from the code."""

import sys
from collections.abc import Sequence
from pathlib import Path

from responder.variables import Variable, list_variables

DOCUMENT = Path(__file__).parents[1] / "docs" / "templates.md"
BEGIN = "<!-- made by python -m tests.variables_section from responder/variables.py -->\n"
END = "<!-- end -->\n"


def main() -> int:
    """Put what `make_tables` makes between the two marks."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(before + BEGIN + make_tables() + END + after, encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.name}: {len(list_variables())} variables\n")
    return 0


def make_tables() -> str:
    """The variables that stand alone in one table, those of each list in one of their own."""
    variables = list_variables()
    homes = dict.fromkeys(one.path.partition("[]")[0] for one in variables if "[]" in one.path)
    alone = [one for one in variables if "[]" not in one.path]
    tables = [_make_table(alone, skip=0, lists=list(homes))]
    for home in homes:
        prefix = f"{home}[]."
        inside = [one for one in variables if one.path.startswith(prefix)]
        tables.append(f"Each of `{home}`:\n\n" + _make_table(inside, skip=len(prefix), lists=[]))
    return "\n" + "\n".join(tables) + "\n"


def _make_table(variables: Sequence[Variable], *, skip: int, lists: Sequence[str]) -> str:
    rows = [f"| `{one.path[skip:]}` | {one.what} | {_show(one, lists)} |" for one in variables]
    return "\n".join(["| variable | what it is | example |", "|---|---|---|", *rows]).replace("|  |", "| |") + "\n"


def _show(variable: Variable, lists: Sequence[str]) -> str:
    if variable.path in lists:
        return "see below"
    if any("\n" in one for one in variable.examples):
        return "several lines"
    return ", ".join(f"`{one}`" for one in variable.examples)


if __name__ == "__main__":
    sys.exit(main())
