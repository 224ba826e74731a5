"""The demo as a newcomer meets it: what it tells, whether its printed lines work, and how it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from casepost.demo import play as play_module
from casepost.demo.folder import DemoFailed, Folder, find_port, open_folder
from casepost.demo.hints import own_command
from casepost.demo.inbox import Inbox
from casepost.demo.letters import draw_screenshot
from casepost.demo.play import Play
from casepost.demo.running import run_service
from casepost.demo.timeline import Timeline
from casepost.demo.watch import Watch
from tests.service import ROOT, Service, text_of, wait_until
from tests.sink import Sink

_TO_COPY = re.compile(r"casepost\.toml|^printf |-c 'import|^\.demo/")


def environ(**more: str) -> dict[str, str]:
    """As from an installation, with settings of another casepost about, which must not matter."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "CASEPOST_DELIVERY__URL": "smtp://127.0.0.1:9", **more}


def run_demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "casepost", "demo", *arguments],
        cwd=folder,
        env=environ(),
        capture_output=True,
        encoding="utf-8",
        timeout=110,
        check=False,
    )


def run_line(line: str, folder: Path) -> str:
    done = subprocess.run(
        line, shell=True, cwd=folder, env=environ(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def mails_of(folder: Path, address: str) -> list[str]:
    """The texts of the mails in a mailbox of the demo, in order."""
    paths = sorted((folder / ".demo" / "mailboxes" / address).glob("*.eml"), key=lambda path: int(path.stem))
    mails = (message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default) for path in paths)
    return [text_of(mail) for mail in mails]


def test_the_play_tells_a_whole_conversation_and_exits_0(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "--exit")

    assert done.returncode == 0, done.stderr
    told = done.stdout
    assert "\x1b" not in told
    assert [line for line in told.splitlines() if len(line) > 80 and not _TO_COPY.search(line)] == []
    assert [line for line in told.splitlines() if line != line.rstrip()] == []
    first, second = re.findall(r"case CP-(\d{10}) is opened", told)
    steps = [
        "Jan Petersen <jan@petersen.example> to support@casepost.example",
        f"with      Fehlermeldung.png, image/png, {len(draw_screenshot())} B",
        f"CP-{first} is opened",
        "order number 302-1234567-7654321 (in the text)",
        f"CP-{second} is opened",
        "missing   order number",
        f"CP-{first} gets the agent's answer",
        "answer to jan@petersen.example, in German",
        f"CP-{first} gets this mail too",
        f"our Message-ID: case {first}, participant: appended",
        "the clock is put forward to",
        "4 mails came in, 2 cases, 8 mails went out.",
    ]
    assert [step for step in steps if step not in told] == []
    assert sorted(steps, key=told.find) == steps
    assert told.count("agent reminder to agent@casepost.example") == 2
    times = [float(found) for found in re.findall(r"^ *\+(\d+\.\d\d) s", told, re.MULTILINE)]
    assert times == sorted(times)

    acknowledgement, answer = mails_of(tmp_path, "jan@petersen.example")
    assert f"CP-{first}" in acknowledgement
    assert "vielen Dank" in acknowledgement
    assert answer.startswith("Bitte schicken Sie uns die Sendungsnummer")
    assert len(mails_of(tmp_path, "agent@casepost.example")) == 5
    (line,) = [line for line in told.splitlines() if line.endswith(" case list")]
    assert first in run_line(line, tmp_path)


def test_the_printed_lines_work_and_ctrl_c_ends_it_all_cleanly(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with told.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "casepost", "demo"],
            cwd=tmp_path,
            env=environ(PYTHONIOENCODING="ascii"),  # a terminal that knows no umlauts is no obstacle
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: "or by a mail program" in told.read_text() or process.poll() is not None, 90)
        assert process.poll() is None, told.read_text()
        lines = told.read_text().splitlines()
        by_hand = [line for line in lines if line.startswith("printf ") or "-c 'import smtplib" in line]
        assert len(by_hand) == (2 if shutil.which("curl") else 1)
        for line in by_hand:
            run_line(line, tmp_path)
        wait_until(lambda: told.read_text().count("acknowledgement to you@example.org") == len(by_hand))
        assert all("302-7654321-1234567 (in the text)" in part for part in told.read_text().split("in   you@")[1:])
        wait_until(lambda: len(mails_of(tmp_path, "you@example.org")) == len(by_hand))

        second = run_demo(tmp_path)
        assert second.returncode == 1
        assert f"a demo runs in .demo already (process {process.pid}, its service " in second.stderr
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(60)
        finally:
            process.kill()
            process.wait()
    assert code == 0
    assert "Traceback" not in told.read_text()
    with open_folder(tmp_path / ".demo") as folder:  # the lock is free: demo and service are both gone
        assert [entry.name for entry in folder.path.iterdir()] == ["demo.lock"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: the demo prints no line for it")
def test_curl_here_speaks_smtp() -> None:
    assert "smtp" in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout


def test_what_does_not_happen_in_time_is_named(
    tmp_path: Path, service: Service, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_module, "STEP_SECONDS", 1.0)
    inbox = Inbox(tmp_path / "mailboxes")  # the service of this test hands its mail to the sink
    with open_folder(tmp_path / "demo") as folder:
        watch = Watch(service.app, inbox)
        play = Play(app=service.app, folder=folder, watch=watch, timeline=Timeline(), port=service.port)
        with pytest.raises(DemoFailed, match=r"step 1: acknowledgement no\. 1 at jan@petersen\.example did not come"):
            play.perform()


def test_a_service_that_does_not_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    with open_folder(tmp_path / ".demo") as folder:
        folder.config.write_text("data_dirr = 1\n")
        with pytest.raises(DemoFailed, match=r"ended with code 2; the end of .*service\.log:\n.*data_dirr"):
            start(folder)


def start(folder: Folder) -> None:
    with run_service(folder):
        pass


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / ".demo" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(DemoFailed, match="is there already and not the demo's"), open_folder(mine.parent):
        pass
    assert mine.read_text() == "mine"


def test_the_usual_port_is_left_to_whoever_has_it() -> None:
    first = find_port()
    with Sink(port=first):
        assert find_port() not in (first, 0)


def test_printed_commands_call_casepost_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / ".venv" / "bin" / "casepost"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    assert own_command() == ".venv/bin/casepost"
    monkeypatch.setenv("PATH", str(program.parent))
    assert own_command() == "casepost"


def test_a_mailbox_never_lies_outside_its_folder(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "mailboxes")
    for address in ("../../up@x.example", "/etc@x.example", "..", "a\\b\x00@x.example"):
        kept = inbox._keep(address, b"Subject: x\r\n\r\n").path
        assert kept.resolve().parent.parent == (tmp_path / "mailboxes").resolve()
