"""The documents against the code: whatever they name is there, and what is there and should be named is named."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import click
import pytest

from casepost.cli import casepost
from casepost.commands import ingest
from casepost.config import load
from casepost.config.fields import all_keys, variable_of
from cases.model import Status
from ingest.commands import COMMANDS
from responder.render import find_faults
from responder.sandbox import Environment
from responder.templates import Template, Templates, shipped_folder
from responder.values import Values
from responder.variables import list_variables
from store import ledger_tables, tables
from store.failpoints import Step
from tests.variables_section import BEGIN, END, make_tables

ROOT = Path(__file__).parents[2]
ROOMS = ("casepost", "cases", "ingest", "responder", "store")
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LONGEST_LINE = 120
# What belongs to Postfix, SQLAlchemy and the like is not looked for in our code.
WORDS_OF_OTHERS = {
    "relay_recipient_maps",
    "local_recipient_maps",
    "virtual_mailbox_maps",
    "message_size_limit",
    "null_sender",
    "UPDATE",
    "ATTACH",
}


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def section(name: str, heading: str) -> str:
    """A section of a document, without its heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text_of(name), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name} has no section {heading!r}"
    return found[1]


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def fences(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def ticked(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`\n]+)`", without_fences(text))


def without_ticks(text: str) -> str:
    """The text without what stands in backticks."""
    return re.sub(r"`[^`]*`", "", text)


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, without their heads."""
    lines = [line for line in text.split("\n") if line.startswith("|")]
    heads = {index - 1 for index, line in enumerate(lines) if re.fullmatch(r"\|(-+\|)+", line)}
    cells = [line.strip("|").split("|") for index, line in enumerate(lines) if index not in heads]
    return [[cell.strip() for cell in row] for row in cells if not set("".join(row)) <= {"-"}]


@cache
def source() -> str:
    """All of our code in one text, with the keys of the build."""
    files = [path for room in (*ROOMS, "bench") for path in sorted((ROOT / room).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*files, ROOT / "Makefile", ROOT / "pyproject.toml"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_lines_are_short_enough_for_a_terminal(document: Path) -> None:
    lines = text_of(name_of(document)).split("\n")
    assert [number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    place = re.compile(r"(?:casepost|cases|ingest|responder|store|templates|tests|docs|bench|requirements)/[\w./-]*")
    named = [word for word in ticked(text_of(name_of(document))) if place.fullmatch(word)]
    named = [word for word in named if not re.search(r"\b(?:LANGUAGE|NAME)\b", word)]
    assert [word for word in named if not (ROOT / word).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_what_is_said_to_be_in_a_file_is_in_it(document: Path) -> None:
    text = re.sub(r"\s+", " ", without_fences(text_of(name_of(document))))
    said = re.findall(r"`(\w+)`(?: and `(\w+)`)? (?:in|of) `([\w/]+\.(?:py|toml))`", text)
    wrong = [
        (word, file) for *words, file in said for word in words if word and not re.search(rf"\b{word}\b", text_of(file))
    ]
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_name_of_the_code_is_one_of_the_code(document: Path) -> None:
    plain = re.compile(r"[a-z]+(?:_[a-z]+)+|[A-Z][A-Za-z_]{2,}")
    named = {word for word in ticked(text_of(name_of(document))) if plain.fullmatch(word)} - WORDS_OF_OTHERS
    named = {word for word in named if not word.startswith("casepost_")}  # metrics have a test of their own
    assert [word for word in sorted(named) if not re.search(rf"\b{word}\b", source()) and word != "LICENSE"] == []


def test_the_readme_leads_to_every_document() -> None:
    listed = set(ticked(section("README.md", "Where to read on")))
    assert listed == {name_of(document) for document in DOCUMENTS} - {"README.md"}


def test_every_threat_is_held_by_its_test_and_told_among_the_promises() -> None:
    cells = [row[1] for row in rows(text_of("docs/security.md"))]
    told = {number for cell in cells for number in re.findall(r"\b\d\d\b", without_ticks(cell))}
    assert told == {path.name[5:7] for path in (ROOT / "tests/threats").glob("test_*.py")}


def commands() -> dict[str, click.Command]:
    """All commands by name, those of groups as "case list"."""
    ctx = click.Context(casepost)
    found: dict[str, click.Command] = {}
    for name in casepost.list_commands(ctx):
        command = casepost.get_command(ctx, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
    return found


def ends(known: dict[str, click.Command]) -> dict[str, click.Command]:
    """The commands that do something: not the groups."""
    return {name: command for name, command in known.items() if not isinstance(command, click.Group)}


def table_of_commands() -> dict[str, bool]:
    """The commands of README's table, and whether they are said to know --json."""
    listed = {}
    for cells in rows(section("README.md", "Commands")):
        words = re.sub(r" (?:--.*|\[?[A-Z].*)", "", cells[0].strip("`").removeprefix("casepost "))
        first, *others = words.split(" / ")
        group = first.partition(" ")[0]
        for name in (first, *(f"{group} {other}" for other in others)):
            listed[name] = cells[1] == "J"
    return listed


def test_the_table_of_commands_has_every_command_and_no_other() -> None:
    assert sorted(table_of_commands()) == sorted(ends(commands()))


def test_the_table_says_which_commands_print_json() -> None:
    known = ends(commands())
    knows_json = {name: any(one.name == "as_json" for one in command.params) for name, command in known.items()}
    assert {name: knows_json[name] for name in table_of_commands()} == table_of_commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    text = text_of(name_of(document))
    if document.name == "README.md":
        text = text.replace(section("README.md", "Not there yet"), "")
    known = commands()
    spoken = [*ticked(text), *(line for _, body in fences(text) for line in body.split("\n"))]
    for words in re.findall(r"(?:^|bin/|argv=\S*/)casepost ([a-z-]+[^`\n]*)", "\n".join(spoken), re.MULTILINE):
        first, second = (*words.split(), "")[:2]
        name = f"{first} {second}" if isinstance(known.get(first), click.Group) and second.isalpha() else first
        assert name in known, f"{name_of(document)}: casepost {words}"
        options = {option for one in known[name].params for option in one.opts}
        assert set(re.findall(r"--[a-z-]+", words)) <= options, f"{name_of(document)}: casepost {words}"


def test_the_readme_names_every_command_of_agents() -> None:
    named = re.findall(r"`#([a-z]+)\b", section("README.md", "Agents by mail"))
    assert sorted(named) == sorted(COMMANDS)


def test_the_exit_codes_of_ingest_are_all_told() -> None:
    told = {int(cells[0]) for cells in rows(section("docs/operations.md", "Exit codes").partition("sysexits")[2])}
    codes = {value for name, value in vars(ingest).items() if name.startswith("EX_")}
    assert told == codes | {0}


def test_every_table_is_named_where_the_tables_are_explained() -> None:
    named = set(ticked(section("docs/architecture.md", "Databases and tables")))
    assert {*tables.metadata.tables, *ledger_tables.metadata.tables} - named == set()


def states_set_in(*files: str) -> set[str]:
    """The texts that code gives to `state` and to the state of a claimed row."""
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(text_of(file))):
            given: list[ast.expr] = []
            if isinstance(node, ast.keyword) and node.arg in {"state", "working"}:
                given = [node.value]
            elif isinstance(node, ast.Dict):
                given = [
                    value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == "state"
                ]
            constants = (one for value in given for one in ast.walk(value) if isinstance(one, ast.Constant))
            found |= {one.value for one in constants if isinstance(one.value, str)}
    return found


@pytest.mark.parametrize(
    ("column", "files"),
    [
        ("mails.state", ("store/ledger.py", "store/quarantine.py")),
        ("planned_replies.state", ("store/planned.py", "responder/due.py")),
        ("outbox.state", ("store/outbox.py", "responder/delivery.py")),
    ],
)
def test_a_picture_of_states_has_the_states_of_the_code(column: str, files: tuple[str, ...]) -> None:
    found = re.search(
        rf"`{column}` \(`[^`]+`\): ([^.]+)\.\n\n```\n(.*?)```", text_of("docs/architecture.md"), re.DOTALL
    )
    assert found is not None
    listed = set(ticked(found[1]))
    assert listed == states_set_in(*files)
    assert [state for state in listed if not re.search(rf"\b{state}\b", found[2])] == []


def test_the_picture_of_a_case_has_every_status() -> None:
    found = re.search(r"`cases.status` \(`[^`]+`\): ([^.]+)\.", text_of("docs/architecture.md"))
    assert found is not None
    assert set(ticked(found[1])) == {status.value for status in Status}


def test_every_failpoint_is_in_the_table_of_kills() -> None:
    named = {
        word for cells in rows(section("docs/architecture.md", "What happens on kill -9")) for word in ticked(cells[0])
    }
    assert named == {step.value for step in Step}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_configuration_that_is_shown_is_accepted(document: Path, tmp_path: Path) -> None:
    for number, (kind, body) in enumerate(fences(text_of(name_of(document)))):
        if kind == "toml":
            file = tmp_path / f"{number}.toml"
            file.write_text(body, encoding="utf-8")
            load(file, {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_key_and_variable_that_is_named_exists(document: Path) -> None:
    text = re.sub(r"\s+", " ", text_of(name_of(document)))
    keys = set(all_keys())
    homes = {home for home, _ in keys}
    assert {word for word in ticked(text) if re.fullmatch(r"\[+[a-z]+\]+", word)} <= homes
    for names, home in re.findall(r"((?:`[a-z_]+`(?:, | and )?)+) of `(\[+[a-z]+\]+)`", text):
        assert {(home, name) for name in ticked(names)} <= keys
    for home, name in re.findall(r"`(\[+[a-z]+\]+) ([a-z_]+)`", text):
        assert (home, name) in keys
    variables = {variable_of(home, name) for home, name in keys if not home.startswith("[[")}
    variables |= {"CASEPOST_CONFIG", "CASEPOST_FAILPOINTS"}
    assert set(re.findall(r"\bCASEPOST_[A-Z_]+", text)) <= variables


def keys_that_are_read() -> set[tuple[str, str]]:
    """The keys whose value some code outside the configuration asks for; a table nobody asks for has none."""
    files = [path for path in sorted((ROOT / "casepost").rglob("*.py")) if "config" not in path.parent.name]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    found = set()
    for home, name in all_keys():
        table = home.strip("[]")
        table_is_read = not table or re.search(rf"\bconfig\.{table}\b", code)
        owner = rf"(?:{table}|{table.removesuffix('s')}|given)" if table else "config"
        if table_is_read and re.search(rf"\b{owner}\.{name}\b", code):
            found.add((home, name))
    return found


def test_the_readme_lists_every_key_that_has_no_effect_and_no_other() -> None:
    told = re.search(r"have no effect so far:\n\n(.*?)\n\n", section("README.md", "Not there yet"), re.DOTALL)
    assert told is not None
    listed: set[tuple[str, str]] = set()
    for line in told[1].split("\n"):
        words = ticked(line)
        homes = [word for word in words if word.startswith("[")]
        if line.startswith("- all of "):
            listed |= {key for key in all_keys() if key[0] in homes}
        else:
            listed |= {(homes[0] if homes else "", word) for word in words if word not in homes}
    spread = {("", "closing_days")}  # given to the queues while the file is read
    assert listed == set(all_keys()) - keys_that_are_read() - spread


def variables(kind: type, prefix: str = "") -> Iterator[str]:
    """The variables of a record by their paths; those of things in a list as "case.missing[].label"."""
    hints = get_type_hints(kind)
    for one in fields(kind):
        hint, path = hints[one.name], prefix + one.name
        inner = next((each for each in (hint, *get_args(hint)) if isinstance(each, type) and is_dataclass(each)), None)
        if inner is None:
            yield path
        elif hint is inner:
            yield from variables(inner, f"{path}.")
        else:
            yield path
            yield from variables(inner, f"{path}[].")


def test_every_variable_of_templates_is_described_and_no_other() -> None:
    described = [one.path for one in list_variables()]
    assert described == list(variables(Values))
    assert len(described) == len(set(described))


def test_the_document_has_the_variables_as_they_are_described() -> None:
    made = section("docs/templates.md", "Variables").partition(BEGIN)[2].partition(END)[0]
    assert made == make_tables(), "python -m tests.variables_section writes them anew"


def test_every_filter_and_test_of_templates_is_documented_and_no_other() -> None:
    environment = Environment(finalize=str, filters={"word": str, "language_name": str})
    filters, tests = section("docs/templates.md", "Filters").split("\nTests: ")
    named = {word for word in ticked(filters) if word.isidentifier()}
    assert named == set(environment.filters)
    assert set(ticked(tests)) == set(environment.tests)


def test_every_shipped_template_is_documented_and_no_other() -> None:
    named = [cells[0].strip("`") for cells in rows(section("docs/templates.md", "Names"))]
    assert sorted(named) == Templates(shipped=shipped_folder()).names()


def test_the_example_of_a_template_has_no_fault() -> None:
    ((_, example),) = fences(section("docs/templates.md", "An example"))
    layout = (shipped_folder() / "_layout.html").read_text(encoding="utf-8")
    template = Template(name="example", language="en", source=example, layout=layout, path="example.md")
    assert find_faults(template) == []
