"""Threat 19: what a mail says never runs, neither in a mail of ours nor on an operator's screen.

FreeScout CVE-2026-32754 (body raw in notices), Zammad CVE-2018-1000154 (subject), OTRS CVE-2014-1695.
"""

import base64
import contextlib
import html
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

import lxml.html
import pytest

from casepost.case_screen import print_case
from casepost.plain import dump_json
from casepost.tables import print_table
from cases.model import Reminders
from cases.reference import Role, SignedAddress, make_address
from store.people import find_user
from store.raw import Kept
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from store.views import list_cases
from tests.casework import AGENT, NOW, SUPPORT
from tests.office import Office

PAYLOADS = tuple(
    line.encode().decode("unicode_escape")
    for line in (Path(__file__).parents[1] / "data" / "xss.txt").read_text(encoding="ascii").splitlines()
)
_AT_ONCE = 10
_KINDS = ("acknowledgement", "agent_mail", "answer", "agent_report")


@dataclass
class Sent:
    """The HTML parts of all that goes out, of which kinds they are, and the cases."""

    documents: dict[int, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    numbers: list[str] = field(default_factory=list)


def _word(text: str) -> str:
    return "=?utf-8?b?" + base64.b64encode(text.encode("utf-8", "surrogatepass")).decode() + "?="


def _raw(payload: str, *, sender: str, number: int, as_html: bool) -> bytes:
    """A mail with the payload in name, subject, Message-ID, body and file name."""
    plain = re.sub(r"[^\x21-\x3b=\x3f-\x7e]", "", payload)[:200]
    encoded = base64.encodebytes(f"{payload}\n".encode("utf-8", "surrogatepass")).decode().replace("\n", "\r\n")
    kind = "html" if as_html else "plain"
    name = "".join(f"%{octet:02X}" for octet in payload.encode("utf-8", "surrogatepass"))
    return (
        f"From: {_word(payload)} <{sender}>\r\nTo: {SUPPORT.address}\r\nSubject: {_word(payload)}\r\n"
        f"Message-ID: <{number}.{plain}@client.example>\r\nReferences: <{plain}@x.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n"
        f"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename*=utf-8''{name}\r\n\r\nx\r\n"
        "--b--\r\n"
    ).encode()


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Sent]]:
    """Each payload in a seller's mail, in an agent's answer and in a command that is not known."""
    office, found = _office(tmp_path_factory.mktemp("office")), Sent()
    for number, payload in enumerate(PAYLOADS):
        seller = f"seller{number}@shop.example"
        applied = office.receive(_raw(payload, sender=seller, number=number, as_html=number % 2 == 0), sender=seller)
        assert applied is not None
        assert applied.number is not None
        found.numbers.append(applied.number)
    for number in range(0, len(PAYLOADS), _AT_ONCE):
        together = "\n\n".join(PAYLOADS[number : number + _AT_ONCE])
        to = _agents_address(office, found.numbers[number])
        for again, words in enumerate((f"Look:\n\n{together}", f"#{PAYLOADS[number][:40]}\n\n{together}")):
            raw = _raw(words, sender=AGENT, number=1000 + number + again, as_html=False)
            office.receive(raw, to, sender=AGENT)
    _write_all(office, found)
    yield office, found
    office.store.close()


def _agents_address(office: Office, number: str) -> str:
    with office.store.cases.read() as connection:
        user = find_user(connection, AGENT)
    assert user is not None
    signed = SignedAddress(role=Role.AGENT, number=number, subject_id=user.id)
    return make_address(office.store.keyring, SUPPORT.address, signed)


def _office(folder: Path) -> Office:
    store = open_store(folder / "var", "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    return Office(store)


def _write_all(office: Office, found: Sent) -> None:
    office.write()
    for row in office.outbox():
        found.kinds.add(row.kind)
        raw = office.store.blobs.load(
            Kept(content=row.content, location=row.location, sha256=row.sha256, size=row.size)
        )
        part = message_from_bytes(raw, policy=policy.default).get_body(("html",))
        assert part is not None
        found.documents[row.id] = part.get_content()


def test_19_there_are_more_than_a_hundred_and_twenty_payloads_and_each_caused_mails(
    sent: tuple[Office, Sent],
) -> None:
    found = sent[1]
    assert len(PAYLOADS) >= 120
    assert len(set(found.numbers)) == len(PAYLOADS)
    assert found.kinds >= set(_KINDS)
    assert len(found.documents) > 2 * len(PAYLOADS)


_TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "thead", "tr", "td", "th", "p"),
        *("br", "a", "strong", "em", "h1", "h2", "h3", "ul", "ol", "li", "code", "hr", "span", "blockquote", "pre"),
    )
)
_ATTRIBUTES = frozenset(("lang", "dir", "class", "style", "role", "name", "content", "charset", "href"))


def test_19_no_html_part_has_a_script_a_handler_or_a_remote_reference(sent: tuple[Office, Sent]) -> None:
    for document in sent[1].documents.values():
        for element in lxml.html.document_fromstring(document).iter(lxml.html.etree.Element):
            assert element.tag in _TAGS, (element.tag, document)
            assert set(element.attrib) <= _ATTRIBUTES, (element.attrib, document)
            assert "url(" not in element.get("style", "")
            assert element.get("href", "https://").startswith(("https://", "mailto:support+"))
            assert "canary" not in element.get("href", "")
            assert element.tag != "style" or not re.search(r"url\(|@import|canary|expression", element.text or "")


class _Canary:
    """A server that counts who connects, whatever they want."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                taken, _ = self._socket.accept()
                self.connections += 1
                taken.close()

    def close(self) -> None:
        self._socket.close()


def _open_in_browser(page: Path, *, canary: int, control: int) -> str:
    """What chromium makes of a page, with the two ports as the only hosts of the network."""
    hosts = f"MAP canary.example 127.0.0.1:{canary}, MAP control.example 127.0.0.1:{control}, MAP * ~NOTFOUND"
    browser = shutil.which("chromium")
    assert browser is not None
    done = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--disable-background-networking"),
            *("--disable-component-update", "--no-first-run", "--virtual-time-budget=2000"),
            f"--user-data-dir={page.parent / 'profile'}",
            f"--host-resolver-rules={hosts}",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "HOME": str(page.parent)},
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium, a package of Debian's")
def test_19_a_browser_runs_no_script_and_asks_for_nothing(sent: tuple[Office, Sent], tmp_path: Path) -> None:
    """Beside the mails stands a frame that does run a script, so that a browser that runs none is no proof."""
    canary, control = _Canary(), _Canary()
    documents = [one for one in sent[1].documents.values() if "canary" in one]
    assert len(documents) > len(PAYLOADS)
    frames = [*documents, PAYLOADS[0].replace("canary", "control")]
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>all</title>"
        + "".join(f'<iframe srcdoc="{html.escape(one)}"></iframe>' for one in frames)
        + "<p>end</p>",
        encoding="utf-8",
    )
    try:
        assert "end</p>" in _open_in_browser(page, canary=canary.port, control=control.port)
        assert control.connections >= 1
        assert canary.connections == 0
    finally:
        canary.close()
        control.close()


_RISKY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ESCAPES = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[1;1H",
    "\x1b]8;;http://canary.example/\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1bP+q544e\x1b\\",
    "\x9b31mred",
    "\x9d0;owned\x9c",
    '\x90$q"p\x9c',
    "\r\x1b[K[ok] nothing here",
    "\x08\x08\x08\x08",
    "\u202etxt.exe",
    "\u2066hidden\u2069",
    "\x7f\x00\x05",
    "[red]bold[/red] :smile:",
)


@pytest.mark.parametrize("escape", _ESCAPES)
def test_19_an_operators_screen_shows_no_control_of_a_terminal(
    office: Office, capsys: pytest.CaptureFixture[str], escape: str
) -> None:
    applied = office.receive(_raw(f"a{escape}b", sender="eve@evil.example", number=1, as_html=False))
    office.receive(_raw(f"a{escape}b", sender="eve@evil.example", number=2, as_html=True))
    assert applied is not None
    case = office.case(applied.number)
    print_case(case, now=NOW)
    with office.store.cases.read() as connection:
        rows = list_cases(connection, limit=None, status=None, queue=None)
    print_table(rows, ["number", "status", "queue", "subject", "requester", "updated_at"], empty="", now=NOW)
    shown = capsys.readouterr().out
    assert len(shown) > 100
    assert _RISKY.findall(shown) == []
    printed = dump_json(case)
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", printed) == []
    assert json.loads(printed)["number"] == case["number"]
