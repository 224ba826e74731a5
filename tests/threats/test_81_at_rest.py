"""Threat 81: at rest. The data directory is its owner's alone, and so is every file in it, whatever the umask was."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seen import wait_until_quiet
from tests.service import Service, answer, mail, sent_to
from tests.sink import Sink

_AGENT = "agent@casepost.example"


@pytest.fixture
def careless() -> Iterator[None]:
    """A shell that hides nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_81_after_a_real_run_with_umask_000_nobody_else_can_read_anything(
    tmp_path: Path, sink: Sink, careless: None
) -> None:
    with Service(tmp_path, sink) as service:
        first = mail("Where is it?", "Hello")
        first.add_attachment(b"\x00\x01\x02" * 120_000, maintype="application", subtype="pdf", filename="a.pdf")
        service.send(first)
        (relay,) = sent_to(sink, _AGENT)
        reply, to = answer(relay, "On its way.", sender=_AGENT)
        service.send(reply, sender=_AGENT, to=[to])
        sent_to(sink, "jan@petersen.example", 2)
        wait_until_quiet(service)
        assert service.run("backup", str(tmp_path / "b.tar")).returncode == 0
        found = {path.relative_to(tmp_path): path.lstat().st_mode for path in (tmp_path / "var").rglob("*")}
    assert {"cases.db", "ledger.db", "node"} <= {path.name for path in found}
    assert any(path.parts[1] == "blobs" and stat.S_ISREG(mode) for path, mode in found.items())
    folders = {path: oct(mode & 0o777) for path, mode in found.items() if stat.S_ISDIR(mode)}
    files = {path: oct(mode & 0o777) for path, mode in found.items() if stat.S_ISREG(mode)}
    assert oct((tmp_path / "var").stat().st_mode & 0o777) == "0o700"
    assert set(folders.values()) == {"0o700"}, folders
    assert {path: mode for path, mode in files.items() if mode != "0o600"} == {}
    assert {path for path, mode in found.items() if mode & 0o077} == set()  # nor its socket
    assert oct((tmp_path / "b.tar").stat().st_mode & 0o777) == "0o600"
