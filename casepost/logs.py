"""Logs: one line an event, with ids and never with bodies or secrets.

What an exception of a library says may quote what it could not deal with: a person's words, a statement, a password.
So its kind and its place go into the log and its words do not; those of our own errors are written for the log.
"""

import logging
import re
import sys
from types import TracebackType

from cases.errors import CasepostError

_SECRETS = (
    (re.compile(r"(\+[an])[a-z2-7]{42}(?=@)", re.IGNORECASE), r"\1…"),  # a signed address
    (re.compile(r"(://[^\s:/?#@]*:)[^\s/]*@"), r"\1***@"),  # a URL with a password
)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """A formatter that leaves out what is nobody's business who reads logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with what looks like a secret taken out of it."""
        record.exc_text = None  # another formatter may have left its own there
        line = super().format(record)
        for pattern, instead in _SECRETS:
            line = pattern.sub(instead, line)
        return line

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  the name is of the standard library
        """Where it happened and what it was, without its words, the causes below."""
        lines = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            lines.append(f"{type(error).__qualname__}{_own_words(error)}")
            lines += [f"  {place}" for place in _places(error.__traceback__)]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def _own_words(error: BaseException) -> str:
    return f": {error}" if isinstance(error, CasepostError) else ""


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places


def keep_discreet() -> None:
    """For commands, which set up no log: what they warn of and what ends them is said with the same discretion."""
    discreet = Discreet()
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(discreet)

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(f"casepost: a fault of the program\n{discreet.formatException((kind, error, trace))}\n")

    sys.excepthook = say


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send the log to standard error, as systemd and containers like it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every command there
    logging.getLogger("alembic").setLevel(logging.WARNING)
