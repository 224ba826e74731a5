"""The world outside: clients that keep a list of their own of every mail that got its 250.

A client behaves as a mail server does: what got no 250 is sent again, byte for byte, by whichever node and protocol,
until it is taken. Some connections it drops itself after the final dot, and some mails it sends once more although
they were taken.
"""

import base64
import hashlib
import random
import re
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.service import QUEUE

_LARGE_ONE_IN, _DROPPED_ONE_IN, _TWICE_ONE_IN = 12, 15, 12
LARGE_OCTETS = 300_000  # more than fits into a row
_REST_AFTER_REFUSAL = 0.2
_TIMEOUT = 70.0  # seconds: an edge answers within sixty, whatever its store does
_BROKEN = (OSError, smtplib.SMTPException)


@dataclass(kw_only=True)
class Posted:
    """A mail of the list. `promised`: the ledger's ids out of each 250 it got; `tries`: how often its dot was sent."""

    number: int
    raw: bytes
    seller: str
    message_id: str
    sha256: str = ""
    promised: list[int] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A listener of a node."""

    port: int
    lmtp: bool

    def open(self) -> smtplib.SMTP:
        """Connect to it."""
        return (smtplib.LMTP if self.lmtp else smtplib.SMTP)("127.0.0.1", self.port, timeout=_TIMEOUT)


class Postmen:
    """A context manager: `count` clients at work, together about `rate` mails a second, over all `doors`."""

    def __init__(self, doors: Sequence[Door], *, count: int, rate: float, chance: random.Random) -> None:
        self.posted: list[Posted] = []
        self.refusals = 0
        self._doors = doors
        self._pause = count / rate
        self._stop = threading.Event()
        self._lock = threading.Lock()
        seeds = [chance.getrandbits(32) for _ in range(count)]
        self._threads = [threading.Thread(target=self._work, args=(random.Random(seed),)) for seed in seeds]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, seconds: float) -> None:
        """Begin no new mail; wait until each that was begun is taken. AssertionError when that takes too long."""
        self._stop.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = [one.number for one in self.posted if not one.promised]
        assert not left, f"not taken within {seconds:.0f} s: mails {left[:9]}"

    def count_taken(self) -> int:
        """How many mails have their 250."""
        return sum(bool(one.promised) for one in list(self.posted))

    def _work(self, chance: random.Random) -> None:
        while not self._stop.is_set():
            mail = self._write(chance)
            while not self._post(mail, chance):
                self.refusals += 1
                time.sleep(_REST_AFTER_REFUSAL * chance.random())
            if chance.randrange(_TWICE_ONE_IN) == 0:
                self._post(mail, chance)
            self._stop.wait(self._pause * 2 * chance.random())

    def _write(self, chance: random.Random) -> Posted:
        large = chance.randrange(_LARGE_ONE_IN) == 0
        with self._lock:
            number = len(self.posted) + 1
            file = chance.randbytes(LARGE_OCTETS) if large else b""
            mail = write_mail(number, salt=chance.getrandbits(64), file=file)
            self.posted.append(mail)
        return mail

    def _post(self, mail: Posted, chance: random.Random) -> bool:
        """One try; whether it got its 250."""
        door = chance.choice(self._doors)
        drop = chance.randrange(_DROPPED_ONE_IN) == 0
        promised = post(mail, door, drop=drop)
        if promised is None:
            return False
        mail.promised.append(promised)
        return True


def write_mail(number: int, *, salt: int, file: bytes = b"", content_type: str = "application/octet-stream") -> Posted:
    """The mail number `number`, from a seller of its own; with a file attached where there is one."""
    seller = f"seller-{number}-{salt:016x}@shop.example"
    message_id = f"<{number}.{salt:016x}@shop.example>"
    head = [
        f"From: Shop {number} <{seller}>",
        f"To: {QUEUE}",
        f"Subject: Payout {number} is missing",
        f"Message-ID: {message_id}",
        "Date: Mon, 23 Nov 2026 10:00:00 +0100",
        "MIME-Version: 1.0",
    ]
    words = ["Hello,", "", f"the payout of order 302-1234567-{number:07d} has not arrived.", ".a line with a dot", ""]
    if not file:
        lines = [*head, "Content-Type: text/plain; charset=us-ascii", "", *words]
    else:
        lines = [*head, 'Content-Type: multipart/mixed; boundary="part"', "", "--part", "", *words, "--part"]
        lines += [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64"]
        lines += [f'Content-Disposition: attachment; filename="{number}.bin"', ""]
        lines += [*base64.encodebytes(file).decode().splitlines(), "--part--", ""]
    return Posted(number=number, raw="\r\n".join(lines).encode(), seller=seller, message_id=message_id)


def post(mail: Posted, door: Door, *, drop: bool = False, before_dot: Callable[[], None] | None = None) -> int | None:
    """Send a mail; the ledger's id out of its 250, None when it got none. `drop`: the reply is not waited for."""
    try:
        with door.open() as client:
            client.ehlo_or_helo_if_needed()
            for code, said in (client.mail(mail.seller), client.rcpt(QUEUE), client.docmd("DATA")):
                if code not in (250, 354):
                    raise smtplib.SMTPResponseException(code, said)
            if before_dot is not None:
                before_dot()
            mail.tries += 1
            client.send(_with_dots(mail.raw))
            if drop:
                _drop(client)
                return None
            code, said = client.getreply()
    except _BROKEN:
        return None
    taken = re.search(rb"queued as (\d+)", said) if code == 250 else None
    return int(taken.group(1)) if taken is not None else None


def _drop(client: smtplib.SMTP) -> None:
    assert client.sock is not None
    client.sock.shutdown(socket.SHUT_RDWR)
    client.close()


def _with_dots(raw: bytes) -> bytes:
    return re.sub(rb"(?m)^\.", b"..", raw) + b".\r\n"
