"""Logs: one line an event, with ids and never with bodies or secrets; for people or as JSON.

Ids are given as `extra` of the standard library's logging, so that each is a field of its own.

What an exception of a library says may quote what it could not deal with: a person's words, a statement, a password.
So its kind and its place go into the log and its words do not; those of our own errors are written for the log.
"""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

from cases.errors import CasepostError

_SECRETS = (
    (re.compile(r"(\+[an])[a-z2-7]{42}(?=@)", re.IGNORECASE), r"\1…"),  # a signed address
    (re.compile(r"(://[^\s:/?#@]*:)[^\s/]*@"), r"\1***@"),  # a URL with a password
)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """A formatter that leaves out what is nobody's business who reads logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with what looks like a secret taken out of it."""
        record.exc_text = None  # another formatter may have left its own there
        fields = [f"{key}={value}" for key, value in record.__dict__.items() if key not in _STANDARD]
        return " ".join([_without_secrets(super().format(record)), *map(_without_secrets, fields)])

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


def log_to_stderr(level: str = "INFO", *, as_json: bool = False) -> None:
    """Send the log to standard error, as systemd and containers like it: lines for people, or JSON objects."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_structured(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every command there
    for talkative in ("alembic", "uvicorn"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _structured(*, as_json: bool) -> logging.Formatter:
    """Structlog's formatter over the standard library's records; it is loaded by the service alone."""
    import structlog

    class Structured(structlog.stdlib.ProcessorFormatter):
        def format(self, record: logging.LogRecord) -> str:
            return _without_secrets(super().format(record))

    colors = not as_json and sys.stderr.isatty()
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _console(colors=colors)
    return Structured(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _add_process, _say_fault, render],
    )


def _console(*, colors: bool) -> Any:
    import structlog

    return structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0)


def _add_process(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["process"] = os.getpid()
    return event


def _say_fault(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as kinds and places; see the module's text."""
    fault = event.pop("exc_info", None)
    if fault:
        event["exception"] = Discreet().formatException(fault if isinstance(fault, tuple) else sys.exc_info())
    return event


def _without_secrets(line: str) -> str:
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line
