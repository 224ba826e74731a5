"""A real casepost on real sockets, for tests: started, spoken to over SMTP, stopped or killed, started again."""

import contextlib
import os
import re
import secrets
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from casepost.app import App
from casepost.config import load
from store.views import Document, list_cases, list_deliveries, show_case
from tests.sink import Sink, SunkMail

T = TypeVar("T")
QUEUE = "support@casepost.example"
AGENT = "agent@casepost.example"
SELLER = "jan@petersen.example"
ROOT = Path(__file__).parent.parent
_LOWEST_PORT, _PORTS = 20_000, 12_000


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment, and below those that systems give to whoever connects."""
    while True:
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], T | None], seconds: float = 60.0) -> T:
    """What the condition gives once it is true; fails the test if that takes too long."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)
    return value


class Service:
    """A context manager: `casepost serve` on a folder of its own, its mail going to `sink`."""

    def __init__(
        self,
        folder: Path,
        sink: Sink,
        *,
        config: str = "",
        database_url: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.sink = sink
        self.port = free_port()
        self.environ = dict(environ or {})
        self.log = folder / "service.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.program = [sys.executable, "-m", "casepost"]
        (folder / "casepost.toml").write_text(
            f'data_dir = "var"\ndatabase_url = "{database_url}"\n{config}\n'
            f'[smtp]\nlisten = "127.0.0.1:{self.port}"\n[web]\nlisten = ""\n'
            f'[delivery]\nurl = "smtp://127.0.0.1:{sink.port}"\n'
        )
        self.app = App(load(folder / "casepost.toml", {}), {})

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self.app.close()

    def start(self, **environ: str) -> None:
        """Start, and wait until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, "serve", "--config", str(self.folder / "casepost.toml")],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, **self.environ, **environ},
                start_new_session=True,
            )
        begin = self.log.stat().st_size
        wait_until(lambda: b"ready\n" in self.log.read_bytes()[begin:] or self._ended(), 60)
        assert not self._ended(), self.log.read_text()

    def stop(self, seconds: float = 40.0) -> int:
        """SIGTERM; the exit code once it has drained."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL for all its processes, as a power cut would."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def send(self, mail: EmailMessage | bytes, *, sender: str = SELLER, to: Sequence[str] = (QUEUE,)) -> None:
        """Hand a mail over by SMTP; returns with its 250."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=policy.SMTP)
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            refused = client.sendmail(sender, list(to), raw)
        assert refused == {}

    def cases(self) -> list[Document]:
        """All cases, newest first."""
        with self.app.store.cases.read() as connection:
            return list_cases(connection, limit=None, status=None, queue=None)

    def case(self, number: str) -> Document:
        """One case as `case show` gives it."""
        with self.app.store.cases.read() as connection:
            return show_case(connection, number)

    def deliveries(self) -> list[Document]:
        """Everything in the outbox, sent or not."""
        with self.app.store.cases.read() as connection:
            return list_deliveries(connection, everything=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A casepost command on the same configuration."""
        return subprocess.run(
            [*self.program, "--config", str(self.folder / "casepost.toml"), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
            env={**os.environ, **self.environ},
        )

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def mail(
    subject: str, text: str, *, sender: str = f"Jan Petersen <{SELLER}>", to: str = QUEUE, **headers: str
) -> EmailMessage:
    """A plain mail as a seller's client writes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<{time.time_ns()}.{os.getpid()}@client.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def parsed(sunk: SunkMail) -> EmailMessage:
    """A mail that arrived at the sink."""
    message: Any = message_from_bytes(sunk.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    """The plain text part."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def answer(original: EmailMessage, text: str, *, sender: str) -> tuple[EmailMessage, str]:
    """An answer as Thunderbird writes it, with the quoted original below; and the address it goes to."""
    to = original["Reply-To"].addresses[0].addr_spec
    quoted = "\n".join(f"> {line}" for line in text_of(original).splitlines())
    reply = mail(
        "Re: " + str(original["Subject"]),
        f"{text}\n\nAm 23.11.26 um 10:00 schrieb {original['From'].addresses[0].addr_spec}:\n{quoted}\n",
        sender=sender,
        to=to,
        In_Reply_To=str(original["Message-ID"]),
        References=f"{original.get('References', '')} {original['Message-ID']}".strip(),
    )
    return reply, to


def sent_to(sink: Sink, address: str, count: int = 1) -> list[EmailMessage]:
    """The mails that arrived for an address, waited for."""

    def arrived() -> list[SunkMail]:
        found = [sunk for sunk in list(sink.mails) if sunk.envelope_to == (address,)]
        return found if len(found) >= count else []

    return [parsed(sunk) for sunk in wait_until(arrived)]


def number_of(message: EmailMessage) -> str:
    """The case number in the subject's tag."""
    match = re.search(r"\[CP-(\d{10})\]", str(message["Subject"]))
    assert match is not None
    return match.group(1)
