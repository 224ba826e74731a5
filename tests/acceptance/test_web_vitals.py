"""What is seen of a running service over HTTP: alive, ready, metrics."""

import json
import os
import re
import signal
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service import AGENT, SELLER, Service, free_port, mail, sent_to, wait_until
from tests.sink import Sink

ROOT = Path(__file__).parents[2]
AGED = ("unread", "quarantined", "unsent", "held", "uncertain", "pictures", "unsealed")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Sink, int]]:
    """A service with its web process, and a mail that went through it."""
    port = free_port()
    with Sink() as sink:
        environ = {"CASEPOST_WEB__LISTEN": f"127.0.0.1:{port}", "CASEPOST_LOG__FORMAT": "json"}
        with Service(tmp_path_factory.mktemp("watched"), sink, environ=environ) as service:
            service.send(mail("Where is it?", "Order 302-1234567-7654321"))
            sent_to(sink, SELLER)
            sent_to(sink, AGENT)
            yield service, sink, port


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _metrics(port: int) -> dict[tuple[str, ...], float]:
    status, text = _get(port, "/metrics")
    assert status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _ready(port: int) -> tuple[int, dict[str, str]]:
    status, text = _get(port, "/readyz")
    return status, json.loads(text)["checks"]


def test_a_service_that_works_is_alive_and_ready(watched: tuple[Service, Sink, int]) -> None:
    port = watched[2]
    status, text = _get(port, "/healthz")
    assert (status, json.loads(text)["status"]) == (200, "ok")
    status, checks = wait_until(lambda: found if (found := _ready(port))[0] == 200 else None)
    assert checks == {"ledger": "ok", "cases": "ok", "smtp": "ok", "worker": "ok", "edge-0": "ok"}


def test_metrics_tell_what_came_and_what_left(watched: tuple[Service, Sink, int]) -> None:
    port = watched[2]
    wait_until(lambda: _metrics(port).get(("casepost_deliveries_total", "sent"), 0) >= 2)
    done = ("casepost_ledger_mails", "created", "done")
    found = wait_until(lambda: them if done in (them := _metrics(port)) else None)
    assert found["casepost_mails_accepted_total", "smtp"] == 1
    assert found["casepost_replies_written_total", "acknowledgement"] == 1
    assert found["casepost_accept_seconds_count",] == 1
    assert found["casepost_store_up",] == 1
    assert found["casepost_reminders_late",] == 0
    assert all(name.startswith("casepost_") for name, *_ in found)


def test_a_mail_that_is_refused_is_counted_with_the_reply(watched: tuple[Service, Sink, int]) -> None:
    with pytest.raises(smtplib.SMTPDataError):
        watched[0].send(b"Subject: long\r\n\r\n" + b"x" * 70_000 + b"\r\n")
    wait_until(lambda: _metrics(watched[2]).get(("casepost_mails_refused_total", "500"), 0) == 1)


def test_the_document_names_every_metric_and_no_other(watched: tuple[Service, Sink, int]) -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = text[text.index("## Seen from outside") :].partition("\n## ")[0]
    told = set(re.findall(r"`(casepost_\w+)`", section))
    ages, page = {f"casepost_{name}_oldest_seconds" for name in AGED}, _get(watched[2], "/metrics")[1]
    assert told | ages == set(re.findall(r"^# HELP (\w+)", page, re.MULTILINE)) - {"casepost_build"}


def test_other_paths_say_what_is_there(watched: tuple[Service, Sink, int]) -> None:
    status, text = _get(watched[2], "/nothing")
    assert status == 404
    assert "/healthz" in text


def test_every_line_of_the_log_is_json(watched: tuple[Service, Sink, int]) -> None:
    lines = [line for line in watched[0].log.read_text().splitlines() if line != "ready"]
    assert [json.loads(line)["level"] for line in lines]


def test_a_process_that_stands_still_makes_it_not_ready_and_a_restart_is_counted(tmp_path: Path, sink: Sink) -> None:
    port = free_port()
    with Service(tmp_path, sink, environ={"CASEPOST_WEB__LISTEN": f"127.0.0.1:{port}"}) as service:
        wait_until(lambda: _ready(port)[0] == 200)
        edge = _edge_of(service)
        os.kill(edge, signal.SIGSTOP)
        checks = wait_until(lambda: found if (found := _ready(port))[0] == 503 else None)[1]
        assert "no answer" in checks["smtp"]
        os.kill(edge, signal.SIGKILL)
        wait_until(lambda: _ready(port)[0] == 200, 40)
        wait_until(lambda: _metrics(port).get(("casepost_processes_restarted_total", "edge"), 0) == 1)


def _edge_of(service: Service) -> int:
    """The edge: the child of the supervisor that listens on the port of SMTP."""
    assert service.process is not None
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    inode = _listening_inode(service.port)
    for child in map(int, children):
        for link in Path(f"/proc/{child}/fd").iterdir():
            if str(link.readlink()) == f"socket:[{inode}]":
                return child
    raise AssertionError("no process listens")


def _listening_inode(port: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            return fields[9]
    raise AssertionError("nobody listens")
