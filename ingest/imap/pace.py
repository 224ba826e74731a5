"""How long to wait before a mailbox is connected to again. Pure."""

from dataclasses import dataclass

from ingest.imap.trouble import Trouble

SHORTEST = 5.0  # seconds between two connects, whatever happens
_LONGEST = 60  # times the shortest: five minutes
# Servers lock accounts whose password is tried too often: from one minute to fifteen.
_SHORTEST_SIGN_IN, _LONGEST_SIGN_IN = 12, 180
_LONGEST_DISK = 4  # it is our own, and mails wait for it
_SIGN_IN = frozenset({Trouble.LOGIN, Trouble.TOKEN})


@dataclass(kw_only=True, slots=True)
class Pace:
    """Failures in a row since the mailbox was last read well."""

    shortest: float = SHORTEST
    failures: int = 0

    def well(self) -> None:
        """The mailbox was read."""
        self.failures = 0

    def failed(self, trouble: Trouble, *, jitter: float) -> float:
        """Count a failure; seconds to wait. `jitter` is from 0 to 1, so that many do not come back at one moment."""
        self.failures += 1
        first, last = (_SHORTEST_SIGN_IN, _LONGEST_SIGN_IN) if trouble in _SIGN_IN else (1, _LONGEST)
        last = _LONGEST_DISK if trouble is Trouble.DISK else last
        times = min(first * 2.0 ** min(self.failures - 1, 10), last)
        return self.shortest * times * (1.0 + jitter / 4)
