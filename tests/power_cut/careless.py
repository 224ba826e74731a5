"""`python -m tests.power_cut.careless FOLDER`: a store that takes mails in and is careless on demand.

A test of the test: what is not synced must be found missing. Prints the SHA-256 of each mail once it is promised.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import store.database
import store.folders
import store.raw
from cases.arrival import Arrival, Channel
from store.clock import real_clock
from store.store import open_store


def main() -> None:
    """Take mails in, some of them large enough for a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--mails", type=int, default=12)
    arguments.add_argument("--synchronous", default="FULL", help="SQLite's pragma")
    arguments.add_argument("--no-folder-sync", action="store_true")
    options = arguments.parse_args()
    full = store.database._PRAGMAS
    vars(store.database)["_PRAGMAS"] = [pragma.replace("=FULL", f"={options.synchronous}") for pragma in full]
    if options.no_folder_sync:
        for module in (store.raw, store.folders):
            vars(module)["sync_folder"] = lambda _folder: None
    opened = open_store(options.folder, "")
    for number in range(options.mails):
        raw = b"Subject: %d\r\n\r\n" % number + b"x" * (300_000 if number % 3 == 0 else 3_000)
        arrival = Arrival(
            raw=raw, channel=Channel.SMTP, sender="a@b.example", recipients=("c@d.example",), received_at=real_clock()
        )
        opened.ledger.add([arrival])
        sys.stdout.write(hashlib.sha256(raw).hexdigest() + "\n")
        sys.stdout.flush()
    opened.close()


if __name__ == "__main__":
    main()
