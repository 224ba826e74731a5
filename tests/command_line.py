"""What tests of commands do behind the command line: mails taken in, put into quarantine, replies written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from casepost.app import App
from cases.arrival import Arrival, Channel
from cases.mail import Mail
from ingest.child_pool import ReaderFailed
from ingest.read.reader import read
from store.tables import outbox

CONFIG = """
data_dir = "var"
[smtp]
max_message_bytes = 100000
[[queues]]
name = "support"
address = "support@casepost.example"
agents = ["agent@casepost.example"]
[[queues]]
name = "returns"
address = "returns@casepost.example"
agents = ["rita@casepost.example"]
"""
MAIL = b"""\
From: Anna Muster <anna@seller.example>\r
To: support@casepost.example\r
Message-ID: <%s@seller.example>\r
Date: Mon, 02 Nov 2026 10:00:00 +0100\r
Subject: %s\r
\r
My order 302-1234567-7654321 has not arrived.\r
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ended]


class DirectReader:
    """Reads in this process: quick, and good enough for mails that are known to be harmless."""

    def read(self, raw: bytes) -> Mail:
        return read(raw)


class FailingReader:
    """As a child that was killed for taking too long."""

    def read(self, raw: bytes) -> Mail:
        raise ReaderFailed("time")


def take_in(app: App, raw: bytes, *, to: str = "support@casepost.example") -> str:
    """A mail taken in and worked on; the number of its case."""
    (ledger_id,) = app.store.ledger.add([arrival(app, raw, to)])
    entry = app.store.ledger.claim_one(ledger_id, holder=app.holder("test"))
    assert entry is not None
    applied = app.take_in(DirectReader(), role="test").take_in(entry, now=app.clock())
    assert applied is not None
    assert applied.number is not None
    return applied.number


def quarantine(app: App, raw: bytes) -> int:
    """A mail that failed three times; its ledger id."""
    (ledger_id,) = app.store.ledger.add([arrival(app, raw, "support@casepost.example")])
    for _ in range(3):
        entry = app.store.ledger.claim_one(ledger_id, holder=app.holder("test"))
        assert entry is not None
        app.take_in(FailingReader(), role="test").take_in(entry, now=app.clock())
    return ledger_id


def arrival(app: App, raw: bytes, to: str) -> Arrival:
    return Arrival(
        raw=raw, channel=Channel.PIPE, sender="anna@seller.example", recipients=(to,), received_at=app.clock()
    )


def write_replies(app: App) -> list[int]:
    """Writes what is due; the ids in the outbox."""
    app.due(role="test").write_due(now=app.clock())
    with app.store.cases.read() as connection:
        return list(connection.execute(sa.select(outbox.c.id).order_by(outbox.c.id)).scalars())


def set_state(app: App, outbox_id: int, state: str, error: str = "") -> None:
    with app.store.cases.write() as connection:
        connection.execute(
            sa.update(outbox).where(outbox.c.id == outbox_id).values(state=state, last_error=error, attempts=1)
        )


def state_of(app: App, outbox_id: int) -> str:
    with app.store.cases.read() as connection:
        return str(connection.execute(sa.select(outbox.c.state).where(outbox.c.id == outbox_id)).scalar_one())
