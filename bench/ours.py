"""casepost as the benchmarks run it: all its work on, `unproved_hour` off; and its books, looked at after each run."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from bench.load import Sent, send
from bench.scale import PROCESSES
from cases.plan import ReplyKind
from store.ledger_tables import mails as ledger_mails
from store.tables import cases, dispositions, outbox
from tests.service import QUEUE, Service, wait_until
from tests.sink import Sink

_CONFIG = f"""
[[queues]]
name = "support"
address = "{QUEUE}"
agents = []
[limits]
unproved_hour = 0
"""


class WrongBooks(Exception):
    """Not each mail has its disposition, its case and its acknowledgement, or the chain does not hold."""


class Casepost:
    """A context manager: the service on a folder of its own on SQLite, its mail going to the sink at `sink_port`.

    `environ` is added to its environment.
    """

    def __init__(self, folder: Path, *, sink_port: int, environ: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True)
        environ = {"CASEPOST_SMTP__PROCESSES": str(PROCESSES), **(environ or {})}
        # Only the port of the sink is looked at.
        self.service = Service(folder, Sink(port=sink_port), config=_CONFIG, environ=environ)
        self.posted = 0

    def __enter__(self) -> Self:
        self.service.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.service.__exit__(kind, error, at)

    @property
    def port(self) -> int:
        """Of its SMTP listener."""
        return self.service.port

    def take(self, path: Path, *, connections: int, rate: float = 0.0) -> Sent:
        """Hand the mails of a file to it; returns with the last 250."""
        sent = send(self.port, path, connections=connections, rate=rate)
        self.posted += sent.taken
        return sent

    def wait_for_cases(self, *, seconds: float = 900.0) -> None:
        """Until each mail that it took has its committed case and its acknowledgement in the outbox."""
        # Nothing but acknowledgements is in the outbox, which the books prove: so this need not look at the rows.
        wait_until(lambda: self._written() >= self.posted, seconds)

    def wait_until_quiet(self, *, seconds: float = 900.0) -> None:
        """Until all that it took is done, and gone out: what follows is not disturbed by it."""
        self.wait_for_cases(seconds=seconds)
        wait_until(lambda: not self._left(), seconds)

    def wait_until_taken_in(self, *, seconds: float = 900.0) -> None:
        """Until each mail that it took is done in the ledger: its case is committed, what answers it may be not."""
        wait_until(lambda: not self._left(answers=False), seconds)

    def count_rows(self) -> int:
        """How many mails are in its ledger."""
        with self.service.app.store.ledger_database.read() as connection:
            return _count(connection, sa.select(sa.func.count()).select_from(ledger_mails))

    def check_books(self, *, sellers: int | None = None) -> str:
        """What the books say, in a line; WrongBooks when it is not what was posted. Stops the service for that.

        Each mail is of a seller of its own, unless `sellers` says of how many they are.
        """
        faults = [f"stopped with {code}"] if (code := self.service.stop(120.0)) else []
        store = self.service.app.store
        with store.ledger_database.read() as connection:
            kept = Counter(connection.execute(sa.select(ledger_mails.c.state)).scalars())
        with store.cases.read() as connection:
            outcomes = Counter(connection.execute(sa.select(dispositions.c.outcome)).scalars())
            cased = _count(connection, sa.select(sa.func.count()).select_from(cases))
            written = _count(connection, _ACKNOWLEDGEMENTS)
            letters = _count(connection, sa.select(sa.func.count()).select_from(outbox))
            readers = _count(connection, _READERS)
        found = {"ledger rows done": kept["done"], "ledger rows": kept.total(), "dispositions": outcomes.total()}
        found |= {"cases": cased, "acknowledgements": written, "outbox": letters}
        faults += [
            f"{what}: {count}, posted were {self.posted}" for what, count in found.items() if count != self.posted
        ]
        if readers != (sellers or self.posted):
            faults.append(f"{readers} sellers were acknowledged of {sellers or self.posted}")
        verified = self.service.run("verify")
        if verified.returncode:
            faults.append(verified.stdout[-500:] + verified.stderr[-500:])
        if faults:
            raise WrongBooks("; ".join(faults))
        said = next((line for line in verified.stdout.splitlines() if "looked at" in line), "")
        return f"books: {self.posted} mails, each with row, disposition, case, acknowledgement; verify: {said}"

    def _written(self) -> int:
        with self.service.app.store.cases.read() as connection:
            return _count(connection, sa.select(sa.func.count()).select_from(outbox))

    def _left(self, *, answers: bool = True) -> int:
        waits = 0
        if answers:
            with self.service.app.store.cases.read() as connection:
                waits = _count(connection, sa.select(sa.func.count()).where(outbox.c.state != "sent"))
        with self.service.app.store.ledger_database.read() as connection:
            return waits + _count(connection, sa.select(sa.func.count()).where(ledger_mails.c.state != "done"))


_ACKNOWLEDGEMENTS = sa.select(sa.func.count()).where(outbox.c.kind == ReplyKind.ACKNOWLEDGEMENT)
_READERS = sa.select(sa.func.count(sa.distinct(outbox.c.envelope_to))).where(outbox.c.kind == ReplyKind.ACKNOWLEDGEMENT)


def _count(connection: sa.engine.Connection, query: sa.Select[int]) -> int:
    return int(connection.execute(query).scalar_one())


def preloaded(library: Path, **variables: str) -> dict[str, str]:
    """The environment in which a library is loaded before all others."""
    before = os.environ.get("LD_PRELOAD", "")
    return {"LD_PRELOAD": f"{library} {before}".strip(), **variables}
