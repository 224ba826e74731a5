"""Threat 15, header injection: whatever a mail says, ours have the headers of a clean run and one recipient."""

import os
import time
from base64 import b64encode

import pytest

from tests.piped import pipe
from tests.service import AGENT, QUEUE, Service, answer, parsed, sent_to, wait_until
from tests.sink import Sink, SunkMail

_VICTIM = "victim@evil.example"
_LINE = f"Bcc: {_VICTIM}"
_BREAKS = {
    "CR": "\r",
    "LF": "\n",
    "CRLF": "\r\n",
    "folded": "\r\n ",
    "two": "\r\n\r\n",
    "NUL": "\0",
    "VT": "\v",
    "FF": "\f",
    "NEL": "\x85",
    "LS": "\u2028",
    "PS": "\u2029",
}


def _word(text: str) -> str:
    """An encoded word: how a control character gets past the header's own syntax (RFC 2047)."""
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def _crafted(evil: str, number: int, *, sender: str) -> bytes:
    """A mail with `evil` in its subject, its names, its ids and the name of its file."""
    # A whole line end would end the header of the attacker's own mail; folded it stays within it.
    single = b"\r\n " if "\n" in evil else evil.encode()
    ident = f"{time.time_ns()}.{number}.{os.getpid()}".encode()
    lines = [
        b"From: " + _word(f"Jan{evil}{_LINE}").encode() + b" <" + sender.encode() + b">",
        b"To: " + _word(f"Help{evil}{_LINE}").encode() + b" <" + QUEUE.encode() + b">",
        b"Subject: " + _word(f"My money{evil}{_LINE}").encode(),
        b"Message-ID: <" + ident + single + _LINE.encode() + b"@client.example>",
        b"In-Reply-To: <a" + single + _LINE.encode() + b"@client.example>",
        b"References: <b@client.example>" + single + _LINE.encode() + b" <c@client.example>",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="b"',
        b"",
        b"--b",
        b"Content-Type: text/plain; charset=utf-8",
        b"",
        b"Where is my refund for 302-1234567-7654321?",
        b"--b",
        b"Content-Type: application/pdf; name*=utf-8''a" + _percent(f"{evil}{_LINE}") + b".pdf",
        b"Content-Disposition: attachment; filename*=utf-8''a" + _percent(f"{evil}{_LINE}") + b".pdf",
        b"Content-Transfer-Encoding: base64",
        b"",
        b64encode(b"%PDF-1.4 nothing"),
        b"--b--",
        b"",
    ]
    return b"\r\n".join(lines)


def _percent(text: str) -> bytes:
    return "".join(f"%{octet:02X}" for octet in text.encode()).encode()


def _headers(sunk: SunkMail) -> list[str]:
    """The names of all headers in order, as any reader that splits at line ends would see them."""
    header = sunk.content.partition(b"\r\n\r\n")[0]
    unfolded = header.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    return [line.partition(b":")[0].decode("latin-1") for line in unfolded.splitlines()]


@pytest.fixture(scope="module")
def clean(shared_service: Service, shared_sink: Sink) -> dict[str, list[str]]:
    """The headers of the mails that a clean mail of the same shape causes."""
    return _play(shared_service, shared_sink, _crafted("", 0, sender="clean@seller.example"), "clean@seller.example")


def _play(service: Service, sink: Sink, raw: bytes, seller: str) -> dict[str, list[str]]:
    """A seller's mail, and the agent's answer to it: the headers of each mail that leaves."""
    before = len(sink.mails)
    if b"\r" in raw.replace(b"\r\n", b""):
        # SMTP refuses a CR without LF, a mailbox or an archive may hold one.
        pipe(service, raw, seller)
    else:
        service.send(raw, sender=seller)
    sent_to(sink, seller)
    relay = wait_until(lambda: _relays(sink, before, seller))[0]
    reply, to = answer(parsed(relay), "It is on its way.", sender=AGENT)
    service.send(reply, sender=AGENT, to=[to])
    sent_to(sink, seller, 2)
    acknowledgement, answered = [one for one in sink.mails if one.envelope_to == (seller,)]
    mails = {"acknowledgement": acknowledgement, "relay": relay, "answer": answered}
    for sunk in mails.values():
        assert len(sunk.envelope_to) == 1
        assert _VICTIM not in sunk.envelope_to
    return {name: _headers(sunk) for name, sunk in mails.items()}


def _relays(sink: Sink, before: int, seller: str) -> list[SunkMail]:
    came = [one for one in list(sink.mails)[before:] if one.envelope_to == (AGENT,)]
    return [one for one in came if seller in _text(one)]


def _text(sunk: SunkMail) -> str:
    body = parsed(sunk).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


@pytest.mark.parametrize("name", list(_BREAKS))
def test_15_no_character_in_a_mail_adds_a_header_or_a_recipient_to_ours(
    shared_service: Service, shared_sink: Sink, clean: dict[str, list[str]], name: str
) -> None:
    seller = f"{name.lower()}@seller.example"
    number = list(_BREAKS).index(name) + 1
    found = _play(shared_service, shared_sink, _crafted(_BREAKS[name], number, sender=seller), seller)
    for kind, headers in found.items():
        # What is no Message-ID is not answered to: then In-Reply-To is missing, and nothing stands in its place.
        assert headers in (clean[kind], [one for one in clean[kind] if one != "In-Reply-To"])
    assert not [one for one in shared_sink.mails if _VICTIM in one.envelope_to]
    assert not [command for command in shared_sink.commands if _VICTIM in command]


def test_15_no_value_of_a_template_adds_a_header(
    shared_service: Service, shared_sink: Sink, clean: dict[str, list[str]]
) -> None:
    """The subject of a template is the administrator's; what is filled into it is the seller's."""
    folder = shared_service.folder / "own"
    (folder / "en").mkdir(parents=True)
    values = "{{ case.subject }} {{ seller.name }} {{ message.text }}"
    (folder / "en" / "acknowledgement.md").write_text(f"Subject: We have it: {values}\n\nThank you.\n")
    tree = shared_service.folder / "second"
    tree.mkdir()
    with Sink() as sink, Service(tree, sink, config=f'templates_dir = "{folder}"') as service:
        for number, evil in enumerate(("\r\n", "\u2028", "\x85", "\v"), start=50):
            seller = f"template{number}@seller.example"
            service.send(_crafted(evil, number, sender=seller), sender=seller)
            sent_to(sink, seller)
            (sunk,) = [one for one in sink.mails if one.envelope_to == (seller,)]
            assert [one for one in _headers(sunk) if one != "In-Reply-To"] == [
                one for one in clean["acknowledgement"] if one != "In-Reply-To"
            ]
            assert "We have it" in str(parsed(sunk)["Subject"])
