"""The real Postfix on folders and a port of its own, for tests: started, spoken to, looked into, stopped.

It needs root, as any Postfix does, and Debian's package; it touches nothing of the Postfix of the machine.
"""

import os
import re
import shutil
import smtplib
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.service import free_port, wait_until

_MASTER = Path("/usr/share/postfix/master.cf.dist")
_META = Path("/etc/postfix")
_RESULT = re.compile(
    r"postfix/(?P<way>[\w/]+)\[\d+\]: (?P<queue_id>\w+): to=<(?P<recipient>[^>]*)>,.* dsn=(?P<dsn>[\d.]+), "
    r"status=(?P<status>\w+) \((?P<text>.*)\)$",
    re.MULTILINE,
)
_CHROOTED = re.compile(r"^(\w+ +(?:inet|unix|unix-dgram) +\S+ +\S+ +)y", re.MULTILINE)
_SMTPD = re.compile(r"^smtp +inet\b.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Result:
    """One try of Postfix to deliver to one recipient, as its log has it; `status` is sent, deferred or bounced."""

    way: str
    queue_id: str
    recipient: str
    dsn: str
    status: str
    text: str


def why_not() -> str:
    """Why no Postfix can be started here; "" when one can."""
    if shutil.which("postfix") is None or not _MASTER.exists():
        return "Postfix is not installed as Debian has it"
    return "" if os.geteuid() == 0 else "Postfix is started by root only"


class Postfix:
    """A context manager: Postfix in `folder`, which any user may look into; what it relays goes to `next_port`.

    `main` and `master` are added to main.cf and master.cf.
    """

    def __init__(self, folder: Path, *, next_port: int, main: str, master: str) -> None:
        if reason := why_not():
            pytest.skip(reason)
        self.port = free_port()
        self.conf = folder / "postfix"
        self._log = folder / "maillog"
        queue, data = folder / "queue", folder / "data"
        for place in (self.conf, queue, data):
            place.mkdir(exist_ok=True)
        shutil.chown(data, "postfix")
        (self.conf / "main.cf").write_text(
            f"compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmeta_directory = {_META}\n"
            f"maillog_file = {self._log}\nmaillog_file_prefixes = {folder}\n"
            "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n"
            "myhostname = mx.example.com\nmydestination =\nalias_maps =\n"
            f"relayhost = [127.0.0.1]:{next_port}\nsmtp_dns_support_level = disabled\n"
            f"smtpd_peername_lookup = no\n{main}"
        )
        # The folder of this queue holds none of the files that daemons in a chroot would need.
        services = _CHROOTED.sub(r"\1n", _MASTER.read_text(encoding="utf-8"))
        services = _SMTPD.sub(f"127.0.0.1:{self.port} inet n - n - - smtpd", services)
        (self.conf / "master.cf").write_text(f"{services}\n{master}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; it answers when this returns."""
        self._run("postfix", "start")
        wait_until(self._answers)

    def stop(self) -> None:
        """Stop it; mail that waits stays in its queue."""
        self._run("postfix", "stop")

    def take_out_of_main(self, word: str) -> None:
        """Leave `word` out of main.cf from the next start on."""
        main = self.conf / "main.cf"
        main.write_text(main.read_text(encoding="utf-8").replace(word, "nobody@invalid"), encoding="utf-8")

    def waits(self) -> bool:
        """Whether any mail is in the queue."""
        return "Mail queue is empty" not in self._run("postqueue", "-p")

    def send(self, raw: bytes, *, sender: str, to: Sequence[str]) -> None:
        """Hand a mail over by SMTP."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            assert client.sendmail(sender, list(to), raw) == {}

    def log(self) -> str:
        """All that it has logged."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def results(self, ending: str) -> list[Result]:
        """What became of each try to deliver to an address that ends so, in order."""
        found = [Result(**match.groupdict()) for match in _RESULT.finditer(self.log())]
        return [one for one in found if one.recipient.endswith(ending)]

    def wait_for(self, ending: str, count: int = 1, seconds: float = 30.0) -> list[Result]:
        """The results for such addresses, once there are `count` of them."""

        def enough() -> list[Result]:
            found = self.results(ending)
            return found if len(found) >= count else []

        return wait_until(enough, seconds)

    def flush_until(self, ending: str, count: int, seconds: float = 60.0) -> list[Result]:
        """The results for such addresses, once there are `count`, while all that waits is tried again and again.

        One try is not enough: the queue manager leaves out a mail that it still has in hand, which is so for a moment
        after its last result is logged.
        """
        deadline = time.monotonic() + seconds
        while True:
            self._run("postqueue", "-f")
            try:
                return self.wait_for(ending, count, seconds=5.0)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as client:
                return client.noop()[0] == 250
        except OSError:
            return False

    def _run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [command, "-c", str(self.conf), *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{command} {arguments}: {done.stderr}\n{self.log()}"
        return done.stdout
