"""Threat 82: least privilege. casepost is no root, writes to its data_dir alone, and starts no programs but its own.

It runs as deploy/casepost.service lets it: another user, one capability for a low port, all else read-only.
"""

import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path

import pytest

from tests.seen import wait_until_quiet
from tests.servers.installation import USER, Installation
from tests.service import AGENT, QUEUE, SELLER, answer, free_port, mail, number_of, sent_to
from tests.sink import Sink

_NET_BIND_SERVICE = 1 << 10  # capabilities(7)
_ONE_RIGHT = (
    "--bounding-set=-all,+net_bind_service",
    "--inh-caps=-all,+net_bind_service",
    "--ambient-caps=+net_bind_service",
)
# A mount of its own for the folder that may be written to, then everything else read-only.
_READ_ONLY = (
    'mount --make-rprivate / && mount --bind "$0" "$0" && '
    "for place in $(cut -d ' ' -f 5 /proc/self/mountinfo | grep -vFx \"$0\"); do "
    'mount -o remount,bind,ro "$place" 2>/dev/null; done; exec "$@"'
)
_OWN = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


@dataclass(frozen=True, kw_only=True)
class Confined:
    """A service that has had a conversation, and what strace saw; `wall` says whether all else was read-only."""

    service: Installation
    sink: Sink
    port: int
    trace: Path | None
    wall: bool


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    """casepost with as few rights as the machine lets us take from it."""
    folder = Path(tempfile.mkdtemp(prefix="casepost-confined-"))
    folder.chmod(0o755)
    try:
        with Sink() as sink:
            yield from _confine(folder, sink)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _confine(folder: Path, sink: Sink) -> Iterator[Confined]:
    places = {
        "/var/lib/casepost": str(folder / "var"),
        '[smtp]\nlisten = ""': f'[smtp]\nlisten = "127.0.0.1:{(low := _free_low_port())}"',
        "127.0.0.1:2424": f"127.0.0.1:{free_port()}",
        '127.0.0.1:25"': f'127.0.0.1:{sink.port}"',
        "support@help.example.com": QUEUE,
        "ada@example.com": AGENT,
    }
    service = Installation(folder, sink, places=places)
    service.program[1:1] = _ONE_RIGHT
    wall = not subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode
    if wall:
        (folder / "var" / "tmp").mkdir()
        shutil.chown(folder / "var" / "tmp", USER)
        service.environ["TMPDIR"] = str(folder / "var" / "tmp")
        service.program[:0] = ["unshare", "--mount", "sh", "-c", _READ_ONLY, str(folder / "var")]
    trace = folder / "trace" if _can_trace() else None
    if trace is not None:
        calls = "trace=execve,execveat,mmap,mprotect,pkey_mprotect,shmat"
        service.program[:0] = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", calls, "-s", "300", "-o", str(trace)]
    try:
        service.start()
        yield Confined(service=service, sink=sink, port=low, trace=trace, wall=wall)
    finally:
        service.kill()
        service.app.close()


def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return not subprocess.run(["strace", "-f", "--seccomp-bpf", "true"], capture_output=True, check=False).returncode


def _free_low_port() -> int:
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    pytest.skip("no port below 1024 is free")


def test_82_no_root_one_capability_and_nothing_to_write_to_but_data_dir(confined: Confined) -> None:
    service, sink = confined.service, confined.sink
    question = mail("Where is it?", "Order 302-1234567-7654321", sender=SELLER, to=QUEUE)
    question.add_alternative("<p>Order <b>302-1234567-7654321</b></p>", subtype="html")
    question.add_attachment(b"a;b\r\n" * 60_000, maintype="text", subtype="csv", filename="../../etc/passwd")
    with smtplib.SMTP("127.0.0.1", confined.port, timeout=30) as client:
        client.sendmail(SELLER, [QUEUE], question.as_bytes(policy=policy.SMTP))
        number = number_of(sent_to(sink, SELLER)[0])
        reply, to = answer(sent_to(sink, AGENT)[0], "#close\nIt is on its way.", sender=AGENT)
        client.sendmail(AGENT, [to], reply.as_bytes(policy=policy.SMTP))
    sent_to(sink, SELLER, 2)
    wait_until_quiet(service)
    assert service.case(number)["status"] == "closed"

    pids = [int(pid) for pid in (service.folder / "var" / "serve.lock").read_text().split()]
    for pid in (*pids, *_children(pids[0])):
        status = Path(f"/proc/{pid}/status").read_text()
        assert re.search(r"^Uid:\t(\d+)\t(\d+)\t(\d+)", status, re.MULTILINE).groups().count("0") == 0  # type: ignore[union-attr]
        assert {int(held, 16) for held in re.findall(r"^Cap(?:Prm|Eff|Bnd):\t(\w+)$", status, re.MULTILINE)} == {
            _NET_BIND_SERVICE
        }
        assert "NoNewPrivs:\t1" in status
    if not confined.wall:
        pytest.skip("all else held; but a file system cannot be made read-only here")
    mounts = Path(f"/proc/{pids[0]}/mountinfo").read_text()
    assert re.findall(r"^\S+ \S+ \S+ \S+ / (r[ow])", mounts, re.MULTILINE) == ["ro"]


def _children(pid: int) -> list[int]:
    own = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return own + [below for child in own for below in _children(child)]


def _traced(confined: Confined) -> list[str]:
    """What strace saw from the start of casepost on, line by line."""
    if confined.trace is None:
        pytest.skip("strace is not installed, or may not trace here")
    lines = confined.trace.read_text(encoding="utf-8", errors="replace").splitlines()
    starts = [number for number, line in enumerate(lines) if "execve(" in line and '"casepost", "serve"' in line]
    started = [number for number in starts if lines[number].endswith("= 0") and "python" in lines[number]]
    return lines[started[-1] + 1 :]


def test_82_it_starts_its_own_two_helpers_and_the_text_recognition_and_no_other_program(confined: Confined) -> None:
    lines = [line for line in _traced(confined) if "execve" in line and "resumed>" not in line]
    others = [line for line in lines if not any(own in line for own in _OWN) and "/tesseract" not in line]
    assert others == []
    assert {own for own in _OWN for line in lines if own in line} == set(_OWN)  # strace did see something


def test_82_no_memory_is_writable_and_executable(confined: Confined) -> None:
    """MemoryDenyWriteExecute of the unit: mmap of both, mprotect to executable and shmat with it are refused."""
    lines = _traced(confined)
    assert any("mmap(" in line for line in lines)
    denied = [
        line
        for line in lines
        if ("PROT_EXEC" in line and ("PROT_WRITE" in line or "mprotect(" in line)) or "SHM_EXEC" in line
    ]
    assert denied == []
