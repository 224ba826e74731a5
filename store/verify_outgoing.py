"""The outbox: the bytes of every mail that was written are those that were written."""

from collections.abc import Iterator

import sqlalchemy as sa

from store.errors import StoreDamaged
from store.raw import Kept
from store.store import Store
from store.tables import outbox
from store.verify_finding import Advance, Finding

_PAGE = 50


def count_outgoing(store: Store) -> int:
    """How many mails the outbox has."""
    with store.cases.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one())


def check_outgoing(store: Store, advance: Advance) -> Iterator[Finding]:
    """All of them, in the order they were written. One without bytes and location was erased."""
    after = 0
    while True:
        page = sa.select(outbox).where(outbox.c.id > after).order_by(outbox.c.id).limit(_PAGE)
        with store.cases.read() as connection:
            rows = connection.execute(page).all()
        for row in rows:
            advance()
            if row.content is None and row.location is None:
                continue
            try:
                store.blobs.load(Kept(content=row.content, location=row.location, sha256=row.sha256, size=row.size))
            except StoreDamaged as error:
                yield Finding(table="outbox", row=f"id {row.id}", says=str(error))
        if len(rows) < _PAGE:
            return
        after = rows[-1].id
