"""The first mail of a new sender against one of a known sender: the time of taking in, of a burst of each."""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.load import write_load
from bench.mails import BenchMail, Size, make_mail, make_mails
from bench.measure import Contest, run
from bench.ours import Casepost
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink

_MAILS = 300
_CONNECTIONS = 10


def main() -> None:
    """Print the times of both, in milliseconds a mail, and the ratio; then what the books say."""
    mails = scaled(_MAILS)
    with (
        tempfile.TemporaryDirectory() as place,
        QuickSink(Path(place)) as sink,
        Casepost(Path(place) / "casepost", sink_port=sink.port) as casepost,
    ):
        bench = _Bench(Path(place), casepost, mails)
        run(
            Contest(
                name=f"taking in mails of new senders, 20 KB, {mails} a round",
                unit="ms a mail",
                ours=bench.new_senders,
                theirs=bench.known_senders,
                theirs_name="known senders",
            ),
            rounds=ROUNDS,
        )
        sys.stdout.write(f"  {casepost.check_books(sellers=casepost.posted // 2)}\n")
        sys.stdout.flush()


class _Bench:
    def __init__(self, folder: Path, casepost: Casepost, mails: int) -> None:
        self._path = folder / "mails"
        self._casepost = casepost
        self._count = mails
        self._seed = 0
        self._known: list[BenchMail] = []

    def new_senders(self) -> float:
        self._seed += 1
        self._known = list(make_mails(Size.KB_20, self._count, seed=self._seed))
        return self._take(self._known)

    def known_senders(self) -> float:
        return self._take([make_mail(Size.KB_20, sender=one.sender, seed=self._seed) for one in self._known])

    def _take(self, mails: Sequence[BenchMail]) -> float:
        write_load(self._path, mails)
        sent = self._casepost.take(self._path, connections=_CONNECTIONS)
        self._casepost.wait_until_taken_in()
        milliseconds = (time.time() - sent.began) / len(mails) * 1000
        self._casepost.wait_until_quiet()
        return milliseconds
