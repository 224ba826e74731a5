"""Durable accept of 20 KB mails over 50 connections with 5 ms added to every fsync, against the same without.

The fsync is slowed by a library that is loaded before the C library; it counts its calls, so what goes past it shows.
"""

import sys
import tempfile
from pathlib import Path

from bench.load import write_load
from bench.mails import Size, make_mails
from bench.measure import Contest, run
from bench.native import compiled
from bench.ours import Casepost, preloaded
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink

_CONNECTIONS = 50
_MAILS = 2000
_ADDED = 5000  # microseconds
_PROBES = 20  # mails one after the other: each needs a sync of its own


def main() -> None:
    """Print the rates of both, in mails a second, and the ratio; then what the books say."""
    mails = scaled(_MAILS, at_least=2 * _CONNECTIONS)
    with tempfile.TemporaryDirectory() as place, QuickSink(Path(place)) as sink:
        folder = Path(place)
        with _Slowed(folder, "slow", sink.port, _ADDED) as slow, _Slowed(folder, "as_it_is", sink.port, 0) as as_it_is:
            for one in (slow, as_it_is):
                one.prove()
            run(
                Contest(
                    name=f"durable accept, 20 KB, {_CONNECTIONS} connections, {_ADDED / 1000:g} ms more for an fsync",
                    unit="mails/s",
                    ours=lambda: slow.rate(mails),
                    theirs=lambda: as_it_is.rate(mails),
                    theirs_name="nothing added",
                ),
                rounds=ROUNDS,
            )
            for one in (slow, as_it_is):
                sys.stdout.write(f"  {one.casepost.check_books()}; {one.calls()} fsyncs\n")
            sys.stdout.flush()


class _Slowed:
    """A service with so many microseconds added to each fsync."""

    def __init__(self, folder: Path, name: str, sink_port: int, microseconds: int) -> None:
        self._log = folder / f"{name}.fsyncs"
        self._path = folder / f"{name}.mails"
        self._added = microseconds
        self._seed = microseconds * 1000
        library = compiled("slow_fsync", library=True)
        environ = preloaded(library, SLOW_FSYNC_US=str(microseconds), SLOW_FSYNC_LOG=str(self._log))
        self.casepost = Casepost(folder / name, sink_port=sink_port, environ=environ)

    def __enter__(self) -> "_Slowed":
        self.casepost.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.casepost.__exit__(None, None, None)

    def calls(self) -> int:
        """How often fsync and fdatasync were called."""
        return self._log.stat().st_size if self._log.exists() else 0

    def prove(self) -> None:
        """Mails one by one: SystemExit unless there is a call for each at least, and each waits for it."""
        before = self.calls()
        rate = self._take(_PROBES, connections=1)
        calls = self.calls() - before
        if calls < _PROBES or (self._added and rate > 1e6 / self._added):
            raise SystemExit(f"{calls} fsyncs for {_PROBES} mails, {rate:.0f} mails/s: they are not slowed")

    def rate(self, mails: int) -> float:
        """Mails a second."""
        return self._take(mails, connections=_CONNECTIONS)

    def _take(self, mails: int, *, connections: int) -> float:
        self._seed += 1
        write_load(self._path, make_mails(Size.KB_20, mails, seed=self._seed))
        rate = self.casepost.take(self._path, connections=connections).rate
        self.casepost.wait_until_quiet()
        return rate
