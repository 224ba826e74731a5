"""A run: hostile mails through the SMTP port of a real service, honest mail beside them, and the books at the end."""

import smtplib
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import sqlalchemy as sa

from store.ledger_tables import mails
from store.tables import cases
from tests.hostile.mails import Hostile
from tests.service import QUEUE, Service, mail, wait_until
from tests.sink import Sink

MAX_CPU_SECONDS = 2.0
MAX_MEMORY_BYTES = 256 * 2**20
_BACKLOG = 20  # mails that wait to be read; a sender who outruns the reader would only measure a queue
_HONEST_EVERY = 0.5
_HONEST_SECONDS = 60.0


class Cost(msgspec.Struct, frozen=True):
    """What one question cost its child, as its pool told it."""

    pool: str
    octets: int
    cpu_seconds: float | None
    memory_bytes: int | None
    failed: str

    @property
    def is_cheap(self) -> bool:
        """Within what is promised, and told by a child that lived to tell it."""
        return (
            not self.failed
            and self.cpu_seconds is not None
            and self.cpu_seconds <= MAX_CPU_SECONDS
            and self.memory_bytes is not None
            and self.memory_bytes <= MAX_MEMORY_BYTES
        )


@dataclass(kw_only=True)
class Books:
    """What was sent and what came of it; `refused` counts SMTP replies, `costs` are those of the reading children."""

    sent: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    without_outcome: int = 0
    honest_accepted: int = 0
    honest_seconds: list[float] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    log: str = ""

    @property
    def too_dear(self) -> list[Cost]:
        """The questions that cost their child more than is promised, or their life."""
        return [one for one in self.costs if not one.is_cheap]

    @property
    def most_seconds(self) -> float:
        """Processor seconds of the dearest mail."""
        return max((one.cpu_seconds or 0.0 for one in self.costs), default=0.0)

    @property
    def most_bytes(self) -> int:
        """The memory that a child held at the most."""
        return max((one.memory_bytes or 0 for one in self.costs), default=0)

    def faults(self) -> list[str]:
        """What is not as it must be, in words; empty when all is well."""
        found = [
            f"{self.without_outcome} mails without a disposition" * bool(self.without_outcome),
            f"{self.accepted} accepted, {self.outcomes.total()} in the ledger"
            * (self.accepted + self.honest_accepted != self.outcomes.total() + self.without_outcome),
            f"too dear: {self.too_dear[:5]}" * bool(self.too_dear),
            f"{self.outcomes['quarantined']} could not be read" * bool(self.outcomes["quarantined"]),
            "no honest mail got through" * (not self.honest_seconds),
            f"honest mails without their case: {self.honest_accepted - len(self.honest_seconds)}"
            * (self.honest_accepted != len(self.honest_seconds)),
            "a process ended" * ("ended unexpectedly" in self.log or "ended by a fault" in self.log),
            "a fault in the log" * ("fault" in self.log or "Traceback" in self.log),
        ]
        return [one for one in found if one]

    def lines(self) -> Iterator[str]:
        """The figures for people."""
        yield f"{self.sent:,} hostile mails sent, {self.accepted:,} accepted, refused: {dict(self.refused) or 'none'}"
        yield f"dispositions: {dict(self.outcomes)}, without: {self.without_outcome}"
        yield (
            f"dearest mail: {self.most_seconds:.2f} s of processor, "
            f"{self.most_bytes / 2**20:.0f} MB; {len(self.too_dear)} of {len(self.costs):,} too dear"
        )
        taken = sorted(self.honest_seconds) or [0.0]
        yield (
            f"honest mails: {len(self.honest_seconds):,}, from SMTP to case {statistics.median(taken):.2f} s at the "
            f"median, {taken[int(len(taken) * 0.99)]:.2f} s at the 99th percentile, {taken[-1]:.2f} s at the most"
        )


def run(folder: Path, hostile: Iterable[Hostile], *, senders: int = 2, progress: int = 0) -> Books:
    """Start a service in `folder`, send it all mails over `senders` connections, wait until each has its final word."""
    costs = folder / "costs.jsonl"
    costs.touch()
    books = Books()
    with Sink() as sink, _service(folder, sink, costs) as service:
        stop = threading.Event()
        honest = threading.Thread(target=_send_honest, args=(service, books, stop))
        honest.start()
        try:
            _send_all(service, hostile, books, senders=senders, progress=progress)
            wait_until(lambda: _waiting(service) == 0, 120)
        finally:
            stop.set()
            honest.join()
        wait_until(lambda: _waiting(service) == 0, 60)
        assert service.process is not None
        assert service.process.poll() is None, "the service has ended"
        with service.app.store.ledger_database.read() as connection:
            found = connection.execute(sa.select(mails.c.outcome, sa.func.count()).group_by(mails.c.outcome)).all()
        books.outcomes.update({str(outcome): count for outcome, count in found if outcome})
        books.without_outcome = sum(count for outcome, count in found if not outcome)
        told = [msgspec.json.decode(line, type=Cost) for line in costs.read_bytes().splitlines()]
        books.costs = [one for one in told if one.pool == "reader"]
        books.log = service.log.read_text(encoding="utf-8", errors="replace")
    return books


def _service(folder: Path, sink: Sink, costs: Path) -> Service:
    service = Service(folder, sink)
    service.program = [sys.executable, "-m", "tests.hostile.served", str(costs)]
    return service


def _waiting(service: Service) -> int:
    with service.app.store.ledger_database.read() as connection:
        found = sa.select(sa.func.count()).where(mails.c.state.in_(("new", "working")))
        return int(connection.execute(found).scalar_one())


def _send_all(service: Service, hostile: Iterable[Hostile], books: Books, *, senders: int, progress: int) -> None:
    """Each sender takes the next mail; a connection that the service closed is opened anew."""
    lock = threading.Lock()
    left = iter(hostile)
    failed: list[BaseException] = []

    def send() -> None:
        client: smtplib.SMTP | None = None
        try:
            while not failed:
                with lock:
                    one = next(left, None)
                    if one is None:
                        break
                    books.sent += 1
                    number = books.sent
                client, reply = _hand_over(service, client, one, number)
                with lock:
                    books.accepted += reply == ""
                    if reply:
                        books.refused[reply] += 1
                    if progress and number % progress == 0:
                        sys.stdout.write(f"  {number:,} sent\n")
                        sys.stdout.flush()
                wait_until(lambda: _waiting(service) <= _BACKLOG, 120)
        except BaseException as error:  # noqa: BLE001  told to the thread that waits
            failed.append(error)
        finally:
            if client is not None:
                client.close()

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _hand_over(
    service: Service, client: smtplib.SMTP | None, one: Hostile, number: int
) -> tuple[smtplib.SMTP | None, str]:
    """The open connection, and the reply when the mail was refused."""
    if client is None:
        client = smtplib.SMTP("127.0.0.1", service.port, timeout=60)
    try:
        client.sendmail(f"eve{number}@evil.example", [QUEUE], one.raw)
    except smtplib.SMTPDataError as refused:
        client.close()
        return None, f"{refused.smtp_code} {_as_bytes(refused.smtp_error).decode('ascii', 'replace')[:60]}"
    except (smtplib.SMTPException, OSError) as error:
        client.close()
        return None, type(error).__name__
    return client, ""


def _as_bytes(reply: bytes | str) -> bytes:
    return reply.encode() if isinstance(reply, str) else reply


def _send_honest(service: Service, books: Books, stop: threading.Event) -> None:
    """An honest mail again and again, and how long it takes until it is a case."""
    number = 0
    while not stop.is_set():
        number += 1
        subject, sender = f"Honest question {number}", f"honest{number}@shop.example"
        began = time.monotonic()
        service.send(
            mail(subject, f"Guten Tag, wo bleibt Bestellung 302-1234567-{number:07}?", sender=sender),
            sender=sender,
        )
        books.honest_accepted += 1
        while time.monotonic() - began < _HONEST_SECONDS:
            if _has_case(service, subject):
                books.honest_seconds.append(time.monotonic() - began)
                break
            time.sleep(0.02)
        stop.wait(_HONEST_EVERY)


def _has_case(service: Service, subject: str) -> bool:
    with service.app.store.cases.read() as connection:
        return connection.execute(sa.select(cases.c.id).where(cases.c.subject == subject)).first() is not None
