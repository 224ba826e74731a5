"""Durable accept over SMTP, against a plain aiosmtpd that writes each mail to a file of its own and syncs it."""

import multiprocessing
import os
import smtplib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.measure import Contest, run
from tests.service import QUEUE, Service, free_port
from tests.sink import Sink

CONNECTIONS = 10
MAILS_EACH = 20
_LINE = "Wo bleibt die Auszahlung? Wir warten seit Wochen auf eine Antwort. 0123456789\r\n"


def main() -> None:
    """Print the rate of both, in mails a second, and the ratio."""
    with tempfile.TemporaryDirectory() as folder, Sink() as sink, _plain_server(Path(folder)) as plain:
        home = Path(folder) / "casepost"
        home.mkdir()
        config = '[[queues]]\nname = "support"\naddress = "support@casepost.example"\nagents = []\n'
        with Service(home, sink, config=config) as service:
            run(
                Contest(
                    name=f"durable accept of 20 KB mails, {CONNECTIONS} connections",
                    unit="mails/s",
                    ours=lambda: _rate(service.port),
                    theirs=lambda: _rate(plain),
                    theirs_name="aiosmtpd+fsync",
                )
            )


def _rate(port: int) -> float:
    threads = [threading.Thread(target=_send_some, args=(port, n)) for n in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CONNECTIONS * MAILS_EACH / (time.perf_counter() - began)


def _send_some(port: int, thread: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for n in range(MAILS_EACH):
            head = f"From: s{thread}@x.example\r\nTo: {QUEUE}\r\nSubject: {n}\r\n"
            unique = f"Message-ID: <{time.time_ns()}.{thread}@x.example>\r\n\r\n"
            client.sendmail(f"s{thread}@x.example", [QUEUE], (head + unique + _LINE * 256).encode())


@contextmanager
def _plain_server(folder: Path) -> Iterator[int]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_serve_plain, args=(folder, port), daemon=True)
    process.start()
    for _ in range(200):
        try:
            smtplib.SMTP("127.0.0.1", port).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.join()


def _serve_plain(folder: Path, port: int) -> None:
    Controller(_SyncEach(folder), hostname="127.0.0.1", port=port).start()
    threading.Event().wait()


class _SyncEach:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._count += 1
        with (self._folder / f"{self._count}.eml").open("wb") as file:
            content: Any = envelope.content
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return "250 OK"
