"""Named steps at which a test can end the process, to prove that nothing is lost there.

`CASEPOST_FAILPOINTS="case-committed=kill"` in the environment; nothing else ever sets one. Names are those
of `Step`, actions those of `_ACTIONS`.
"""

import os
import signal
from enum import StrEnum


class Step(StrEnum):
    """The steps that can be failed, in the order a mail passes them."""

    LEDGER_COMMITTED = "ledger-committed"
    CASE_COMMITTED = "case-committed"
    REPLY_WRITTEN = "reply-written"
    DATA_BEGINS = "data-begins"
    HANDED_OVER = "handed-over"
    PICTURE_SEEN = "picture-seen"


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_ACTIONS = {"kill": _kill}
_GIVEN = (item.partition("=") for item in os.environ.get("CASEPOST_FAILPOINTS", "").split(",") if item)
_SET = {Step(step): _ACTIONS[action] for step, _, action in _GIVEN}


def reach(step: Step) -> None:
    """Say that a step is reached; does nothing unless a test has set a failpoint there."""
    if _SET and step in _SET:
        _SET[step]()
