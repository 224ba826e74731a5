"""The load: mails out of a file, handed over by a small program in C, the same for casepost and for Postfix.

`smtp-source`, which comes with Postfix, sends one text again and again from one sender. That is enough for a queue that
looks at nothing, but a help desk has a case for each seller and limits for each: so here each mail is another one.
"""

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.mails import BenchMail
from bench.native import compiled

_PATIENCE = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """One mail: when the octets that end with its dot began to leave, when the reply came; seconds since the epoch."""

    sender: str
    dot: float
    reply: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A run: how many mails got their 250, within how many seconds, from which instant on."""

    taken: int
    seconds: float
    began: float
    mails: tuple[Handed, ...]

    @property
    def rate(self) -> float:
        """Mails a second."""
        return self.taken / self.seconds


class Refused(Exception):
    """Not each mail got its 250: what was measured is worth nothing."""


def write_load(path: Path, mails: Iterable[BenchMail]) -> int:
    """The file that `send` reads; how many mails it holds."""
    count = 0
    with path.open("wb") as file:
        for mail in mails:
            wire = re.sub(rb"(?m)^\.", b"..", mail.raw)
            wire += b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"
            file.write(f"{mail.sender} {mail.recipient} {len(wire)}\n".encode())
            file.write(wire)
            count += 1
    return count


def send(port: int, path: Path, *, connections: int, rate: float = 0.0) -> Sent:
    """Hand all mails of a file over, as fast as it goes or so many a second."""
    log = path.with_suffix(".log")
    done = subprocess.run(
        [compiled("load"), str(port), str(connections), path, str(rate), log],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    if done.returncode == 2:
        raise Refused(done.stderr)
    lines = [line.split() for line in log.read_text().splitlines()]
    refused = [" ".join(line) for line in lines if line[3] != "250"]
    if done.returncode or refused:
        raise Refused(f"{len(refused)} mails got no 250, the first: {refused[:1]}")
    said = json.loads(done.stdout)
    mails = (Handed(sender=sender, dot=float(dot), reply=float(reply)) for sender, dot, reply, _ in lines)
    return Sent(taken=said["taken"], seconds=said["seconds"], began=said["began"], mails=tuple(mails))


def send_by_smtp_source(port: int, *, count: int, octets: int, connections: int, recipient: str) -> float:
    """Mails a second that the server takes of Postfix's own load: to see that ours is no slower one."""
    options = ["-d", "-s", str(connections), "-m", str(count), "-l", str(octets), "-t", recipient]
    done = subprocess.run(
        ["bash", "-c", 'TIMEFORMAT=%R; time smtp-source "$@"', "smtp-source", *options, f"127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=_PATIENCE,
    )
    return count / float(done.stderr.strip().splitlines()[-1])
