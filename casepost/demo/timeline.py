"""Tells what happens, line by line: when, in, case or out, and then what. Plain when standard output is no terminal."""

import sys
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from casepost.demo.watch import Arrived, News, Taken
from casepost.demo.wording import (
    list_decisions,
    list_found,
    list_missing,
    list_paragraphs,
    say_due,
    say_outcome,
    say_person,
    say_reading,
    say_why,
    text_of,
)
from casepost.plain import inert_line, shorten_address, show_size
from cases.plan import TO_STAFF
from responder.words import name_language
from store.clock import real_clock

_PLAIN_WIDTH = 80
_WIDEST = 100
_INDENT = 15
_NAME = 10
_WRITTEN_LINES = 4
_MOST_LINES = {"agent_mail": 0, "agent_reminder": 2}  # the agent is sent what stands above already
_USUALLY = 6
_STYLES = {"in": "bold yellow", "case": "bold magenta", "out": "bold cyan", "time": "bold green"}


class Timeline:
    """Prints with the seconds since `start`, with the time of day when that is None; `zone` is that of the mails."""

    def __init__(self) -> None:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that knows no umlauts shows "?", it does not end the demo
        self._console = Console(markup=False, emoji=False, highlight=False)
        self._width = min(self._console.width, _WIDEST) if self._console.is_terminal else _PLAIN_WIDTH
        self._told: set[str | None] = set()
        self.start: datetime | None = None
        self.zone = "UTC"

    def say(self, words: str = "", style: str = "") -> None:
        """A paragraph of its own."""
        self._block(Text(), Text(words, style=style))

    def say_whole(self, line: str) -> None:
        """A line to be copied: never broken."""
        self._console.print(Text(line, style="green"), soft_wrap=True)

    def entry(self, at: datetime, label: str, words: str) -> None:
        """The first line of something that happened."""
        lead = Text().append(f"{self._stamp(at):>8}  ", style="dim").append(f"{label:<5}", style=_STYLES[label])
        self._block(lead, Text(inert_line(words), style="bold"))

    def detail(self, name: str, words: str) -> None:
        """A line below it."""
        if words:
            lead = Text(" " * _INDENT).append(f"{name:<{_NAME}}", style="dim")
            self._block(lead, Text(inert_line(words), style="yellow" if name == "missing" else ""))

    def wrote(self, mail: EmailMessage, words: str, *, seconds: float) -> None:
        """Somebody of the play has handed a mail over; `words` is what is new in it."""
        self._told.add(str(mail["Message-ID"]))
        began = real_clock() - timedelta(seconds=seconds)
        self.entry(began, "in", f"{mail['From']} to {shorten_address(str(mail['To']))}")
        self.detail("subject", str(mail["Subject"]))
        self._speech(words, _WRITTEN_LINES)
        if quoted := sum(line.startswith(">") for line in text_of(mail).splitlines()):
            self.detail("below it", f"the mail it answers, {quoted} lines quoted")
        self._attachments(mail)
        self.detail("250", f"the service had it on disk after {seconds * 1000:.0f} ms")

    def tell(self, news: News) -> None:
        """Print what a watch saw."""
        if isinstance(news, Taken):
            if news.rfc_message_id not in self._told:
                self._came(news)
            self._taken(news)
        elif isinstance(news, Arrived):
            self._arrived(news)
        else:
            self.entry(news.at, "case", f"CP-{news.number}: {news.what}")

    def _came(self, taken: Taken) -> None:
        """A mail that is not the play's."""
        message, entry = taken.message, taken.entry
        sender = say_person(**message["from"]) if message else shorten_address(entry.sender or "the null sender")
        self.entry(entry.received_at, "in", f"{sender} to {', '.join(map(shorten_address, entry.recipients))}")
        if message is not None:
            self.detail("subject", message["subject"])
            self._speech(message["reply_text"] or message["text"], _WRITTEN_LINES)

    def _taken(self, taken: Taken) -> None:
        case, message = taken.case, taken.message
        if case is None:
            self.entry(taken.at, "case", f"none: the mail is {taken.outcome}")
            self.detail("why", taken.reason)
            return
        self.entry(taken.at, "case", f"CP-{case['number']} {say_outcome(taken)}")
        self.detail("why here", say_why(taken))
        if taken.outcome == "created":
            self.detail("read as", say_reading(case))
        if message is not None:
            for number, found in enumerate(list_found(case, message)):
                self.detail("" if number else "found", found)
        self.detail("missing", list_missing(case))
        for number, decision in enumerate(list_decisions(taken)):
            self.detail("" if number else "decided", decision)
        if due := case["next_due"]:
            self.detail("planned", say_due(due, zone=self.zone))

    def _arrived(self, arrived: Arrived) -> None:
        mail, staff = arrived.delivered.mail, arrived.kind in TO_STAFF
        language = str(mail.get("Content-Language", ""))
        said = f", in {name_language(language, 'en')}" if language and not staff else ""
        self.entry(arrived.at, "out", f"{arrived.kind.replace('_', ' ')} to {arrived.delivered.to}{said}")
        sender = mail["From"].addresses[0]
        self.detail("from", say_person(sender.display_name, sender.addr_spec))
        self.detail("subject", str(mail["Subject"]))
        self._speech(text_of(mail), _MOST_LINES.get(arrived.kind, _USUALLY))
        self._attachments(mail)

    def _attachments(self, mail: EmailMessage) -> None:
        for part in mail.iter_attachments():
            content = part.get_content()
            size = show_size(len(content)) if isinstance(content, bytes | str) else "a mail"
            self.detail("with", f"{part.get_filename() or 'a file'}, {part.get_content_type()}, {size}")

    def _speech(self, words: str, most: int) -> None:
        """The first lines of what somebody says."""
        bar = Text(" " * _INDENT).append("| ", style="dim")
        room = self._width - _INDENT - 2
        wrapped = [
            line for part in list_paragraphs(words) for line in Text(part, style="italic").wrap(self._console, room)
        ]
        left = len(wrapped) - most
        for line in wrapped if left <= 1 else wrapped[:most]:
            self._block(bar, line)
        if left > 1 and most:
            self._block(bar, Text(f"({left} more lines)", style="dim"))

    def _block(self, lead: Text, words: Text) -> None:
        """Words behind a lead, wrapped beside it; no line ends in blanks."""
        blank = Text(" " * lead.cell_len)
        for number, line in enumerate(words.wrap(self._console, max(20, self._width - lead.cell_len)) or [Text()]):
            whole = (blank if number else lead) + line
            whole.rstrip()
            self._console.print(whole, soft_wrap=True)

    def _stamp(self, at: datetime) -> str:
        now = real_clock()
        if self.start is None:
            return f"{min(at, now).astimezone(ZoneInfo(self.zone)):%H:%M:%S}"
        return f"+{max(0.0, (min(at, now) - self.start).total_seconds()):.2f} s"
