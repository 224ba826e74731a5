"""The log of the service: fields for ids, a line an event, and nothing that is nobody's business."""

import json
import logging
from collections.abc import Iterator

import pytest

from casepost.logs import Discreet, log_to_stderr
from cases.errors import TemporaryError

_TOKEN = "a" + "b2" * 21  # an address as long as a signed one


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_line_of_json_has_each_id_as_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(as_json=True)
    logging.getLogger("responder.delivery").info("delivery", extra={"outbox": 3, "state": "sent"})
    line = json.loads(_said(capsys))
    assert (line["event"], line["level"], line["outbox"], line["state"]) == ("delivery", "info", 3, "sent")
    assert line["timestamp"].endswith("Z")
    assert line["process"] > 0


def test_a_line_for_people_ends_with_the_ids(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr()
    logging.getLogger("responder.delivery").info("delivery", extra={"outbox": 3})
    assert "delivery" in (line := _said(capsys))
    assert "outbox=3" in line


@pytest.mark.parametrize("as_json", [False, True])
def test_a_fault_is_told_by_kind_and_place_without_the_words_of_libraries(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr(as_json=as_json)
    try:
        raise ValueError("the words of a seller")
    except ValueError:
        logging.getLogger("ingest").exception("mail not taken in", extra={"ledger": 7})
    said = _said(capsys)
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "seller" not in said


@pytest.mark.parametrize("as_json", [False, True])
def test_secrets_in_fields_are_taken_out(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(as_json=as_json)
    extra = {"way": "smtp://casepost:geheim@mail.example", "to": f"support+{_TOKEN}@casepost.example"}
    logging.getLogger("responder").warning("the way out does not answer", extra=extra)
    said = _said(capsys)
    assert "geheim" not in said
    assert _TOKEN not in said


def test_the_level_decides_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("WARNING")
    logging.getLogger("responder").info("delivery")
    assert _said(capsys) == ""


def test_a_command_says_fields_too() -> None:
    record = logging.makeLogRecord({"msg": "reply not written", "planned": 4, "error": TemporaryError("later")})
    assert Discreet("%(message)s").format(record) == "reply not written planned=4 error=later"
