"""kill -9 at each step: nothing lost, no second case, no second acknowledgement but in the declared window."""

import smtplib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.failpoints import Step
from tests.pictures import screenshot
from tests.service import SELLER, Service, mail, parsed, sent_to, wait_until
from tests.sink import Sink

_TEXT = "The money for order 302-1234567-7654321 has not arrived."
# Within DATA nobody knows whether the mail arrived: it is sent once more, with the same Message-ID (design rule 6).
_DECLARED_WINDOW = {Step.DATA_BEGINS, Step.HANDED_OVER}


def _rehearse_later(service: Service) -> None:
    """All that is due within the next sixteen minutes, done now."""
    at = datetime.now(UTC) + timedelta(minutes=16)
    done = service.run("run-due", "--at", at.isoformat())
    assert done.returncode == 0, done.stderr


def _acknowledgements(sink: Sink) -> list[str]:
    return [str(parsed(one)["Message-ID"]) for one in sink.mails if one.envelope_to == (SELLER,)]


def test_killed_after_the_ledger_commit_the_mail_that_is_sent_again_makes_no_second_case(
    tmp_path: Path, sink: Sink
) -> None:
    question = mail("Where is my money?", _TEXT)
    with Service(tmp_path, sink, environ={"CASEPOST_FAILPOINTS": "ledger-committed=kill"}) as service:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            service.send(question)
        service.kill()
        service.environ.clear()
        service.start()
        service.send(question)

        sent_to(sink, SELLER)
        (case,) = wait_until(service.cases)
        wait_until(lambda: any("duplicate seen" in one["what"] for one in service.case(case["number"])["events"]))
        _rehearse_later(service)
        assert len(service.cases()) == 1
        assert len(_acknowledgements(sink)) == 1


def test_killed_after_the_case_commit_the_case_is_not_made_twice(tmp_path: Path, sink: Sink) -> None:
    with Service(tmp_path, sink, environ={"CASEPOST_FAILPOINTS": "case-committed=kill"}) as service:
        service.send(mail("Where is my money?", _TEXT))
        wait_until(lambda: "worker ended unexpectedly" in service.log.read_text())
        sent_to(sink, SELLER)
        assert len(service.cases()) == 1
        assert len(_acknowledgements(sink)) == 1


def test_killed_after_the_sinks_250_the_acknowledgement_comes_again_only_after_the_window_with_the_same_id(
    tmp_path: Path, sink: Sink
) -> None:
    with Service(tmp_path, sink, environ={"CASEPOST_FAILPOINTS": "handed-over=kill"}) as service:
        service.send(mail("Where is my money?", _TEXT))
        sent_to(sink, SELLER)
        wait_until(lambda: "worker ended unexpectedly" in service.log.read_text())
        service.kill()
        service.environ.clear()
        service.start()
        wait_until(lambda: [one for one in service.deliveries() if one["state"] == "uncertain"])
        assert service.run("run-due").returncode == 0
        assert len(_acknowledgements(sink)) == 1

        _rehearse_later(service)
        assert len(_acknowledgements(sink)) == 2
        assert len(set(_acknowledgements(sink))) == 1
        assert len(service.cases()) == 1


# `tests/threats/test_30_every_step_fails.py` has all steps; here is the whole service with the supervisor that goes on.
_STEPS = (
    Step.LEDGER_COMMITTED,
    Step.CASE_COMMITTED,
    Step.REPLY_WRITTEN,
    Step.DATA_BEGINS,
    Step.HANDED_OVER,
    Step.PICTURE_SEEN,
)


@pytest.mark.parametrize("step", _STEPS)
def test_killed_at_any_step_and_started_again_there_is_one_case_and_one_acknowledgement(
    tmp_path: Path, sink: Sink, step: Step
) -> None:
    question = mail("Where is my money?", _TEXT)
    if step is Step.PICTURE_SEEN:
        question.add_attachment(screenshot("Error 8058"), maintype="image", subtype="png", filename="shot.png")
    with Service(tmp_path, sink, environ={"CASEPOST_FAILPOINTS": f"{step}=kill"}) as service:
        try:
            service.send(question)
            taken = True
        except smtplib.SMTPServerDisconnected:
            taken = False
        wait_until(lambda: "ended unexpectedly" in service.log.read_text())
        service.kill()
        service.environ.clear()
        service.start()
        if not taken:
            service.send(question)
        wait_until(service.cases)
        _rehearse_later(service)

        sent_to(sink, SELLER)
        assert len(service.cases()) == 1
        assert len(set(_acknowledgements(sink))) == 1
        assert len(_acknowledgements(sink)) <= (2 if step in _DECLARED_WINDOW else 1)
        assert {one["state"] for one in service.deliveries()} == {"sent"}
