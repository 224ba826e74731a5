"""The one place where the real clock is read."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

# Only tests set it: this node's clock is wrong by so many seconds.
_WRONG_BY = timedelta(seconds=float(os.environ.get("CASEPOST_FAIL_CLOCK") or 0))


def real_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC) + _WRONG_BY
