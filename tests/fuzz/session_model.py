"""What a session must have come to, told from what was sent and what was answered, by rules of its own.

It is no second listener: it believes the replies, and says what they promise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_RECIPIENT = re.compile(rb"rcpt to:[ \t]*<?([^<>\s]*)>?[ \t]*\r\n", re.IGNORECASE)
_QUEUED = re.compile(r"250 2\.0\.0 Ok: queued as ([0-9]+)")
_FORGET = re.compile(rb"(?:EHLO|LHLO|HELO|RSET)\b", re.IGNORECASE)
# Behind these the listener closes, whatever else was sent.
_LAST = re.compile(r"221 |421 |500 5\.5\.2 Line too long|550 5\.5\.2 CR and LF|552 5\.3\.4 ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """A mail that was answered with 250."""

    ledger_id: int
    recipients: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What a session came to; `is_answered`: every whole line and mail was, or the listener said farewell."""

    promised: tuple[Promised, ...]
    is_answered: bool


class _Walk:
    """The way along what was sent, reply by reply."""

    def __init__(self, sent: bytes, replies: Iterator[str], *, lmtp: bool, max_bytes: int) -> None:
        self.rest = sent
        self.last = ""
        self.promised: list[Promised] = []
        self._replies = replies
        self._lmtp = lmtp
        self._max_bytes = max_bytes
        self._recipients: list[str] = []

    def step(self) -> bool:
        """Take the next reply; False when there is none."""
        reply = next(self._replies, "")
        if not reply:
            return False
        assert self.last[:3] not in ("221", "421"), f"{reply!r} behind a farewell"
        self.last = reply
        line, end, behind = self.rest.partition(b"\n")
        if not end:
            assert _LAST.match(reply), f"{reply!r} to {line!r}, which is no whole line"
            return True
        self.rest = behind
        if reply.startswith("354"):
            self._follow_mail()
        elif reply.startswith("250"):
            assert line.endswith(b"\r"), f"{reply!r} to {line!r}"
            self._note_promise(line + end)
        return True

    def _note_promise(self, line: bytes) -> None:
        found = _RECIPIENT.fullmatch(line)
        if found:
            self._recipients.append(found[1].decode("utf-8"))
        elif _FORGET.match(line):
            self._recipients = []

    def _follow_mail(self) -> None:
        assert self._recipients, "354 without a recipient"
        content, end, behind = (b"\r\n" + self.rest).partition(b"\r\n.\r\n")
        told = list(islice(self._replies, len(self._recipients) if self._lmtp else 1))
        self.last = told[-1] if told else self.last
        self.rest = behind if end else b""
        assert end or not told or _LAST.match(told[0]), f"{told} to a mail without an end"
        assert len(set(told)) <= 1, told
        queued = _QUEUED.fullmatch(told[0]) if told else None
        if queued:
            whole = _unstuff(content[2:] + b"\r\n") if content else b""
            bare = whole.replace(b"\r\n", b"")
            assert not {*b"\r\n"} & set(bare), "250 for a bare line end"
            assert len(whole) <= self._max_bytes, "250 for a mail that is too large"
            assert not self._lmtp or len(told) == len(self._recipients), told
            self.promised.append(Promised(ledger_id=int(queued[1]), recipients=tuple(self._recipients), content=whole))
        self._recipients = []


def follow(sent: bytes, replies: list[str], *, lmtp: bool, max_bytes: int) -> Spoken:
    """Walk along what was sent; fails where a reply promises what must not be promised."""
    walk = _Walk(sent, iter(replies), lmtp=lmtp, max_bytes=max_bytes)
    while walk.step():
        pass
    answered = b"\n" not in walk.rest or _LAST.match(walk.last) is not None
    return Spoken(promised=tuple(walk.promised), is_answered=answered)


def _unstuff(content: bytes) -> bytes:
    """RFC 5321 section 4.5.2: the first dot of a line that begins with one is not its own."""
    return b"\r\n".join(line.removeprefix(b".") for line in content.split(b"\r\n"))
