"""Commands of an agent: lines at the top of their new text that begin with `#`.

Adding a command is one record in `COMMANDS` and one line in `ingest.staff`.
"""

import re
import unicodedata
from dataclasses import dataclass

from cases.model import Priority
from ingest.topics import TOPICS

_LINE = re.compile(r"#\s*(\w+)(?:\s+(.*))?")
_NOTE = re.compile(r"#\s*note\b", re.IGNORECASE)
_MARKS = " \t*_-•·"  # of lists and bold words, as the text form of HTML has them


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """What a command takes: nothing, one of `choices`, or any word; and what it does, for `#help`."""

    does: str
    takes: str = ""
    choices: tuple[str, ...] = ()


COMMANDS: dict[str, Grammar] = {
    "note": Grammar(does="all of this mail stays internal"),
    "close": Grammar(does="closes the case, after what you write has gone out"),
    "reopen": Grammar(does="opens the case again"),
    "assign": Grammar(does="gives the case to a colleague", takes="ADDRESS"),
    "priority": Grammar(does="sets how urgent it is", takes="LEVEL", choices=tuple(Priority)),
    "topic": Grammar(does="sets the topic", takes="TOPIC", choices=TOPICS),
    "tag": Grammar(does="puts a word on the case", takes="WORD"),
    "help": Grammar(does="sends you this list"),
}
_CONTRADICT = (frozenset({"close", "reopen"}),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command with its argument ("" if it takes none)."""

    name: str
    argument: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """The commands of a mail and the words below them; with any `problem` nothing is to be done at all."""

    commands: tuple[Command, ...]
    text: str
    problems: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Whether the command is among them."""
        return any(command.name == name for command in self.commands)

    def arguments(self, name: str) -> tuple[str, ...]:
        """The arguments given with a command, in order."""
        return tuple(command.argument for command in self.commands if command.name == name)


def parse_commands(text: str) -> Parsed:
    """Commands from the first lines of an agent's new text; blank lines between them do not end them.

    Every line up there that begins with `#` is one: what cannot be understood is a problem, never words for the
    seller. The words behind `#note` are the first of the note.
    """
    lines = [_plain_line(line) for line in text.strip().split("\n")]
    commands: list[Command] = []
    problems: list[str] = []
    noted: list[str] = []
    rest = 0
    for index, line in enumerate(lines):
        if line and not line.startswith("#"):
            break
        rest = index + 1
        if not line:
            continue
        match = _LINE.fullmatch(line)
        name, argument = (match.group(1).lower(), (match.group(2) or "").strip()) if match else (line[1:40], "")
        if name == "note":
            noted += [argument] if argument else []
        command, problem = _check(name, argument)
        commands += [command] if command else []
        problems += [problem] if problem else []
    if not noted and any(_NOTE.match(line) for line in lines[rest:]):
        # A note that was not put at the top: what is unclear stays internal.
        commands.append(Command(name="note"))
    names = {command.name for command in commands}
    problems += [f"#{' and #'.join(sorted(pair))} contradict each other" for pair in _CONTRADICT if pair <= names]
    words = "\n".join([*noted, *text.strip().split("\n")[rest:]]).strip()
    return Parsed(commands=tuple(commands), text=words, problems=tuple(problems))


def _plain_line(line: str) -> str:
    """A line without what mail programs put around a word: invisible characters, wide forms, list and bold marks."""
    visible = "".join(one for one in unicodedata.normalize("NFKC", line) if unicodedata.category(one) != "Cf")
    return visible.strip(_MARKS) if visible.strip(_MARKS).startswith("#") else visible.strip()


def help_text() -> str:
    """The list that `#help` sends."""
    return "\n".join(
        f"#{name}{' ' + ('|'.join(one.choices) or one.takes) if one.takes else ''} - {one.does}"
        for name, one in COMMANDS.items()
    )


def _check(name: str, argument: str) -> tuple[Command | None, str]:
    grammar = COMMANDS.get(name)
    if grammar is None:
        return None, f"#{name} is not known"
    if name == "note" or not grammar.takes:
        if argument and name != "note":
            return None, f"#{name} takes nothing behind it, but has {argument!r}"
        return Command(name=name), ""
    if not argument or " " in argument:
        return None, f"#{name} takes one {grammar.takes}"
    if grammar.choices and argument.lower() not in grammar.choices:
        return None, f"#{name} takes one of {', '.join(grammar.choices)}, not {argument!r}"
    return Command(name=name, argument=argument.lower() if grammar.choices else argument), ""
