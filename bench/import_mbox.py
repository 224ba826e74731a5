"""`casepost import` of an mbox file, against the same mails over SMTP: until each has its committed case.

The import runs beside no service, so it does all the work itself, its own start included; the mails over SMTP come to a
service that is warm.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.load import write_load
from bench.mails import BenchMail, Size, make_mails
from bench.measure import Contest, run
from bench.ours import Casepost
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink
from tests.service import QUEUE

_MAILS = 2000
_CONNECTIONS = 10


def main() -> None:
    """Print the rates of both, in mails a second, and the ratio; then what the books say."""
    mails = scaled(_MAILS)
    with tempfile.TemporaryDirectory() as place, QuickSink(Path(place)) as sink:
        folder = Path(place)
        archive = Casepost(folder / "archive", sink_port=sink.port)
        with Casepost(folder / "casepost", sink_port=sink.port) as casepost:
            bench = _Bench(folder, archive, casepost, mails)
            run(
                Contest(
                    name=f"casepost import of an mbox, 20 KB, {mails} mails a round",
                    unit="mails/s",
                    ours=bench.by_import,
                    theirs=bench.by_smtp,
                    theirs_name="over SMTP",
                ),
                rounds=ROUNDS,
            )
            sys.stdout.write(f"  {casepost.check_books()}\n")
        with archive:
            archive.wait_until_quiet()
            sys.stdout.write(f"  {archive.check_books()}\n")
            sys.stdout.flush()


class _Bench:
    def __init__(self, folder: Path, archive: Casepost, casepost: Casepost, mails: int) -> None:
        self._folder = folder
        self._archive = archive
        self._casepost = casepost
        self._count = mails
        self._seed = 0
        self._mails: list[BenchMail] = []

    def by_import(self) -> float:
        self._seed += 1
        # Of now: an import files what is older than a week without an answer.
        now = datetime.now(UTC)
        self._mails = list(make_mails(Size.KB_20, self._count, seed=self._seed, at=now))
        path = self._folder / "old.mbox"
        _write_mbox(path, self._mails)
        began = time.perf_counter()
        done = self._archive.service.run("import", str(path), "--recipient", QUEUE)
        rate = self._count / (time.perf_counter() - began)
        if done.returncode or f"{self._count} added" not in done.stdout:
            raise SystemExit(f"casepost import: {done.stdout} {done.stderr}")
        self._archive.posted += self._count
        return rate

    def by_smtp(self) -> float:
        path = self._folder / "mails"
        write_load(path, self._mails)
        sent = self._casepost.take(path, connections=_CONNECTIONS)
        self._casepost.wait_until_taken_in()
        rate = self._count / (time.time() - sent.began)
        self._casepost.wait_until_quiet()
        return rate


def _write_mbox(path: Path, mails: Sequence[BenchMail]) -> None:
    with path.open("wb") as file:
        for mail in mails:
            file.write(f"From {mail.sender} Mon Nov 23 09:02:11 2026\n".encode())
            file.write(mail.raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") + b"\n")
