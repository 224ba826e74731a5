"""The mails of a run: number n of a seed is always the same mail."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.hostile.bombs import HEADERS, NESTING, PARTS
from tests.hostile.grammar import Grammar
from tests.hostile.words import LINES, NAMES, TRICKS, own_mails, some_files

SEED = 6
_ANY_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOMBS = tuple({**NESTING, **PARTS, **HEADERS}.values())
_SIZES = (1, 48, 49, 50, 51, 52, 199, 200, 201, 999, 1_000, 1_001, 3_000, 10_000, 30_000)
_MAX_OCTETS = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Hostile:
    """A mail, and what it takes to make it once more."""

    name: str
    raw: bytes = field(repr=False)


def generate(number: int, *, seed: int = SEED, more: tuple[bytes, ...] = ()) -> Hostile:
    """Half of the mails are written by the grammar, most others are mutants of ours and of `more`, some are bombs."""
    chance = random.Random(f"{seed}:{number}")
    way = chance.random()
    if way < 0.5:
        kind, raw = "grammar", Grammar(chance, _files()).mail()
    elif way < 0.9:
        kind, raw = "mutant", mutate(chance.choice((*_own(), *more)), chance)
    else:
        kind, raw = "bomb", chance.choice(_BOMBS)(chance.choice(_SIZES))
        if way > 0.95:
            kind, raw = "mutated bomb", mutate(raw, chance)
    return Hostile(name=f"{kind} {seed}:{number}", raw=on_the_wire(raw[:_MAX_OCTETS]))


def mutate(raw: bytes, chance: random.Random) -> bytes:
    """The mail with some of it left out, said twice, moved, replaced or cut off."""
    out = raw
    for _ in range(chance.choice((1, 1, 2, 3, 8, 20))):
        start = chance.randrange(len(out) + 1)
        end = min(len(out), start + chance.choice((1, 2, 10, 100, 2_000)))
        if chance.random() < 0.5:  # what a header says is worth more than one octet of a picture
            start = chance.randrange(min(len(out), 2_000) + 1)
            end = min(len(out), start + chance.choice((1, 4, 20, 80)))
        token = chance.choice((*TRICKS, *LINES, b"\r\n" + chance.choice(NAMES) + b": "))
        out = chance.choice(
            (
                out[:start] + out[end:],
                out[:end] + out[start:end] * chance.choice((1, 3, 200)) + out[end:],
                out[:start] + token + out[start:],
                out[:start] + token + out[end:],
                out[:start] + bytes(octet ^ chance.choice((1, 32, 128)) for octet in out[start:end]) + out[end:],
                out[end:] + out[:start],
                out[: max(end, 1)],
            )
        )
    return out


def on_the_wire(raw: bytes) -> bytes:
    """The mail as a server in between hands it on: CRLF for every line end."""
    return _ANY_LINE_END.sub(b"\r\n", raw)


def files_of(folder: Path) -> Iterator[Hostile]:
    """Every file of a corpus, as it lies there, whatever it is."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(folder).parts:
            yield Hostile(name=str(path.relative_to(folder)), raw=on_the_wire(path.read_bytes()))


@cache
def _files() -> tuple[bytes, ...]:
    return some_files()


@cache
def _own() -> tuple[bytes, ...]:
    return own_mails()
