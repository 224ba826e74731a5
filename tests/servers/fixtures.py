"""One mail server a test run, set up by the words of docs/operations.md, with casepost behind and in front of it.

The routes of the document are here side by side, each for a domain of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.servers.installation import USER, Installation
from tests.servers.postfix import Postfix
from tests.servers.recipes import fill_in, snippets
from tests.service import AGENT, free_port
from tests.sink import Sink

TCP, UNIX, PIPE = "tcp.example", "unix.example", "pipe.example"
_BY_LMTP, _BY_SOCKET, _BY_PIPE = (f"Behind Postfix, by {way}" for way in ("LMTP", "a Unix socket", "a pipe"))
_TOLD = "help.example.com"
STALE, STALE_PIPE = f"sales@{TCP}", f"sales@{PIPE}"  # Postfix still knows them, casepost does not
BUSY, GONE = "busy@outside.example", "gone@outside.example"  # refused by Postfix for now, and for good
_FOR_TESTS = f"""
lmtp_destination_recipient_limit = 1100
smtpd_recipient_limit = 1100
smtpd_recipient_restrictions =
  check_recipient_access inline:{{{{{BUSY}=450 4.2.1 Busy}}, {{{GONE}=550 5.1.1 Gone}}}}
  permit_mynetworks reject
"""


@dataclass(frozen=True, kw_only=True)
class MailHouse:
    """A Postfix whose mail for outside goes to `sink`, and a casepost that is ready to be started in `service`.

    LMTP over TCP is for TCP, over a Unix socket for UNIX, the pipe for PIPE. The service listens where its environment
    says, on TCP if it says nothing; `socket` is the other place.
    """

    postfix: Postfix
    service: Installation
    sink: Sink
    lmtp_port: int
    socket: Path

    def send(self, mail: EmailMessage, *, to: Sequence[str] = ()) -> None:
        """Hand a mail to Postfix, for those in To if `to` names nobody."""
        sender = mail["From"].addresses[0].addr_spec
        recipients = list(to) or [one.addr_spec for one in mail["To"].addresses]
        self.postfix.send(mail.as_bytes(policy=policy.SMTP), sender=sender, to=recipients)


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    """A mail house with the Postfix running and casepost not; skips where that cannot be."""
    # Not pytest's own folder: the users of the two programs may not look into that.
    folder = Path(tempfile.mkdtemp(prefix="casepost-servers-"))
    folder.chmod(0o755)
    before = os.umask(0o022)  # a store that an earlier test has opened has left another one behind
    try:
        with Sink() as sink:
            yield from _open(folder, sink)
    finally:
        os.umask(before)
        shutil.rmtree(folder, ignore_errors=True)


def _open(folder: Path, sink: Sink) -> Iterator[MailHouse]:
    port = free_port()
    conf = folder / "postfix"
    postfix = Postfix(folder, next_port=sink.port, main=_main(conf) + _FOR_TESTS, master=_master(folder))
    places = {
        "127.0.0.1:2424": f"127.0.0.1:{port}",
        "127.0.0.1:25": f"127.0.0.1:{postfix.port}",
        "/var/lib/casepost": str(folder / "var"),
        f"support@{_TOLD}": f"support@{TCP}",
        "ada@example.com": AGENT,
    }
    others = "".join(
        f'[[queues]]\nname = "{name}"\naddress = "support@{domain}"\nagents = ["{AGENT}"]\n'
        for name, domain in (("unix", UNIX), ("pipe", PIPE))
    )
    service = Installation(folder, sink, places=places, config=others)
    _write_tables(conf, port, folder / "run")
    with postfix:
        try:
            yield MailHouse(
                postfix=postfix, service=service, sink=sink, lmtp_port=port, socket=folder / "run" / "lmtp.sock"
            )
        finally:
            service.kill()
            service.app.close()


def _main(conf: Path) -> str:
    """What the document adds to main.cf, for all three domains."""
    told = snippets(_BY_LMTP)["/etc/postfix/main.cf"]
    places = {_TOLD: ", ".join((TCP, UNIX, PIPE)), "/etc/postfix/": f"{conf}/"}
    return fill_in(told, places) + snippets(_BY_PIPE)["/etc/postfix/main.cf"]


def _master(folder: Path) -> str:
    told = snippets(_BY_PIPE)["/etc/postfix/master.cf"]
    places = {
        "/opt/casepost/bin/casepost": str(folder / "casepost"),
        "/etc/casepost/": f"{folder}/",
        "user=casepost": f"user={USER}",
    }
    return fill_in(told, places)


def _write_tables(conf: Path, port: int, run: Path) -> None:
    """The recipients and the routes, each as the document has it for its own domain."""
    known = snippets(_BY_LMTP)["/etc/postfix/casepost_recipients"]
    known_here = "".join(fill_in(known, {_TOLD: one}) for one in (TCP, UNIX, PIPE))
    (conf / "casepost_recipients").write_text(f"{known_here}{STALE} x\n{STALE_PIPE} x\n")
    ways = {
        _BY_LMTP: {_TOLD: TCP, "127.0.0.1:2424": f"127.0.0.1:{port}"},
        _BY_SOCKET: {_TOLD: UNIX, "/run/casepost/": f"{run}/"},
        _BY_PIPE: {_TOLD: PIPE},
    }
    told = (fill_in(snippets(way)["/etc/postfix/casepost_transport"], places) for way, places in ways.items())
    stale = f"{STALE} lmtp:inet:127.0.0.1:{port}\n{STALE_PIPE} casepost:\n"
    (conf / "casepost_transport").write_text("".join(told) + stale)
