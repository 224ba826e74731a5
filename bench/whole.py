"""A burst of 20 KB mails to committed cases with acknowledgements, against Roundup, django-helpdesk and RT.

casepost takes the burst over SMTP and is done when each mail has its case, with everything that is read out of it, and
its acknowledgement in the outbox; all along it hands acknowledgements over to a sink. Roundup and django-helpdesk get
the same mails as files in one process that is warm, without any wire; RT gets them by HTTP, as its own gateway is fed,
without the start of a program for each. Each mail is by a seller of its own, and has to become a ticket of its own.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.load import write_load
from bench.mails import BenchMail, Size, make_mails
from bench.measure import Contest, run
from bench.ours import Casepost
from bench.peers.django_helpdesk import DjangoHelpdesk
from bench.peers.peer import Peer, Skipped
from bench.peers.request_tracker import RequestTracker
from bench.peers.roundup import Roundup
from bench.scale import ROUNDS, scaled
from bench.sunk import QuickSink

_CONNECTIONS = 10
_OURS = 600
_PEERS: tuple[tuple[Callable[[Path], Peer], int], ...] = ((Roundup, 200), (DjangoHelpdesk, 200), (RequestTracker, 60))


def main() -> None:
    """Print the rates, in mails a second, and a ratio for each peer; then what the books say."""
    for make_peer, mails in _PEERS:
        with tempfile.TemporaryDirectory() as place:
            peer = make_peer(Path(place))
            try:
                _contest(peer, Path(place), scaled(mails))
            except Skipped as reason:
                sys.stdout.write(f"burst against {peer.name}: skipped, {reason}\n")


def _contest(peer: Peer, folder: Path, mails: int) -> None:
    with peer, QuickSink(folder) as sink, Casepost(folder / "casepost", sink_port=sink.port) as casepost:
        rounds = _Rounds()
        ours = scaled(_OURS)
        run(
            Contest(
                name=f"burst of 20 KB mails to cases with acknowledgements, {ours} of ours, {mails} of theirs a round",
                unit="mails/s",
                ours=lambda: _burst(casepost, folder / "mails", rounds.next(ours)),
                theirs=lambda: peer.take(rounds.next(mails)).rate,
                theirs_name=peer.name,
            ),
            rounds=ROUNDS,
        )
        sys.stdout.write(f"  {casepost.check_books()}\n")
        sys.stdout.flush()


def _burst(casepost: Casepost, path: Path, mails: list[BenchMail]) -> float:
    write_load(path, mails)
    sent = casepost.take(path, connections=_CONNECTIONS)
    casepost.wait_for_cases()
    rate = len(mails) / (time.time() - sent.began)
    casepost.wait_until_quiet()
    return rate


class _Rounds:
    """Mails that no round before had."""

    def __init__(self) -> None:
        self._seed = 0

    def next(self, count: int) -> list[BenchMail]:
        """So many new ones."""
        self._seed += 1
        return list(make_mails(Size.KB_20, count, seed=self._seed))
