"""One case on one screen: what it is about, what is missing, what comes next, who said what to whom and why so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casepost.plain import inert, inert_line, shorten_address, show_size, show_time, show_wait
from casepost.tables import STYLES, open_console, print_whole
from store.clock import real_clock

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Document = Mapping[str, Any]
_WIDEST = 110  # columns of a line of text that one still likes to read
_BODY_LINES = 30
_AUTOMATIC_LINES = 3
_AUTOMATIC = frozenset({"acknowledgement", "reminder", "status", "auto_reply", "bounce"})
_SHOWN_RECIPIENTS = 3


def print_case(document: Document, *, now: datetime | None = None) -> None:
    """Print the document of `case show`, its times as this machine's clock shows them."""
    _Screen(console=open_console(), document=document, at=now or real_clock()).show()


@dataclass(frozen=True, kw_only=True)
class _Screen:
    console: "Console"
    document: Document
    at: datetime

    @property
    def said_at(self) -> datetime | None:
        """The time that "today" means; None when the output is kept, where only dates will do."""
        return self.at if self.console.is_terminal else None

    def show(self) -> None:
        """All of it."""
        self._title()
        self._grid(self._facts())
        why = {one["message"]: one["steps"] for one in self.document["why"]}
        messages = self.document["messages"]
        self._heading(f"{len(messages)} message{'s' if len(messages) != 1 else ''}")
        for number, message in enumerate(messages, start=1):
            self._message(number, message, why.get(message["id"], ()))
        self._heading("Events")
        self._grid(self._events())

    def _title(self) -> None:
        case = self.document
        title = _text(f"CP-{case['number']}", "bold").append("  " + (inert_line(case["subject"]) or "(no subject)"))
        self.console.print(title)
        line = _text(case["status"], STYLES.get(case["status"], ""))
        for name in ("priority", "queue", "topic", "language"):
            value = inert_line(case[name] or "language unknown")
            line.append(" · ").append(value, style=STYLES.get(value, "") if name == "priority" else "")
        line.append(" · ").append(inert_line(case["assignee"] or "nobody assigned"))
        self.console.print(line)

    def _facts(self) -> Iterator[tuple[str, "Text"]]:
        case = self.document
        yield "from", _text(_person(case["requester"]))
        others = [one for one in case["participants"] if one["role"] != "requester"]
        for one in others:
            yield "also", _text(f"{_person(one)} ({inert_line(one['role'])})")
        for one in case["participants"]:
            if one.get("hold"):
                yield "on hold", _text(f"{shorten_address(one['address'])}: {inert_line(one['hold'])}", "bold red")
        yield "opened", _text(self._both(case["created_at"]))
        if case["updated_at"] != case["created_at"]:
            yield "changed", _text(self._both(case["updated_at"]))
        if case["next_due"]:
            yield "next", _text(f"{_words(case['next_due']['kind'])} {self._both(case['next_due']['at'])}", "cyan")
        elif case["status"] != "closed":
            yield "next", _text("nothing planned")
        if case["missing"]:
            yield "missing", _text(", ".join(_words(kind) for kind in case["missing"]), "yellow")
        numbers = {message["id"]: number for number, message in enumerate(case["messages"], start=1)}
        for kind, value, where in _gathered(case["identifiers"], numbers):
            yield _words(kind), _text(inert_line(value), "bold").append(f"  {where}", style="dim")
        if case["linked"]:
            yield "linked", _text(", ".join(case["linked"]))
        if case["merged_into"]:
            yield "merged into", _text(case["merged_into"], "bold")
        if case.get("tags"):
            yield "tags", _text(inert_line(", ".join(case["tags"])))

    def _events(self) -> Iterator[tuple[str, "Text"]]:
        for one in self.document["events"]:
            line = _text(inert_line(one["actor"]), "bold").append(f": {inert_line(one['what'])}", style="not bold")
            yield show_time(one["at"], now=self.said_at), line

    def _message(self, number: int, message: Document, steps: Sequence[Document]) -> None:
        style = {"seller": "bold yellow", "agent": "bold green", "note": "bold magenta"}.get(message["kind"], "bold")
        head = _text(f"#{number} {_words(message['kind'])}", style)
        head.append(f"  {show_time(message['at'], now=self.said_at)}", style="dim")
        if message.get("unconfirmed"):
            head.append("  unconfirmed: only agents see it", style="bold red")
        if number > 1:
            self.console.print()
        self.console.print(head)
        self._indented(_text(f"{_person(message['from'])} → {_people(message['to'])}"))
        if inert_line(message["subject"]) != inert_line(self.document["subject"]):
            self._indented(_text(f"Subject: {inert_line(message['subject'])}"))
        if message["delivery"]:
            self._indented(_delivery(message["delivery"]))
        if steps:
            self._indented(_text(_reasons(steps), "dim"))
        self._body(message)
        for one in message["attachments"]:
            name = inert_line(one["filename"] or "without a name")
            self._indented(_text(f"+ {name}  {inert_line(one['content_type'])}, {show_size(one['size'])}", "cyan"))

    def _body(self, message: Document) -> None:
        lines = inert(message["reply_text"] or message["text"]).strip().splitlines() or ["(no text)"]
        most = _AUTOMATIC_LINES if message["kind"] in _AUTOMATIC else _BODY_LINES
        left = len(lines) - most
        if self.console.is_terminal and left > 1:
            lines = [
                *lines[:most],
                f"… {left} more lines; all of it: casepost case show {self.document['number']} | less",
            ]
        self._indented(_text("\n".join(lines)), left=4)

    def _heading(self, words: str) -> None:
        self.console.print()
        rule = "─" * max(0, min(self.console.width, _WIDEST if self.console.is_terminal else 60) - len(words) - 1)
        print_whole(self.console, _text(words, "bold").append(f" {rule}", style="dim"))

    def _grid(self, rows: "Iterator[tuple[str, Text]]") -> None:
        from rich.table import Table

        grid = Table.grid(padding=(0, 2), pad_edge=False)
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for label, value in rows:
            grid.add_row(_text(label), value)
        if grid.rows:
            self._print(grid)

    def _print(self, grid: "Table") -> None:
        """Without the blanks that fill a grid's last column: they are in the way of copying and of `diff`."""
        with self.console.capture() as captured:
            self.console.print(grid)
        for line in captured.get().splitlines():
            self.console.file.write(line.rstrip() + "\n")

    def _indented(self, text: "Text", *, left: int = 3) -> None:
        from rich.padding import Padding

        if self.console.is_terminal:
            self.console.print(Padding(text, (0, 0, 0, left), expand=False), width=min(self.console.width, _WIDEST))
            return
        for line in text.split("\n"):
            print_whole(self.console, _text(f"{' ' * left}{line.plain}".rstrip()))

    def _both(self, at: str) -> str:
        """When, by which clock, and how far from now."""
        if self.said_at is None:
            return show_time(at, now=None)
        return f"{show_time(at, now=self.said_at)} {self.at.astimezone():%Z} ({show_wait(at, now=self.at)})"


def _gathered(found: Sequence[Document], numbers: Mapping[int, int]) -> list[tuple[str, str, str]]:
    """Each identifier once, with all places it was found in."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in found:
        number = numbers.get(one["message"])
        place = f"{one['source']} of #{number}" if number else str(one["source"])
        places.setdefault((one["kind"], one["value"]), []).append(place)
    return [(kind, value, ", ".join(dict.fromkeys(where))) for (kind, value), where in places.items()]


def _reasons(steps: Sequence[Document]) -> str:
    """Why a message is in this case: the references that were found in it."""
    hits = [f"{one['step']}: {one['detail']}" if one["detail"] else str(one["step"]) for one in steps if one["hit"]]
    return inert_line("why here: " + ("; ".join(hits) or "a new case, as nothing in it refers to one"))


def _delivery(delivery: Document) -> "Text":
    state, tries = delivery["state"], delivery["attempts"]
    counted = f" after {tries} tries" if tries > 1 else ", not tried yet" if not tries and state == "queued" else ""
    line = _text("delivery: ", "dim").append(state + counted, style=f"not dim {STYLES.get(state, '')}".strip())
    if delivery["last_error"] and state != "sent":
        line.append(": " + inert_line(delivery["last_error"]))
    return line


def _person(who: Document) -> str:
    name, address = inert_line(who["name"]), shorten_address(who["address"])
    return f"{name} <{address}>" if name and address and name != address else address or name or "(unknown)"


def _people(them: Sequence[Document]) -> str:
    shown = ", ".join(_person(one) for one in them[:_SHOWN_RECIPIENTS]) or "(nobody named)"
    left = len(them) - _SHOWN_RECIPIENTS
    return f"{shown} and {left} more" if left > 0 else shown


def _words(name: str) -> str:
    return inert_line(name.replace("_", " "))


def _text(words: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(words, style=style)
