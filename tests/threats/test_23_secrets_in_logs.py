"""Threat 23: no secret and no word of a mail gets into a log, a reply on the wire, a list of processes, a wrong table.

FreeScout GHSA-7wcq-2qmv-mvcm (SMTP password in a stack trace), RT CVE-2023-41260; aiosmtpd sends the text of an
exception to the client.
"""

import base64
import logging
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from casepost.logs import Discreet
from store.people_tables import signing_keys
from store.store import Store
from store.tables import metadata
from tests.certificate import make_contexts
from tests.office import Here, Office
from tests.seen import wait_until_quiet
from tests.service import AGENT, ROOT, Service, answer, mail, sent_to, wait_until
from tests.sink import Sink

_DATABASE, _SMTP, _IMAP = "dbMARKER4f1a", "smtpMARKER91cc", "imapMARKER07de"
_CARD = "4111 1111 1111 1111"
_BODY = "bodyMARKER5b2e"
_SELLER = "jan@petersen.example"
_LOGIN = ("casepost", _SMTP)
_OPTIONS = """
templates_dir = "own"
"""


@dataclass(frozen=True)
class Played:
    """What all stages of a service with secrets left behind, each made to fail once."""

    service: Service
    token: str
    replies: bytes
    commands: str
    environments: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A conversation with a fault in each stage."""
    folder = tmp_path_factory.mktemp("service")
    server, _ = make_contexts(folder)
    bad = folder / "own" / "en" / "acknowledgement.md"
    bad.parent.mkdir(parents=True)
    bad.write_text("Subject: own\n\n{{ message.text.nothing }} {{ message }}\n", encoding="utf-8")
    with Sink(tls=server, login=_LOGIN) as sink:
        environ = {
            "SSL_CERT_FILE": str(folder / "cert.pem"),
            "SINK_PASSWORD": _SMTP,
            "CASEPOST_DELIVERY__URL": f"smtp+starttls://{_LOGIN[0]}@127.0.0.1:{sink.port}",
            "CASEPOST_DELIVERY__PASSWORD_ENV": "SINK_PASSWORD",
        }
        with Service(folder, sink, config=_OPTIONS, environ=environ) as service:
            yield _play(service, sink)


def _play(service: Service, sink: Sink) -> Played:
    first = mail(f"Card {_CARD}", f"My card {_CARD} was charged. {_BODY}", sender=f'"Card {_CARD}" <{_SELLER}>')
    first.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{_CARD}.txt")
    service.send(first)
    relay = sent_to(sink, AGENT)[0]
    token = str(relay["Reply-To"].addresses[0].addr_spec)
    reply, to = answer(relay, f"We look into card {_CARD}. {_BODY}", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, _SELLER, 2)
    wait_until_quiet(service)
    processes = _processes(service)
    _fail_delivery(service, sink)
    replies = _fail_store(service) + _speak_badly(service, token)
    return Played(
        service=service,
        token=token,
        replies=replies,
        commands="\n".join(_of_process(pid, "cmdline") for pid in processes),
        environments="\n".join(_of_process(pid, "environ") for pid in processes if _is_child_of_readers(pid)),
    )


def _fail_delivery(service: Service, sink: Sink) -> None:
    """Passwords refused, recipients refused, connections dropped, each with a mail under way."""

    def fail(number: int) -> None:
        service.send(mail(f"Again {number}", f"{_BODY} {_CARD}", sender=f"s{number}@shop.example"))
        # A way out that is down is no try of the mail: it only says why it waits.
        wait_until(lambda: [one for one in service.deliveries() if one["last_error"] and one["state"] != "sent"])
        service.run("delivery", "retry", "all")

    sink.login = ("casepost", "another")
    sink.hang_up()
    fail(1)
    sink.login = _LOGIN
    sink.refuse_rcpt = {"*": "451 4.7.1 Greylisted"}
    fail(2)
    sink.refuse_rcpt, sink.drop_at_data = None, True
    fail(3)
    sink.drop_at_data = False
    service.run("delivery", "retry", "all")


def _fail_store(service: Service) -> bytes:
    """A table that is gone for a moment, below the ledger and below the cases."""
    replies = b""
    for file, table in (("ledger.db", "raws"), ("cases.db", "mail_keys")):
        with sqlite3.connect(service.folder / "var" / file, timeout=20) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO gone")
        replies += _speak(
            service, [f"MAIL FROM:<{_SELLER}>", "RCPT TO:<support@casepost.example>", "DATA"], content=True
        )
        wait_until(lambda: b"no such table" in service.log.read_bytes() or b"not taken" in service.log.read_bytes())
        with sqlite3.connect(service.folder / "var" / file, timeout=20) as connection:
            connection.execute(f"ALTER TABLE gone RENAME TO {table}")
    return replies


def _speak_badly(service: Service, token: str) -> bytes:
    plain = base64.b64encode(f"\0casepost\0{_SMTP}".encode()).decode()
    return _speak(
        service,
        [
            f"AUTH PLAIN {plain}",
            f"{_BODY} {_CARD}",
            f"VRFY {token}",
            f"EXPN {token}",
            f"MAIL FROM:<{_BODY}> X={_CARD}",
            "MAIL FROM:<a@b.example>",
            f"RCPT TO:<{token}> {_CARD}",
            f"RCPT TO:<nobody-{token}>",
        ],
        content=False,
    )


def _speak(service: Service, lines: list[str], *, content: bool) -> bytes:
    """The replies to some commands, and to a mail if the last one was DATA."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as connection:
        stream = connection.makefile("rwb")
        said = stream.readline()
        for line in ["HELO client.example", *lines]:
            stream.write(line.encode() + b"\r\n")
            stream.flush()
            said += stream.readline()
        if content:
            stream.write(f"From: {_SELLER}\r\nSubject: {_CARD}\r\n\r\n{_BODY} {_CARD}\r\n.\r\n".encode())
            stream.flush()
            said += stream.readline()
    return said


def _processes(service: Service) -> list[int]:
    assert service.process is not None
    group = service.process.pid
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in found if _of_process(pid, "stat").rpartition(")")[2].split()[2:3] == [str(group)]]


def _of_process(pid: int, what: str) -> str:
    try:
        return (Path("/proc") / str(pid) / what).read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _is_child_of_readers(pid: int) -> bool:
    return "forkserver" in _of_process(pid, "cmdline")


def _secrets(played: Played) -> list[str]:
    with played.service.app.store.cases.read() as connection:
        keys = connection.execute(sa.select(signing_keys.c.secret)).scalars().all()
    token = played.token.partition("+")[2].partition("@")[0]
    forms = [form for key in keys for form in (key.hex(), base64.b64encode(key).decode(), repr(key)[2:-1])]
    passwords = [form for one in (_DATABASE, _SMTP, _IMAP) for form in (one, base64.b64encode(one.encode()).decode())]
    return [*passwords, base64.b64encode(f"\0casepost\0{_SMTP}".encode()).decode(), *forms, token, _CARD, _BODY]


def _hits(played: Played, text: str) -> list[str]:
    digits = re.sub(r"[^0-9]", "", _CARD)
    return [one for one in [*_secrets(played), digits] if one.lower() in text.lower()]


def test_23_the_log_holds_no_secret_and_no_word_of_a_mail_though_each_stage_has_failed(played: Played) -> None:
    log = played.service.log.read_text()
    assert _hits(played, log) == []
    assert "template not used" in log
    assert "mail not taken" in log
    assert "state=queued" in log
    assert re.search(r"535|does not answer", log)


def test_23_no_reply_on_the_wire_tells_of_the_inside(played: Played) -> None:
    replies = played.replies.decode()
    assert "451" in replies
    assert _hits(played, replies) == []
    assert not re.search(r"Error|Traceback|sqlite|table|python|\.py", replies)


def test_23_the_list_of_processes_shows_no_secret_and_children_that_read_mail_have_none(played: Played) -> None:
    assert "casepost" in played.commands
    assert _hits(played, played.commands) == []
    assert "PATH" in played.environments
    assert _hits(played, played.environments) == []


# Where a secret of ours has to be: a mail as it came, a mail as it goes out, who it came from and went to.
_BELONGS = {
    ("raws", "content"),
    ("outbox", "content"),
    ("outbox", "envelope_from"),
    ("mails", "recipients"),
    ("messages", "to"),
    ("messages", "text"),  # an agent's own mail, whole: it quotes the relay
    ("signing_keys", "secret"),
}


def _cells(store: Store) -> Iterator[tuple[str, str, str]]:
    for database in (store.cases, store.ledger_database):
        with database.read() as connection:
            known = sa.inspect(connection).get_table_names()
            for table in known:
                for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings():
                    for column, value in row.items():
                        shown = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                        yield table, column, shown


def test_23_passwords_are_in_no_table_and_the_card_number_is_in_the_raw_mail_only(played: Played) -> None:
    assert "events" in metadata.tables
    found: dict[str, set[tuple[str, str]]] = {}
    for table, column, value in _cells(played.service.app.store):
        for hit in _hits(played, value):
            found.setdefault(hit, set()).add((table, column))
    digits = re.sub(r"[^0-9]", "", _CARD)
    passwords = [one for one in found if "MARKER" in one and one != _BODY]
    assert passwords == []
    assert found.pop(_CARD) == {("raws", "content")}
    assert found.get(digits, {("raws", "content")}) == {("raws", "content")}
    token = played.token.partition("+")[2].partition("@")[0]
    assert {place for place in found[token] if place not in _BELONGS} == set()
    assert ("events", "what") not in found[_BODY]
    assert {table for table, _ in found[_BODY]} <= {"raws", "outbox", "messages"}


@pytest.mark.parametrize(
    "config",
    [
        f'database_url = "postgresql+psycopg://casepost:{_DATABASE}@127.0.0.1:1/casepost"',
        f'database_url = "postgresql+psycopg://casepost:{_DATABASE}@127.0.0.1:port/casepost"',
        f'database_url = "mysql://casepost:{_DATABASE}@127.0.0.1/casepost"',
        f'database_url = "postgresql+psycopg://casepost:{_DATABASE}@[::1/casepost"',
        f'database_url = "casepost:{_DATABASE}@127.0.0.1/casepost"',
        f'[delivery]\nurl = "smtp+starttls://casepost:{_SMTP}@127.0.0.1:1"',
        f'[delivery]\nurl = "smtps://casepost:{_SMTP}@127.0.0.1:port"',
        f'[delivery]\nurl = "casepost:{_SMTP}@127.0.0.1"',
        f'[delivery]\nurl = "smtp://127.0.0.1:1"\npassword = "{_SMTP}"',
        f'[delivery]\nurl = "smtp://127.0.0.1:1"\npassword_env = "{_SMTP} "',
        f'[[imap]]\nurl = "imaps://casepost:{_IMAP}@127.0.0.1/INBOX"',
        f'[[imap]]\nurl = "casepost:{_IMAP}@127.0.0.1/INBOX"',
        f'[[imap]]\nurl = "imaps://casepost@127.0.0.1/INBOX"\npassword = "{_IMAP}"',
    ],
)
def test_23_a_bad_configuration_is_refused_without_the_password_in_it(tmp_path: Path, config: str) -> None:
    (tmp_path / "casepost.toml").write_text(config, encoding="utf-8")
    commands = [["doctor"], ["serve"], ["case", "list"]] if "127.0.0.1:1/" in config else [["doctor"]]
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "casepost", "--config", str(tmp_path / "casepost.toml"), *command],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
            env={**os.environ},
        )
        assert done.returncode != 0
        said = done.stdout + done.stderr
        assert said
        assert not [one for one in (_DATABASE, _SMTP, _IMAP) if one in said], said
        assert "Traceback" not in said


def test_23_a_fault_of_the_reader_leaves_no_word_of_the_mail_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(words: str) -> Exception:
        try:
            raise ValueError(words) from KeyError(words)
        except ValueError as error:
            return error

    faulty = Office(office.store, reader=Here(faults=[fail(f"{_BODY} {_CARD}")]))
    with caplog.at_level(logging.DEBUG):
        faulty.receive(mail("Hello", f"{_BODY} {_CARD}"))
    logged = "\n".join(Discreet("%(message)s").format(record) for record in caplog.records)
    assert "mail not taken in" in logged
    assert "ValueError" in logged
    assert "KeyError" in logged
    assert "test_23_secrets_in_logs.py" in logged
    assert _BODY not in logged
    assert _CARD not in logged


def test_23_an_address_that_gives_rights_and_a_password_in_a_url_are_taken_out_of_every_line() -> None:
    address = "support+a" + "a2b3c4d5" * 5 + "ef@casepost.example"
    record = logging.LogRecord("x", logging.INFO, "", 0, "to %s by smtp://u:%s@host", (address, _SMTP), None)
    line = Discreet("%(message)s").format(record)
    assert line == "to support+a…@casepost.example by smtp://u:***@host"
