"""What the people outside can see of the mails that a sink was sent, once all is done that is to be done."""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from store.ledger_tables import mails
from store.tables import outbox, planned_replies
from tests.service import Service, parsed, wait_until
from tests.sink import Sink, SunkMail


def wait_until_quiet(service: Service, seconds: float = 20.0) -> None:
    """Until no mail waits to be taken in, no reply that is due to be written, and none to be sent."""
    wait_until(lambda: _is_quiet(service), seconds)


def _is_quiet(service: Service) -> bool:
    with service.app.store.ledger_database.read() as connection:
        unread = connection.execute(sa.select(mails.c.id).where(mails.c.state.in_(("new", "working")))).first()
    with service.app.store.cases.read() as connection:
        due = sa.select(planned_replies.c.id).where(
            planned_replies.c.state.in_(("waiting", "working")), planned_replies.c.due_at <= datetime.now(UTC)
        )
        unwritten = connection.execute(due).first()
        waiting = sa.select(outbox.c.id).where(outbox.c.state.in_(("queued", "sending")))
        unsent = connection.execute(waiting).first()
    return unread is None and unwritten is None and unsent is None


def to_outside(sink: Sink, *, staff: Iterable[str]) -> list[SunkMail]:
    """The mails to anybody who is no member of staff."""
    own = {one.lower() for one in staff}
    return [one for one in list(sink.mails) if not own.issuperset(to.lower() for to in one.envelope_to)]


def all_of(sunk: SunkMail) -> str:
    """All that a mail says, as it went over the wire and decoded: headers, texts, files that are text."""
    message = parsed(sunk)
    pieces = [sunk.content.decode("latin-1")]
    pieces += [f"{name}: {value}" for name, value in message.items()]
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            pieces.append(content.decode("utf-8", "replace"))
    return "\n".join(pieces)
