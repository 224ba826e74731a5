"""The ledger: every mail is there byte for byte, has its parts, and exactly one final word or is in work."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from cases.mail import Part
from cases.transfer import decode_part
from store.errors import StoreDamaged
from store.ledger_tables import mails, raws
from store.store import Store
from store.tables import dispositions, messages, parts
from store.verify_finding import Advance, Finding, believed

_PAGE = 100
_ENDED = ("done", "quarantined")
_ERASED = "erased"  # the raw mail is gone or another one, on purpose


def count_mails(store: Store) -> int:
    """How many mails the ledger has."""
    with store.ledger_database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(mails)).scalar_one())


def check_mails(store: Store, advance: Advance) -> Iterator[Finding]:
    """All mails in the order they came, and dispositions of which there is no mail."""
    after: int | None = 0
    while after is not None:
        page = sa.select(mails).where(mails.c.id > after).order_by(mails.c.id).limit(_PAGE)
        with store.ledger_database.read() as connection:
            ids = [row.id for row in connection.execute(page)]
        begin, end = after, ids[-1] if len(ids) == _PAGE else None
        yield from believed(partial(_check_words, store, begin, end))
        yield from believed(partial(_check_bytes, store, ids, advance))
        after = end
    yield from believed(lambda: _raws_of_nothing(store))


def _check_words(store: Store, after: int, end: int | None) -> list[Finding]:
    """The ledger is read first: what it calls done has had its final word before."""

    def within(column: Any) -> sa.ColumnElement[bool]:
        return sa.and_(column > after, column <= end if end is not None else sa.true())

    with store.ledger_database.read() as connection:
        entries = connection.execute(sa.select(mails).where(within(mails.c.id)).order_by(mails.c.id)).all()
    with store.cases.read() as connection:
        words = {
            row.ledger_id: row
            for row in connection.execute(sa.select(dispositions).where(within(dispositions.c.ledger_id)))
        }
    found = []
    for entry in entries:
        if says := _word_is_wrong(entry, words.pop(entry.id, None)):
            found.append(Finding(table="mails", row=f"id {entry.id}", says=says))
    return found + [
        Finding(table="dispositions", row=f"ledger_id {one}", says="there is no such mail in the ledger")
        for one in words
    ]


def _word_is_wrong(entry: Row[Any], word: Row[Any] | None) -> str:
    if word is None:
        return f"the ledger says {entry.state}, but the mail has no disposition" if entry.state in _ENDED else ""
    if entry.state in _ENDED and word.outcome not in (entry.outcome, _ERASED):
        return f"the ledger says {entry.outcome}, the disposition {word.outcome}"
    if entry.state not in ("new", "working", *_ENDED):
        return f"its state is {entry.state}, which there is not"
    return ""


def _check_bytes(store: Store, ids: Sequence[int], advance: Advance) -> list[Finding]:
    """The raw mails by their hash, and each part of their messages as a range of it."""
    with store.cases.read() as connection:
        erased = sa.select(dispositions.c.ledger_id).where(
            dispositions.c.ledger_id.in_(ids), dispositions.c.outcome == _ERASED
        )
        excused = set(connection.execute(erased).scalars())
        mine = sa.select(parts, messages.c.ledger_id).join(messages, messages.c.id == parts.c.message_id)
        rows = connection.execute(mine.where(messages.c.ledger_id.in_(ids)).order_by(parts.c.id)).all()
    found = []
    for ledger_id in ids:
        advance()
        try:
            raw = store.ledger.load(ledger_id)
        except StoreDamaged as error:
            if ledger_id not in excused:
                found.append(Finding(table="raws", row=f"ledger_id {ledger_id}", says=str(error)))
            continue
        if ledger_id not in excused:
            found += _wrong_parts(raw, [row for row in rows if row.ledger_id == ledger_id])
    return found


def _wrong_parts(raw: bytes, rows: Sequence[Row[Any]]) -> list[Finding]:
    found = []
    for row in rows:
        content = decode_part(raw[row.start : row.start + row.length], _part(row))
        if (len(content), hashlib.sha256(content).hexdigest()) != (row.size, row.sha256):
            says = f"part {row.path} of message {row.message_id} is not what stands there in the raw mail"
            mend = "`casepost reparse` of its case reads the mail again; then verify once more"
            found.append(Finding(table="parts", row=f"id {row.id}", says=says, mend=mend))
    return found


def _part(row: Row[Any]) -> Part:
    return Part(
        path=row.path,
        offset=row.start,
        length=row.length,
        encoding=row.encoding,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        inside=row.inside,
    )


def _raws_of_nothing(store: Store) -> list[Finding]:
    orphans = sa.select(raws.c.ledger_id).where(~sa.exists().where(mails.c.id == raws.c.ledger_id)).limit(100)
    with store.ledger_database.read() as connection:
        found = connection.execute(orphans).scalars().all()
    says = "the raw mail is there, but its row in `mails` is gone: a mail that was promised"
    return [Finding(table="raws", row=f"ledger_id {one}", says=says) for one in found]
