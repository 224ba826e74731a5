"""Threat 49, oversize: the right code at once where it is declared, cut off at twice the limit, and flat memory."""

import contextlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.edge import Edge, Peer, Raw, talk_at_once
from tests.service import Service

LIMIT = 36_700_160
TOO_LARGE = f"552 5.3.4 Mail is larger than {LIMIT} octets"
MEBIBYTE = 2**20
LINES = (b"y" * 1022 + b"\r\n") * 1024


def children(service: Service) -> list[int]:
    assert service.process is not None
    pid = service.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int, field: str) -> int:
    """Octets, of VmRSS (now) or VmHWM (the most so far)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


@pytest.fixture
def flat(shared_service: Service) -> Any:
    """Fails the test if a process of the service has had 64 MB more than before."""
    with shared_service_session(shared_service):
        pass
    pids = children(shared_service)
    before = {pid: memory(pid, "VmRSS") for pid in pids}
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the most so far begins anew, proc(5)
    yield
    assert {pid: rise for pid in pids if (rise := memory(pid, "VmHWM") - before[pid]) >= 64_000_000} == {}


def shared_service_session(service: Service) -> Raw:
    edge = object.__new__(Edge)
    edge.port = service.port
    return edge.raw()


async def send(mebibytes: int, declared: bytes, peer: Peer) -> list[str]:
    """Send so much and a dot; all replies behind the 354, the last being "" where the session was closed."""
    await peer.reply()
    for command in (b"EHLO x", b"MAIL FROM:<>" + declared, b"RCPT TO:<support@casepost.example>", b"DATA"):
        said = await peer.ask(command + b"\r\n")
    assert said[:3] == "354"
    with contextlib.suppress(ConnectionError):
        for _ in range(mebibytes):
            await peer.send(LINES)
        await peer.send(b".\r\nQUIT\r\n")
    return await peer.rest()


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (b"36700161", "552 5.3.4"),
        (b"1" + b"0" * 19, "552 5.3.4"),
        (b"1" + b"0" * 30, "552 5.3.4"),
        (b"9" * 1000, "552 5.3.4"),
        (b"-1", "501 5.5.4"),
        (b"1e9", "501 5.5.4"),
        (b"0x7fffffff", "501 5.5.4"),
        (b"1_000", "501 5.5.4"),
        (b"", "501 5.5.4"),
        ("٣".encode(), "501 5.5.4"),
        (b"36700160", "250 2.1.0"),
        (b"0", "250 2.1.0"),
        (b"00000000000000000000", "250 2.1.0"),
    ],
)
def test_49_a_declared_size_is_judged_at_mail(shared_service: Service, declared: bytes, code: str) -> None:
    with shared_service_session(shared_service) as peer:
        assert f"250-SIZE {LIMIT}" in peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"MAIL FROM:<> SIZE=" + declared + b"\r\n").startswith(code)


def test_49_nothing_is_offered_that_has_no_limit(shared_service: Service) -> None:
    with shared_service_session(shared_service) as peer:
        offered = peer.ask(b"EHLO x\r\n")
        assert "CHUNKING" not in offered
        assert "BINARYMIME" not in offered
        assert peer.ask(b"BDAT 10 LAST\r\n").startswith("500")


@pytest.mark.parametrize("declared", [b"", b" SIZE=1000"], ids=["undeclared", "a lying SIZE"])
def test_49_an_oversize_mail_is_read_to_its_end_and_refused(
    shared_service: Service, flat: None, declared: bytes
) -> None:
    answers = talk_at_once(shared_service.port, [partial(send, 50, declared)])
    assert answers == [[TOO_LARGE, "221 2.0.0 Bye"]]


def test_49_a_mail_without_end_is_cut_off_at_twice_the_limit(shared_service: Service, flat: None) -> None:
    (answer,) = talk_at_once(shared_service.port, [partial(send, 500, b"")])
    assert answer in ([TOO_LARGE], [])  # a connection that is cut while sending may lose the reply


def test_49_three_oversize_mails_at_once_are_no_heavier(shared_service: Service, flat: None) -> None:
    answers = talk_at_once(shared_service.port, [partial(send, 40, b"")] * 3)
    assert answers == [[TOO_LARGE, "221 2.0.0 Bye"]] * 3
    assert not list((shared_service.folder / "var").glob("spool.*"))
