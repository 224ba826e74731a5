"""Answers of the DNS, kept for as long as they hold: a bounded cache that threads share."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Record = str | bytes | tuple[int, str]


class Kind(StrEnum):
    """The types of records that are ever asked for."""

    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    PTR = "PTR"
    TXT = "TXT"
    NS = "NS"


class DnsTrouble(Exception):
    """No answer now: a time-out, a failing server, a name that leads nowhere. Nothing follows from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The records of a name: TXT as joined octets, A, AAAA and PTR as text, MX as (preference, host).

    `exists` is false when there is no such name at all (NXDOMAIN). `seconds`: how long it may be kept.
    """

    exists: bool = True
    records: tuple[Record, ...] = ()
    seconds: float = 0.0


class Cache:
    """The last answers that still hold; the least used go first."""

    def __init__(self, size: int, monotonic: Callable[[], float]) -> None:
        self._size = size
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Kind], tuple[float, Answer]] = OrderedDict()

    def find(self, name: str, kind: Kind) -> Answer | None:
        """The answer, if it is known and not too old."""
        with self._lock:
            until, answer = self._kept.get((name, kind), (0.0, None))
            if answer is None or until <= self._monotonic():
                self._kept.pop((name, kind), None)
                return None
            self._kept.move_to_end((name, kind))
            return answer

    def keep(self, name: str, kind: Kind, answer: Answer) -> None:
        """Keep an answer for its seconds."""
        if answer.seconds <= 0:
            return
        with self._lock:
            self._kept[name, kind] = (self._monotonic() + answer.seconds, answer)
            self._kept.move_to_end((name, kind))
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
