"""A case as one file to hand over: a ZIP of its document, a text that anybody can read, and its mails.

Names in it are ours, never a sender's, and nothing in it is made to be run: documents, text and mails as they are.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from casepost.plain import dump_json, inert, inert_line, shorten_address, show_size
from store.case_export import CaseExport, ExportedMail
from store.views import Document

LoadMail = Callable[[ExportedMail], bytes]

_WIDTH = 78
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP knows no earlier time
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_HEADER_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
# What a writer says, not what happened on the way: no Received, no Bcc, no results of checks, no filters' words.
_SHOWN_FIELDS = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references mime-version auto-submitted".split()
)


def write_archive(file: IO[bytes], exports: list[CaseExport], load: LoadMail) -> None:
    """Write the cases, a folder each, into one ZIP; `load` gives the bytes of a mail."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for export in exports:
            folder = f"CP-{export.document['number']}"
            names = _name_mails(export)
            at = datetime.fromisoformat(export.document["updated_at"])
            _add(archive, f"{folder}/case.json", at, dump_json(export.document, indent=2).encode())
            _add(archive, f"{folder}/case.txt", at, write_text(export, names).encode())
            for mail, name in zip(export.mails, names, strict=True):
                octets = load(mail)
                if not export.internal and mail.ledger_id is not None:
                    octets = keep_shown_fields(octets)
                _add(archive, f"{folder}/{name}", mail.at, octets)


def keep_shown_fields(raw: bytes) -> bytes:
    """A mail that came, with those header fields alone that its writer meant for its reader; the body is untouched."""
    end = _HEADER_END.search(raw)
    header, rest = (raw[: end.start()], raw[end.start() :]) if end is not None else (raw, b"")
    kept: list[bytes] = []
    shown = False
    for line in header.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            field = _FIELD.match(line)
            name = field[1].lower() if field is not None else b""
            shown = name in _SHOWN_FIELDS or name.startswith(b"content-")
        if shown:
            kept.append(line)
    return b"".join(kept).rstrip(b"\r\n") + rest


def write_text(export: CaseExport, names: list[str]) -> str:
    """The case as a person reads it, times as the queue's clock shows them."""
    return "\n".join(inert(line) for line in _lines(export, names)) + "\n"


def _lines(export: CaseExport, names: list[str]) -> Iterator[str]:
    case, zone = export.document, ZoneInfo(export.queue.timezone)
    yield f"CP-{case['number']}  {inert_line(case['subject']) or '(no subject)'}"
    yield ""
    yield f"Requester  {_person(case['requester'])}"
    yield f"Written to {inert_line(export.queue.name)} <{export.queue.address}>"
    yield f"Opened     {_time(case['created_at'], zone)}"
    yield f"Changed    {_time(case['updated_at'], zone)}"
    yield f"Status     {case['status']}"
    if case["merged_into"]:
        yield f"Part of    CP-{case['merged_into']}"
    for kind, value in dict.fromkeys((one["kind"], one["value"]) for one in case["identifiers"]):
        yield f"{kind.replace('_', ' ')}: {inert_line(value)}"
    if not export.internal:
        yield ""
        yield "What the requester has seen. Of their mails the lines are left out that were added on the way."
    for number, message in enumerate(case["messages"], start=1):
        files = [name for mail, name in zip(export.mails, names, strict=True) if mail.message_id == message["id"]]
        yield from _message(number, message, files, zone)
    if case["events"]:
        yield from ("", _rule("Events"))
        for event in case["events"]:
            yield f"{_time(event['at'], zone)}  {inert_line(event['actor'])}: {inert_line(event['what'])}"


def _message(number: int, message: Document, files: list[str], zone: ZoneInfo) -> Iterator[str]:
    yield ""
    yield _rule(f"{number}. {message['kind'].replace('_', ' ')}, {_time(message['at'], zone)}")
    yield f"From: {_person(message['from'])}"
    if message["to"]:
        yield f"To: {', '.join(map(_person, message['to']))}"
    if message["subject"]:
        yield f"Subject: {inert_line(message['subject'])}"
    if message["delivery"]:
        yield f"Delivery: {message['delivery']['state']}"
    for one in message["attachments"]:
        yield f"File: {inert_line(one['filename'] or 'without a name')} ({show_size(one['size'])})"
    for name in files:
        yield f"Mail: {name}"
    yield ""
    yield from inert(message["reply_text"] or message["text"]).strip().splitlines() or ["(no text)"]


def _name_mails(export: CaseExport) -> list[str]:
    """001-2026-11-23-seller.eml: in the order of time, whatever lists them."""
    return [f"mails/{n:03}-{mail.at:%Y-%m-%d}-{mail.kind}.eml" for n, mail in enumerate(export.mails, start=1)]


def _add(archive: zipfile.ZipFile, name: str, at: datetime, octets: bytes) -> None:
    info = zipfile.ZipInfo(name, max(at.timetuple()[:6], _EARLIEST))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16  # a plain file of its owner, never one to run
    archive.writestr(info, octets)


def _rule(words: str) -> str:
    return f"--- {words} ".ljust(_WIDTH, "-")


def _time(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _person(who: Document) -> str:
    name, address = inert_line(who["name"]), shorten_address(who["address"])
    return f"{name} <{address}>" if name and address else name or address or "(unknown)"
