"""A small IMAP server in threads, which keeps mails in memory and breaks where a test says so.

It speaks what the product asks for and nothing else. `faults` hold what happens instead of a command's answer: the
first one whose command comes is used, once; one that returns False leaves the command to be answered as usual.
"""

import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Fault = Callable[["Session"], bool]
_COMMAND = re.compile(rb"(\S+) (?:UID )?([A-Z]+) ?(.*)", re.IGNORECASE)


class HangUp(Exception):
    """The server ends this connection without a word."""


@dataclass
class Box:
    """A folder: mails and flags by UID."""

    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    uidvalidity: int = 7
    uidnext: int = 1

    def put(self, raw: bytes) -> int:
        """Lay a mail in; its UID."""
        uid = self.uidnext
        self.mails[uid], self.flags[uid] = raw, set()
        self.uidnext += 1
        return uid


class Session:
    """One connection. `cut_after`: it ends when so many octets of the next answer are out."""

    def __init__(self, server: "ImapServer", connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.file = connection.makefile("rb")
        self.box: Box | None = None
        self.cut_after: int | None = None
        self.seen = 0  # of the server's news
        self.tag = self.arguments = ""

    def send(self, data: bytes) -> None:
        """Write; hangs up where the test has said."""
        if self.cut_after is not None:
            data, rest = data[: self.cut_after], data[self.cut_after :]
            self.cut_after -= len(data)
            self.connection.sendall(data)
            if rest or not self.cut_after:
                raise HangUp
            return
        self.connection.sendall(data)

    def say(self, *lines: str) -> None:
        """Write lines."""
        self.send("".join(f"{line}\r\n" for line in lines).encode())

    def done(self, said: str = "OK done") -> bool:
        """End the answer to the command."""
        self.say(f"{self.tag} {said}")
        return True

    def live(self) -> None:
        """Answer until one side ends it."""
        self.say(*self.server.greeting)
        while line := self.file.readline():
            found = _COMMAND.match(line.rstrip(b"\r\n"))
            assert found is not None, line
            self.tag, name, self.arguments = (one.decode("utf-8", "replace") for one in found.groups())
            self.server.commands.append(f"{name.upper()} {self.arguments}".strip())
            if not self._has_failed(name.upper()):
                getattr(self, f"do_{name.lower()}")()

    def _has_failed(self, name: str) -> bool:
        """Whether a fault was due and has answered the command."""
        for one in self.server.faults:
            if one[0] == name:
                self.server.faults.remove(one)
                return one[1](self)
        return False

    def do_capability(self) -> None:
        self.say(f"* CAPABILITY IMAP4rev1 {self.server.capabilities}")
        self.done()

    def do_login(self) -> None:
        self.done()

    def do_authenticate(self) -> None:
        self.say("+ ")
        self.server.answers.append(self.file.readline().decode().strip())
        self.done()

    def do_list(self) -> None:
        name = self.arguments.split(" ", 1)[1].strip('"')
        mark = self.server.mark
        if not name:
            self.say(f'* LIST (\\Noselect) "{mark}" ""')
        elif name in self.server.boxes:
            self.say(f'* LIST () "{mark}" "{name}"')
        self.done()

    def do_select(self) -> None:
        self._open("READ-WRITE")

    def do_examine(self) -> None:
        self._open("READ-ONLY")

    def do_create(self) -> None:
        self.server.boxes[self.arguments.strip('"')] = Box()
        self.done()

    def do_subscribe(self) -> None:
        self.done()

    def do_noop(self) -> None:
        self.done()

    def do_search(self) -> None:
        box = self._box()
        wanted, self.seen = self.arguments.removeprefix("UID "), self.server.news
        uids = sorted(box.mails) if wanted == "ALL" or wanted.startswith("SINCE") else _uids(wanted, box)
        self.say("* SEARCH " + " ".join(map(str, uids)))
        self.done()

    def do_fetch(self) -> None:
        box = self._box()
        wanted, what = self.arguments.split(" ", 1)
        for uid in _uids(wanted, box):
            size = self.server.sizes.get(uid, len(box.mails[uid]))
            if "SIZE" in what:
                self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size})")
            else:
                raw = box.mails[uid]
                self.send(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        self.done()

    def do_store(self) -> None:
        wanted, _what, flags = self.arguments.split(" ", 2)
        box = self._box()
        for uid in _uids(wanted, box):
            box.flags[uid].update(flags.strip("()").split())
        self.done()

    def do_expunge(self) -> None:
        box = self._box()
        assert self.arguments, "a bare EXPUNGE takes what others have deleted"
        for uid in _uids(self.arguments, box):
            if "\\Deleted" in box.flags[uid]:
                del box.mails[uid], box.flags[uid]
        self.done()

    def do_copy(self) -> None:
        self._copy(gone=False)

    def do_move(self) -> None:
        self._copy(gone=True)

    def do_idle(self) -> None:
        box = self._box()
        self.say("+ idling")
        self.connection.settimeout(0.02)
        while True:
            try:
                line = self.connection.recv(64)
            except TimeoutError:
                if self.server.news != self.seen:
                    self.seen = self.server.news
                    self.say(f"* {len(box.mails)} EXISTS")
                continue
            if not line:
                raise HangUp
            break
        self.connection.settimeout(None)
        self.done()

    def do_logout(self) -> None:
        self.say("* BYE bye")
        self.done()
        raise HangUp

    def _open(self, how: str) -> None:
        box = self.server.boxes.get(self.arguments.strip('"'))
        if box is None:
            self.done("NO [NONEXISTENT] no such folder")
            return
        self.box = box
        self.say(
            "* FLAGS (\\Seen \\Deleted)",
            f"* {len(box.mails)} EXISTS",
            f"* OK [UIDVALIDITY {box.uidvalidity}] ok",
            f"* OK [UIDNEXT {box.uidnext}] ok",
        )
        self.done(f"OK [{how}] opened")

    def _copy(self, *, gone: bool) -> None:
        wanted, target = self.arguments.split(" ", 1)
        box, to = self._box(), self.server.boxes.get(target.strip('"'))
        if to is None:
            self.done("NO [TRYCREATE] no such folder")
            return
        for uid in _uids(wanted, box):
            to.put(box.mails[uid])
            if gone:
                del box.mails[uid], box.flags[uid]
        self.done()

    def _box(self) -> Box:
        assert self.box is not None
        return self.box


def _uids(wanted: str, box: Box) -> list[int]:
    """What a UID set names; `n:*` names the last mail at least, as RFC 3501 has it."""
    found: set[int] = set()
    last = max(box.mails, default=0)
    for piece in wanted.split(","):
        low, _, high = piece.partition(":")
        first, end = int(low), last if high == "*" else int(high or low)
        found |= {uid for uid in box.mails if min(first, end) <= uid <= max(first, end)}
    return sorted(found)


class ImapServer:
    """A context manager: the server on a port of 127.0.0.1."""

    def __init__(self, capabilities: str = "IDLE MOVE UIDPLUS AUTH=PLAIN") -> None:
        self.capabilities = capabilities
        self.greeting = ["* OK ready"]
        self.mark = "/"
        self.boxes = {"INBOX": Box(), "Processed": Box()}
        self.sizes: dict[int, int] = {}
        self.faults: list[tuple[str, Fault]] = []
        self.commands: list[str] = []
        self.answers: list[str] = []
        self.connects: list[float] = []
        self.news = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sessions: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake the thread that accepts
        self._listener.close()
        self.drop()

    @property
    def inbox(self) -> Box:
        """The folder that is fetched from."""
        return self.boxes["INBOX"]

    def put(self, *raws: bytes) -> list[int]:
        """Lay mails in and tell those who wait; their UIDs."""
        uids = [self.inbox.put(raw) for raw in raws]
        self.news += 1
        return uids

    def drop(self) -> None:
        """End all connections."""
        for one in self._sessions:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connects.append(time.monotonic())
            self._sessions.append(connection)
            threading.Thread(target=self._live, args=(connection,), daemon=True).start()

    def _live(self, connection: socket.socket) -> None:
        session = Session(self, connection)
        try:
            session.live()
        except (HangUp, OSError):
            pass
        finally:
            session.file.close()
            connection.close()
