"""Threat 40: a mail that comes by the pipe of a mail server is taken once or tried again, whatever breaks.

Never may it come back to its sender because something is wrong here, least of all with a traceback in it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from store.failpoints import Action, Step
from tests.seen import wait_until_quiet
from tests.servers.fixtures import PIPE, MailHouse
from tests.service import QUEUE, ROOT, mail, sent_to, wait_until

EX_TEMPFAIL = 75
# In the order in which a mail passes them; it is large enough to be kept as a file.
_STEPS = (Step.MAIL_ACCEPTED, Step.BLOB_WRITTEN, Step.LEDGER_WRITTEN, Step.LEDGER_COMMITTED, Step.MAIL_PROMISED)
_FAULTS = (Action.EXCEPTION, Action.ENOSPC, Action.EIO, Action.EXCEPTION, Action.EIO)
_LARGE = "Order 302-1234567-7654321\n" + "A line of a long report that somebody pasted into the mail.\n" * 6000


def test_40_a_mail_is_deferred_at_every_fault_and_delivered_once(house: MailHouse) -> None:
    house.service.start(CASEPOST_LMTP__LISTEN=f"unix:{house.socket}")
    struck = [
        pair for step, fault in zip(_STEPS, _FAULTS, strict=True) for pair in ((step, Action.KILL), (step, fault))
    ]
    spent = house.service.folder / "run"
    said = ",".join(f"{step}={action}:once" for step, action in struck)
    house.service.faults.write_text(f'export CASEPOST_FAILPOINTS="{said}" CASEPOST_FAILPOINTS_SPENT="{spent}"\n')
    to = f"support+faults@{PIPE}"
    house.send(mail("Whatever breaks", _LARGE, sender="f@shop.example", to=to))
    for tries in range(1, len(struck) + 1):
        last = house.postfix.wait_for(to, tries)[-1]
        assert (last.status, last.dsn) == ("deferred", "4.3.0"), last
        assert "died with signal 9" in last.text or "casepost ingest: not taken, try again: " in last.text
        results = house.postfix.flush_until(to, tries + 1)

    assert [one.status for one in results] == ["deferred"] * len(struck) + ["sent"]
    assert len([one for one in results if "signal 9" in one.text]) == len(_STEPS)
    assert "Traceback" not in house.postfix.log()
    wait_until(lambda: not house.postfix.waits())
    sent_to(house.sink, "f@shop.example")
    wait_until_quiet(house.service)
    assert [case["subject"] for case in house.service.cases()] == ["Whatever breaks"]
    (only,) = sent_to(house.sink, "f@shop.example")
    assert only["Auto-Submitted"] == "auto-replied"  # the acknowledgement; a bounce of Postfix has no such line


def _ingest(*words: str, program: str = "", stdin: int | None = None) -> subprocess.Popen[bytes]:
    how = ["-c", program] if program else ["-m", "casepost"]
    return subprocess.Popen(
        [sys.executable, *how, "ingest", "--recipient", QUEUE, *words],
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


def test_40_a_program_that_hangs_gives_up_before_the_mail_server_ends_it(tmp_path: Path) -> None:
    (tmp_path / "casepost.toml").write_text('data_dir = "var"\n')
    hasty = "from casepost import cli; from casepost.commands import ingest; ingest.DEADLINE_SECONDS = 0.5; cli.main()"
    program = _ingest("--config", str(tmp_path / "casepost.toml"), program=hasty, stdin=subprocess.PIPE)
    # The mail never ends, as when the other side of a pipe hangs; a lock or a dead database is the same to a thread.
    assert program.wait(30) == EX_TEMPFAIL
    assert program.communicate() == (b"", b"casepost ingest: not taken in time, try again\n")


@pytest.mark.parametrize("broken", ["a file in place of the folder", "a database that is none"])
def test_40_a_broken_installation_is_one_plain_line_and_try_again(tmp_path: Path, broken: str) -> None:
    (tmp_path / "casepost.toml").write_text('data_dir = "var"\n')
    if broken == "a file in place of the folder":
        (tmp_path / "var").write_text("")
    else:
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "ledger.db").write_bytes(b"not a database " * 100)
    program = _ingest("--config", str(tmp_path / "casepost.toml"), stdin=subprocess.PIPE)
    printed, said = program.communicate(b"From: a@b.example\n\nHello\n", timeout=60)
    assert (program.returncode, printed) == (EX_TEMPFAIL, b"")
    assert said.startswith(b"casepost ingest: not taken, try again: "), said
    assert said.count(b"\n") == 1
