"""Mails that could not be read: kept whole in the ledger, each with a case that tells agents of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Change
from cases.model import Happening, Outcome
from cases.plan import ReplyKind
from store.apply import change_case
from store.dispositions import find_disposition
from store.errors import NotFound
from store.ledger import DoneMail, Entry
from store.outbox import supersede_unsent
from store.planned import cancel_planned
from store.store import Store
from store.tables import dispositions, mail_keys, messages
from store.views import to_rfc3339

Document = dict[str, Any]
_CHUNK = 500


def list_quarantined(store: Store) -> list[Document]:
    """The mails in quarantine, oldest first, with envelope, reason and the case that tells of each."""
    entries = store.ledger.quarantined()
    with store.cases.read() as connection:
        return [_document(connection, entry) for entry in entries]


def show_quarantined(store: Store, ledger_id: int) -> Document:
    """One of them; NotFound when this mail is not in quarantine."""
    entry = find_quarantined(store, ledger_id)
    with store.cases.read() as connection:
        return _document(connection, entry)


def find_quarantined(store: Store, ledger_id: int) -> Entry:
    """The ledger's entry of a mail in quarantine; NotFound says what became of it otherwise."""
    entry = store.ledger.find(ledger_id)
    if entry is None:
        raise NotFound(f"there is no mail {ledger_id}; `casepost quarantine list` shows what is in quarantine")
    if entry.state != "quarantined":
        became = f"it is {entry.outcome}" if entry.outcome else "it waits to be worked on"
        raise NotFound(f"mail {ledger_id} is not in quarantine: {became}")
    return entry


def find_read_by_older(store: Store, reader_version: int) -> int | None:
    """The first mail in quarantine that no reader of this version has tried yet, None when all were."""
    ids = [entry.id for entry in store.ledger.quarantined()]
    with store.cases.read() as connection:
        for begin in range(0, len(ids), _CHUNK):
            older = (
                sa.select(sa.func.min(dispositions.c.ledger_id))
                .join(messages, messages.c.id == dispositions.c.message_id)
                .where(
                    dispositions.c.ledger_id.in_(ids[begin : begin + _CHUNK]),
                    dispositions.c.outcome == Outcome.QUARANTINED,
                    messages.c.reader_version < reader_version,
                )
            )
            found = connection.execute(older).scalar()
            if found is not None:
                return int(found)
    return None


def note_unreadable(store: Store, ledger_id: int, *, reader_version: int) -> None:
    """Put on record that a reader of this version could not read it either; it is not tried before a newer one is."""
    told = sa.select(dispositions.c.message_id).where(dispositions.c.ledger_id == ledger_id).scalar_subquery()
    with store.cases.write() as connection:
        connection.execute(sa.update(messages).where(messages.c.id == told).values(reader_version=reader_version))


def drop(store: Store, ledger_id: int, *, by: str, why: str, now: datetime) -> Document:
    """Nobody will read this mail: its final word is `ignored`, and the case that told of it is closed.

    The raw mail stays. Who said so and why is its reason and an event of the case. NotFound when it is not in
    quarantine. The books of the cases come first: after a crash in between, doing this again finishes it.
    """
    find_quarantined(store, ledger_id)
    reason = f"dropped from quarantine by {by}: {why}"
    with store.cases.write() as connection:
        dropped = connection.execute(
            sa.update(dispositions)
            .where(dispositions.c.ledger_id == ledger_id, dispositions.c.outcome == Outcome.QUARANTINED)
            .values(outcome=Outcome.IGNORED, reason=reason, at=now)
            .returning(dispositions.c.case_id)
        ).first()
        if dropped is not None:
            _close(connection, dropped.case_id, actor="operator", because="its mail was dropped", note=reason, now=now)
        final = find_disposition(connection, ledger_id)
    if final is None or final.outcome is not Outcome.IGNORED:
        raise NotFound(f"mail {ledger_id} is being read again just now; see what becomes of it")
    store.ledger.record_done([DoneMail(id=ledger_id, outcome=final.outcome, reason=final.reason, at=now)])
    return {"id": ledger_id, "outcome": final.outcome.value, "case": final.number, "reason": final.reason}


def release(store: Store, ledger_id: int, *, now: datetime, actor: str = "operator") -> None:
    """Make a quarantined mail new again and close the case that told of it. NotFound when it is not in quarantine.

    The books of the cases come first: after a crash in between, the mail is still in quarantine with no final
    word, and doing this again finishes it. The other way round a worker would find the old final word and stop.
    """
    with store.cases.write() as connection:
        _take_back(connection, ledger_id, actor, now)
    store.ledger.retry_quarantined(ledger_id, now=now)


def _take_back(connection: Connection, ledger_id: int, actor: str, now: datetime) -> None:
    taken = connection.execute(
        sa.delete(dispositions)
        .where(dispositions.c.ledger_id == ledger_id, dispositions.c.outcome == Outcome.QUARANTINED)
        .returning(dispositions.c.case_id)
    ).first()
    if taken is None:  # done before, or somebody else is at it
        return
    connection.execute(sa.delete(mail_keys).where(mail_keys.c.ledger_id == ledger_id))
    connection.execute(sa.update(messages).where(messages.c.ledger_id == ledger_id).values(ledger_id=None))
    _close(connection, taken.case_id, actor=actor, because="its mail is read again", note="read again", now=now)


def _close(connection: Connection, case_id: int | None, *, actor: str, because: str, note: str, now: datetime) -> None:
    """The case that told of the mail has nothing left to do; nobody is written to."""
    if case_id is None:
        return
    cancel_planned(connection, case_id, frozenset(ReplyKind), at=now, because=because)
    supersede_unsent(connection, case_id, cause=None, because=because)
    change_case(
        connection,
        Change(
            actor=actor,
            at=now,
            case_id=case_id,
            happenings=(Happening.CLOSED,),
            silent=True,
            notes=(note,),
        ),
    )


def _document(connection: Connection, entry: Entry) -> Document:
    told = find_disposition(connection, entry.id)
    return {
        "id": entry.id,
        "received_at": to_rfc3339(entry.received_at),
        "channel": entry.channel,
        "peer": entry.peer or None,
        "sender": entry.sender,
        "recipients": list(entry.recipients),
        "size": entry.raw_size,
        "sha256": entry.raw_sha256,
        "tries": entry.tries,
        "reason": entry.reason or entry.last_error,
        "case": told.number if told else None,
    }
