"""From keys of the configuration to a listener that does what they say."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casepost.app import App
from casepost.config import load
from casepost.doctor import Level, examine
from casepost.edge import _listen
from tests.edge import MAIL, House, Raw, open_files
from tests.loop_thread import LoopThread
from tests.service import wait_until
from tests.tls_files import write_certificate

NO_ROOM = "452 4.3.1 Not enough room, try again later"


class Running:
    """The listeners of one configuration."""

    def __init__(self, thread: LoopThread, folder: Path, keys: str) -> None:
        self.house = House()
        (folder / "var").mkdir(exist_ok=True)
        (folder / "casepost.toml").write_text(
            f'[smtp]\nlisten = "127.0.0.1:0"\ntrusted_relays = []\n{keys}\n[lmtp]\nlisten = "unix:{folder}/lmtp.sock"\n'
        )
        directory: Any = self.house
        app = App(load(folder / "casepost.toml", {}), {})
        self.listeners = thread.run(_listen(app, self.house, directory, first=True))
        self.port = int(self.listeners[0].addresses[0].rpartition(":")[2])

    def connect(self, header: bytes = b"") -> Raw:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(header)
        return Raw(connection)


@pytest.fixture
def run(thread: LoopThread, tmp_path: Path) -> Iterator[Any]:
    made: list[Running] = []

    def make(keys: str) -> Running:
        made.append(Running(thread, tmp_path, keys))
        return made[-1]

    yield make
    for running in made:
        for listener in running.listeners:
            thread.run(listener.drain(0.2))


def test_the_proxy_header_is_read_from_the_balancers_that_are_named(run: Any) -> None:
    running: Running = run('proxy_protocol_from = ["127.0.0.0/8"]')
    with running.connect(b"PROXY TCP4 198.51.100.7 192.0.2.25 40000 25\r\n") as peer:
        peer.begin()
        assert peer.ask(MAIL + b".\r\n").startswith("250")
    assert running.house.taken[0].peer == "198.51.100.7"


def test_without_the_free_space_that_is_wanted_mail_is_put_off_by_smtp_and_by_lmtp(run: Any, tmp_path: Path) -> None:
    running: Running = run(f"min_free_bytes = {2**60}")
    lmtp = socket.socket(socket.AF_UNIX)
    lmtp.connect(str(tmp_path / "lmtp.sock"))
    for peer, hello in ((running.connect(), b"EHLO x\r\n"), (Raw(lmtp), b"LHLO x\r\n")):
        with peer:
            peer.ask(hello)
            assert peer.ask(b"MAIL FROM:<> SIZE=1\r\n") == NO_ROOM
            peer.ask(b"MAIL FROM:<>\r\n")
            peer.ask(b"RCPT TO:<support@casepost.example>\r\n")
            assert peer.ask(b"DATA\r\n") == NO_ROOM


def test_the_caps_are_those_of_the_keys(run: Any) -> None:
    running: Running = run("max_connections_per_address = 2\nmax_connects_per_minute = 4")
    with running.connect(), running.connect():
        third = running.connect()
        assert third.reply().startswith("421 4.7.0 Too many connections, ")
        third.__exit__()
    with running.connect() as fourth:
        assert fourth.ask(b"QUIT\r\n").startswith("221")
    fifth = running.connect()
    assert fifth.reply().startswith("421 4.7.0 Too many connections in a minute")
    fifth.__exit__()


def test_a_certificate_makes_starttls_offered_and_large_mails_come_through_the_data_folder(
    run: Any, tmp_path: Path
) -> None:
    certificate, key = write_certificate(tmp_path)
    running: Running = run(f'tls_cert = "{certificate}"\ntls_key = "{key}"')
    with running.connect() as peer:
        assert "250-STARTTLS" in peer.ask(b"EHLO x\r\n").replace("250 ", "250-")
        peer.begin()
        peer.send(MAIL * 20_000)
        wait_until(lambda: [one for one in open_files() if one.startswith(f"{tmp_path}/var/")])
        assert peer.ask(b".\r\n").startswith("250")
    assert list((tmp_path / "var").iterdir()) == []


def test_doctor_says_when_the_certificate_ends_and_when_it_cannot_be_used(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    (tmp_path / "casepost.toml").write_text(f'[smtp]\ntls_cert = "{certificate}"\ntls_key = "{key}"\n')

    def ask() -> list[tuple[Level, str]]:
        app = App(load(tmp_path / "casepost.toml", {}), {})
        return [(one.level, one.says) for one in examine(app) if one.check == "certificate"]

    for days, level, said in ((30, Level.OK, "holds"), (5, Level.NOTICE, "ends in 5 days"), (-1, Level.FAULT, "ended")):
        write_certificate(tmp_path, days=days)
        key.chmod(0o600)
        ((found, says),) = ask()
        assert (found, said in says) == (level, True)
    key.chmod(0o644)
    assert ask()[-1] == (Level.NOTICE, f"{key} can be read by others on this machine")
    key.write_bytes(b"")
    ((found, says),) = ask()
    assert (found, "tls_cert and tls_key" in says) == (Level.FAULT, True)


def test_doctor_says_that_there_is_less_room_than_mail_needs(tmp_path: Path) -> None:
    (tmp_path / "casepost.toml").write_text(f"[smtp]\nmin_free_bytes = {2**60}\n")
    app = App(load(tmp_path / "casepost.toml", {}), {})
    assert [one.level for one in examine(app) if one.check == "folder"] == [Level.FAULT]
