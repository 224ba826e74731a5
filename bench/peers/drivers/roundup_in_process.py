"""Roundup in this process: `roundup_in_process.py TRACKER MAILS`, run by the Python of its environment.

Its mail gateway takes each mail as `roundup-mailgw` does from a pipe or a mailbox: the tracker is opened and committed
for each. The process stays, so it starts only once.
"""

import json
import sys
import time
from email import message_from_binary_file
from email.utils import parseaddr
from pathlib import Path
from types import SimpleNamespace

from roundup import instance, mailgw  # type: ignore[import-not-found,unused-ignore]


def main(tracker: Path, mails: Path) -> None:
    """Take every mail in, print what it took and how many issues are new."""
    opened = instance.open(str(tracker))
    arguments = SimpleNamespace(default_class="", default_user=None, args=[], set_value=[])
    before, files = _count(opened), sorted(mails.iterdir())
    _register(opened, files)
    began = time.perf_counter()
    for file in files:
        gateway = mailgw.MailGW(opened, arguments)
        with file.open("rb") as octets:
            gateway.handle_message(mailgw.message_from_binary_file(octets, mailgw.RoundupMessage))
    seconds = time.perf_counter() - began
    print(json.dumps({"mails": len(files), "seconds": seconds, "tickets": _count(opened) - before}))


def _register(opened: object, files: list[Path]) -> None:
    """Their authors as users: without that each is a stranger, who is refused."""
    db = opened.open("admin")  # type: ignore[attr-defined]
    try:
        for file in files:
            with file.open("rb") as octets:
                address = parseaddr(message_from_binary_file(octets)["From"])[1]
            db.user.create(username=address, address=address, roles="User")
        db.commit()
    finally:
        db.close()


def _count(opened: object) -> int:
    db = opened.open("admin")  # type: ignore[attr-defined]
    try:
        return len(db.issue.list())
    finally:
        db.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
