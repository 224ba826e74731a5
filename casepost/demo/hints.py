"""What to do next: lines that work as they are printed, in a shell in the folder where the demo was started."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from casepost.demo.folder import QUEUE, Folder
from casepost.demo.timeline import Timeline

_YOU = "you@example.org"


def print_hints(timeline: Timeline, folder: Folder, *, port: int, number: str, serving: bool) -> None:
    """How to look at what was made, and while it serves on how to send it a mail of one's own."""
    command = f"{own_command()} --config {shlex.quote(str(folder.config))}"
    timeline.say()
    timeline.say("Look at the cases:", "bold")
    timeline.say_whole(f"{command} case list")
    timeline.say_whole(f"{command} case show {number}")
    timeline.say()
    timeline.say("Open the mails that went out, with any mail program:", "bold")
    for box in sorted(folder.mailboxes.iterdir()):
        timeline.say_whole(f"{box}  ({sum(1 for _ in box.iterdir())})")
    if not serving:
        return
    timeline.say()
    timeline.say("Send a mail of your own, from another terminal; what becomes of it is told here:", "bold")
    if shutil.which("curl"):
        timeline.say("by curl")
        timeline.say_whole(curl_line(port))
    timeline.say("by Python alone")
    timeline.say_whole(python_line(port))
    timeline.say(f"or by a mail program: server 127.0.0.1, port {port}, no password, no TLS; write to {QUEUE}")


def curl_line(port: int) -> str:
    """A mail by curl."""
    mail = rf"From: {_YOU}\r\nSubject: Mein Paket\r\n\r\nWo ist meine Bestellung 302-7654321-1234567?\r\n"
    return f"printf '{mail}' | curl -sS smtp://127.0.0.1:{port} --mail-from {_YOU} --mail-rcpt {QUEUE} --upload-file -"


def python_line(port: int) -> str:
    """A mail by nothing but Python's own library."""
    mail = rf"From: {_YOU}\nSubject: My parcel\n\nWhere is my order 302-7654321-1234567?"
    send = f'smtplib.SMTP("127.0.0.1", {port}).sendmail("{_YOU}", "{QUEUE}", "{mail}")'
    return f"{_own_python()} -c 'import smtplib; {send}'"


def own_command() -> str:
    """How this casepost was called, for a shell in the current folder."""
    called = Path(sys.argv[0])
    if called.name != "casepost":
        return f"{_own_python()} -m casepost"
    on_path = shutil.which("casepost")
    return "casepost" if on_path and Path(on_path).samefile(called) else _from_here(called)


def _own_python() -> str:
    return _from_here(Path(sys.executable))


def _from_here(program: Path) -> str:
    """A program's path, short when it is below the current folder; links are not followed: a venv is made of them."""
    path = os.path.abspath(program)  # noqa: PTH100  resolve() would follow links
    here = str(Path.cwd()) + os.sep
    return shlex.quote(path.removeprefix(here))
