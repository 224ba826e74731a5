"""The shell of erasing a person: others' mails are written anew without them, then what is theirs is taken away.

In this order, since what is theirs says what to look for in the mails of others. After a crash, doing it again
finishes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from cases.mail import Mail, Part
from cases.redaction import Traces, has_traces, redact
from cases.transfer import decode_part
from ingest.take_in import Reader
from store.erasure import Person, find_person, redact_others, wipe_person
from store.erasure_raws import (
    OtherMail,
    bury_mails,
    find_mailed,
    find_others,
    replace_parts,
    replace_raw,
    tidy,
)
from store.store import Store
from store.sweep import drop_unnamed

REDACTED = "X-Casepost-Redacted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What was done: cases the person was in, mails that are gone, mails of others that were written anew."""

    cases: int
    mails: int
    redacted: int


def look_for(store: Store, address: str) -> Person:
    """All of a person, nothing changed."""
    mailed = find_mailed(store, address)
    with store.cases.read() as connection:
        return find_person(connection, address, mailed=mailed)


def erase(
    store: Store,
    address: str,
    *,
    reader: Reader,
    actor: str,
    now: datetime,
    advance: Callable[[], None] = lambda: None,
) -> Erased:
    """Erase a person everywhere; `advance` is called for each mail of others. Raises StoreUnavailable (temporary)."""
    person = look_for(store, address)
    with store.cases.write() as connection:
        redact_others(connection, person)
    redacted = 0
    for other in find_others(store, person.other_ids):
        redacted += _redact_raw(store, other, reader, person.traces)
        advance()
    with store.cases.write() as connection:
        locations = wipe_person(connection, person, actor=actor, now=now)
    for location in locations:
        drop_unnamed(store, location)
    buried = bury_mails(store, now=now)
    for database in {id(one): one for one in (store.ledger_database, store.cases)}.values():
        tidy(database)
    return Erased(cases=len(person.case_ids), mails=buried, redacted=redacted)


def _redact_raw(store: Store, other: OtherMail, reader: Reader, traces: Traces) -> bool:
    """Whether the mail had to be written anew. One that was before has its parts put right, if that was not done."""
    raw = store.ledger.load(other.ledger_id)
    mail = reader.read(raw)
    named = traces.address.encode() in raw.lower()
    texts = " ".join([mail.subject, mail.text, mail.html or "", *(part.filename or "" for part in mail.parts)])
    dirty = named or has_traces(texts, traces)
    if dirty:
        raw = _rebuild(raw, mail, other, traces)
        replace_raw(store, other.ledger_id, raw)
        mail = reader.read(raw)
    if dirty or REDACTED.encode() in raw:
        replace_parts(store, other, mail)
    return dirty


def _rebuild(raw: bytes, mail: Mail, other: OtherMail, traces: Traces) -> bytes:
    """The mail as it would be without the person: its author, its new words, its files that do not name them."""
    message = EmailMessage(policy=SMTP)
    if mail.sender is not None:
        message["From"] = redact(f"{mail.sender.name} <{mail.sender.address}>".strip(), traces)
    message["Subject"] = other.subject
    if mail.date is not None:
        message["Date"] = format_datetime(mail.date)
    if mail.message_id is not None and not has_traces(mail.message_id, traces):
        message["Message-ID"] = mail.message_id
    message[REDACTED] = "yes"
    message.set_content(other.text)
    for part in mail.parts:
        content = decode_part(raw[part.offset : part.offset + part.length], part)
        if part.is_listed and not _names_them(part, content, traces):
            whole = part.content_type if not part.content_type.startswith("message/") else "application/octet-stream"
            main, _, sub = whole.partition("/")
            message.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=part.filename)
    return message.as_bytes()


def _names_them(part: Part, content: bytes, traces: Traces) -> bool:
    if has_traces(part.filename or "", traces) or traces.address.encode() in content.lower():
        return True
    is_text = part.content_type.startswith(("text/", "message/"))
    return is_text and has_traces(content.decode("utf-8", "replace"), traces)
