"""Readers of mails in children that can be killed."""

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from cases.mail import Mail
from ingest.child import ChildLimits
from ingest.child_pool import ChildPool, ReaderFailed, ReaderUnavailable, Report, log_cost
from ingest.read.rules import NO_OWN_RULES, ReadingRules

_WITH_FILES, _WITHOUT_FILES = b"files", b"no files"
_NICENESS = 10  # in a burst a mail is taken first and read afterwards; a reader holds no lock that others wait for


class Reader(Protocol):
    """Raw octets to a Mail; `open_files`: attached files are opened too."""

    def __call__(self, raw: bytes, *, open_files: bool) -> Mail:
        """What the mail says."""


class ReaderPool(ChildPool[Mail]):
    """`size` children that read mails; `seconds` of wall and processor time and `memory_bytes` for one mail.

    `rules` are the installation's own. `reader` is what runs in the child, picklable; only tests give another one.
    """

    def __init__(
        self,
        *,
        size: int = 1,
        seconds: float = 12.0,
        memory_bytes: int = 512 * 2**20,
        recycle_after: int = 500,
        rules: ReadingRules = NO_OWN_RULES,
        reader: Reader | None = None,
        report: Report = log_cost,
    ) -> None:
        super().__init__(
            functools.partial(_answer, reader or functools.partial(_read_in_child, rules=rules)),
            Mail,
            name="reader",
            size=size,
            seconds=seconds,
            limits=ChildLimits(cpu_seconds=math.ceil(seconds), memory_bytes=memory_bytes, niceness=_NICENESS),
            recycle_after=recycle_after,
            report=report,
        )

    def read(self, raw: bytes) -> Mail:
        """What the mail says. Raises ReaderFailed; the next call is served.

        A mail whose reader had to be stopped is read once more with its files closed: an attached file that is
        built to kill its reader must not keep the seller's words from the agents.
        """
        try:
            return self.ask(raw, _WITH_FILES)
        except ReaderUnavailable:
            raise
        except ReaderFailed as failure:
            mail = self.ask(raw, _WITHOUT_FILES)
            defect = f"attached files were not opened: the reader had to be stopped ({failure.reason})"
            return replace(mail, defects=(*mail.defects, defect))


def _read_in_child(raw: bytes, *, open_files: bool, rules: ReadingRules) -> Mail:
    """Only the children load what reads: it takes a second, and 40 MB, that this process does not need."""
    from ingest.read.reader import read

    return read(raw, open_files=open_files, rules=rules)


def _answer(reader: Callable[..., Mail], raw: bytes, how: bytes) -> Mail:
    return reader(raw, open_files=how == _WITH_FILES)
