"""Threat 21: nothing that is named in a mail is ever fetched or looked up, whatever is done with the mail.

osTicket CVE-2026-22200 (HTML to PDF read files), CVE-2020-24881, FreeScout CVE-2026-34443 (SSRF).
"""

import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from ingest.files.look import look
from ingest.files.sight import Look
from ingest.read.reader import read
from tests.casework import SELLER
from tests.office import Office
from tests.pictures import screenshot
from tests.service import mail

_CANARY = "canary-7731.shop.example"


class Canary:
    """A listener that counts who comes, and notes every name and address that this process asks for meanwhile."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.visits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    canary = Canary()

    def refuse(host: object, *_arguments: object, **_named: object) -> None:
        canary.asked.append(str(host))
        raise OSError("nothing may be looked up here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", refuse)
    yield canary
    canary.close()


def _tempting(port: int) -> EmailMessage:
    local = f"http://127.0.0.1:{port}/x"
    named = [f"{scheme}://{_CANARY}/x" for scheme in ("http", "https", "ftp", "php", "gopher", "dict", "ldap")]
    urls = [
        local,
        *named,
        "file:///etc/passwd",
        f"\\\\{_CANARY}\\share\\x",
        "cid:nobody@shop.example",
        f"//{_CANARY}/x",
    ]
    message = mail("Look", "\n".join(["My order 302-1234567-7654321", *urls]))
    tags = "".join(
        f'<img src="{url}"><link rel="stylesheet" href="{url}"><iframe src="{url}"></iframe>'
        f'<object data="{url}"></object>'
        f'<video src="{url}"></video><div style="background:url({url})">x</div><style>@import "{url}";</style>'
        for url in urls
    )
    message.add_alternative(
        f'<html><head><base href="{local}"><meta http-equiv="refresh" content="0;url={local}"></head>'
        f"<body>{tags}<p>My order 302-1234567-7654321</p></body></html>",
        subtype="html",
    )
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{local}"/></svg>'
    message.add_attachment(drawing.encode(), maintype="image", subtype="svg+xml", filename="x.svg")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{local}">]><x>&e;</x>'
    message.add_attachment(entity.encode(), maintype="application", subtype="xml", filename="x.xml")
    message.add_attachment(f"[{{000}}]\nURL={local}".encode(), maintype="text", subtype="plain", filename="x.url")
    message.add_attachment(screenshot(local), maintype="image", subtype="png", filename="x.png")
    return message


def test_21_nothing_named_in_a_mail_is_fetched_or_looked_up(office: Office, canary: Canary) -> None:
    raw = _tempting(canary.port)
    applied = office.receive(raw)
    assert applied is not None
    paths = [one.path for one in read(raw.as_bytes()).parts if one.content_type == "image/png"]
    assert paths
    look(Look(raw=raw.as_bytes(), path=paths[0], language="en"))
    office.write()
    while office.deliver():
        pass
    assert len(office.way.tried) == 2
    office.case(applied.number)
    assert canary.asked == []
    assert canary.visits == 0
    relay = next(one.content for one in office.way.tried if one.envelope_to != SELLER)
    assert b"302-1234567-7654321" in relay


def test_21_the_canary_sings(canary: Canary) -> None:
    """The measure itself: what would be fetched would be seen."""
    with socket.socket() as visitor:
        visitor.connect(("127.0.0.1", canary.port))
        assert visitor.recv(1) == b""
    with pytest.raises(OSError, match="nothing may be looked up"):
        socket.create_connection((_CANARY, 80), timeout=1)
    assert (canary.visits, canary.asked) == (1, [_CANARY])
