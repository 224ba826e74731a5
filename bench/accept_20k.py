"""Durable accept of 20 KB mails over 50, 10 and 1 connections, against Postfix's queue with everything on hold.

casepost reads, threads and acknowledges all the while, by the same two cores; Postfix does nothing but keep the mails.
"""

import sys
import tempfile
from pathlib import Path

from bench.load import send_by_smtp_source, write_load
from bench.mails import Size, make_mails
from bench.measure import Contest, run
from bench.ours import Casepost, WrongBooks
from bench.peers.peer import Skipped
from bench.peers.postfix import HeldPostfix
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink
from tests.service import QUEUE

_MAILS = {50: 2000, 10: 1500, 1: 400}


def main() -> None:
    """Print the rates of both, in mails a second, and the ratios; then what the books say."""
    for connections, mails in _MAILS.items():
        contest(Size.KB_20, connections, scaled(mails, at_least=connections * 2))


def contest(size: Size, connections: int, mails: int) -> None:
    """One row of the table."""
    try:
        postfix = HeldPostfix()
    except Skipped as reason:
        sys.stdout.write(f"accept {size.name} over {connections}: skipped, {reason}\n")
        return
    with tempfile.TemporaryDirectory() as place, QuickSink(Path(place)) as sink, postfix:
        folder = Path(place)
        with Casepost(folder / "casepost", sink_port=sink.port) as casepost:
            rounds = _Rounds(folder, size, mails, connections)

            def ours() -> float:
                sent = casepost.take(rounds.next(), connections=connections)
                casepost.wait_until_quiet()
                return sent.rate

            run(
                Contest(
                    name=f"durable accept, {size.name}, {connections} connections, {mails} mails a round",
                    unit="mails/s",
                    ours=ours,
                    theirs=lambda: postfix.take(rounds.path, connections=connections).rate,
                    theirs_name=postfix.name,
                ),
                rounds=ROUNDS,
            )
            sys.stdout.write(f"  {casepost.check_books()}\n")
        with Casepost(folder / "by_smtp_source", sink_port=sink.port) as casepost:
            _compare_loads(casepost, postfix, size, connections, mails)


def _compare_loads(casepost: Casepost, postfix: HeldPostfix, size: Size, connections: int, mails: int) -> None:
    """Whoever doubts the load sees here what both do with Postfix's own: one text by one sender, many Message-IDs."""
    theirs = send_by_smtp_source(postfix.port, count=mails, octets=size.value, connections=connections, recipient=QUEUE)
    postfix.empty(mails)
    ours = send_by_smtp_source(casepost.port, count=mails, octets=size.value, connections=connections, recipient=QUEUE)
    if (rows := casepost.count_rows()) != mails:
        raise WrongBooks(f"{rows} rows in the ledger for {mails} mails of smtp-source")
    sys.stdout.write(
        f"  by smtp-source  casepost {ours:.3g}, {postfix.name} {theirs:.3g} mails/s, "
        f"ratio {ours / theirs:.3g}; {rows} rows in the ledger\n"
    )
    sys.stdout.flush()


class _Rounds:
    """A file of mails that no round before had."""

    def __init__(self, folder: Path, size: Size, mails: int, connections: int) -> None:
        self.path = folder / "mails"
        self._size = size
        self._mails = mails
        self._seed = connections * 1000

    def next(self) -> Path:
        """The file, with new mails in it."""
        self._seed += 1
        write_load(self.path, make_mails(self._size, self._mails, seed=self._seed))
        return self.path
