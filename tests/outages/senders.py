"""Senders as real mail servers are: each keeps a mail until it has its 250, and notes every reply and its time."""

import hashlib
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from store.ledger_tables import mails
from tests.service import QUEUE, Service, mail, wait_until

_AGAIN_AFTER, _NEXT_AFTER = 0.3, 1.0  # seconds


@dataclass(kw_only=True, slots=True)
class Books:
    """What the senders know: (code, seconds) of each reply to a mail, and the SHA-256 of what was promised."""

    replies: list[tuple[int, float]] = field(default_factory=list)
    promised: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    broken: int = 0

    def codes(self) -> set[int]:
        """The codes that were said."""
        return {code for code, _ in self.replies}

    def slowest(self) -> float:
        """Seconds."""
        return max((seconds for _, seconds in self.replies), default=0.0)


class Senders:
    """`clients` threads that send one mail after the other, until `stop`; a context manager."""

    def __init__(self, service: Service, *, clients: int, padding: int = 0) -> None:
        self.books = Books()
        self._service = service
        self._padding = "x" * 70 + "\n"
        self._lines = padding // 71
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Finish what is in hand: every mail that was begun gets its 250."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, condition: Callable[[Books], bool], seconds: float = 60.0) -> None:
        """Until the books say something."""
        wait_until(lambda: condition(self.books), seconds)

    def _run(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            count += 1
            address = f"seller{number}.{count}@client.example"
            message = mail(f"Question {number}.{count}", self._padding * self._lines or "Where is it?", sender=address)
            raw = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
            deadline = time.monotonic() + 170
            while not self._is_taken(raw, address):
                assert time.monotonic() < deadline, "a mail was never taken"
                time.sleep(_AGAIN_AFTER)
            self._over.wait(_NEXT_AFTER)

    def _is_taken(self, raw: bytes, address: str) -> bool:
        began = time.monotonic()
        try:
            with smtplib.SMTP("127.0.0.1", self._service.port, timeout=90) as client:
                client.ehlo()
                for code, said in (client.mail(address), client.rcpt(QUEUE)):
                    if code != 250:
                        return self._note(code, said, began)
                return self._note(*client.data(raw), began, raw)
        except smtplib.SMTPDataError as error:
            return self._note(error.smtp_code, error.smtp_error, began)
        except (OSError, smtplib.SMTPServerDisconnected):
            with self._lock:
                self.books.broken += 1
            return False

    def _note(self, code: int, said: bytes | str, began: float, raw: bytes = b"") -> bool:
        with self._lock:
            self.books.replies.append((code, time.monotonic() - began))
            self.books.texts.append(said.decode() if isinstance(said, bytes) else said)
            if code == 250 and raw:
                self.books.promised.append(hashlib.sha256(raw).hexdigest())
        return code == 250


def assert_all_there(service: Service, books: Books) -> None:
    """Each promised mail is in the ledger once, byte for byte, and has one case; nothing waits any more."""
    ledger = service.app.store.ledger
    with service.app.store.ledger_database.read() as connection:
        rows = connection.execute(mails.select()).all()
    there = [row.raw_sha256 for row in rows]
    assert set(books.promised) <= set(there)
    assert {hashlib.sha256(ledger.load(row.id)).hexdigest() for row in rows} == set(there)
    wait_until(lambda: len(service.cases()) == len(set(there)), 90 + len(there))
