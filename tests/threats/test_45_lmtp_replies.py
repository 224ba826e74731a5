"""Threat 45, LMTP replies: one for each accepted recipient, in their order, so that no sender misreads them."""

import os
import shutil
import smtplib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.edge import MAIL, OURS, Edge
from tests.servers.postfix import Postfix

RCPT = b"RCPT TO:<%s@casepost.example>\r\n"


class Fussy:
    """A directory that fails for one address, as a database does in a bad moment."""

    def is_ours(self, address: str) -> bool:
        if address.startswith("support+broken"):
            raise RuntimeError("database is locked")
        return address.startswith("support")


@pytest.fixture
def lmtp(edges: Any) -> Edge:
    made: Edge = edges(lmtp=True, directory=Fussy())
    return made


def test_45_three_recipients_with_one_that_fails_are_put_down_to_the_right_ones(lmtp: Edge) -> None:
    with lmtp.raw() as peer:
        peer.ask(b"LHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        codes = [peer.ask(RCPT % name)[:9] for name in (b"support", b"support+broken", b"nobody", b"support+2")]
        assert codes == ["250 2.1.5", "451 4.3.0", "550 5.1.1", "250 2.1.5"]
        peer.ask(b"DATA\r\n")
        peer.send(MAIL + b".\r\nRSET\r\n")
        assert [peer.line() for _ in range(3)] == ["250 2.0.0 Ok: queued as 4701"] * 2 + ["250 2.0.0 Ok"]
    assert lmtp.house.taken[0].recipients == (OURS, "support+2@casepost.example")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (MAIL, "250 2.0.0"),
        (b"x" * 70_000 + b"\r\n", "500 5.5.2"),
        (b"x" * 98 + b"\r\n" + b"y" * 998 + b"\r\n" * 600, "552 5.3.4"),
    ],
    ids=["whole", "long line", "large"],
)
def test_45_whatever_is_said_is_said_once_for_each_recipient(edges: Any, content: bytes, code: str) -> None:
    lmtp: Edge = edges(lmtp=True, max_message_bytes=2000 if code == "552 5.3.4" else 10**6)
    with lmtp.raw() as peer:
        peer.ask(b"LHLO x\r\n")
        peer.send(b"MAIL FROM:<>\r\n" + RCPT % b"support" * 5 + b"DATA\r\n")
        assert [peer.reply()[:3] for _ in range(7)] == ["250"] * 6 + ["354"]
        peer.send(content + b".\r\nRSET\r\nNOOP\r\n")
        assert [peer.line()[:9] for _ in range(7)] == [code] * 5 + ["250 2.0.0"] * 2


def test_45_a_store_that_fails_puts_all_recipients_off_and_the_retry_is_in(lmtp: Edge) -> None:
    lmtp.house.error = OSError("disk full")
    with lmtp.raw() as peer:
        for expected in ("451 4.3.0", "250 2.0.0"):
            peer.ask(b"LHLO x\r\n")
            peer.send(b"MAIL FROM:<>\r\n" + RCPT % b"support" + RCPT % b"support+2" + b"DATA\r\n")
            assert [peer.reply()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
            peer.send(MAIL + b".\r\nNOOP\r\n")
            assert [peer.line()[:9] for _ in range(3)] == [expected, expected, "250 2.0.0"]
            lmtp.house.error = None
    assert len(lmtp.house.taken) == 1


def test_45_the_client_of_the_standard_library_sends_by_tcp_and_by_unix_socket(edges: Any, tmp_path: Path) -> None:
    by_tcp, by_socket = edges(lmtp=True), edges(lmtp=True, address=f"unix:{tmp_path}/lmtp.sock")
    with smtplib.LMTP("127.0.0.1", by_tcp.port, local_hostname="x") as client:
        for _ in range(3):
            assert client.sendmail("a@example.com", [OURS], MAIL) == {}
    with smtplib.LMTP(f"{tmp_path}/lmtp.sock", local_hostname="x") as client:
        assert client.sendmail("a@example.com", [OURS], MAIL) == {}
    assert (len(by_tcp.house.taken), len(by_socket.house.taken)) == (3, 1)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that Postfix's own users may look into."""
    folder = Path(tempfile.mkdtemp(prefix="casepost-lmtp-"))
    folder.chmod(0o755)
    before = os.umask(0o022)
    yield folder
    os.umask(before)
    shutil.rmtree(folder, ignore_errors=True)


def test_45_postfix_puts_each_reply_down_to_the_right_recipient(lmtp: Edge, open_folder: Path) -> None:
    names = ["support", "support+broken", "support+2"]
    main = "relay_domains = casepost.example\n"
    main += f"transport_maps = inline:{{{{casepost.example = lmtp:inet:127.0.0.1:{lmtp.port}}}}}\n"
    with Postfix(open_folder, next_port=1, main=main, master="") as postfix:
        postfix.send(MAIL, sender="a@example.com", to=[f"{name}@casepost.example" for name in names])
        results = postfix.wait_for("@casepost.example", 3)
        assert {one.recipient.partition("@")[0]: (one.status, one.dsn) for one in results} == {
            "support": ("sent", "2.0.0"),
            "support+broken": ("deferred", "4.3.0"),
            "support+2": ("sent", "2.0.0"),
        }
        assert postfix.waits()
    (taken,) = lmtp.house.taken
    assert sorted(taken.recipients) == ["support+2@casepost.example", OURS]
