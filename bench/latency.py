"""From the final dot to the acknowledgement at the sink, against Postfix relaying a mail to the same sink.

First idle: mails one by one, with a rest between them. Then casepost alone at half of the highest load that it can
carry for long, which is measured before: the slowest hundredth against the median of the idle ones.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.load import Handed, write_load
from bench.mails import BenchMail, Size, make_mails
from bench.measure import Contest, run
from bench.ours import Casepost
from bench.peers.peer import Skipped
from bench.peers.postfix import RelayingPostfix
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink

_IDLE_MAILS, _IDLE_RATE = 40, 4.0
_BURST_MAILS, _LOADED_SECONDS, _CONNECTIONS = 600, 30.0, 10


def main() -> None:
    """Print the times of both in milliseconds and the ratio; the same under load; then what the books say."""
    with tempfile.TemporaryDirectory() as place, QuickSink(Path(place)) as sink:
        folder = Path(place)
        with Casepost(folder / "casepost", sink_port=sink.port) as casepost:
            bench = _Bench(casepost, sink, folder)
            try:
                bench.compare_idle()
            except Skipped as reason:
                sys.stdout.write(f"latency against Postfix: skipped, {reason}\n")
            bench.compare_loaded()
            sys.stdout.write(f"  {casepost.check_books()}\n")
            sys.stdout.flush()


class _Bench:
    def __init__(self, casepost: Casepost, sink: QuickSink, folder: Path) -> None:
        self._casepost = casepost
        self._sink = sink
        self._path = folder / "mails"
        self._seed = 0

    def compare_idle(self) -> None:
        with RelayingPostfix(next_port=self._sink.port) as postfix:
            run(
                Contest(
                    name="final dot to acknowledgement at the sink, idle, median",
                    unit="ms",
                    ours=lambda: statistics.median(self._idle()) * 1000,
                    theirs=lambda: statistics.median(self._relay(postfix)) * 1000,
                    theirs_name=postfix.name,
                ),
                rounds=ROUNDS,
            )

    def compare_loaded(self) -> None:
        mails = self._write(scaled(_BURST_MAILS))
        sent = self._casepost.take(self._path, connections=_CONNECTIONS)
        self._casepost.wait_for_cases()
        highest = len(mails) / (time.time() - sent.began)
        self._casepost.wait_until_quiet()
        idle = statistics.median(self._idle())
        rate = highest / 2
        self._write(scaled(round(rate * _LOADED_SECONDS), at_least=20))
        took = sorted(self._acknowledged(rate=rate, connections=_CONNECTIONS))
        slow = took[min(len(took) - 1, len(took) * 99 // 100)]
        sys.stdout.write(
            f"final dot to acknowledgement at half of the highest load, {rate:.1f} of {highest:.1f} mails/s, "
            f"{len(took)} mails\n"
            f"  p50 idle        {idle * 1000:.3g} ms\n"
            f"  under load      p50 {statistics.median(took) * 1000:.3g} ms, p99 {slow * 1000:.3g} ms\n"
            f"  ratio           p99 / p50 idle {slow / idle:.3g}\n"
        )
        sys.stdout.flush()

    def _idle(self) -> list[float]:
        self._write(scaled(_IDLE_MAILS))
        return self._acknowledged(rate=_IDLE_RATE, connections=1)

    def _acknowledged(self, *, rate: float, connections: int) -> list[float]:
        sent = self._casepost.take(self._path, connections=connections, rate=rate)
        self._casepost.wait_until_quiet()
        arrived = {recipient: at for (_, recipient), at in self._sink.arrivals().items()}
        return _times(sent.mails, arrived)

    def _relay(self, postfix: RelayingPostfix) -> list[float]:
        mails = self._write(scaled(_IDLE_MAILS))
        before = self._sink.count()
        sent = postfix.take(self._path, connections=1, rate=_IDLE_RATE)
        self._sink.wait_for(before + len(mails))
        arrived = {sender: at for (sender, _), at in self._sink.arrivals().items()}
        return _times(sent.mails, arrived)

    def _write(self, count: int) -> list[BenchMail]:
        self._seed += 1
        mails = list(make_mails(Size.KB_20, count, seed=self._seed))
        write_load(self._path, mails)
        return mails


def _times(handed: Sequence[Handed], arrived: dict[str, float]) -> list[float]:
    """Seconds for each mail; KeyError when nothing came for one."""
    return [arrived[mail.sender] - mail.dot for mail in handed]
