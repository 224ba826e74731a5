"""The other ways in, each on a running service: LMTP, the pipe, archives, several edge processes."""

import json
import mailbox
import smtplib
import subprocess
import sys
from email import policy
from pathlib import Path

from tests.service import AGENT, QUEUE, ROOT, SELLER, Service, free_port, mail, number_of, sent_to, wait_until
from tests.sink import Sink

_TWO_QUEUES = f"""
[[queues]]
name = "support"
address = "{QUEUE}"
agents = ["{AGENT}"]
[[queues]]
name = "returns"
address = "returns@casepost.example"
agents = ["returns-agent@casepost.example"]
"""


def test_lmtp_answers_for_each_recipient_and_makes_one_case_that_names_the_other_queue(
    tmp_path: Path, sink: Sink
) -> None:
    port = free_port()
    config = f'{_TWO_QUEUES}\n[lmtp]\nlisten = "127.0.0.1:{port}"\n'
    recipients = ["returns@casepost.example", "nobody@casepost.example", QUEUE]
    with Service(tmp_path, sink, config=config) as service:
        question = mail("To both", "Order 302-1234567-7654321", to=f"{QUEUE}, returns@casepost.example")
        client = smtplib.LMTP("127.0.0.1", port)
        client.ehlo()
        client.mail(SELLER)
        assert [client.rcpt(recipient)[0] for recipient in recipients] == [250, 550, 250]
        # smtplib reads one reply to the final dot; LMTP sends one for each recipient that was accepted.
        assert client.data(question.as_bytes(policy=policy.SMTP))[0] == 250
        assert client.getreply()[0] == 250
        client.quit()

        number = number_of(sent_to(sink, SELLER)[0])
        (case,) = service.cases()
        assert (case["number"], case["queue"]) == (number, "support")
        events = [event["what"] for event in service.case(number)["events"]]
        assert "also sent to the queue returns" in events


def test_the_pipe_waits_for_the_disposition_and_says_what_became_of_the_mail(service: Service, sink: Sink) -> None:
    raw = mail("By pipe", "Order 302-1234567-7654321").as_bytes()
    piped = _pipe(service, raw, "--recipient", QUEUE, "--sender", SELLER, "--json")

    assert piped.returncode == 0, piped.stderr
    said = json.loads(piped.stdout)
    assert said["created"] is True
    assert said["outcome"] == "created"
    assert number_of(sent_to(sink, SELLER)[0]) == said["case"]
    again = json.loads(_pipe(service, raw, "--recipient", QUEUE, "--json").stdout)
    assert (again["outcome"], again["case"], again["created"]) == ("duplicate", said["case"], False)


def test_the_pipe_exits_as_sysexits_says(service: Service) -> None:
    raw = mail("By pipe", "Hello").as_bytes()
    assert _pipe(service, raw, "--recipient", "nobody@casepost.example").returncode == 67
    assert _pipe(service, b"", "--recipient", QUEUE).returncode == 65
    assert _pipe(service, raw, "--recipiend", QUEUE).returncode == 75
    (service.folder / "wrong.toml").write_text("[smpt]\n")
    refused = _pipe(service, raw, "--recipient", QUEUE, "--config", str(service.folder / "wrong.toml"))
    assert refused.returncode == 75
    assert b"smpt" in refused.stderr
    silent = _pipe(service, raw, "--recipient", QUEUE)
    assert (silent.returncode, silent.stdout, silent.stderr) == (0, b"", b"")


def test_an_mbox_that_is_imported_twice_adds_nothing_twice(service: Service, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "old.mbox")
    for n in range(3):
        box.add(mail(f"Old mail {n}", f"Order 302-1234567-765432{n}").as_bytes())
    box.close()
    first = service.run("import", str(tmp_path / "old.mbox"), "--recipient", QUEUE, "--json")
    second = service.run("import", str(tmp_path / "old.mbox"), "--recipient", QUEUE, "--json")

    assert first.returncode == 0, first.stderr
    assert [json.loads(done.stdout)["added"] for done in (first, second)] == [3, 0]
    wait_until(lambda: len(service.cases()) == 3)


def test_two_edge_processes_share_the_port(tmp_path: Path, sink: Sink) -> None:
    with Service(tmp_path, sink, environ={"CASEPOST_SMTP__PROCESSES": "2"}) as service:
        for n in range(6):
            service.send(mail(f"Mail {n}", f"Order 302-1234567-765432{n}", sender=f"seller{n}@x.example"))
        wait_until(lambda: len(service.cases()) == 6)


def test_a_second_serve_on_the_same_folder_is_refused_with_the_reason(service: Service) -> None:
    second = service.run("serve")
    assert second.returncode == 2
    assert "runs on" in second.stderr
    assert "already" in second.stderr


def test_a_service_waits_for_what_a_killed_one_has_in_hand(service: Service, sink: Sink) -> None:
    assert service.process is not None
    service.process.kill()  # the supervisor alone: edge and worker are told by the kernel, and finish
    service.process.wait()
    service.start()
    service.send(mail("After the kill", "Order 302-1234567-7654321"))
    sent_to(sink, SELLER)


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(service: Service, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    config = other / "casepost.toml"
    config.write_text(f'data_dir = "var"\n[smtp]\nlisten = "127.0.0.1:{service.port}"\n[web]\nlisten = ""\n')
    tried = subprocess.run(
        [sys.executable, "-m", "casepost", "serve", "--config", str(config)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert tried.returncode == 2
    assert str(service.port) in tried.stderr
    assert "Traceback" not in tried.stderr


def _pipe(service: Service, raw: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "casepost", "ingest"),
            *("--config", str(service.folder / "casepost.toml")),
            *arguments,
        ],
        input=raw,
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
