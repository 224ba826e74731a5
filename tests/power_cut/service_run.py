"""A real service that takes in, answers and delivers to a maildir while every write of it is recorded."""

import contextlib
import hashlib
import os
import random
import signal
import smtplib
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.power_cut.recording import Recorder
from tests.service import QUEUE, ROOT, SELLER, free_port, wait_until

PROMISED = "promised "
_SIZES = (1_000, 1_000, 1_000, 9_000, 60_000, 150_000, 400_000)  # the last is kept as a file beside the ledger


def record_service(folder: Path, *, mails: int, clients: int, seed: int) -> Recorder:
    """Send `mails` to a service on `folder`/disk and end it; each 250 is noted between its acts."""
    root = folder / "disk"
    root.mkdir()
    recorder = Recorder(folder, root)
    port = free_port()
    config = root / "casepost.toml"
    config.write_text(f'data_dir = "{root}/var"\n[smtp]\nlisten = "127.0.0.1:{port}"\n[web]\nlisten = ""\n')
    with (folder / "service.log").open("wb") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "casepost", "serve", "--config", str(config)],
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, **recorder.environ},
        )
    try:
        wait_until(lambda: b"ready\n" in (folder / "service.log").read_bytes(), 60)
        with ThreadPoolExecutor(clients) as threads:
            list(threads.map(lambda raw: _send(raw, port, recorder), _mails(mails, seed)))
        wait_until(lambda: _is_done(root / "var/cases.db", mails), 60 + mails)
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0, (folder / "service.log").read_text()
    finally:
        service.kill()
        service.wait()
        recorder.close()
    return recorder


def _is_done(database: Path, mails: int) -> bool:
    """Whether each mail has its final word and nothing waits to leave."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (final,) = connection.execute("SELECT count(*) FROM dispositions").fetchone()
        (sent,) = connection.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()
    return bool(final >= mails and sent >= 2 * mails)  # of each an acknowledgement and a copy to the agent


def _mails(count: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    return [_mail(number, chance.choice(_SIZES), chance) for number in range(count)]


def _mail(number: int, size: int, chance: random.Random) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"seller{number}@client.example", QUEUE, f"Question {number}"
    message["Message-ID"] = f"<power{number}@client.example>"
    message.set_content(f"Where is order 302-{number:07d}-7654321?")
    if size > 2_000:
        message.add_attachment(
            chance.randbytes(size * 3 // 4), maintype="application", subtype="octet-stream", filename="a.bin"
        )
    return message.as_bytes(policy=SMTP)


def _send(raw: bytes, port: int, recorder: Recorder) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail(SELLER, [QUEUE], raw)
    recorder.note(PROMISED + hashlib.sha256(raw).hexdigest())
