"""Named steps at which a test ends the process or makes it fail, to prove that nothing is lost there.

`CASEPOST_FAILPOINTS="case-committed=kill,mail-read=eio:once"` in the environment; nothing else ever sets one. Names
are those of `Step`, actions those of `Action`. After a colon stands how often: `once`, or a dice as `5%`. What is
`once` is so for all processes that share the folder `CASEPOST_FAILPOINTS_SPENT`, without one for each process. A step
may be named several times: what is not spent yet comes in that order.
"""

import errno
import os
import random
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Step(StrEnum):
    """The steps that can be failed, in the order a mail passes them."""

    MAIL_ACCEPTED = "mail-accepted"  # whole at the edge, nothing is written yet
    BLOB_WRITTEN = "blob-written"  # a large mail is a file, which no row names yet
    LEDGER_WRITTEN = "ledger-written"  # in the transaction
    LEDGER_COMMITTED = "ledger-committed"  # the sender has no 250 yet
    MAIL_PROMISED = "mail-promised"  # the worker has not been woken yet
    MAIL_CLAIMED = "mail-claimed"
    MAIL_READ = "mail-read"
    IDENTITY_CHECKED = "identity-checked"
    MAIL_DECIDED = "mail-decided"
    CASE_WRITTEN = "case-written"  # in the transaction
    CASE_COMMITTED = "case-committed"
    MAIL_DONE = "mail-done"  # the ledger knows the disposition, too
    REPLY_CLAIMED = "reply-claimed"  # an acknowledgement as well as a reminder
    REPLY_RENDERED = "reply-rendered"
    REPLY_KEPT = "reply-kept"  # its bytes are where the outbox row will say
    OUTBOX_WRITTEN = "outbox-written"  # in the transaction
    REPLY_WRITTEN = "reply-written"
    DELIVERY_CLAIMED = "delivery-claimed"
    CONNECT = "connect"
    CONNECTED = "connected"
    MAIL_SAID = "mail-said"
    RCPT_SAID = "rcpt-said"
    DATA_BEGINS = "data-begins"
    CONTENT_SENT = "content-sent"  # the final dot is on its way, no reply has come
    HANDED_OVER = "handed-over"
    ATTEMPT_WRITTEN = "attempt-written"  # in the transaction
    ATTEMPT_RECORDED = "attempt-recorded"
    PICTURE_CLAIMED = "picture-claimed"
    PICTURE_LOOKED_AT = "picture-looked-at"
    PICTURE_SEEN = "picture-seen"
    EVENTS_SEALED = "events-sealed"  # in the transaction
    LEASES_RENEWED = "leases-renewed"
    LAPSED_FREED = "lapsed-freed"


class Action(StrEnum):
    """What happens at a step: the end of the process, a fault of the program, a full disk, a broken one."""

    KILL = "kill"
    EXCEPTION = "exception"
    ENOSPC = "enospc"
    EIO = "eio"


class Failpoint(Exception):
    """A fault that a test has asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Set:
    """An action at a step. `percent`: so often; `spent`: the file that says it has been, None when it is no `once`."""

    action: Action
    percent: float = 100.0
    once: bool = False
    spent: Path | None = None

    def strikes(self, left: "list[_Set]") -> bool:
        """Whether it is its turn; of all that ask at once about the same `once` one gets a yes."""
        if not self.once:
            return random.random() * 100 < self.percent  # noqa: S311  a dice
        try:
            left.remove(self)
            if self.spent is not None:
                os.close(os.open(self.spent, os.O_CREAT | os.O_EXCL))
        except (ValueError, FileExistsError):
            return False
        return True


_set: dict[Step, list[_Set]] = {}


def set_failpoints(said: str, *, spent: Path | None = None) -> None:
    """Set what `said` names, in place of what was set; "" sets nothing. ValueError: no such step, action or dice."""
    _set.clear()
    for number, item in enumerate(one for one in said.split(",") if one):
        step, _, rest = item.partition("=")
        action, _, often = rest.partition(":")
        file = spent / f"{number}.{step}.{action}" if spent is not None else None
        percent = float(often.removesuffix("%")) if often.endswith("%") else 100.0
        if often not in ("", "once") and not often.endswith("%"):
            raise ValueError(f"how often is {often!r}?")
        one = _Set(action=Action(action), percent=percent, once=often == "once", spent=file)
        _set.setdefault(Step(step), []).append(one)


def reach(step: Step) -> None:
    """Say that a step is reached; does nothing unless a test has set a failpoint there."""
    if _set and step in _set:
        _strike(step)


def _strike(step: Step) -> None:
    for one in list(_set[step]):
        if one.strikes(_set[step]):
            _do(one.action, step)


def _do(action: Action, step: Step) -> None:
    match action:
        case Action.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Action.EXCEPTION:
            raise Failpoint(f"asked for at {step}")
        case Action.ENOSPC | Action.EIO:
            number = getattr(errno, action.upper())
            raise OSError(number, os.strerror(number))


def _from(environ: Mapping[str, str]) -> None:
    folder = environ.get("CASEPOST_FAILPOINTS_SPENT", "")
    set_failpoints(environ.get("CASEPOST_FAILPOINTS", ""), spent=Path(folder) if folder else None)


_from(os.environ)
