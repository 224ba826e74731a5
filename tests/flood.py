"""A flood of mails in a case office without agents: mails as values, so that ten thousand take seconds, not minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cases.arrival import Arrival, Channel
from cases.identity import UNKNOWN, Identity, Verdict
from cases.limits import Limits
from cases.mail import Mail
from cases.model import Reminders
from ingest.child_pool import ReaderFailed
from responder.outcome import OutgoingMail
from store.ledger import Entry
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import NOW, SUPPORT, make_mail
from tests.office import Here, Office

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Flooding:
    """One mail of a flood: who it says it is from, its subject, and whether the author is proved."""

    author: str
    subject: str = "Urgent"
    proved: bool = False


@dataclass
class Quick(Here):
    """Reads no bytes: they name a mail of the flood."""

    mails: dict[str, Mail] = field(default_factory=dict)

    def read(self, raw: bytes) -> Mail:
        try:
            return self.mails.pop(raw.decode())
        except KeyError as error:
            raise ReaderFailed(str(error)) from error


@dataclass
class Flood:
    """The office and all that came and left; `restart` ends it and begins anew on the same files."""

    folder: Path
    limits: Limits = field(default_factory=Limits)
    proved: set[str] = field(default_factory=set)
    left: list[tuple[datetime, OutgoingMail]] = field(default_factory=list)
    count: int = 0
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self._open()

    def restart(self) -> None:
        """All processes end; what is not in the files is forgotten."""
        self.close()
        self._open()

    def close(self) -> None:
        """End of the office."""
        self.office.store.close()

    def receive(self, mails: Iterable[Flooding], *, now: datetime) -> None:
        """All are taken in at `now`."""
        waiting = list(mails)
        while batch := waiting[:_BATCH]:
            del waiting[:_BATCH]
            self._take_in(batch, now)

    def work(self, now: datetime) -> list[OutgoingMail]:
        """All that is due is written and leaves; what left."""
        due = replace(self.office.due(), limits=self.limits)
        while due.write_due(now=now):
            pass
        before = len(self.office.way.tried)
        while self.office.deliver(now=now, limit=50):
            pass
        gone = self.office.way.tried[before:]
        self.left += [(now, one) for one in gone]
        return gone

    def _take_in(self, batch: Sequence[Flooding], now: datetime) -> None:
        reader = self.office.reader
        assert isinstance(reader, Quick)
        arrivals = []
        for one in batch:
            self.count += 1
            name = str(self.count)
            reader.mails[name] = make_mail(
                author=one.author, subject=one.subject, message_id=f"<{name}@flood.example>", fingerprint=f"{name:0>64}"
            )
            if one.proved:
                self.proved.add(one.author)
            arrivals.append(
                Arrival(
                    raw=name.encode(),
                    channel=Channel.SMTP,
                    sender=one.author,
                    recipients=(SUPPORT.address,),
                    received_at=now,
                )
            )
        self.office.store.ledger.add(arrivals)
        shell = self.office.take_in()
        while shell.take_in_some(clock=lambda: now, limit=50):
            pass

    def _open(self) -> None:
        store = open_store(self.folder, "", clock=lambda: NOW)
        seed_store(store, [QueueSeed(queue=SUPPORT, agents=())], Reminders(), clock=lambda: NOW)
        self.office = Office(store, reader=Quick(), check_identity=self._check)

    def _check(self, _raw: bytes, mail: Mail, _entry: Entry) -> Identity:
        author = mail.author.address if mail.author else ""
        return Identity(verdict=Verdict.PASS, detail="dmarc=pass") if author in self.proved else UNKNOWN
