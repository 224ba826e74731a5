"""Commands of an agent: lines at the top of their new text that begin with `#`.

Adding a command is one record in `COMMANDS`, and in `ingest.staff_commands` what it does and its line of the receipt.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from cases.hours import parse_duration
from cases.model import Priority
from cases.reference import is_number
from ingest.topics import TOPICS

_LINE = re.compile(r"#\s*(\w+)(?:\s+(.*))?")
_NOTE = re.compile(r"#\s*note\b", re.IGNORECASE)
_MARKS = " \t*_-•·"  # of lists and bold words, as the text form of HTML has them
_ADDRESS = re.compile(r"[^\s<>()@,;:\"\\]{1,64}@[^\s<>()@,;:\"\\]{1,190}")
# Mail programs make links of addresses: Outlook writes "ben@x.example<mailto:ben@x.example>".
_LINKED = re.compile(r"\s*[<\[(]\s*mailto:[^>\])]*[>\])]", re.IGNORECASE)
# ASCII: else digits of all scripts are numbers, and a long s is an s.
_PLAIN = re.IGNORECASE | re.ASCII
_CASE_NUMBER = re.compile(r"\[?(?:CP-?)?(\d{10})\]?", _PLAIN)
_WAIT = re.compile(r"(\d{1,4})\s*(w|d|h|m|weeks?|days?|hours?|minutes?|mins?)", _PLAIN)
_ISO_WAIT = re.compile(r"P(?=[\dT])(?:\d{1,3}W)?(?:\d{1,3}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?)?", _PLAIN)
_LONGEST_WAIT = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """What a command takes: nothing, one of `choices`, or a word that `parse` brings to its normal form (None: it is
    none); and what it does, for `#help`. `often`: it may be said several times with different words. `example`: a word
    as it is written, and its normal form.
    """

    does: str
    takes: str = ""
    choices: tuple[str, ...] = ()
    parse: Callable[[str], str | None] = lambda word: None if " " in word else word
    often: bool = False
    example: tuple[str, str] = ("word", "word")


def parse_address(text: str) -> str | None:
    """A plain address, out of what mail programs make of one; None when it is none."""
    bare = _LINKED.sub("", text).strip().strip("<>").removeprefix("mailto:")
    return bare if _ADDRESS.fullmatch(bare) else None


def parse_case_number(text: str) -> str | None:
    """The ten digits of "4821773099", "CP-4821773099" or "[CP-4821773099]", None when they are no case number."""
    match = _CASE_NUMBER.fullmatch(text.strip())
    return match[1] if match and is_number(match[1]) else None


def parse_wait(text: str) -> str | None:
    """An ISO 8601 duration out of "2d", "4h", "1w", "3 days" or "P2DT4H"; None for all else, no time, over a year."""
    if _ISO_WAIT.fullmatch(text):
        wait = text.upper()
    elif match := _WAIT.fullmatch(text.strip()):
        unit = match[2][0].upper()
        wait = f"P{int(match[1])}{unit}" if unit in "WD" else f"PT{int(match[1])}{unit}"
    else:
        return None
    return wait if timedelta() < parse_duration(wait).as_timedelta() <= _LONGEST_WAIT else None


COMMANDS: dict[str, Grammar] = {
    "note": Grammar(does="all of this mail stays internal"),
    "close": Grammar(does="closes the case, after what you write has gone out"),
    "reopen": Grammar(does="opens the case again"),
    "wait": Grammar(
        does="keeps the case with you and reminds you after that time, for example 2d, 4h or 1w, a year at most",
        takes="TIME",
        parse=parse_wait,
        example=("2d", "P2D"),
    ),
    "assign": Grammar(
        does="gives the case to a colleague, or to you with #assign me",
        takes="ADDRESS",
        parse=lambda word: "me" if word.lower() == "me" else parse_address(word),
        example=("ben@x.example<mailto:ben@x.example>", "ben@x.example"),
    ),
    "priority": Grammar(does="sets how urgent it is", takes="LEVEL", choices=tuple(Priority)),
    "queue": Grammar(does="gives the case to another queue", takes="NAME"),
    "topic": Grammar(does="sets the topic", takes="TOPIC", choices=TOPICS),
    "tag": Grammar(does="puts a word on the case", takes="WORD", often=True),
    "merge": Grammar(
        does="puts this case into another one",
        takes="NUMBER",
        parse=parse_case_number,
        example=("[CP-4821773099]", "4821773099"),
    ),
    "add": Grammar(
        does="lets somebody take part from now on",
        takes="ADDRESS",
        parse=parse_address,
        often=True,
        example=("<Jan@x.example>", "Jan@x.example"),
    ),
    "remove": Grammar(
        does="lets somebody take part no longer",
        takes="ADDRESS",
        parse=parse_address,
        often=True,
        example=("<Jan@x.example>", "Jan@x.example"),
    ),
    "template": Grammar(does="sends that template, with your text inside it", takes="NAME"),
    "send": Grammar(does="sends your answer that was held"),
    "help": Grammar(does="sends you this list"),
}
_CONTRADICT = (
    *(frozenset(pair) for pair in combinations(("close", "reopen"), 2)),
    *(frozenset({"close", other}) for other in ("wait",)),
    *(frozenset({"merge", other}) for other in ("reopen", "wait", "queue", "assign")),
    *(frozenset({"note", other}) for other in ("template", "send")),
    frozenset({"template", "send"}),
)


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
    problems += _find_doubles(commands)
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


def _find_doubles(commands: Iterable[Command]) -> list[str]:
    """A command that can be obeyed only once, said twice with different words."""
    said: dict[str, set[str]] = {}
    for command in commands:
        said.setdefault(command.name, set()).add(command.argument.lower())
    doubles = [name for name, words in said.items() if len(words) > 1 and not COMMANDS[name].often]
    both = said.get("add", set()) & said.get("remove", set())
    return [f"#{name} was given twice" for name in doubles] + [f"#add and #remove {one}" for one in sorted(both)]


def _check(name: str, argument: str) -> tuple[Command | None, str]:
    grammar = COMMANDS.get(name)
    if grammar is None:
        return None, f"#{name} is not known"
    if name == "note" or not grammar.takes:
        behind = argument and name != "note"
        return (None, f"#{name} takes nothing behind it, but has {argument!r}") if behind else (Command(name=name), "")
    word = _find_word(grammar, argument)
    if word is not None:
        return Command(name=name, argument=word), ""
    takes = f"of {', '.join(grammar.choices)}" if grammar.choices else grammar.takes
    return None, f"#{name} takes one {takes}" + (f", not {argument!r}" if argument else "")


def _find_word(grammar: Grammar, argument: str) -> str | None:
    """What is behind a command in its normal form, None when it is not what the command takes."""
    if not grammar.choices:
        return grammar.parse(argument) if argument else None
    return argument.lower() if argument.lower() in grammar.choices else None
