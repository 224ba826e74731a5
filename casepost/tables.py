"""Rows for a person at a terminal; plain aligned text, nothing cut, when standard output is none."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casepost.plain import inert_line, shorten_address, show_time
from store.clock import real_clock

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_TITLES = {"attempts": "tries", "message_id": "message-id"}
_TIMES = frozenset({"at", "since", "received_at", "created_at", "updated_at", "next_try_at"})
# What may be cut with "…" to fit; numbers, ids, states and times never are, a person copies them.
_MAY_BE_CUT = frozenset(
    {"subject", "requester", "to", "sender", "recipients", "reason", "addresses", "where", "example"}
)
_LEAST = 8
_GAP = 2
_HUGE = 100_000

STYLES = {
    "open": "yellow",
    "waiting": "cyan",
    "closed": "dim",
    "urgent": "bold red",
    "high": "red",
    "failed": "bold red",
    "uncertain": "bold yellow",
    "held": "yellow",
    "postponed": "yellow",
    "queued": "cyan",
    "sending": "cyan",
    "sent": "green",
    "superseded": "dim",
}


def open_console() -> "Console":
    """Standard output for text that may hold others' words: nothing in it is read as markup or cut on the way."""
    from rich.console import Console

    encoding_errors = getattr(sys.stdout, "reconfigure", None)
    if encoding_errors is not None:
        encoding_errors(errors="replace")  # a terminal that knows no "ł" shows "?", it does not end the command
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _HUGE
    return console


def print_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    empty: str,
    note: str = "",
    now: datetime | None = None,
) -> None:
    """Print `columns` of JSON documents, or the sentence `empty`; `note` names a key that gets a line of its own."""
    console = open_console()
    if not rows:
        console.print(empty)
        return
    said_at = (now or real_clock()) if console.is_terminal else None
    cells = [[show_cell(row.get(name), name, now=said_at) for name in columns] for row in rows]
    titles = [_TITLES.get(name, name.removesuffix("_at").replace("_", " ")).upper() for name in columns]
    widths = _fit([titles, *cells], columns, console.width)
    _print_row(console, titles, widths, style="bold")
    for row, shown in zip(rows, cells, strict=True):
        _print_row(console, shown, widths)
        if note and row.get(note):
            _print_note(console, inert_line(str(row[note])))


def show_cell(value: object, name: str, *, now: datetime | None) -> str:
    """One value as a cell of the column `name`: one line, inert."""
    if value == "" and name == "sender":
        return "<>"  # the null sender of a bounce is a sender
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, Mapping):
        return shorten_address(str(value.get("address") or value.get("name") or "-"))
    if isinstance(value, list | tuple):
        return ", ".join(show_cell(one, name, now=now) for one in value)
    if name in _TIMES:
        return show_time(str(value), now=now)
    return shorten_address(str(value)).replace("_", " ") if name == "kind" else shorten_address(str(value))


def _fit(lines: Sequence[Sequence[str]], columns: Sequence[str], width: int) -> list[int]:
    """The widths of the columns: what may be cut gives way, the widest first, until all fit."""
    from rich.cells import cell_len

    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(columns))]
    while sum(widths) + _GAP * (len(widths) - 1) > width:
        wide = [at for at, name in enumerate(columns) if name in _MAY_BE_CUT and widths[at] > _LEAST]
        if not wide:
            break
        widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths


def _print_row(console: "Console", cells: Sequence[str], widths: Sequence[int], *, style: str = "") -> None:
    from rich.text import Text

    line = Text(style=style)
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        shown = _cut(cell, width, pad=at < len(cells) - 1)
        line.append(shown, style=STYLES.get(cell, ""))
        line.append(" " * _GAP if at < len(cells) - 1 else "")
    print_whole(console, line)


def _cut(cell: str, width: int, *, pad: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    if cell_len(cell) > width:
        return set_cell_size(cell, width - 1) + "…"
    return set_cell_size(cell, width) if pad else cell


def _print_note(console: "Console", note: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    if console.is_terminal:
        console.print(Padding(Text(note, style="italic"), (0, 0, 0, 4)))
    else:
        print_whole(console, Text("    " + note))


def print_whole(console: "Console", line: "Text") -> None:
    """A line as it is: not wrapped, not cropped."""
    console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
