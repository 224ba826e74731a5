"""Threat 20: what is attached becomes no file that anything could run, serve or mistake for something of its own.

FreeScout CVE-2026-28289: a zero-width space hid the name `.htaccess`, and a mail became remote code.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.raw import IN_ROW_OCTETS
from tests.seen import wait_until_quiet
from tests.service import AGENT, Service, mail, parsed, sent_to
from tests.sink import Sink

_NAMES = (
    "\u200b.htaccess",
    ".htaccess",
    "x.php",
    "x.php.png",
    "x.phtml\u200b",
    "../../etc/x",
    "..\\..\\windows\\x.exe",
    "/etc/cron.d/x",
    "C:\\autoexec.bat",
    "CON",
    "nul.txt",
    "COM1",
    "AUX .txt",
    "x\x00.php",
    "x\r\ny.sh",
    "x\u202egnp.exe",
    "~/.bashrc",
    "$(touch x)",
    "`id`.sh",
    "-rf",
    "x;reboot",
    "%2e%2e%2fx",
    ".",
    "..",
    "",
    " ",
    "a" * 5000,
    "ledger.db",
    "cases.db-wal",
    "node",
)
_OWN_FILES = re.compile(
    r"(ledger|cases)\.db(-wal|-shm|-turn)?|node|serve\.lock|(worker|pulse)\.sock|heads\.log|[0-9a-f]+"
)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, shared_sink: Sink) -> Iterator[Service]:
    """A service that was started by somebody who lets all the world read and write."""
    before = os.umask(0)
    try:
        folder = tmp_path_factory.mktemp("service")
        with Service(folder, shared_sink) as running:
            yield running
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def taken(started: Service, shared_sink: Sink) -> Service:
    """The same after a mail for each name, each file large enough to be kept beside the database."""
    for number, name in enumerate(_NAMES):
        seller = f"seller{number}@shop.example"
        message = mail("A file", "See the file.", sender=seller)
        content = b"<?php system($_GET[0]); ?>\n" * (IN_ROW_OCTETS // 20) + str(number).encode()
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename="NAME")
        encoded = "".join(f"%{octet:02X}" for octet in name.encode())
        raw = message.as_bytes().replace(b'filename="NAME"', f"filename*=utf-8''{encoded}".encode())
        started.send(raw.replace(b"\n", b"\r\n"), sender=seller)
    wait_until_quiet(started)
    return started


def _everything(folder: Path) -> list[Path]:
    return [Path(where) / name for where, folders, files in os.walk(folder) for name in (*folders, *files)]


def test_20_what_is_kept_has_names_of_our_own_only(taken: Service) -> None:
    found = _everything(taken.folder / "var")
    assert len([path for path in found if path.is_file() and path.parent.parent.name == "blobs"]) >= len(_NAMES)
    assert [path.name for path in found if not (_OWN_FILES.fullmatch(path.name) or path.name == "blobs")] == []
    kept = _everything(taken.folder / "var" / "blobs")
    assert [path.name for path in kept if not re.fullmatch("[0-9a-f]+", path.name)] == []
    beside = {path.name for path in taken.folder.iterdir()}
    assert beside == {"var", "casepost.toml", "service.log"}


def test_20_nobody_else_can_read_what_is_kept_and_nothing_can_be_run(taken: Service) -> None:
    folder = taken.folder / "var"
    for path in (folder, *_everything(folder)):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, (path.name, oct(mode))
        elif path.is_socket():
            assert mode & 0o077 == 0, (path.name, oct(mode))
        else:
            assert mode == 0o600, (path.name, oct(mode))


def test_20_the_file_goes_to_the_agents_under_a_name_that_is_only_a_name(taken: Service, shared_sink: Sink) -> None:
    names = []
    for sunk in list(shared_sink.mails):
        if sunk.envelope_to == (AGENT,):
            names += [part.get_filename() or "" for part in parsed(sunk).iter_attachments()]
    assert len(names) == len(_NAMES) == len(sent_to(shared_sink, AGENT))
    for name in names:
        assert name.strip(". ")
        assert not re.search(r"[/\\\x00-\x1f\u200b\u202e]", name)
        assert len(name.encode()) <= 130
