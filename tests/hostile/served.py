"""`python -m tests.hostile.served COSTS serve …`: casepost, with what each mail cost its child in the file COSTS.

The pool tells it to the log at its finest level, which the service does not show; here a second handler hears it.
"""

import json
import logging
import sys
from pathlib import Path

_FIELDS = ("pool", "octets", "cpu_seconds", "memory_bytes", "failed")


class _ToFile(logging.Handler):
    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        line = json.dumps({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        with self._path.open("a", encoding="ascii") as file:
            file.write(line + "\n")


def main() -> None:
    """Casepost's command line, listened to."""
    costs = sys.argv.pop(1)
    pool = logging.getLogger("ingest.child_pool")
    pool.setLevel(logging.DEBUG)
    pool.addHandler(_ToFile(Path(costs)))
    pool.propagate = False
    from casepost.cli import main as casepost  # after the handler is there

    casepost()


if __name__ == "__main__":
    main()
