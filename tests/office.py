"""A case office without processes: a store, with taking in, writing and delivering done here and now."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.mail import Identifier, Mail, Part, Source
from cases.transfer import decode_part
from ingest.files.sight import Seen
from ingest.look_over import LookOver
from ingest.read.reader import read
from ingest.take_in import CheckIdentity, Policy, ScanFiles, TakeIn, nobody_checks, nobody_scans
from responder.delivery import Delivery
from responder.due import Due
from responder.letters import Desk
from responder.outcome import BeforeData, Outcome, OutgoingMail, Sent
from responder.templates import Templates, shipped_folder
from store.store import Store
from store.tables import outbox, planned_replies
from store.views import Document, show_case
from tests.casework import NOW, SELLER, SUPPORT

HOLDER = "node:test:1"


@dataclass
class Here:
    """A reader that reads in this process; `faults` are raised first, one a mail."""

    faults: list[Exception] = field(default_factory=list)

    def read(self, raw: bytes) -> Mail:
        if self.faults:
            raise self.faults.pop(0)
        return read(raw)


@dataclass
class Eyes:
    """Eyes that see what they are told to; `faults` are raised first, one a file."""

    sees: dict[str, str] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)
    asked: list[tuple[str, tuple[Identifier, ...]]] = field(default_factory=list)

    def look(self, raw: bytes, path: str, *, language: str | None, known: tuple[Identifier, ...] = ()) -> Seen:
        self.asked.append((path, known))
        if self.faults:
            raise self.faults.pop(0)
        found = (Identifier(kind=kind, value=value, source=Source.IMAGE) for kind, value in self.sees.items())
        return Seen(identifiers=tuple(found))

    def rest(self) -> None:
        pass


@dataclass
class Way:
    """A way out that answers what it is told to, and keeps what it was given."""

    answer: Callable[[OutgoingMail], Outcome] = lambda _mail: Sent(response="250 OK")
    tried: list[OutgoingMail] = field(default_factory=list)

    async def send(self, mail: OutgoingMail, *, before_data: BeforeData) -> Outcome:
        self.tried.append(mail)
        outcome = self.answer(mail)
        if not getattr(outcome, "way_down", False):
            assert await before_data()
        return outcome

    async def close(self) -> None:
        pass


@dataclass
class Office:
    """All shells on one store."""

    store: Store
    reader: Here = field(default_factory=Here)
    eyes: Eyes = field(default_factory=Eyes)
    way: Way = field(default_factory=Way)
    policy: Policy = field(default_factory=Policy)
    check_identity: CheckIdentity = nobody_checks
    scan: ScanFiles = nobody_scans
    templates: Templates = field(default_factory=lambda: Templates(shipped=shipped_folder()))

    def receive(
        self,
        mail: EmailMessage | bytes,
        *recipients: str,
        sender: str | None = SELLER,
        now: datetime = NOW,
        channel: Channel = Channel.SMTP,
    ) -> Applied | None:
        """Take a mail in and work on it once."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
        arrival = Arrival(
            raw=raw, channel=channel, sender=sender, recipients=recipients or (SUPPORT.address,), received_at=now
        )
        (ledger_id,) = self.store.ledger.add([arrival])
        return self.work_on(ledger_id, now=now)

    def work_on(self, ledger_id: int, *, now: datetime = NOW) -> Applied | None:
        """One go at a mail of the ledger."""
        entry = self.store.ledger.claim_one(ledger_id, holder=HOLDER)
        assert entry is not None
        return self.take_in().take_in(entry, now=now)

    def take_in(self) -> TakeIn:
        """The shell that takes in."""
        return TakeIn(
            ledger=self.store.ledger,
            cases=self.store.cases,
            keyring=self.store.keyring,
            reader=self.reader,
            holder=HOLDER,
            policy=self.policy,
            check_identity=self.check_identity,
            scan=self.scan,
        )

    def look(self, *, now: datetime = NOW) -> int:
        """Look at all pictures that wait."""
        shell = LookOver(ledger=self.store.ledger, cases=self.store.cases, eyes=self.eyes, holder=HOLDER)
        return sum(iter(lambda: shell.look_at_some(clock=lambda: now, limit=5), 0))

    def due(self, *, hold: bool = False) -> Due:
        """The shell that writes."""
        desk = Desk(keyring=self.store.keyring, templates=self.templates, load_parts=self._load_parts)
        return Due(cases=self.store.cases, blobs=self.store.blobs, desk=desk, holder=HOLDER, hold=hold)

    def write(self, *, now: datetime = NOW) -> int:
        """Write all that is due."""
        return sum(iter(lambda: self.due().write_due(now=now), 0))

    def deliver(self, *, now: datetime = NOW, limit: int = 16) -> int:
        """One round of delivery."""
        delivery = Delivery(
            cases=self.store.cases,
            blobs=self.store.blobs,
            transport=self.way,
            holder=HOLDER,
            way="smtp://relay.example",
            jitter=lambda: 0.5,
        )
        return asyncio.run(delivery.deliver_due(now=now, limit=limit))

    def case(self, number: str | None) -> Document:
        """One case as `case show` gives it."""
        assert number is not None
        with self.store.cases.read() as connection:
            return show_case(connection, number)

    def events(self, number: str | None) -> list[str]:
        """What is on record for a case."""
        return [event["what"] for event in self.case(number)["events"]]

    def planned(self) -> list[tuple[str, str]]:
        """(kind, state) of all planned replies, in order."""
        return [(row.kind, row.state) for row in self.rows(sa.select(planned_replies).order_by(planned_replies.c.id))]

    def outbox(self) -> Sequence[Row[Any]]:
        """All rows of the outbox, in order."""
        return self.rows(sa.select(outbox).order_by(outbox.c.id))

    def rows(self, query: sa.Select[Any]) -> Sequence[Row[Any]]:
        """What a query finds in the database of cases."""
        with self.store.cases.read() as connection:
            return connection.execute(query).all()

    def _load_parts(self, ledger_id: int, parts: Sequence[Part]) -> list[bytes]:
        raw = self.store.ledger.load(ledger_id)
        return [decode_part(raw[one.offset : one.offset + one.length], one) for one in parts]
