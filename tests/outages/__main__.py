"""`python -m tests.outages lock` and `relay`: longer runs of what the suite has in short; 1 when something is lost.

lock: a database is locked for so long while clients send. relay: the smarthost is down for two days with thousands of
cases waiting, by a simulated clock.
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from cases.model import Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import AGENT, NOW, SUPPORT
from tests.outages.locks import hold_and_send
from tests.outages.relay_down import RelayDown
from tests.service import Service
from tests.sink import Sink


def main() -> int:
    """Print how it went; 1 when something must not be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    kinds = arguments.add_subparsers(dest="kind", required=True)
    lock = kinds.add_parser("lock")
    lock.add_argument("--seconds", type=float, default=30)
    lock.add_argument("--clients", type=int, default=20)
    relay = kinds.add_parser("relay")
    relay.add_argument("--cases", type=int, default=5_000)
    relay.add_argument("--per-minute", type=int, default=600)
    options = arguments.parse_args()
    if options.kind == "lock":
        return _lock(options.seconds, options.clients)
    return _relay(options.cases, options.per_minute)


def _lock(seconds: float, clients: int) -> int:
    slowest = 0.0
    for name in ("ledger.db", "cases.db"):
        with tempfile.TemporaryDirectory() as folder, Sink() as sink, Service(Path(folder), sink) as service:
            books = hold_and_send(service, name, seconds=seconds, clients=clients)
        slowest = max(slowest, books.slowest())
        _tell(f"{name} locked for {seconds:.0f} s: {len(books.promised)} mails, {_codes(books.codes())}, lost 0")
    _tell(f"the slowest reply came after {slowest:.1f} s")
    return 0 if slowest < 60 else 1


def _codes(codes: set[int]) -> str:
    return "replies " + ", ".join(map(str, sorted(codes)))


def _relay(cases: int, per_minute: int) -> int:
    logging.disable(logging.CRITICAL)  # two days of warnings
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), "", clock=lambda: NOW)
        seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
        report = RelayDown(store, cases=cases, per_minute=per_minute, tell=_tell).play()
        store.close()
    faults = report.faults(cases=cases, per_minute=per_minute)
    for fault in faults[:50]:
        _tell(f"fault: {fault}")
    _tell(
        f"{cases:,} cases, {len(report.tries_down)} tries in two days, {len(report.left):,} mails afterwards, "
        f"at most {report.busiest_minute()} in a minute, drained in {report.drained_in()}, faults {len(faults)}"
    )
    return 1 if faults else 0


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
