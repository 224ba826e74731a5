"""Postfix: its durable queue with everything on hold, and the way through it to a sink."""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.load import Sent, send
from bench.peers.peer import Miscounted, Skipped, install_debian
from tests.servers.postfix import Postfix, why_not

_NOWHERE = 9  # the port of discard: what is on hold goes nowhere
_OPEN = """
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
message_size_limit = 40000000
mailbox_size_limit = 0
"""
_HOLD = "smtpd_data_restrictions = check_client_access static:HOLD\n"


class _OwnPostfix:
    """Debian's Postfix as it comes, with folders and a port of its own."""

    main = _OPEN

    def __init__(self, *, next_port: int = _NOWHERE) -> None:
        install_debian("postfix")
        if reason := why_not():
            raise Skipped(reason)
        # Postfix's own user has to look into it, and into what is above it.
        self.folder = Path(tempfile.mkdtemp(prefix="casepost-bench-"))
        self.folder.chmod(0o755)
        before = os.umask(0o022)
        self._postfix = Postfix(self.folder, next_port=next_port, main=self.main, master="")
        os.umask(before)

    def __enter__(self) -> Self:
        before = os.umask(0o022)
        self._postfix.start()
        os.umask(before)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._postfix.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def port(self) -> int:
        """Of its SMTP listener."""
        return self._postfix.port

    def count(self, *queues: str) -> int:
        """How many mails are in these queues of its."""
        return sum(len(self._files(queue)) for queue in queues)

    def _files(self, queue: str) -> list[Path]:
        return [path for path in (self.folder / "queue" / queue).rglob("*") if path.is_file()]


class HeldPostfix(_OwnPostfix):
    """Every mail is made durable in its queue and stays there: the least that a mail server does for a 250."""

    name = "Postfix on hold"
    main = _OPEN + _HOLD

    def take(self, path: Path, *, connections: int) -> Sent:
        """Hand the mails of a file to it, count its queue files, take them away. Miscounted when one is missing."""
        sent = send(self.port, path, connections=connections)
        self.empty(sent.taken)
        return sent

    def empty(self, expected: int) -> None:
        """Take the held mails away; Miscounted unless there are so many."""
        held = self._files("hold")
        if len(held) != expected:
            raise Miscounted(f"{self.name} holds {len(held)} mails of {expected}")
        for path in held:
            path.unlink()


class RelayingPostfix(_OwnPostfix):
    """Every mail goes through its queue and on to `next_port`."""

    name = "Postfix relaying"

    def take(self, path: Path, *, connections: int, rate: float = 0.0) -> Sent:
        """Hand the mails of a file to it; returns with the last 250."""
        return send(self.port, path, connections=connections, rate=rate)
