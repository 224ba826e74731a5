"""Junk that is taken back: with one step, and decided again as if it came now."""

from datetime import datetime

import sqlalchemy as sa

from cases.model import Outcome
from store.events import add_event
from store.junk_list import JunkMail, find_junk_mail
from store.store import Store
from store.tables import dispositions, junk, mail_keys


def rescue(store: Store, ledger_id: int, *, actor: str, now: datetime) -> JunkMail:
    """Take a mail out of the list: it is decided again, as if it came now. Raises NotFound.

    The books of the cases come first: after a crash in between, doing this again finishes it.
    """
    with store.cases.write() as connection:
        mail = find_junk_mail(connection, ledger_id)
        connection.execute(
            sa.update(junk)
            .where(junk.c.ledger_id == ledger_id, junk.c.rescued_at.is_(None))
            .values(rescued_at=now, rescued_by=actor)
        )
        gone = connection.execute(
            sa.delete(dispositions).where(
                dispositions.c.ledger_id == ledger_id,
                dispositions.c.outcome == Outcome.IGNORED,
                dispositions.c.case_id.is_(None),
            )
        )
        if gone.rowcount:
            connection.execute(sa.delete(mail_keys).where(mail_keys.c.ledger_id == ledger_id))
            what = f"mail {ledger_id} from {mail.author} taken out of the junk"
            add_event(connection, case_id=None, at=now, actor=actor, what=what)
    store.ledger.decide_again(ledger_id, outcome=Outcome.IGNORED, now=now)
    return mail
