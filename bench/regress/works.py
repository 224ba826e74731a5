"""What is counted: each work on mails of its own, so that nothing of one is known to a cache from the one before."""

import email
from collections.abc import Callable
from dataclasses import dataclass

from bench.regress.letter import make_raw
from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.mail import Address, Identifier, Mail
from ingest.read.defects import Defects
from ingest.read.find_in_mail import find_in_texts
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.language import find_language
from ingest.read.reader import read
from ingest.read.reply_text import split_reply
from ingest.take_in import TakeIn
from responder.compose import Letter, compose
from responder.render import render
from responder.sample import make_sample
from responder.templates import Templates, shipped_folder
from store.store import Store
from tests.casework import NOW, SELLER, SUPPORT

TIMES = 3
WARM_UPS = 2
REFERENCE = "email"
"""The work that all others are divided by: the standard library reads the same mail."""

_HOLDER = "node:counted:1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One thing to count; each of `rounds` does it once. The first WARM_UPS are not counted."""

    name: str
    rounds: tuple[Callable[[], object], ...]


def make_works(store: Store) -> tuple[Work, ...]:
    """All works, prepared, the reference first. `store` is migrated and has the queue SUPPORT."""
    templates = Templates(shipped=shipped_folder())
    serials = range(1, WARM_UPS + TIMES + 1)
    acts: dict[str, Callable[[int], Callable[[], object]]] = {
        REFERENCE: _parse_by_library,
        "read": _read,
        "identifiers": _find_identifiers,
        "language": _find_language,
        "html": _lay_out,
        "render": lambda serial: _write(templates, serial),
        "take_in": lambda serial: _take_in(store, serial),
    }
    return tuple(Work(name=name, rounds=tuple(act(serial) for serial in serials)) for name, act in acts.items())


def _parse_by_library(serial: int) -> Callable[[], list[object]]:
    raw = make_raw(serial)
    return lambda: [part.get_payload(decode=True) for part in email.message_from_bytes(raw).walk()]


def _read(serial: int) -> Callable[[], Mail]:
    raw = make_raw(serial)
    return lambda: read(raw)


def _find_identifiers(serial: int) -> Callable[[], tuple[Identifier, ...]]:
    mail = read(make_raw(serial))
    split = split_reply(mail.text, "Jan Petersen")
    return lambda: find_in_texts(mail.subject, split, (), mail.language)


def _find_language(serial: int) -> Callable[[], str | None]:
    words = read(make_raw(serial)).reply_text
    return lambda: find_language(words)


def _lay_out(serial: int) -> Callable[[], tuple[str, str | None]]:
    source = _find_page(make_raw(serial))
    return lambda: (html_to_text(source, Defects()), sanitise_html(source, Defects()))


def _find_page(raw: bytes) -> str:
    (page,) = (part for part in email.message_from_bytes(raw).walk() if part.get_content_type() == "text/html")
    content = page.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def _write(templates: Templates, serial: int) -> Callable[[], bytes]:
    """The acknowledgement in words, and as octets; the template is compiled when it comes the first time."""
    values = make_sample("de")

    def write() -> bytes:
        rendered = render(template=templates.find("acknowledgement", ["de"]), values=values)
        return compose(
            Letter(
                subject=rendered.subject,
                tag="[CP-4821773099]",
                case_number="4821773099",
                from_name="Support",
                from_address=SUPPORT.address,
                to=Address(name="Jan Petersen", address=SELLER),
                message_id=f"<{serial}.counted@casepost.example>",
                date=NOW,
                language="de",
                text=rendered.text,
                html=rendered.html,
                auto_submitted="auto-replied",
            )
        )

    return write


@dataclass(frozen=True, slots=True)
class _HasRead:
    """A reader that has read the mail before it was asked."""

    mail: Mail

    def read(self, _raw: bytes) -> Mail:
        return self.mail


def _take_in(store: Store, serial: int) -> Callable[[], Applied | None]:
    """From the row in the ledger to its final word: claim, gather, decide, apply; the mail is read already."""
    raw = make_raw(serial)
    arrival = Arrival(
        raw=raw, channel=Channel.SMTP, sender=SELLER, recipients=(SUPPORT.address,), received_at=NOW, peer="192.0.2.1"
    )
    (ledger_id,) = store.ledger.add([arrival])
    shell = TakeIn(
        ledger=store.ledger,
        cases=store.cases,
        keyring=store.keyring,
        reader=_HasRead(read(raw)),
        holder=_HOLDER,
    )
    return lambda: shell.take_in_one(ledger_id, now=NOW)
