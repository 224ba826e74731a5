"""Raw mails read again by today's reader: what is derived of them is replaced, what people decided is not touched."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.change import Change, Rereading
from cases.errors import CasepostError, TemporaryError
from cases.mail import Mail
from ingest.child_pool import ReaderFailed
from ingest.take_in import Reader
from store.apply import apply
from store.database import Database
from store.ledger import Ledger
from store.rereading import Derived, Rereadable, load_derived

_LISTS = ("identifiers", "attachments", "defects", "missing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reread:
    """What reading a message again changed: the field, and what it was and is, or was added and removed.

    `problem`: why it was left as it is, "" when it was not.
    """

    message: Rereadable
    changes: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def reread(message: Rereadable, *, ledger: Ledger, cases: Database, reader: Reader, now: datetime) -> Reread:
    """Read one mail again and put on record what is new; nothing is written where nothing is.

    Each message is a transaction of its own: stopped in between, it goes on where it was when called again with
    those that an older reader has read. Raises StoreUnavailable (temporary).
    """
    if message.redacted:
        return Reread(message=message, problem="parts of it were erased: it stays as it is")
    try:
        mail = reader.read(ledger.load(message.ledger_id))
    except TemporaryError:
        raise
    except ReaderFailed as error:
        return Reread(message=message, problem=f"it could not be read ({error.reason})")
    except CasepostError as error:
        return Reread(message=message, problem=str(error))
    before = load_derived(cases, message)
    if not _is_new(message, mail, before):
        return Reread(message=message)
    rereading = Rereading(message_id=message.message_id, mail=mail)
    what = f"message {message.message_id} read again by reader {mail.reader_version}"
    apply(cases, Change(actor="casepost", at=now, case_id=message.case_id, rereading=rereading, notes=(what,)))
    return Reread(message=message, changes=_compare(before, load_derived(cases, message)))


def _is_new(message: Rereadable, mail: Mail, before: Derived) -> bool:
    """Whether the mail reads otherwise than what is on record, or was read by another reader."""
    if message.reader_version != mail.reader_version:
        return True
    same = all(before[name] == getattr(mail, name) for name in ("subject", "language", "text", "reply_text", "html"))
    found = sorted(f"{one.kind} {one.value} ({one.source})" for one in mail.identifiers)
    shown = [f"{part.path} {part.content_type} {part.filename} {part.sha256}" for part in mail.parts if part.is_listed]
    return not (
        same
        and before["identifiers"] == found
        and before["attachments"] == shown
        and before["defects"] == list(mail.defects)
    )


def _compare(before: Derived, after: Derived) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in before.items():
        if value == after[name]:
            continue
        if name in _LISTS:
            changes[name] = {
                "added": [one for one in after[name] if one not in value],
                "removed": [one for one in value if one not in after[name]],
            }
        else:
            changes[name] = {"before": value, "after": after[name]}
    return changes
